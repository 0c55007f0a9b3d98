"""What is a good sequence? Each term is defined here once, in its unit, and weighted in one table.

A cost of 1.0 is one second that is wholly wrong: the energy heard is 1.0 away from the energy wished. One hundred
seconds that are 0.1 off cost the same. All other terms are weighed on that scale, so small that the arc dominates.

Conventions: features are quantised first (energy to 1/1000, times to whole seconds ...) and costs are integers of
1/10000 from then on, so that every machine finds the same list. ``n`` tracks, ``T`` whole seconds of session.
"""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from library.track import Analysis, Curve, Track
from playlists.playlist import SAMPLE_RATE_HZ
from playlists.span import SILENCE_WORTH, quiet_s, trims_s
from playlists.span import music_span as music_span

Ints = npt.NDArray[np.int32]
Wide = npt.NDArray[np.int64]
Heard = Sequence[Sequence[str]]
"""What earlier sessions played, by track id, the newest session first."""

SCALE = 10_000
"""Integers per cost of 1.0."""

MIN_FADE_S, WISHED_FADE_S, MAX_FADE_S = 4, 8, 12
"""Crossfades in whole seconds. Judgement: below 4 s a change is noticed, above 12 s two pieces blur."""

EDGE_S = 10
"""Seconds of a piece that count as its beginning and its end. Judgement: a crossfade of usual length, and a little."""


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
    Term("cut", "s", 0.005, "judgement; a piece should end by itself, but not for the price of the arc"),
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
WEIGHT = {term.name: term.weight for term in TERMS}

NEUTRAL_TEMPO_OCTAVE, NEUTRAL_FIFTHS, NEUTRAL_TIMBRE_OCTAVE, NEUTRAL_STEP_LU = 0.15, 2.0, 0.5, 3.0
"""Distances where either side is unknown or has no pulse. Judgement: better than a clash, worse than a match."""
MOST_STEP_LU = 12.0
"""A piece that fades into silence is no worse than this; judgement."""
CIRCLE = {"C": 0, "G": 1, "D": 2, "A": 3, "E": 4, "B": 5, "F#": 6, "GB": 6, "DB": 7, "C#": 7, "AB": 8, "G#": 8}
CIRCLE |= {"EB": 9, "D#": 9, "BB": 10, "A#": 10, "F": 11, "CB": 5, "FB": 4, "E#": 11, "B#": 0}


@dataclass(frozen=True)
class Features:
    """What the cost knows of ``n`` tracks, quantised. NaN stands for unknown in the float columns."""

    from_n: Wide
    """First sample of the music, at 48 kHz."""
    length_s: Wide
    """Whole seconds of music; what is left over, under 1 s, is trimmed at the end."""
    energy: tuple[Wide, ...]
    """In 1/1000, one value a second from the first second of the music."""
    loudness_edges: npt.NDArray[np.float64]
    """Shape (n, 2): loudness of beginning and end relative to the whole, in LU."""
    tempo_octave: npt.NDArray[np.float64]
    key: npt.NDArray[np.float64]
    """Shape (n, 2): place on the circle of fifths of the relative major, and 1.0 for minor."""
    brightness_octave: npt.NDArray[np.float64]
    trimmed_s: npt.NDArray[np.float64]
    """Seconds of the music that are left out at its edges."""
    quiet_s: npt.NDArray[np.float64]
    """Seconds of silence within what is played."""
    startle_lu: npt.NDArray[np.float64]

    def take(self, tracks: Sequence[int]) -> "Features":
        """The features of some of the tracks, by number, in that order."""
        columns = {name: value[list(tracks)] for name, value in vars(self).items() if name != "energy"}
        return Features(energy=tuple(self.energy[j] for j in tracks), **columns)


def features_of(tracks: Sequence[Track]) -> Features:
    """The features of tracks whose energy curve and music edges are known."""
    analyses = [track.analysis for track in tracks]
    spans = [music_span(analysis) for analysis in analyses]
    lengths = [length for _, length in spans]
    return Features(
        from_n=np.array([first for first, _ in spans], dtype=np.int64),
        length_s=np.array(lengths, dtype=np.int64),
        energy=tuple(
            _each_second(a.energy_curve, first, length, quantum=0.001)
            for a, (first, length) in zip(analyses, spans, strict=True)
            if a.energy_curve is not None
        ),
        loudness_edges=np.array([_loudness_edges(a, *span) for a, span in zip(analyses, spans, strict=True)]),
        tempo_octave=np.array([_log2(a.tempo_bpm if a.pulse == "steady" else None) for a in analyses]),
        key=np.array([_circle(a.key) for a in analyses]),
        brightness_octave=np.array([_log2(a.brightness_hz) for a in analyses]),
        trimmed_s=np.array([round(sum(trims_s(a)), 2) for a in analyses]),
        quiet_s=np.array([quiet_s(a) for a in analyses]),
        startle_lu=np.array([math.nan if a.startle is None else round(a.startle.score, 1) for a in analyses]),
    )


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

    ``wished`` is in 1/1000. The sum of squares is taken apart, so that one correlation a track does it. It runs in
    float64, which holds these whole numbers exactly whatever the order of summation.
    """
    total_s = len(wished)
    starts = np.arange(total_s)
    wished_squares = np.concatenate(([0], np.cumsum(wished * wished)))
    padded = np.concatenate((wished, np.zeros(int(features.length_s.max()), dtype=np.int64))).astype(np.float64)
    costs = np.empty((len(features.energy), total_s), dtype=np.int32)
    for j, energy in enumerate(features.energy):
        ends = np.minimum(starts + len(energy), total_s)
        squares = np.concatenate(([0], np.cumsum(energy * energy)))
        cross = np.correlate(padded[: total_s + len(energy) - 1], energy.astype(np.float64), "valid").astype(np.int64)
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
    ends = np.array([energy[-EDGE_S:].mean() for energy in before.energy]).round() / 1000
    begins = np.array([energy[:EDGE_S].mean() for energy in after.energy]).round() / 1000
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
    """Cost of ending a piece ``cut_s`` whole seconds before its own end."""
    return _integers("cut", cut_s)


def _integers(term: str, amount: npt.ArrayLike) -> Ints:
    return np.rint(np.asarray(amount, dtype=np.float64) * (WEIGHT[term] * SCALE)).astype(np.int32)


def _each_second(curve: Curve, first_n: int, length_s: int, *, quantum: float) -> Wide:
    """A curve at ``first``, ``first`` + 1 s ... in units of ``quantum``, interpolated in whole numbers."""
    values = np.rint(np.asarray(curve.values, dtype=np.float64) / quantum).astype(np.int64)
    hop_us = max(1, round(curve.hop_s * 1e6))
    at_us = (first_n * 1_000_000) // SAMPLE_RATE_HZ + np.arange(length_s, dtype=np.int64) * 1_000_000
    index = np.minimum(at_us // hop_us, len(values) - 1)
    part = np.where(index == len(values) - 1, 0, at_us - index * hop_us)
    after = values[np.minimum(index + 1, len(values) - 1)]
    return np.asarray((values[index] * (hop_us - part) + after * part + hop_us // 2) // hop_us)


def _loudness_edges(analysis: Analysis, first_n: int, length_s: int) -> tuple[float, float]:
    curve, whole_lufs = analysis.loudness_curve, analysis.loudness_lufs
    if curve is None or not curve.values or whole_lufs is None or length_s == 0:
        return math.nan, math.nan
    lufs = _each_second(curve, first_n, length_s, quantum=0.1) / 10
    begin, end = float(np.median(lufs[:EDGE_S])), float(np.median(lufs[-EDGE_S:]))
    return round(begin - whole_lufs, 1), round(end - whole_lufs, 1)


def _log2(value: float | None) -> float:
    return math.nan if value is None or value <= 0.0 else round(math.log2(value), 3)


def _circle(key: str | None) -> tuple[float, float]:
    """Place of the relative major on the circle of fifths, and 1.0 for minor: ``"A minor"`` is (0.0, 1.0)."""
    note, _, mode = (key or "").strip().partition(" ")
    place = CIRCLE.get(note.upper().replace("♯", "#").replace("♭", "B"))
    if place is None:
        return math.nan, math.nan
    minor = mode.strip().casefold().startswith("min")
    return float((place - 3) % 12 if minor else place), float(minor)


def _draw(seed: int, track_id: str) -> float:
    """A number in 0..1 that depends on seed and track alone; 0.0 for seed 0, whose list is the best there is."""
    if seed == 0:
        return 0.0
    return int.from_bytes(hashlib.sha256(f"{seed}:{track_id}".encode()).digest()[:2], "big") / 65535
