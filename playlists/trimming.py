"""Where crossfades alone give no list of the exact length: which pieces end some seconds early, and where may they?

Up to 15 s may be left out at a piece's end, what a silence cuts off (:mod:`library.span`) counted in, and only where
nobody hears a piece broken off: what is left out is quiet, or it goes on as steadily as the crossfade before it. A list
is looked for with all pieces shortened a little, then more; then each piece of it gets back what is not needed.
"""

import itertools
from collections.abc import Callable, Sequence

import numpy as np

from library.span import MOST_TRIMMED_S, trims_s
from library.track import Analysis, Track
from playlists.byhand import Laid, ending_early, lay_strictly, playlist_by_hand
from playlists.cost import MAX_FADE_S, MOST_STEP_LU, features_of
from playlists.features import at_seconds
from playlists.plan import MIN_PIECE_S, Plan
from playlists.playlist import Playlist, Request
from playlists.search import beam, make_guide
from playlists.session import Library, Session, library_of, plan_of
from playlists.span import music_span

STEPS_S = (5, 10, MOST_TRIMMED_S)
"""How much is tried to be left out of each piece at most. Judgement."""
MOST_TRACKS = 200
"""Of more tracks none is trimmed: among so many, some last as long as is asked for. Judgement."""
STEADY_LU, STEADY_ENERGY = 3.0, 0.1
"""A stretch is steady if its loudness and its energy stay within this. Judgement: less than a step that is noticed."""
WIDTH = 64

Charge = Callable[[Plan, Library], Plan]


def may_trim_s(analysis: Analysis) -> int:
    """The most whole seconds that may be left out at the end, 0..15."""
    energy, loudness, whole_lufs = analysis.energy_curve, analysis.loudness_curve, analysis.loudness_lufs
    if energy is None or loudness is None or whole_lufs is None or not (energy.values and loudness.values):
        return 0
    first_n, length_s = music_span(analysis)
    spare_s = min(int(MOST_TRIMMED_S - sum(trims_s(analysis))), length_s - MIN_PIECE_S)
    for by_s in range(spare_s, 0, -1):
        seconds = np.arange(max(0, length_s - by_s - MAX_FADE_S), length_s)
        lufs = at_seconds(loudness, first_n, seconds, quantum=0.1) / 10
        levels = at_seconds(energy, first_n, seconds, quantum=0.001) / 1000
        quiet = lufs[-by_s:].max() <= whole_lufs - MOST_STEP_LU
        if quiet or (np.ptp(lufs) <= STEADY_LU and np.ptp(levels) <= STEADY_ENERGY):
            return by_s
    return 0


def with_trims(
    tracks: Sequence[Track], session: Session, request: Request, charge: Charge | None = None
) -> Playlist | None:
    """A list that lasts exactly as long because some of its pieces end early; ``None`` where none is found.

    ``tracks`` are whole records that may be used, at most ``MOST_TRACKS``; ``charge`` makes what shall not change
    dearer to leave.
    """
    most = [may_trim_s(track.analysis) for track in tracks]
    distances = sorted({request.policy.artist_distance, 1}, reverse=True)
    for distance, step_s in itertools.product(distances, STEPS_S if any(most) else ()):
        by_s = [min(each, step_s) for each in most]
        cut = [ending_early(track, early) for track, early in zip(tracks, by_s, strict=True)]
        library = library_of(cut, features_of(cut), session, request.seed)
        plan = plan_of(library, request.policy, distance)
        plan = plan if charge is None else charge(plan, library)
        found = beam(plan, make_guide(plan, np.zeros(len(cut), dtype=np.int32)), width=WIDTH)
        if found is not None:
            order = list(found.order)
            laid = _least([tracks[row] for row in order], [by_s[row] for row in order], session, request)
            return None if laid is None else playlist_by_hand(request, session, laid, ())
    return None


def _least(tracks: Sequence[Track], by_s: list[int], session: Session, request: Request) -> Laid | None:
    """The order with as little left out as it takes, the last pieces made whole first.

    ``None`` where the last would not be whole: it ends by itself, or is cut with the long fade of any list.
    """
    best = None
    for place in reversed(range(len(by_s))):
        for less_s in range(by_s[place]):
            tried = lay_strictly(tracks, [*by_s[:place], less_s, *by_s[place + 1 :]], session, request)
            if tried is not None:
                best, by_s[place] = tried, less_s
                break
    return None if by_s[-1] else best or lay_strictly(tracks, by_s, session, request)
