"""What differs between two lists: what came, what went, what moved, what lasts longer, and how the arc changed.

Pure, like all of the method. A piece has *moved* if it stands elsewhere among the pieces that both lists play: as few
are named as explain the new order (those outside a longest common order), so that one piece taken to the end is one
move and not a move of all the others.
"""

import bisect
from collections.abc import Sequence

import numpy as np

from library.track import Record
from playlists.playlist import Item, Playlist

NOTICED_S = 0.5
"""A piece that lasts less than this longer or shorter is not named (judgement: a crossfade gives so much and more)."""
ARC_NOTICED = 0.005
"""Intensities are said with two digits."""


class Came(Record, frozen=True, kw_only=True):
    """A piece that only one of the lists plays, and its place there, from 1."""

    track_id: str
    place: int


class Moved(Record, frozen=True, kw_only=True):
    """A piece of both lists with its places, from 1."""

    track_id: str
    from_place: int
    to_place: int


class Longer(Record, frozen=True, kw_only=True):
    """A piece of both lists that lasts longer by ``by_s``, or shorter where that is below zero."""

    track_id: str
    by_s: float


class ArcChange(Record, frozen=True, kw_only=True):
    """How the wished arc differs: the most and where, as far as both lists last. ``most`` keeps its sign."""

    most: float
    at_s: float


class Difference(Record, frozen=True, kw_only=True):
    """What differs from one list to the other."""

    came: tuple[Came, ...]
    went: tuple[Came, ...]
    moved: tuple[Moved, ...]
    longer: tuple[Longer, ...]
    infusion_by_s: float
    tail_by_s: float
    arc: ArcChange | None
    """``None`` where both wish the same."""

    @property
    def nothing(self) -> bool:
        """Whether both lists play the same in the same way."""
        parts = (self.came, self.went, self.moved, self.longer, self.arc)
        return not any(parts) and not self.infusion_by_s and not self.tail_by_s


def difference(before: Playlist, after: Playlist) -> Difference:
    """What happened from the list ``before`` to the list ``after``."""
    then = {item.track_id: place for place, item in enumerate(before.items, 1)}
    now = {item.track_id: place for place, item in enumerate(after.items, 1)}
    both = [track_id for track_id in now if track_id in then]
    stay = _longest_order([then[track_id] for track_id in both])
    lasting = {item.track_id: _lasts_s(item) for item in before.items}
    changes = {item.track_id: _lasts_s(item) - lasting[item.track_id] for item in after.items if item.track_id in then}
    return Difference(
        came=tuple(Came(track_id=track_id, place=place) for track_id, place in now.items() if track_id not in then),
        went=tuple(Came(track_id=track_id, place=place) for track_id, place in then.items() if track_id not in now),
        moved=tuple(
            Moved(track_id=track_id, from_place=then[track_id], to_place=now[track_id])
            for track_id in both
            if then[track_id] not in stay
        ),
        longer=tuple(
            Longer(track_id=track_id, by_s=round(by_s, 3))
            for track_id, by_s in changes.items()
            if abs(by_s) >= NOTICED_S
        ),
        infusion_by_s=round(after.infusion_s - before.infusion_s, 6),
        tail_by_s=round(after.tail_s - before.tail_s, 6),
        arc=_arc_change(before, after),
    )


def _lasts_s(item: Item) -> float:
    return item.to_s - item.from_s


def _longest_order(places: Sequence[int]) -> frozenset[int]:
    """A longest rising run of places, gaps allowed; of several the one that patience sorting finds."""
    ends: list[int] = []
    at: list[int] = []
    before: list[int | None] = []
    for number, place in enumerate(places):
        k = bisect.bisect_left(ends, place)
        ends[k : k + 1] = [place]
        at[k : k + 1] = [number]
        before.append(at[k - 1] if k else None)
    last = at[-1] if at else None
    found = []
    while last is not None:
        found.append(places[last])
        last = before[last]
    return frozenset(found)


def _arc_change(before: Playlist, after: Playlist) -> ArcChange | None:
    """The largest difference of the wished intensity, second by second from the beginning."""
    shared = min(len(before.arc.wished), len(after.arc.wished))
    by = np.array(after.arc.wished[:shared]) - np.array(before.arc.wished[:shared])
    if not shared or float(np.abs(by).max()) < ARC_NOTICED:
        return None
    most = int(np.argmax(np.abs(by)))
    return ArcChange(most=round(float(by[most]), 3), at_s=most * after.arc.hop_s)
