"""Which tracks, in which order, make this session? A library, an arc and an exact length become a playlist.

:func:`fit` is pure and gives the same list on every machine, for any order of the library. It plans in whole
seconds (:mod:`playlists.plan`), finds a good list and proves how good (:mod:`playlists.solve`), and lays it out in
samples (:mod:`playlists.lay`). Of a very large library only a pool is planned with (:mod:`playlists.pools`).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from library.track import Track
from playlists.arc import Template
from playlists.candidates import Candidates, check_length, choose
from playlists.cost import SCALE, Features, track_costs
from playlists.errors import Infeasible
from playlists.large import Sizes, pool_of
from playlists.lay import reasons_of
from playlists.plan import Plan
from playlists.playlist import Playlist, Policy, Request
from playlists.search import beam, make_guide
from playlists.session import Library, Session, heard_again, library_of, plan_of, playlist_of, session_of
from playlists.shortfall import why_none
from playlists.shortlist import shortlist
from playlists.solve import NARROW, Solved, solve
from playlists.stock import Stock, stock_of
from playlists.trimming import MOST_TRACKS as MOST_TRACKS_TRIMMED
from playlists.trimming import with_trims

MOST_TRACKS, MOST_CELLS = 1500, 8_000_000
"""Of a library of more tracks, or of more tracks times seconds, only a pool is planned with. By trial: up to there it
is planned whole in about a second, with 32 MB for each table of the search."""
SIZES = Sizes()
SOUGHT_AMONG = 150
"""Tracks among which any list at all is looked for, to say what binds. By trial, a tenth of a second each time."""


def fit(
    tracks: Iterable[Track] | Stock,
    request: Request,
    *,
    templates: Mapping[str, Template] | None = None,
    sizes: Sizes = SIZES,
) -> Playlist:
    """The best playlist that the search finds for this request.

    Parameters
    ----------
    tracks
        The library, in any order, or prepared; only cleared tracks that the policy allows are used.
    request
        Lengths, template, seed and policy. Seed 0 asks for the best list, any other for another good one.
    templates
        By name; ``None`` takes the shipped ones.
    sizes
        Of the pool that a very large library is planned with.

    Returns
    -------
    Playlist
        Exactly as long as asked. ``bound`` and ``gap`` are ``None`` where only a pool of the library was searched.
        Where the artist distance had to be relaxed ``notes`` says so, and the bound is that of the relaxed rule.

    Raises
    ------
    BadRequest
        A length, name or policy makes no sense.
    Infeasible
        No list of cleared tracks meets the request; the message says what binds and what would be enough.
    """
    session = session_of(request, templates)
    stock = stock_of(tracks)
    candidates = choose(stock.tracks, request.policy)
    check_length(candidates, request.policy, len(session.wished))
    features = stock.features_of(candidates.tracks)
    library, whole = _library(candidates, features, session, request, sizes)
    possible = _Possible(stock, session, request, candidates.tracks, features)
    hopeful = True
    for distance in range(request.policy.artist_distance, 0, -1):
        if distance == request.policy.artist_distance - 1 and len(candidates.tracks) > SOUGHT_AMONG:
            hopeful = possible(request.policy)
        if not hopeful and distance > 1:
            continue  # the artists are hardly what binds: they are left out of it once, and whole, before it is said
        plan = plan_of(library, request.policy, distance)
        solved = solve(plan)
        if solved is not None:
            library = _with_records(library, solved, stock)
            notes = _artist_notes(library, solved, distance, request.policy.artist_distance)
            return _playlist(request, session, library, plan, solved, notes, proved=whole)
    if whole and len(candidates.tracks) <= MOST_TRACKS_TRIMMED:
        records = list(stock.whole([track.track_id for track in candidates.tracks]).values())
        trimmed = with_trims(records, session, request)
        if trimmed is not None:
            return trimmed
    raise why_none(candidates, features, session, request.policy, possible)


def _with_records(library: Library, solved: Solved, stock: Stock) -> Library:
    """The library with whole records of the tracks that play."""
    whole = stock.whole([library.tracks[track].track_id for track in solved.found.order])
    return replace(library, tracks=[whole.get(track.track_id, track) for track in library.tracks])


class _Possible:
    """Whether a list is found at all, however good, under other policies: among what is required and a few others."""

    def __init__(self, stock: Stock, session: Session, request: Request, tracks: Sequence[Track], features: Features):
        self.stock, self.session, self.request = stock, session, request
        self.tracks, self.features = tuple(tracks), features

    def __call__(self, policy: Policy) -> bool:
        try:
            candidates = choose(self.stock.tracks, policy)
            check_length(candidates, policy, len(self.session.wished))
        except Infeasible:
            return False
        same = candidates.tracks == self.tracks
        features = self.features if same else self.stock.features_of(candidates.tracks)
        rows = self._few(candidates.tracks, features, policy.required)
        some = [candidates.tracks[row] for row in rows]
        library = library_of(some, features.take(rows), self.session, self.request.seed)
        plan = plan_of(library, policy, 1)
        return beam(plan, make_guide(plan, np.zeros(len(rows), dtype=np.int32)), width=NARROW) is not None

    def _few(self, tracks: Sequence[Track], features: Features, required: Collection[str]) -> list[int]:
        ids = [track.track_id for track in tracks]
        anywhere = np.sum(list(track_costs(features, ids, self.request.seed).values()), axis=0)
        chosen = shortlist(features, anywhere, self.session.wished, 0, SOUGHT_AMONG)
        return sorted({*chosen, *(row for row, track_id in enumerate(ids) if track_id in required)})


def _library(
    candidates: Candidates, features: Features, session: Session, request: Request, sizes: Sizes
) -> tuple[Library, bool]:
    """The library or, of a large one, the pool of tracks worth planning with; and whether it is the whole."""
    most = min(MOST_TRACKS, max(sizes.last, MOST_CELLS // len(session.wished)))
    if len(candidates.tracks) <= most:
        return library_of(candidates.tracks, features, session, request.seed), True
    return pool_of(candidates.tracks, features, session, request, sizes), False


def _artist_notes(library: Library, solved: Solved, distance: int, wished_distance: int) -> list[str]:
    """What to say where an artist is heard again sooner than the policy wishes."""
    if distance == wished_distance:
        return []
    again = heard_again([library.tracks[j] for j in solved.found.order], wished_distance)
    return [f"No list was found that keeps artists {wished_distance} pieces apart: {where}." for where in again]


def _playlist(
    request: Request,
    session: Session,
    library: Library,
    plan: Plan,
    solved: Solved,
    notes: list[str],
    *,
    proved: bool,
) -> Playlist:
    found = solved.found
    reasons = reasons_of(library.tracks, library.features, plan, found, session.arc, session.wished, searched=True)
    bound = max(0, solved.bound)
    gap = (found.cost - bound) / bound if bound else float(found.cost > 0)
    return playlist_of(
        request,
        session,
        library,
        found,
        reasons=reasons,
        notes=notes,
        bound=bound / SCALE if proved else None,
        gap=gap if proved else None,
    )
