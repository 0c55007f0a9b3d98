"""Everything that a fit may run, compiled or loaded beforehand: so the first person's list does not wait for it.

After an update compiling takes some ten seconds, from then on loading takes a fraction of one.
"""

import numpy as np

from playlists.bound import lagrange
from playlists.coarse import arc_table, prices_among, standings
from playlists.features import Curves
from playlists.memory import none_yet
from playlists.narrow import narrowed
from playlists.plan import FADES_S, INFINITE, Plan
from playlists.polish import polished
from playlists.search import beam, make_guide

TRACKS, LENGTH_S, TOTAL_S = 4, 60, 160


def compile_all() -> None:
    """Run every compiled function of the fit once, on four tracks of a minute."""
    plan = _small_plan()
    guide = make_guide(plan, np.zeros(TRACKS, dtype=np.int32))
    found = beam(plan, guide, width=8)
    assert found is not None
    narrowed(plan, guide, found.cost + 1, found.order)
    lagrange(plan, found.cost, 1, guide, none_yet(plan))
    polished(plan, found)
    curves = Curves(np.zeros(TRACKS * LENGTH_S, dtype=np.int16), np.arange(TRACKS) * LENGTH_S, plan.lengths)
    anywhere, wished = np.zeros(TRACKS, dtype=np.int32), np.zeros(TOTAL_S, dtype=np.int64)
    standings(curves, anywhere, wished, step_s=20, seam=1, fade_s=8, stretches=2)
    table = arc_table(curves, anywhere, wished, 20)
    between, over = np.zeros((TRACKS, 1), dtype=np.int32), np.zeros((TOTAL_S, 1), dtype=np.int32)
    prices_among(table, plan.lengths, 20, between, between, over, over, np.zeros(LENGTH_S + 1, dtype=np.int32), 1)


def _small_plan() -> Plan:
    cost = np.zeros((TRACKS, TOTAL_S + 1), dtype=np.int32)
    cost[:, -1] = INFINITE
    cost[:, TOTAL_S - LENGTH_S + 1 : -1] = 1
    return Plan(
        lengths=np.full(TRACKS, LENGTH_S, dtype=np.int64),
        cost=cost,
        transition=np.where(np.eye(TRACKS, dtype=bool), INFINITE, 10).astype(np.int32),
        crossfade=np.abs(FADES_S - 8).astype(np.int32),
        artists=np.arange(TRACKS),
        artist_distance=3,
        required=np.zeros(TRACKS, dtype=bool),
    )
