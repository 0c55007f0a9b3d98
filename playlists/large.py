"""The pool of a very large library: the few hundred tracks that one session is planned with.

In two rounds (:mod:`playlists.pools`): the tracks that meet the arc best make a first pool with a first list, and some
thousand more are priced against it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from library.track import Track
from playlists.candidates import artist_of
from playlists.coarse import arc_table
from playlists.cost import Features, Ints, Wide, track_costs
from playlists.plan import INFINITE, Found, Plan
from playlists.playlist import Request
from playlists.pools import PRICE_STEP_S, prices, ranked
from playlists.rules import closed_cells
from playlists.search import beam, make_guide
from playlists.session import Library, Session, library_of, plan_of
from playlists.solve import NARROW


@dataclass(frozen=True)
class Sizes:
    """How many tracks are in the first pool and in the last, and how many are priced in between.

    Long sessions are planned with fewer, as ``cells`` (tracks times seconds) allows, but with ``least`` at least.
    By trial: a fit takes about a second for an hour.
    """

    first: int = 400
    last: int = 500
    priced: int = 5000
    least: int = 250
    cells: int = 3_000_000

    def times(self, factor: int) -> "Sizes":
        """Pools so many times as large."""
        return Sizes(*(factor * size for size in (self.first, self.last, self.priced, self.least, self.cells)))

    def within(self, total_s: int) -> "Sizes":
        """The sizes for a session of so many seconds."""
        most = max(self.least, self.cells // total_s)
        return replace(self, first=min(self.first, most), last=min(self.last, most))


AT_ONCE = 500
"""Tracks whose closed seconds are looked at together, to spare memory."""


def pool_of(tracks: Sequence[Track], features: Features, session: Session, request: Request, sizes: Sizes) -> Library:
    """The tracks to plan with, out of many; those that the policy requires are always among them."""
    sizes = sizes.within(len(session.wished))
    ids = [track.track_id for track in tracks]
    anywhere = np.sum(list(track_costs(features, ids, request.seed, session.heard).values()), axis=0).astype(np.int32)
    needed = request.policy.required
    required = np.flatnonzero([track_id in needed for track_id in ids])
    promising = ranked(features, session.wished, anywhere, sizes.priced)

    def library(rows: Wide) -> Library:
        chosen = np.union1d(required, rows)
        return library_of([tracks[row] for row in chosen.tolist()], features.take(chosen), session, request.seed)

    rows = np.union1d(required, promising[: sizes.first])
    plan = plan_of(library(rows), request.policy, request.policy.artist_distance)
    found, start = _first_list(plan)
    if found is None:
        return library(promising[: 2 * sizes.last])
    some = features.take(promising)
    table = arc_table(some.energy, anywhere[promising], session.wished, PRICE_STEP_S)
    if request.policy.phase_ceilings:
        _close(table, [ids[row] for row in promising.tolist()], some, session, request)
    here, pool = ([tracks[row] for row in some_rows.tolist()] for some_rows in (promising, rows))
    apart = _apart(here, pool, request.policy.artist_distance)
    price = prices(some, table, features.take(rows), plan, start, found.cost, apart)
    best = promising[np.argsort(price, kind="stable")[: sizes.last]]
    return library(np.union1d(best, rows[list(found.order)]))


def _first_list(plan: Plan) -> tuple[Found | None, Ints]:
    """A first list, and the cost of starting each track at each second with all that follows."""
    guide = make_guide(plan, np.zeros(len(plan.lengths), dtype=np.int32))
    return beam(plan, guide, width=NARROW), guide.start


def _close(table: Ints, ids: Sequence[str], features: Features, session: Session, request: Request) -> None:
    """Mark the seconds at which the policy's ceilings rule a track out."""
    for low in range(0, len(ids), AT_ONCE):
        rows = range(low, min(low + AT_ONCE, len(ids)))
        some = [ids[row] for row in rows]
        closed = closed_cells(some, features.take(rows), session.arc, session.total_n, request.policy)
        table[rows.start : rows.stop][closed[:, ::PRICE_STEP_S]] = INFINITE


def _apart(tracks: Sequence[Track], pool: Sequence[Track], distance: int) -> npt.NDArray[np.bool_]:
    """Which of the tracks may be no neighbours of which of the pool: by one artist, or the same; shape (n, pool)."""
    numbers: dict[object, int] = {}

    def number(track: Track) -> int:
        artist = artist_of(track) if distance > 1 else None
        return numbers.setdefault(artist or (track.track_id,), len(numbers))

    return np.equal.outer([number(track) for track in tracks], [number(track) for track in pool])
