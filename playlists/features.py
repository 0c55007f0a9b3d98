"""What does the cost know of each track? Read off its analysis once, quantised, in compact columns.

Everything is quantised before anything is computed of it (energy to 1/1000, loudness to 0.1 LU, times to whole
seconds), so that every machine finds the same list. A hundred thousand tracks of four minutes take about 60 MB.

Conventions: ``n`` tracks; NaN stands for unknown in the float columns.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from library.span import quiet_s, trims_s
from library.track import Analysis, Curve, Track
from playlists.playlist import SAMPLE_RATE_HZ
from playlists.span import music_span

Ints = npt.NDArray[np.int32]
Wide = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

EDGE_S = 10
"""Seconds of a piece that count as its beginning and its end. Judgement: a crossfade of usual length, and a little."""
CIRCLE = {"C": 0, "G": 1, "D": 2, "A": 3, "E": 4, "B": 5, "F#": 6, "GB": 6, "DB": 7, "C#": 7, "AB": 8, "G#": 8}
CIRCLE |= {"EB": 9, "D#": 9, "BB": 10, "A#": 10, "F": 11, "CB": 5, "FB": 4, "E#": 11, "B#": 0}


@dataclass(frozen=True)
class Curves:
    """Energy of each track in 1/1000, one value a second from the first second of its music, all in one array."""

    values: npt.NDArray[np.int16]
    begins: Wide
    """Shape (n,): where each track's values begin."""
    lengths: Wide

    def __len__(self) -> int:
        return len(self.begins)

    def __getitem__(self, track: int) -> Wide:
        begin = int(self.begins[track])
        return self.values[begin : begin + int(self.lengths[track])].astype(np.int64)

    def __iter__(self) -> Iterator[Wide]:
        return (self[track] for track in range(len(self)))


@dataclass(frozen=True)
class Features:
    """What the cost knows of ``n`` tracks."""

    from_n: Wide
    """First sample that is played, at 48 kHz."""
    length_s: Wide
    """Whole seconds that are played; what is left over, under 1 s, is trimmed at the end."""
    energy: Curves
    energy_edges: Floats
    """Shape (n, 2): mean energy of beginning and end, to 1/1000."""
    loudness_edges: Floats
    """Shape (n, 2): loudness of beginning and end relative to the whole, in LU."""
    tempo_octave: Floats
    key: Floats
    """Shape (n, 2): place on the circle of fifths of the relative major, and 1.0 for minor."""
    brightness_octave: Floats
    trimmed_s: Floats
    """Seconds of the music that are left out at its edges."""
    quiet_s: Floats
    """Seconds of silence within what is played."""
    startle_lu: Floats

    def take(self, tracks: Sequence[int] | Wide) -> "Features":
        """The features of some of the tracks, by number, in that order; the curves are not copied."""
        rows = np.asarray(tracks, dtype=np.int64)
        columns = {name: value[rows] for name, value in vars(self).items() if name != "energy"}
        return Features(
            energy=Curves(self.energy.values, self.energy.begins[rows], self.energy.lengths[rows]), **columns
        )


class Row(NamedTuple):
    """One track's features, as :class:`Features` has them."""

    from_n: int
    length_s: int
    energy: npt.NDArray[np.int16]
    energy_edges: tuple[float, float]
    loudness_edges: tuple[float, float]
    tempo_octave: float
    key: tuple[float, float]
    brightness_octave: float
    trimmed_s: float
    quiet_s: float
    startle_lu: float


def features_of(tracks: Iterable[Track]) -> Features:
    """The features of tracks; one without an energy curve has an empty one, and what is unknown is NaN."""
    return stacked([row_of(track.analysis) for track in tracks])


def row_of(analysis: Analysis) -> Row:
    """The features of one track."""
    first, length = music_span(analysis)
    energy = np.zeros(0, dtype=np.int64)
    if analysis.energy_curve is not None and analysis.energy_curve.values:
        energy = at_seconds(analysis.energy_curve, first, np.arange(length), quantum=0.001)
    return Row(
        from_n=first,
        length_s=length,
        energy=energy.astype(np.int16),
        energy_edges=_energy_edges(energy),
        loudness_edges=_loudness_edges(analysis, first, length),
        tempo_octave=_log2(analysis.tempo_bpm if analysis.pulse == "steady" else None),
        key=_circle(analysis.key),
        brightness_octave=_log2(analysis.brightness_hz),
        trimmed_s=round(sum(trims_s(analysis)), 2),
        quiet_s=quiet_s(analysis),
        startle_lu=math.nan if analysis.startle is None else round(analysis.startle.score, 1),
    )


def stacked(rows: Sequence[Row]) -> Features:
    """Rows as columns."""
    lengths = np.array([len(row.energy) for row in rows], dtype=np.int64)
    values = np.concatenate([np.zeros(0, dtype=np.int16), *(row.energy for row in rows)])
    columns = {
        name: np.array([getattr(row, name) for row in rows], dtype=np.float64)
        for name in Row._fields
        if name not in ("from_n", "length_s", "energy")
    }
    for name in ("energy_edges", "loudness_edges", "key"):
        columns[name] = columns[name].reshape(-1, 2)
    return Features(
        from_n=np.array([row.from_n for row in rows], dtype=np.int64),
        length_s=np.array([row.length_s for row in rows], dtype=np.int64),
        energy=Curves(values, np.cumsum(lengths) - lengths, lengths),
        **columns,
    )


def at_seconds(curve: Curve, first_n: int, seconds: Wide, *, quantum: float) -> Wide:
    """A curve at whole seconds from ``first_n`` on, in units of ``quantum``, interpolated in whole numbers."""
    values = np.rint(np.asarray(curve.values, dtype=np.float64) / quantum).astype(np.int64)
    hop_us = max(1, round(curve.hop_s * 1e6))
    at_us = (first_n * 1_000_000) // SAMPLE_RATE_HZ + seconds * 1_000_000
    index = np.minimum(at_us // hop_us, len(values) - 1)
    part = np.where(index == len(values) - 1, 0, at_us - index * hop_us)
    after = values[np.minimum(index + 1, len(values) - 1)]
    return np.asarray((values[index] * (hop_us - part) + after * part + hop_us // 2) // hop_us)


def _energy_edges(energy: Wide) -> tuple[float, float]:
    if not len(energy):
        return math.nan, math.nan
    return float(energy[:EDGE_S].mean().round() / 1000), float(energy[-EDGE_S:].mean().round() / 1000)


def _loudness_edges(analysis: Analysis, first_n: int, length_s: int) -> tuple[float, float]:
    curve, whole_lufs = analysis.loudness_curve, analysis.loudness_lufs
    if curve is None or not curve.values or whole_lufs is None or length_s == 0:
        return math.nan, math.nan
    edge_s = min(EDGE_S, length_s)
    edges = np.concatenate((np.arange(edge_s), np.arange(length_s - edge_s, length_s)))
    tenths = at_seconds(curve, first_n, edges, quantum=0.1).tolist()
    begin, end = median(tenths[:edge_s]) / 10, median(tenths[edge_s:]) / 10  # NumPy's is ten times as slow for so few
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
