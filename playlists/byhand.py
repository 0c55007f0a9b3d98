"""Pieces in an order that a person gives, laid out to the exact length of the session.

First the crossfades and the end of the last piece absorb the difference, as in any list. Where they cannot, and only
if asked, the longest other pieces end early as well: cut back to a common length, so that as much as possible is heard
of each. What cannot be done is refused with what binds and what would be enough.

Nothing is searched here, so a list by hand has no bound. Its cost is counted as any list's, and early ends cost what a
cut costs.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from library.picture import title_of
from library.track import Track
from playlists.broken import broken_rules
from playlists.candidates import length_s
from playlists.cost import MAX_FADE_S, MIN_FADE_S, SCALE, WISHED_FADE_S, cut_costs, features_of, music_span
from playlists.errors import Infeasible
from playlists.lay import reasons_of
from playlists.plan import MIN_CUT_PIECE_S, Found, Plan, seat
from playlists.playlist import SAMPLE_RATE_HZ, Playlist, Policy, Request
from playlists.session import Library, Session, heard_again, library_of, plan_of, playlist_of
from playlists.timeline import clock


@dataclass(frozen=True)
class Laid:
    """An order laid out on the grid, with the seconds by which pieces other than the last end early."""

    library: Library
    plan: Plan
    found: Found
    early_s: tuple[int, ...]

    @property
    def cost(self) -> int:
        """What the list costs, in integers of :mod:`playlists.cost`."""
        return self.found.cost + int(cut_costs(np.array(self.early_s)).sum())


def lay(tracks: Sequence[Track], session: Session, request: Request, *, may_end_early: bool) -> Laid:
    """Lay out tracks in the order given.

    Parameters
    ----------
    tracks
        Cleared tracks, each once, with the measures that :func:`playlists.candidates.choose` asks for.
    session, request
        What is to be filled.
    may_end_early
        Whether pieces before the last may be cut where crossfades and the last piece do not suffice.

    Raises
    ------
    Infeasible
        The pieces are too long or too short together, in this order.
    """
    laid = _laid(tracks, session, request, (0,) * len(tracks))
    if laid is None and may_end_early:
        early_s = _early_ends(tracks, len(session.wished))
        cut = [ending_early(track, by_s) for track, by_s in zip(tracks, early_s, strict=True)]
        laid = _laid(cut, session, request, early_s)
    if laid is None:
        raise _impossible(tracks, len(session.wished), may_end_early)
    return laid


def playlist_by_hand(request: Request, session: Session, laid: Laid, notes: Sequence[str]) -> Playlist:
    """The record of a list laid out by hand: its cost, arc and reasons, no bound; ``notes`` come first."""
    library, found = laid.library, laid.found
    reasons = reasons_of(
        library.tracks, library.features, laid.plan, found, session.arc, session.wished, searched=False
    )
    early = [
        f"{title_of(track)} ends {clock(by_s)} early, so that the list lasts exactly {clock(len(session.wished))}."
        for track, by_s in zip(library.tracks, laid.early_s, strict=True)
        if by_s
    ]
    distance = request.policy.artist_distance
    again = [
        f"Closer together than the {distance} pieces between artists that are wished: {where}."
        for where in heard_again(library.tracks, distance)
    ]
    playlist = playlist_of(
        request, session, library, found, reasons=reasons, notes=(*notes, *early, *again), bound=None, gap=None
    )
    broken = broken_rules(library.tracks, library.features, found, session, playlist.items, request.policy)
    extra = (laid.cost - found.cost) / SCALE
    cost = playlist.cost | {"cut": playlist.cost["cut"] + extra, "total": laid.cost / SCALE}
    said = len(notes) + len(early) + len(again)
    return msgspec.structs.replace(playlist, cost=cost, notes=(*playlist.notes[:said], *broken, *playlist.notes[said:]))


def lay_strictly(tracks: Sequence[Track], early_s: Sequence[int], session: Session, request: Request) -> Laid | None:
    """The order with pieces that end so much early, if that lasts exactly as long and breaks no rule about places."""
    cut = [ending_early(track, by_s) for track, by_s in zip(tracks, early_s, strict=True)]
    return _laid(cut, session, request, tuple(early_s), strictly=True)


def reach_s(lengths_s: Sequence[int]) -> tuple[int, int]:
    """The shortest and the longest session that pieces in this order fill, of which only the last may be cut."""
    seams, whole_s = len(lengths_s) - 1, sum(lengths_s)
    return whole_s - MAX_FADE_S * seams - max(0, lengths_s[-1] - MIN_CUT_PIECE_S), whole_s - MIN_FADE_S * seams


def _laid(
    tracks: Sequence[Track], session: Session, request: Request, early_s: tuple[int, ...], *, strictly: bool = False
) -> Laid | None:
    features = features_of(tracks)
    least_s, most_s = reach_s(features.length_s.tolist())
    if not least_s <= len(session.wished) <= most_s:
        return None
    library = library_of(tracks, features, session, request.seed)
    # A person may put an artist's pieces side by side, and break rules about places where the order does; notes say so.
    for policy in (request.policy,) if strictly else (request.policy, Policy()):
        plan = plan_of(library, policy, 1)
        found = seat(plan, range(len(tracks)))
        if found is not None:
            return Laid(library, plan, found, early_s)
    return None


def _early_ends(tracks: Sequence[Track], total_s: int) -> tuple[int, ...]:
    """How much earlier each piece but the last should end, so that all fit with crossfades of about the wished 8 s."""
    lengths_s = [length_s(track) for track in tracks]
    room_s = total_s + WISHED_FADE_S * (len(tracks) - 1)
    low, high = MIN_CUT_PIECE_S, max(MIN_CUT_PIECE_S, *lengths_s)
    while low < high:  # the longest common length that fits
        middle = (low + high + 1) // 2
        low, high = (middle, high) if sum(min(s, middle) for s in lengths_s) <= room_s else (low, middle - 1)
    return (*(max(0, s - low) for s in lengths_s[:-1]), 0)  # the last is cut by the lay-out itself


def heard_as(track: Track, from_n: int, length_s: int) -> Track:
    """The track as if its music began at that sample and lasted so many seconds; itself where that is so."""
    if music_span(track.analysis) == (from_n, length_s):
        return track
    # Half a sample more keeps the last sample through the division; without its silences nothing more is trimmed.
    end_s = (from_n + length_s * SAMPLE_RATE_HZ + 0.5) / SAMPLE_RATE_HZ
    edges = {"music_from_s": from_n / SAMPLE_RATE_HZ, "music_to_s": end_s, "quiet_spans": ()}
    return msgspec.structs.replace(track, analysis=msgspec.structs.replace(track.analysis, **edges))


def ending_early(track: Track, by_s: int) -> Track:
    """The track as if its music ended ``by_s`` seconds sooner."""
    first_n, whole_s = music_span(track.analysis)
    return heard_as(track, first_n, whole_s - by_s)


def _impossible(tracks: Sequence[Track], total_s: int, may_end_early: bool) -> Infeasible:
    """Why this order cannot last so long, and what would be enough."""
    lengths_s = [length_s(track) for track in tracks]
    count, (least_s, most_s) = len(tracks), reach_s(lengths_s)
    pieces = "This piece lasts" if count == 1 else f"These {count} pieces last"
    if most_s < total_s:
        return Infeasible(
            f"{pieces} at most {clock(most_s)}, with the shortest crossfades; the session is {clock(total_s)}.",
            f"Add pieces of {clock(total_s - most_s + MIN_FADE_S)} or more.",
        )
    if not may_end_early:
        return Infeasible(
            f"{pieces} at least {clock(least_s)}, with the longest crossfades; the session is {clock(total_s)}.",
            f"Leave out {clock(least_s - total_s)} of music, or put a longer piece last.",
        )
    heard_s = [min(s, MIN_CUT_PIECE_S) for s in lengths_s]
    shortest_s = sum(heard_s) - MAX_FADE_S * (count - 1)
    too_many = max(1, math.ceil((shortest_s - total_s) / (MIN_CUT_PIECE_S - MAX_FADE_S)))
    return Infeasible(
        f"{pieces} at least {clock(shortest_s)}, each cut to a minute; the session is {clock(total_s)}.",
        f"Leave out {'1 piece' if too_many == 1 else f'{too_many} pieces'}.",
    )
