"""Building with a list from elsewhere: its owned pieces as what must appear, or as what should where it can."""

from collections.abc import Sequence
from itertools import accumulate
from typing import Literal

from msgspec.structs import replace

from library.picture import title_of
from library.track import Record, Track
from playlists.arc import named
from playlists.errors import BadRequest, Infeasible
from playlists.playlist import Request
from playlists.shelf import Shelved
from soundscape import lists
from soundscape.lists import Maker

Use = Literal["required", "preferred"]


class Built(Record, frozen=True, kw_only=True):
    """The list that was built, and in words each owned piece that is not in it, with why."""

    shelved: Shelved
    left_out: tuple[str, ...]


def build_with(maker: Maker, request: Request, track_ids: Sequence[str], use: Use, *, title: str, note: str) -> Built:
    """A new list with these tracks. Only cleared ones are used.

    *required*: all of them are in it. *preferred*: as many as fit, from the first on; the others stay free to be
    chosen or not.

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
    tail_s = named(request.template, maker.templates).tail_min * 60.0 if request.tail_s is None else request.tail_s
    ends_s = accumulate(track.analysis.duration_s for track in tracks)
    count = sum(end_s <= request.infusion_s + tail_s for end_s in ends_s)
    while count:
        try:
            return _with(maker, request, tracks[:count], title, note)
        except Infeasible:
            count //= 2
    return lists.build(maker, request, title=title, note=note)
