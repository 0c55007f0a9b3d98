"""Single voices that carry a melody: a bowed string and a breathy flute.

A wave table of one period is read at the changing pitch, a dark one mixed into a bright one as the note swells, with
band-passed noise for hair or breath. Vibrato stays under ten cents and comes late: wider and steadier vibrato, and
slides between notes, are what voice detectors (and ears) take for a singer.
"""

from functools import lru_cache

import numpy as np

from library.track import Record
from soundscape.demo.washes import breath_loop, turned
from soundscape.demo.waves import Samples, faded, frequency_hz

TABLE_LENGTH = 2048


class Line(Record, frozen=True, kw_only=True):
    """A melodic timbre: harmonic levels soft and loud, vibrato, noise and the two ends of a note."""

    soft: tuple[float, ...]
    loud: tuple[float, ...]
    vibrato_hz: float
    vibrato_cents: float
    breath: float
    attack_s: float
    release_s: float


LINES = {
    "bow": Line(
        soft=tuple(k**-1.9 for k in range(1, 11)),
        loud=tuple(k**-1.1 * (1.0 if k % 2 else 0.8) for k in range(1, 19)),
        vibrato_hz=4.6,
        vibrato_cents=5.0,
        breath=0.05,
        attack_s=0.28,
        release_s=0.5,
    ),
    "flute": Line(
        soft=(1, 0.18, 0.1, 0.02, 0.01),
        loud=(1, 0.5, 0.3, 0.12, 0.06, 0.03),
        vibrato_hz=4.0,
        vibrato_cents=3.0,
        breath=0.12,
        attack_s=0.16,
        release_s=0.35,
    ),
}


@lru_cache(maxsize=64)
def period(levels: tuple[float, ...], highest: int) -> Samples:
    """One period with the first ``highest`` of these harmonics, RMS 0.1; one sample longer, for interpolation."""
    turn = 2 * np.pi * np.arange(TABLE_LENGTH + 1) / TABLE_LENGTH
    wave = sum(level * np.sin((k + 1) * turn + 0.7 * k * k) for k, level in enumerate(levels[: max(highest, 1)]))
    return np.asarray(0.1 * wave / np.sqrt(np.mean(np.square(wave))), np.float32)


def play(name: str, pitch: int, length_s: float, brightness: float, rng: np.random.Generator, rate_hz: int) -> Samples:
    """One note, mono float32; it lasts its release longer than ``length_s``."""
    line, f_hz = LINES[name], frequency_hz(pitch)
    count = int((length_s + line.release_s) * rate_hz)
    t = np.arange(count, dtype=np.float32) / np.float32(rate_hz)
    wobble = np.minimum(t / 1.2, 1.0) * np.sin(2 * np.pi * line.vibrato_hz * t + rng.uniform(0, 6.28))
    steps = f_hz / rate_hz * (1.0 + line.vibrato_cents / 1731.0 * wobble.astype(np.float64))
    place = (np.cumsum(steps) + rng.random()) % 1.0 * TABLE_LENGTH
    index = place.astype(np.int32)
    fraction = (place - index).astype(np.float32)
    highest = int(0.42 * rate_hz / f_hz)
    soft, loud = (_read(period(levels, highest), index, fraction) for levels in (line.soft, line.loud))
    swell = np.float32(brightness) * (0.6 + 0.4 * np.sin(np.pi * t / np.float32(t[-1])))
    wave = soft + swell * (loud - soft)
    wave += np.float32(line.breath) * turned(breath_loop(rate_hz), int(rng.integers(1 << 18)), count)
    return faded(wave.astype(np.float32), min(line.attack_s, length_s / 2), line.release_s, rate_hz)


def _read(table: Samples, index: np.ndarray[tuple[int], np.dtype[np.int32]], fraction: Samples) -> Samples:
    """Linear interpolation between neighbours of a table."""
    here = table[index]
    return np.asarray(here + fraction * (table[index + 1] - here), np.float32)
