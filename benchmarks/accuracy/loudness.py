"""Is the loudness that of EBU R 128? The signals of EBU Tech 3341 and 3342, and FFmpeg's meter on real tracks.

Nothing is tuned on anything here. ``SOUNDSCAPE_GAME_MUSIC`` and the shared audio give the real tracks.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.accuracy.figure import Figure, worst
from benchmarks.accuracy.sources import SHARED, game_files
from library import audio
from library.analysis.loudness import PART_S, to_lufs, windowed
from tests import ebu
from tests.library.analysis.hearing import loudness_of_file, metered
from tests.meter import ebur128, true_peak_dbtp
from tests.sounds import write

RATES_HZ = (48_000, 44_100)
LU, RANGE, PEAK = "within 0.1 LU", "within 1 LU", "-0.4 to +0.2 dB"
TRACKS = 30
LONGEST_S = 400.0
"""FFmpeg's meter takes seconds a minute: no track of an hour."""


def figures() -> Iterator[Figure]:
    """Yield the largest error of each kind of signal, then the largest difference to FFmpeg."""
    yield from _levels()
    yield from _windows()
    yield from _peaks()
    yield _five_channels()
    yield from _beside_ffmpeg(_tracks())


def _levels() -> Iterator[Figure]:
    errors = [
        _known(metered(ebu.tones(steps, rate_hz), rate_hz).result().loudness_lufs) - lufs
        for rate_hz in RATES_HZ
        for steps, lufs in ebu.INTEGRATED.values()
    ]
    yield worst("integrated loudness, error in LU", errors, source="EBU Tech 3341 cases 1-5, 2 rates", target=LU)
    errors = [
        _known(metered(ebu.tones(steps, rate_hz), rate_hz).result().loudness_range_lu) - range_lu
        for rate_hz in RATES_HZ
        for steps, range_lu in ebu.RANGE.values()
    ]
    yield worst("loudness range, error in LU", errors, source="EBU Tech 3342 cases 1-4, 2 rates", target=RANGE)


def _windows() -> Iterator[Figure]:
    constant: list[float] = []
    for steps, window_s, from_s in ebu.CONSTANT.values():
        parts = metered(ebu.tones(steps, 48_000), 48_000).parts
        found = to_lufs(windowed(parts, round(window_s / PART_S)))[round((from_s - window_s) / PART_S) :]
        constant += (found + 23.0).tolist()
    yield worst("M and S that stay constant, error in LU", constant, source="EBU Tech 3341 cases 9, 12", target=LU)
    errors: list[float] = []
    for case, window_s in ((10, 3.0), (13, 0.4)):
        for sound, lufs in ebu.segments(case, 48_000):
            errors.append(float(to_lufs(windowed(metered(sound, 48_000).parts, round(window_s / PART_S))).max()) - lufs)
    for case, window_s in ((11, 3.0), (14, 0.4)):
        sound, readings = ebu.rising(case, 48_000)
        window = round(window_s / PART_S)
        found = np.maximum.accumulate(to_lufs(windowed(metered(sound, 48_000).parts, window)))
        errors += [float(found[round(end_s / PART_S) - window]) - lufs for end_s, lufs in readings]
    yield worst("loudest M and S, error in LU", errors, source="EBU Tech 3341 cases 10, 11, 13, 14", target=LU)


def _peaks() -> Iterator[Figure]:
    for cases, make, source in ((ebu.PEAKS, ebu.peak, "15-19"), (ebu.BETWEEN, ebu.cycle_between, "20-23")):
        errors = []
        for rate_hz in RATES_HZ:
            for case in cases:
                sound, dbtp = make(case, rate_hz)
                errors.append(_known(metered(sound, rate_hz).result().true_peak_dbtp) - dbtp)
        yield worst("true peak, error in dB", errors, source=f"EBU Tech 3341 cases {source}, 2 rates", target=PEAK)


def _five_channels() -> Figure:
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder) / "five.wav", ebu.five_channels(48_000), 48_000)
        lufs = _known(loudness_of_file(path).loudness_lufs)
    source = "EBU Tech 3341 case 6 folded to stereo, tones in phase (-19.4 by BS.775; five loudspeakers: -23)"
    return Figure(name="five channels as two ears hear them, LUFS", value=lufs, count=1, source=source)


def _tracks() -> list[Path]:
    """Every ``n``-th real track of both sources, so that each has its part of the thirty."""
    shared = sorted(path for name in ("instrumental", "vocal", "tempo") for path in (SHARED / name).iterdir())
    games = [path for path in game_files() if path.suffix == ".ogg"]
    chosen = [paths[:: max(1, len(paths) // (TRACKS * 2))] for paths in (games, shared) if paths]
    short = [[path for path in paths if (audio.source_format(path).stated_s or 0.0) < LONGEST_S] for paths in chosen]
    each = -(-TRACKS // len(short))
    return [path for paths in short for path in paths[:: max(1, len(paths) // each)][:each]][:TRACKS]


def _beside_ffmpeg(paths: list[Path]) -> Iterator[Figure]:
    integrated, ranges, peaks = [], [], []
    for path in paths:
        ours, theirs = loudness_of_file(path), ebur128(path)
        both_ears_lu = 10 * np.log10(2) if audio.source_format(path).channels == 1 else 0.0
        if ours.loudness_lufs is None:
            continue
        integrated.append(ours.loudness_lufs - theirs["I"][-1] - both_ears_lu)
        if ours.loudness_range_lu is not None:
            ranges.append(ours.loudness_range_lu - theirs["LRA"][-1])
        peaks.append(_known(ours.true_peak_dbtp) - true_peak_dbtp(theirs))
    source = "FFmpeg's ebur128 on shared audio and game music (judging only)"
    yield worst("integrated loudness beside FFmpeg's, LU", integrated, source=source, target=LU)
    yield worst("loudness range beside FFmpeg's, LU", ranges, source=source)
    yield worst("true peak beside FFmpeg's, dB", peaks, source=source)


def _known(value: float | None) -> float:
    """A measured value that must be there.

    Raises
    ------
    ValueError
        If the meter has no answer for a signal that has one.
    """
    if value is None:
        raise ValueError("the meter gave no value for a signal that has one")
    return value
