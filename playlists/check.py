"""Is the written file what was planned?

It is decoded again and measured: length, loudness, true peak, silences and sudden rises. A file that fails is not kept;
the error names what, where (mm:ss) and how much. It takes the plan, the library's decoder and its meter, and no
arithmetic of what mixes.

Conventions: levels in dBFS are of the mean square over both channels, full scale 1; loudness after ITU-R BS.1770-4.
"""

from collections.abc import Callable, Generator, Sequence
from pathlib import Path

import numba
import numpy as np
from numpy.typing import NDArray

from library.analysis.loudness import SHORT_TERM_STEPS, Loudness, to_lufs, windowed
from library.audio import Block, decode
from library.errors import LibraryError
from library.track import Record
from playlists.ahead import Ahead
from playlists.errors import MixdownRejected
from playlists.playlist import SAMPLE_RATE_HZ
from playlists.timeline import Segment, clock

FINE = SAMPLE_RATE_HZ // 20
"""Silence is looked for in steps of 50 ms."""
SILENCE_DBFS = -60.0
SILENCE_S = 0.5
SILENT_STEPS = round(SILENCE_S * SAMPLE_RATE_HZ / FINE)
RISE_DB = 12.0
"""One second over the one before; 3 dB above what :mod:`playlists.rise` lets pass, for what coding adds."""
SEAM_RISE_LU = 6.0
QUIET_LUFS = -60.0
"""Rises are counted from here: below is silence."""
STEPS_A_SECOND = 10
FAINTEST = 1e-12
"""-120 dBFS stands for silence."""


class Measured(Record, frozen=True, kw_only=True):
    """What the decoded file holds. ``excess_peak_dbfs`` is the largest sample after the music's end."""

    samples: int
    loudness_lufs: float
    true_peak_dbtp: float
    excess_peak_dbfs: float
    levels: tuple[NDArray[np.float64], NDArray[np.float64]]
    """Mean squares of each 50 ms, and K-weighted mean squares of each 100 ms."""

    @property
    def levels_dbfs(self) -> tuple[float, ...]:
        """The level of each second, to a tenth of a dB; what is left of the last one counts as one."""
        powers = self.levels[0]
        each = SAMPLE_RATE_HZ // FINE
        seconds = [powers[first : first + each].mean() for first in range(0, len(powers), each)]
        return tuple(round(10.0 * float(np.log10(max(power, FAINTEST))), 1) for power in seconds)


def measure(path: Path, total: int, tick: Callable[[int], None]) -> Measured:
    """Decode and measure a file of which the first ``total`` samples are the music.

    Parameters
    ----------
    tick
        Told the length of each block in samples.
    """
    loudness = Loudness(SAMPLE_RATE_HZ, channels=2)
    powers: list[NDArray[np.float64]] = []
    rest: Block = np.zeros((2, 0), np.float32)
    count, excess = 0, 0.0
    try:
        with Ahead(_decoded(path)) as blocks:
            for block in blocks:
                if len(block) != 2:
                    raise MixdownRejected(f"The file holds {len(block)} channels instead of 2.")
                music = block[:, : max(total - count, 0)]
                excess = max(excess, float(np.abs(block[:, music.shape[1] :]).max(initial=0.0)))
                count += block.shape[1]
                loudness.feed(music)
                rest = np.concatenate([rest, music], axis=1)
                powers.append(_powers(rest))
                rest = rest[:, rest.shape[1] // FINE * FINE :].copy()
                tick(block.shape[1])
    except LibraryError as error:
        raise MixdownRejected(f"The written file cannot be read back: {error}") from error
    result = loudness.result()
    if result.loudness_lufs is None or result.true_peak_dbtp is None:
        raise MixdownRejected(f"The written file is silent: {'; '.join(result.unknown.values())}.")
    return Measured(
        samples=count,
        loudness_lufs=result.loudness_lufs,
        true_peak_dbtp=result.true_peak_dbtp,
        excess_peak_dbfs=20.0 * float(np.log10(max(excess, 1e-9))),
        levels=(np.concatenate(powers), loudness.energies),
    )


@numba.njit(cache=True, nogil=True, fastmath={"reassoc", "nsz", "nnan"})
def _powers(music: Block) -> NDArray[np.float64]:
    """The mean square of each whole 50 ms."""
    count = music.shape[1] // FINE
    powers = np.zeros(count)
    for number in range(count):
        total = 0.0
        for i in range(number * FINE, (number + 1) * FINE):
            left, right = np.float64(music[0, i]), np.float64(music[1, i])
            total += left * left + right * right
        powers[number] = total / (2 * FINE)
    return powers


def _decoded(path: Path) -> Generator[Block]:
    yield from decode(path, threads=2)


def refuse_unless_calm(
    measured: Measured, segments: Sequence[Segment], decoded_multiple: int = 1, *, from_silence: bool = True
) -> None:
    """Raise :class:`MixdownRejected` for a wrong length, a silence inside, or a sudden rise.

    ``from_silence`` says that the beginning rises from silence, and not from what a player fades out of.
    """
    total = segments[-1].end
    expected = -(-total // decoded_multiple) * decoded_multiple
    if measured.samples != expected:
        raise MixdownRejected(f"The file decodes to {measured.samples} samples instead of {expected}.")
    if measured.excess_peak_dbfs > SILENCE_DBFS:
        raise MixdownRejected(f"After the end at {_at(total)} there is sound of {measured.excess_peak_dbfs:.0f} dBFS.")
    powers, energies = measured.levels
    _refuse_silence(powers, segments)
    _refuse_rises(powers, from_silence=from_silence)
    _refuse_seams(energies, segments)


def _refuse_silence(powers: NDArray[np.float64], segments: Sequence[Segment]) -> None:
    """No silence of half a second or more between the opening and the closing fade."""
    first = -(-segments[0].faded_in // FINE)
    last = (segments[-1].end - segments[-1].fade_out) // FINE
    silent = np.concatenate([[False], powers[first:last] < 10.0 ** (SILENCE_DBFS / 10.0), [False]])
    edges = np.flatnonzero(np.diff(silent.astype(np.int8)))
    for begin, end in zip(edges[::2], edges[1::2], strict=True):
        if end - begin >= SILENT_STEPS:
            length_s = (end - begin) * FINE / SAMPLE_RATE_HZ
            raise MixdownRejected(f"Silence of {length_s:.1f} s at {_at((first + begin) * FINE)}.")


def _refuse_rises(powers: NDArray[np.float64], *, from_silence: bool) -> None:
    """No second far above the second before."""
    pairs = powers[: len(powers) // 2 * 2].reshape(-1, 2).mean(axis=1)
    before = 0.0 if from_silence else 1.0
    rises = _rises(np.pad(pairs, (2 * STEPS_A_SECOND, 0), constant_values=before), STEPS_A_SECOND, SILENCE_DBFS)
    if len(rises) and rises.max() > RISE_DB:
        at = max(int(rises.argmax()) - STEPS_A_SECOND, 0) * 2 * FINE
        raise MixdownRejected(f"The level rises by {rises.max():.1f} dB within a second at {_at(at)}.")


def _refuse_seams(energies: NDArray[np.float64], segments: Sequence[Segment]) -> None:
    """No jump of short-term loudness where one track follows another."""
    step = SAMPLE_RATE_HZ // STEPS_A_SECOND
    window = SHORT_TERM_STEPS + STEPS_A_SECOND
    for segment in segments[1:]:
        begin = segment.start // step
        end = segment.faded_in // step + SHORT_TERM_STEPS
        lufs = np.maximum(to_lufs(windowed(energies[max(begin - window, 0) : end], SHORT_TERM_STEPS)), QUIET_LUFS)
        rises = lufs[STEPS_A_SECOND:] - lufs[:-STEPS_A_SECOND]
        if len(rises) and rises.max() > SEAM_RISE_LU:
            raise MixdownRejected(f"The loudness rises by {rises.max():.1f} LU at the seam at {_at(segment.start)}.")


def _rises(powers: NDArray[np.float64], steps: int, floor_dbfs: float) -> NDArray[np.float64]:
    """By how many dB each window of ``steps`` is above the one before it, both at least at the floor."""
    means_db = 10.0 * np.log10(np.maximum(windowed(powers, steps), 10.0 ** (floor_dbfs / 10.0)))
    return np.asarray(means_db[steps:] - means_db[:-steps])


def _at(sample: int) -> str:
    return clock(sample / SAMPLE_RATE_HZ)
