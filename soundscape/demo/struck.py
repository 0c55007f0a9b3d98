"""Struck and plucked tones: harp, guitar, felt piano, marimba, bells, bowls, and the soft percussion.

Each is a sum of decaying partials, described by their ratios to the fundamental, levels and decay times. Ratios of bars
and bells after Fletcher & Rossing, The Physics of Musical Instruments (2nd ed.), chapters 19-21. A tone is made once
for each pitch and then only added, so an arpeggio of thousands of notes costs little more than copying.
"""

from functools import lru_cache

import numpy as np
from scipy import signal

from library.track import Record
from soundscape.demo.waves import Samples, faded, frequency_hz, seeded


class Struck(Record, frozen=True, kw_only=True):
    """A decaying timbre; ``decay_s`` is the time constant of the fundamental at 220 Hz, shorter for high notes."""

    ratios: tuple[float, ...]
    levels: tuple[float, ...]
    decay_s: float
    damping: float
    """How much faster each partial dies per unit of its ratio: 0 all alike, 1 like a damped string."""
    attack_s: float
    beating_hz: float = 0.4
    """Each partial is a pair this far apart, as two strings or the two sides of a bell are."""


def _string(count: int, position: float, slope: float) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Partials of a string plucked at ``position`` (fraction of its length), very slightly stiff."""
    ratios = tuple(k * float(np.sqrt(1 + 0.00008 * k * k)) for k in range(1, count + 1))
    levels = tuple(abs(float(np.sin(np.pi * k * position))) * k**-slope + 1e-4 for k in range(1, count + 1))
    return ratios, levels


_HARP, _GUITAR, _FELT = _string(14, 0.37, 1.5), _string(18, 0.21, 1.2), _string(9, 0.12, 1.9)
STRUCK = {
    "harp": Struck(ratios=_HARP[0], levels=_HARP[1], decay_s=1.5, damping=0.35, attack_s=0.006),
    "guitar": Struck(ratios=_GUITAR[0], levels=_GUITAR[1], decay_s=0.9, damping=0.3, attack_s=0.005),
    "felt": Struck(ratios=_FELT[0], levels=_FELT[1], decay_s=1.3, damping=0.4, attack_s=0.012),
    "marimba": Struck(
        ratios=(1, 2.0, 3.93, 9.5), levels=(1, 0.06, 0.3, 0.06), decay_s=0.55, damping=0.4, attack_s=0.006
    ),
    "vibes": Struck(ratios=(1, 2.0, 4.0, 9.9), levels=(1, 0.08, 0.22, 0.03), decay_s=1.8, damping=0.3, attack_s=0.01),
    "glockenspiel": Struck(
        ratios=(1, 2.01, 2.76, 5.4), levels=(1, 0.1, 0.25, 0.08), decay_s=2.2, damping=0.35, attack_s=0.008
    ),
    "bowl": Struck(
        ratios=(1, 2.0, 2.83, 5.2),
        levels=(1, 0.22, 0.3, 0.08),
        decay_s=4.5,
        damping=0.25,
        attack_s=0.06,
        beating_hz=0.7,
    ),
    "drum": Struck(
        ratios=(1, 1.59, 2.14, 2.65), levels=(1, 0.4, 0.25, 0.12), decay_s=0.16, damping=0.5, attack_s=0.012
    ),
}


@lru_cache(maxsize=256)
def tone(name: str, pitch: int, rate_hz: int) -> Samples:
    """One tone, mono float32, peak near 0.5; it lasts until it has fallen by 60 dB, at most 9 s."""
    if name == "shaker":
        return _shaker(rate_hz)
    if name == "crash":
        return _crash(pitch, rate_hz)
    timbre, f_hz = STRUCK[name], frequency_hz(pitch)
    decay_s = timbre.decay_s * (220.0 / f_hz) ** 0.4
    t = np.arange(int(min(6.9 * decay_s, 9.0) * rate_hz), dtype=np.float32) / np.float32(rate_hz)
    rng = seeded(name, pitch)
    total = np.zeros_like(t)
    for ratio, level in zip(timbre.ratios, timbre.levels, strict=True):
        if ratio * f_hz > 0.42 * rate_hz:
            continue
        fall = np.exp(-t * np.float32((1 + timbre.damping * (ratio - 1)) / decay_s))
        start_a, start_b = rng.uniform(0, 2 * np.pi, 2)
        half = timbre.beating_hz / 2
        pair = np.sin(2 * np.pi * (ratio * f_hz - half) * t + start_a)
        pair += 0.6 * np.sin(2 * np.pi * (ratio * f_hz + half) * t + start_b)
        total += np.asarray(level * fall * pair, np.float32)
    total *= np.float32(0.5 / np.max(np.abs(total)))
    return faded(total, timbre.attack_s, 0.2 * len(t) / rate_hz, rate_hz)


def _shaker(rate_hz: int) -> Samples:
    """A soft swish of grains: noise between 3.5 and 9 kHz that swells in 20 ms and dies in 60."""
    count = int(0.3 * rate_hz)
    noise = seeded("shaker").standard_normal(count)
    band = signal.sosfilt(signal.butter(2, (3500, 9000), "bandpass", fs=rate_hz, output="sos"), noise)
    t = np.arange(count) / rate_hz
    swish = np.asarray(band * (1 - np.exp(-t / 0.012)) * np.exp(-t / 0.05), np.float32)
    swish *= np.float32(0.5 / np.max(np.abs(swish)))
    return faded(swish, 0.005, 0.1, rate_hz)


def _crash(pitch: int, rate_hz: int) -> Samples:
    """The startle: a slammed low cluster under a burst of noise, at full height within 3 ms."""
    t = np.arange(int(4.0 * rate_hz), dtype=np.float32) / np.float32(rate_hz)
    rng = seeded("crash")
    total = np.zeros_like(t)
    for ratio in np.concatenate([[0.5, 1.0, 1.5, 2.0], rng.uniform(1.0, 14.0, 24)]):
        fall = np.exp(-t * np.float32(0.9 + 0.25 * ratio)) / np.float32(np.sqrt(ratio))
        total += fall * np.sin(2 * np.pi * frequency_hz(pitch) * np.float32(ratio) * t + rng.uniform(0, 6.28))
    noise = rng.standard_normal(len(t), dtype=np.float32)
    total += 1.5 * np.exp(-t / np.float32(0.5)) * np.diff(noise, prepend=noise[:1]).astype(np.float32)
    total *= np.float32(0.5 / np.max(np.abs(total)))
    return faded(total.astype(np.float32), 0.003, 1.0, rate_hz)
