"""Which pieces could take the place of one that goes, with all the others staying where they are?

A quick guess first: each candidate is compared with the arc where the gap is, with its neighbours and with the gap's
length. The best few of these are then laid out exactly, the whole list with each, and what that costs decides.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from msgspec.structs import replace

from library.track import Tags, Track
from playlists.byhand import reach_s
from playlists.candidates import length_s
from playlists.cost import MAX_FADE_S, MIN_FADE_S, SCALE, WEIGHT, Features, features_of, track_costs, transition_costs
from playlists.plan import BLOCKED, INFINITE, MIN_CUT_PIECE_S, Found, Plan, seat
from playlists.playlist import Item, Policy, Request
from playlists.polish import price
from playlists.session import Session, heard_again, library_of, plan_of
from playlists.stock import Stock

SHORTLIST = 24
"""Candidates laid out exactly for each gap. Judgement: a tenth of a second; the quick guess rarely misplaces more."""
SWEEPS = 2
"""Where several pieces go, each gap is filled anew so often with the others held. Judgement."""
A_CONFLICT_S = 60
"""While several gaps are filled, an artist heard too soon counts as this far from the right length. Judgement."""

Order = Sequence[Track | None]
"""The list's places in order; ``None`` is a gap."""


@dataclass(frozen=True)
class Gap:
    """Where a piece was: its place in the list, and when and how long it was heard, in whole seconds."""

    place: int
    start_s: int
    heard_s: int


def gaps_of(items: Sequence[Item], order: Order) -> list[Gap]:
    """The gaps of an order that was made from these items."""
    return [
        Gap(place, int(item.start_s), max(1, round(item.to_s - item.from_s)))
        for place, (item, track) in enumerate(zip(items, order, strict=True))
        if track is None
    ]


def one_for_one(plan: Plan, stays: Sequence[int], place: int) -> Found | None:
    """The cheapest list of the tracks that stay, in their order, with one other in ``place``; ``None`` where none is.

    Tracks are numbered as in the plan, places counted from 0.
    """
    order = np.array([*stays[:place], 0, *stays[place:]], dtype=np.int64)
    best, least = None, BLOCKED
    for track in np.setdiff1d(np.arange(len(plan.lengths)), np.array(stays, dtype=np.int64)):
        order[place] = track
        costs = price(plan, order)
        if costs < least:
            best, least = order.tolist(), costs
    return None if best is None else seat(plan, best)


class Bench:
    """The pieces that stay and a shortlist for each gap, planned together, so that many orders are quickly priced."""

    def __init__(
        self,
        stock: Stock,
        pool: Sequence[Track],
        order: Order,
        gaps: Sequence[Gap],
        session: Session,
        request: Request,
    ) -> None:
        """``pool`` are the tracks of the stock that may come in, none of them in the list; ``order`` is of whole
        records."""
        self.order, self.gaps = list(order), list(gaps)
        short = _shortlists(stock.features_of(pool), pool, order, gaps, session, request) if pool else {}
        self.shortlists = {
            gap.place: list(stock.whole([track.track_id for track in short.get(gap.place, ())]).values())
            for gap in gaps
        }
        kept = [track for track in order if track is not None]
        by_id = {track.track_id: track for track in kept}
        by_id |= {track.track_id: track for shortlist in self.shortlists.values() for track in shortlist}
        tracks = list(by_id.values())
        self._number = {track_id: number for number, track_id in enumerate(by_id)}
        self._plan = plan_of(library_of(tracks, features_of(tracks), session, request.seed), Policy(), 1)
        self._distance = request.policy.artist_distance
        nobody = [replace(track, tags=Tags()) for track in kept[:1]]
        with_gaps = [track or nobody[0] for track in order] if kept else []
        self._conflicts = len(heard_again(with_gaps, self._distance))

    def price(self, order: Order) -> int:
        """Cost of an order without its gaps. From ``BLOCKED`` on it is impossible, and the more the further it is from
        lasting exactly as long and from keeping artists apart: so that a filling of several gaps can find its way."""
        tracks = [track for track in order if track is not None]
        if not tracks:
            return INFINITE
        least_s, most_s = reach_s([length_s(track) for track in tracks])
        off = max(0, least_s - self._plan.total_s, self._plan.total_s - most_s)
        off += A_CONFLICT_S * max(0, len(heard_again(tracks, self._distance)) - self._conflicts)
        if off:
            return min(INFINITE, BLOCKED + off)
        found = seat(self._plan, [self._number[track.track_id] for track in tracks])
        return INFINITE if found is None else found.cost

    def ranked(self, gap: Gap) -> list[tuple[int, Track]]:
        """What the list costs with each track of the shortlist in this gap, cheapest first; without impossible ones."""
        prices = [(self.price(_with(self.order, gap.place, track)), track) for track in self.shortlists[gap.place]]
        return sorted((p for p in prices if p[0] < BLOCKED), key=lambda p: (p[0], p[1].track_id))

    def filled(self) -> list[Track] | None:
        """The cheapest filling found; a gap may close up. ``None`` where none found lasts exactly as long."""
        order = list(self.order)
        for gap in self.gaps:
            free = [track for track in self.shortlists[gap.place] if track not in order]
            order[gap.place] = free[0] if free else None
        best = self.price(order)
        for _ in range(SWEEPS if len(self.gaps) > 1 else 1):
            for gap in self.gaps:
                for track in (None, *self.shortlists[gap.place]):
                    tried = _with(order, gap.place, track)
                    if (track is None or track not in order) and (price := self.price(tried)) < best:
                        best, order = price, tried
        return [track for track in order if track is not None] if best < BLOCKED else None


def _with(order: Order, place: int, track: Track | None) -> list[Track | None]:
    return [*order[:place], track, *order[place + 1 :]]


def _shortlists(
    features: Features, pool: Sequence[Track], order: Order, gaps: Sequence[Gap], session: Session, request: Request
) -> Mapping[int, list[Track]]:
    anywhere = sum(track_costs(features, [track.track_id for track in pool], request.seed).values())
    shortlists = {}
    for gap in gaps:
        guess = _misfit(features, session, gap) + np.asarray(anywhere) + _seams(features, order, gap.place)
        if len(gaps) == 1:
            guess = guess + np.where(_fits(features, order, gap.place, len(session.wished)), 0, BLOCKED)
        chosen = [j for j in np.argsort(guess, kind="stable")[:SHORTLIST].tolist() if guess[j] < BLOCKED]
        shortlists[gap.place] = [pool[j] for j in chosen]
    return shortlists


def _misfit(features: Features, session: Session, gap: Gap) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """About what each track costs against the arc in the gap, and for being longer or shorter than it; shape (n,)."""
    errors = np.empty(len(features.energy))
    start_s = min(gap.start_s, len(session.wished) - 1)
    for j, energy in enumerate(features.energy):
        wished = session.wished[start_s : start_s + len(energy)]
        errors[j] = np.square((energy[: len(wished)] - wished) / 1000).mean()
    apart_s = np.abs(features.length_s - gap.heard_s)
    return np.asarray((errors * gap.heard_s * WEIGHT["arc"] + apart_s * WEIGHT["cut"]) * SCALE)


def _seams(features: Features, order: Order, place: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Cost of the transitions from and to the nearest pieces that stay; shape (n,)."""
    total = np.zeros(len(features.energy), dtype=np.int64)
    before = [track for track in order[:place] if track is not None]
    after = [track for track in order[place + 1 :] if track is not None]
    if before:
        total += np.sum(list(transition_costs(features_of(before[-1:]), features).values()), axis=0)[0]
    if after:
        total += np.sum(list(transition_costs(features, features_of(after[:1])).values()), axis=0)[:, 0]
    return total


def _fits(features: Features, order: Order, place: int, total_s: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Whether the list can last exactly ``total_s`` with each track in the only gap; shape (n,)."""
    others_s = sum(length_s(track) for track in order if track is not None)
    last = order[-1]
    last_s = features.length_s if last is None else np.array(length_s(last))
    whole_s, seams = others_s + features.length_s, len(order) - 1
    least_s = whole_s - MAX_FADE_S * seams - np.maximum(0, last_s - MIN_CUT_PIECE_S)
    return np.asarray((least_s <= total_s) & (total_s <= whole_s - MIN_FADE_S * seams))
