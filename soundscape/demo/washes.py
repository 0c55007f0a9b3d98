"""Held tones: pads, ensemble strings, drones. A wide, living sound that can last for minutes at next to no cost.

Method: PADsynth (N. O. Nasca, ZynAddSubFX). Each harmonic becomes a narrow band of random phases, as if many slightly
detuned players held it; one inverse FFT gives a loop without a seam. Two loops share their phases, a dark and a bright
one, so that mixing them opens and closes a filter. The right ear hears the same loop half a turn later, where it is
uncorrelated with the left.
"""

from functools import lru_cache

import numpy as np
from scipy import fft

from library.track import Record
from soundscape.demo.waves import Samples, faded, frequency_hz, seeded

LOOP_LENGTH = 1 << 18
"""Samples of a loop, 6 s: longer than the ear keeps a texture in mind, short enough to make in 20 ms."""


class Wash(Record, frozen=True, kw_only=True):
    """A held timbre. Harmonic ``k`` has the level ``k ** -slope`` below ``cutoff_hz`` and falls steeply above it."""

    slope: float
    dark_hz: float
    bright_hz: float
    spread_cents: float
    attack_s: float
    release_s: float
    harmonics: tuple[int, ...] = ()
    """Only these, where named; otherwise all."""
    breath: float = 0.0
    """Level of the bow's or air's noise relative to the tone."""


WASHES = {
    "warm": Wash(slope=1.3, dark_hz=450, bright_hz=1800, spread_cents=16, attack_s=2.8, release_s=4.0),
    "drone": Wash(slope=1.0, dark_hz=180, bright_hz=700, spread_cents=9, attack_s=6.0, release_s=7.0),
    "strings": Wash(slope=1.0, dark_hz=900, bright_hz=4200, spread_cents=12, attack_s=0.9, release_s=1.6, breath=0.03),
    "glass": Wash(
        slope=0.9,
        dark_hz=900,
        bright_hz=3600,
        spread_cents=6,
        attack_s=1.8,
        release_s=3.5,
        harmonics=(1, 2, 4, 5, 8, 12),
    ),
    "low": Wash(slope=1.2, dark_hz=260, bright_hz=900, spread_cents=7, attack_s=0.35, release_s=1.8),
}


@lru_cache(maxsize=96)
def loops(name: str, pitch: int, rate_hz: int) -> tuple[Samples, Samples]:
    """Dark and bright loop of one pitch, float32 of ``LOOP_LENGTH``; the dark one has an RMS of 0.1."""
    wash, f_hz = WASHES[name], frequency_hz(pitch)
    bins = LOOP_LENGTH // 2 + 1
    dark, bright = np.zeros(bins, np.float32), np.zeros(bins, np.float32)
    bin_hz = rate_hz / LOOP_LENGTH
    highest = int(min(4 * wash.bright_hz, 0.4 * rate_hz) / f_hz) + 1
    for k in wash.harmonics or range(1, highest + 1):
        width = max(k * f_hz * (2 ** (wash.spread_cents / 1200) - 1), 2 * bin_hz) / bin_hz
        middle = k * f_hz / bin_hz
        lo, hi = max(1, int(middle - 4 * width)), min(bins - 1, int(middle + 4 * width) + 1)
        if lo >= hi:
            continue
        band = np.exp(-0.5 * ((np.arange(lo, hi) - middle) / width) ** 2) / np.sqrt(width) * k**-wash.slope
        dark[lo:hi] += band / (1 + (k * f_hz / wash.dark_hz) ** 2)
        bright[lo:hi] += band / (1 + (k * f_hz / wash.bright_hz) ** 2)
    turns = seeded(name, pitch).random(bins, dtype=np.float32) * np.float32(2 * np.pi)
    phases = np.exp(1j * turns).astype(np.complex64)
    dark_loop, bright_loop = (fft.irfft(level * phases, LOOP_LENGTH) for level in (dark, bright))
    scale = 0.1 / float(np.sqrt(np.mean(dark_loop**2)))
    return (dark_loop * scale).astype(np.float32), (bright_loop * scale).astype(np.float32)


@lru_cache(maxsize=4)
def breath_loop(rate_hz: int) -> Samples:
    """Noise between 1 and 5 kHz, as of hair on a string, RMS 0.1."""
    f_hz = fft.rfftfreq(LOOP_LENGTH, 1 / rate_hz)
    level = np.exp(-0.5 * (np.log2(np.maximum(f_hz, 1.0) / 2200.0) / 0.7) ** 2)
    turns = seeded("breath").random(len(f_hz)) * 2 * np.pi
    noise = fft.irfft(level * np.exp(1j * turns), LOOP_LENGTH)
    return np.asarray(0.1 * noise / np.sqrt(np.mean(noise**2)), np.float32)


def turned(loop: Samples, start: int, count: int) -> Samples:
    """``count`` samples of an endless loop from ``start`` on."""
    start %= len(loop)
    if start + count <= len(loop):
        return loop[start : start + count]
    out = np.empty(count, np.float32)
    done = 0
    while done < count:
        stretch = loop[start : start + count - done]
        out[done : done + len(stretch)] = stretch
        done, start = done + len(stretch), 0
    return out


def play(name: str, pitch: int, length_s: float, brightness: float, rng: np.random.Generator, rate_hz: int) -> Samples:
    """One held note with its slow attack and release, stereo float32 of shape (2, n).

    The release sounds on after ``length_s``, so that notes that follow each other overlap.
    """
    wash = WASHES[name]
    count = int((length_s + wash.release_s) * rate_hz)
    dark, bright = loops(name, pitch, rate_hz)
    opening = _opening(brightness, count, rng, rate_hz)
    start = int(rng.integers(LOOP_LENGTH))
    stereo = np.empty((2, count), np.float32)
    for ear in range(2):
        offset = start + ear * LOOP_LENGTH // 2
        low, high = turned(dark, offset, count), turned(bright, offset, count)
        np.subtract(high, low, out=stereo[ear])
        stereo[ear] *= opening
        stereo[ear] += low
        if wash.breath:
            stereo[ear] += np.float32(wash.breath) * turned(breath_loop(rate_hz), 3 * offset, count)
    return faded(stereo, min(wash.attack_s, 0.45 * length_s + 0.1), wash.release_s, rate_hz)


def _opening(brightness: float, count: int, rng: np.random.Generator, rate_hz: int) -> Samples:
    """How much of the bright loop is heard, 0..1: it wanders by +-0.15, one turn every 7 to 15 s."""
    turn = np.float32(2 * np.pi / (rng.uniform(7.0, 15.0) * rate_hz))
    phase = np.float32(rng.uniform(0, 2 * np.pi))
    swing = np.arange(count, dtype=np.float32) * turn + phase
    np.sin(swing, out=swing)
    return np.clip(swing * np.float32(0.15) + np.float32(brightness), 0.0, 1.0, out=swing)
