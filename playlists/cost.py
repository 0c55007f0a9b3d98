"""What is a good sequence? Each term is defined here once, in its unit, and weighted in one table.

A cost of 1.0 is one second that is wholly wrong: the energy heard is 1.0 away from the energy wished. One hundred
seconds that are 0.1 off cost the same. All other terms are weighed on that scale, so small that the arc dominates.

Conventions: features are quantised first (energy to 1/1000, times to whole seconds ...) and costs are integers of
1/10000 from then on, so that every machine finds the same list. ``n`` tracks, ``T`` whole seconds of session.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import scipy

from library.span import SILENCE_WORTH
from playlists.features import EDGE_S as EDGE_S
from playlists.features import Features as Features
from playlists.features import Ints as Ints
from playlists.features import Wide as Wide
from playlists.features import features_of as features_of
from playlists.span import music_span as music_span

Heard = Sequence[Sequence[str]]
"""What earlier sessions played, by track id, the newest session first."""

SCALE = 10_000
"""Integers per cost of 1.0."""

MIN_FADE_S, WISHED_FADE_S, MAX_FADE_S = 4, 8, 12
"""Crossfades in whole seconds. Judgement: below 4 s a change is noticed, above 12 s two pieces blur."""


class Term(NamedTuple):
    """One term: cost 1.0 is ``1 / weight`` of ``unit``. ``why`` is its source, or says judgement."""

    name: str
    unit: str
    weight: float
    why: str


TERMS = (
    Term("arc", "s at an error of 1.0, squared", 1.0, "defines the scale; the arc is what the list is for (DOMAIN)"),
    Term("tempo", "octave", 0.6, "judgement; octaves count as equal because a beat tracker cannot tell them apart"),
    Term("key", "step on the circle of fifths", 0.03, "judgement; neighbours on the circle share six of seven notes"),
    Term("timbre", "octave of brightness", 0.1, "judgement; Barrett 2017 finds brightness telling, gives no weight"),
    Term("loudness", "LU", 0.01, "judgement; a step is softened by the crossfade, and gain evens the rest"),
    Term("step", "energy", 0.8, "judgement; a seam of 0.25 energy is as bad as 20 s that are 0.1 off"),
    Term("seam", "energy at full level", 0.5, "judgement; two pieces blend where both are soft, not at full texture"),
    Term("crossfade", "s from 8, squared", 0.01, "judgement; 4 and 12 s are allowed, not sought"),
    Term("cut", "s", 0.005, "judgement; a piece should end by itself: see CUT_AT_ALL_S"),
    Term("trimmed", "s", 0.01, "judgement; dearer than a cut, since it is not at the end of the session"),
    Term(
        "quiet", "s", 0.01 * SILENCE_WORTH, "judgement; DOMAIN: no dead air; 10 s of it are as 100 s that are 0.1 off"
    ),
    Term("startle", "LU", 0.02, "judgement; of two cleared pieces the one with the smaller jump"),
    Term(
        "novelty", "hearing", 2.0, "judgement; heard last time is as bad as 200 s that are 0.1 off, half as bad before"
    ),
    Term("variety", "draw in 0..1", 0.6, "judgement; enough that another seed brings another list, 0 for seed 0"),
)
CUT_AT_ALL_S = 60
"""What cutting a piece costs at all, in seconds cut. By trial on 18 made-up libraries of 30 to 300 pieces: with it the
last piece of every list ends by itself, without it that of every second; the arc then costs 2 to 3 % more."""
WEIGHT = {term.name: term.weight for term in TERMS}

NEUTRAL_TEMPO_OCTAVE, NEUTRAL_FIFTHS, NEUTRAL_TIMBRE_OCTAVE, NEUTRAL_STEP_LU = 0.15, 2.0, 0.5, 3.0
"""Distances where either side is unknown or has no pulse. Judgement: better than a clash, worse than a match."""
MOST_STEP_LU = 12.0
"""A piece that fades into silence is no worse than this; judgement."""


@dataclass(frozen=True)
class Costs:
    """Every term but crossfade and cut, which :func:`crossfade_costs` and :func:`cut_costs` give."""

    arc: Ints
    """Shape (n, T): track j begun at second s."""
    track: dict[str, Ints]
    transition: dict[str, Ints]


def costs_of(features: Features, wished: Wide, track_ids: Sequence[str], seed: int, heard: Heard = ()) -> Costs:
    """The costs of these tracks under this arc, ``wished`` in 1/1000 at each of the T seconds."""
    anywhere = track_costs(features, track_ids, seed, heard)
    return Costs(arc_costs(features, wished), anywhere, transition_costs(features, features))


def arc_costs(features: Features, wished: Wide) -> Ints:
    """Cost against the arc of each track begun at each second and heard to its end or the session's; shape (n, T).

    ``wished`` is in 1/1000. The sum of squares is taken apart, so that one correlation a track does it. It goes by
    Fourier transforms in float64: sums of at most 1e10 are off by less than 1e-4, and rounded to the whole numbers that
    they are on every machine.
    """
    total_s = len(wished)
    starts = np.arange(total_s)
    wished_squares = np.concatenate(([0], np.cumsum(wished * wished)))
    size = scipy.fft.next_fast_len(total_s + int(features.length_s.max()), real=True)
    spectrum = scipy.fft.rfft(wished.astype(np.float64), size)
    costs = np.empty((len(features.energy), total_s), dtype=np.int32)
    for j, energy in enumerate(features.energy):
        ends = np.minimum(starts + len(energy), total_s)
        squares = np.concatenate(([0], np.cumsum(energy * energy)))
        product = spectrum * scipy.fft.rfft(energy.astype(np.float64), size).conj()
        cross = np.rint(scipy.fft.irfft(product, size)[:total_s]).astype(np.int64)
        errors = squares[ends - starts] - 2 * cross + wished_squares[ends] - wished_squares[starts]
        costs[j] = _arc_integers(errors)
    return costs


def _arc_integers(squared_thousandths: Wide) -> Wide:
    per_integer = 1_000_000 // SCALE
    return (squared_thousandths + per_integer // 2) // per_integer


def track_costs(features: Features, track_ids: Sequence[str], seed: int, heard: Heard = ()) -> dict[str, Ints]:
    """The terms that a track costs wherever it is played; each of shape (n,). ``heard``: see :func:`hearings`."""
    known = hearings(heard)
    return {
        "trimmed": _integers("trimmed", features.trimmed_s),
        "quiet": _integers("quiet", features.quiet_s),
        "startle": _integers("startle", np.nan_to_num(features.startle_lu, nan=0.0)),
        "novelty": _integers("novelty", [known.get(track_id, 0.0) for track_id in track_ids]),
        "variety": _integers("variety", [_draw(seed, track_id) for track_id in track_ids]),
    }


def hearings(heard: Heard) -> dict[str, float]:
    """How fresh each track still is in memory, by the sessions that played it, the newest first.

    1.0 for one of the last session, half as much for each session that lies in between: judgement. Only the newest
    hearing of a track counts.
    """
    fresh: dict[str, float] = {}
    for sessions_ago, track_ids in enumerate(heard):
        for track_id in track_ids:
            fresh.setdefault(track_id, 0.5**sessions_ago)
    return fresh


def transition_costs(before: Features, after: Features) -> dict[str, Ints]:
    """The terms of a seam from each track of ``before`` (row) to each of ``after`` (column); shape (n, m) each."""
    ends, begins = before.energy_edges[:, 1], after.energy_edges[:, 0]
    tempo = np.abs(before.tempo_octave[:, None] - after.tempo_octave) % 1.0
    timbre = np.abs(before.brightness_octave[:, None] - after.brightness_octave)
    loudness = np.abs(before.loudness_edges[:, 1, None] - after.loudness_edges[:, 0])
    out, into = exposure(ends, before.loudness_edges[:, 1]), exposure(begins, after.loudness_edges[:, 0])
    return {
        "tempo": _integers("tempo", np.nan_to_num(np.minimum(tempo, 1.0 - tempo), nan=NEUTRAL_TEMPO_OCTAVE)),
        "key": _integers("key", key_steps(before.key, after.key)),
        "timbre": _integers("timbre", np.nan_to_num(timbre, nan=NEUTRAL_TIMBRE_OCTAVE)),
        "loudness": _integers("loudness", np.nan_to_num(np.minimum(loudness, MOST_STEP_LU), nan=NEUTRAL_STEP_LU)),
        "step": _integers("step", np.abs(ends[:, None] - begins)),
        "seam": _integers("seam", (out[:, None] + into) / 2),
    }


def exposure(energy: npt.NDArray[np.float64], step_lu: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The energy of an edge, 0..1, at the share of its piece's level that it stands at: none 12 LU below.

    An edge of unknown loudness counts as one at its piece's level.
    """
    level = np.clip(1.0 + np.nan_to_num(step_lu, nan=0.0) / MOST_STEP_LU, 0.0, 1.0)
    return np.asarray(energy * level)


def key_steps(before: npt.NDArray[np.float64], after: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Steps on the circle of fifths, 0..6, from keys (n, 2) to keys (m, 2); a relative minor is half a step away."""
    around = np.abs(before[:, None, 0] - after[:, 0])
    steps = np.minimum(around, 12.0 - around) + 0.5 * (before[:, None, 1] != after[:, 1])
    return np.asarray(np.nan_to_num(np.minimum(steps, 6.0), nan=NEUTRAL_FIFTHS))


def crossfade_costs() -> Ints:
    """Cost of a crossfade of 4, 5 ... 12 s; shape (9,)."""
    fades = np.arange(MIN_FADE_S, MAX_FADE_S + 1)
    return _integers("crossfade", (fades - WISHED_FADE_S) ** 2)


def cut_costs(cut_s: Wide) -> Ints:
    """Cost of ending a piece ``cut_s`` whole seconds before its own end, and of cutting it at all."""
    return _integers("cut", cut_s + CUT_AT_ALL_S * (np.asarray(cut_s) > 0))


def _integers(term: str, amount: npt.ArrayLike) -> Ints:
    return np.rint(np.asarray(amount, dtype=np.float64) * (WEIGHT[term] * SCALE)).astype(np.int32)


def _draw(seed: int, track_id: str) -> float:
    """A number in 0..1 that depends on seed and track alone; 0.0 for seed 0, whose list is the best there is."""
    if seed == 0:
        return 0.0
    return int.from_bytes(hashlib.sha256(f"{seed}:{track_id}".encode()).digest()[:2], "big") / 65535
