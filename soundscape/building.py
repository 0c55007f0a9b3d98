"""Building with a list from elsewhere: its owned pieces as what must appear, or as what should where it can."""

from collections.abc import Sequence
from typing import Literal

from msgspec.structs import replace

from library.picture import title_of
from library.track import Record, Track
from playlists.arc import named
from playlists.candidates import choose
from playlists.errors import BadRequest, Infeasible
from playlists.playlist import Request
from playlists.shelf import Shelved
from playlists.stock import stock_of
from soundscape import lists
from soundscape.lists import Maker

Use = Literal["required", "preferred"]


class Built(Record, frozen=True, kw_only=True):
    """The list that was built, and in words each owned piece that is not in it, with why."""

    shelved: Shelved
    left_out: tuple[str, ...]


def build_with(maker: Maker, request: Request, track_ids: Sequence[str], use: Use, *, title: str, note: str) -> Built:
    """A new list with these tracks. Only cleared ones are used.

    *required*: all of them are in it. *preferred*: as many as fit, from the first on; what the policy keeps
    out is no hindrance to the others.

    Raises
    ------
    BadRequest, Infeasible
        Nothing was kept.
    """
    tracks = list(maker.catalogue.some(track_ids))
    order = {track_id: place for place, track_id in enumerate(track_ids)}
    cleared = sorted(
        (track for track in tracks if track.verdict.status == "cleared"), key=lambda track: order[track.track_id]
    )
    if not cleared:
        raise BadRequest("No piece of this list is owned and cleared. Clear some in the library, or build without it.")
    if use == "required":
        shelved = _with(maker, request, cleared, title, note)
    else:
        shelved = _with_most(maker, request, cleared, title, note)
    played = {item.track_id for item in shelved.playlist.items}
    left_out = [f"{title_of(track)} is not cleared." for track in tracks if track.verdict.status != "cleared"]
    left_out += [f"{title_of(track)} did not fit." for track in cleared if track.track_id not in played]
    return Built(shelved=shelved, left_out=tuple(left_out))


def _with(maker: Maker, request: Request, tracks: Sequence[Track], title: str, note: str) -> Shelved:
    wanted = request.policy.require_tracks | {track.track_id for track in tracks}
    policy = replace(request.policy, require_tracks=wanted)
    return lists.build(maker, replace(request, policy=policy), title=title, note=note)


def _with_most(maker: Maker, request: Request, tracks: Sequence[Track], title: str, note: str) -> Shelved:
    """With as many as the session has room for; where they do not go together with half of these, and so on to none."""
    chosen = _room_for(_allowed(maker, request, tracks), _length_s(maker, request))
    while chosen:
        try:
            return _with(maker, request, chosen, title, note)
        except Infeasible:
            chosen = chosen[: len(chosen) // 2]
    return lists.build(maker, request, title=title, note=note)


def _allowed(maker: Maker, request: Request, tracks: Sequence[Track]) -> list[Track]:
    allowed = {track.track_id for track in choose(stock_of(maker.library()).tracks, request.policy).tracks}
    return [track for track in tracks if track.track_id in allowed]


def _length_s(maker: Maker, request: Request) -> float:
    tail_s = named(request.template, maker.templates).tail_min * 60.0 if request.tail_s is None else request.tail_s
    return request.infusion_s + tail_s


def _room_for(tracks: Sequence[Track], left_s: float) -> list[Track]:
    """Each in turn that the time still left has room for; a long one is passed over for shorter ones behind it."""
    chosen = []
    for track in tracks:
        if track.analysis.duration_s <= left_s:
            chosen.append(track)
            left_s -= track.analysis.duration_s
    return chosen
