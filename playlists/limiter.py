"""Where does the waveform reach too high, and how is it held without being heard?

A look-ahead limiter on true peaks: the waveform between the samples is found by fourfold oversampling (ITU-R BS.1770-4
Annex 2), and around each peak the gain goes down and up again in smooth arcs that begin before it. Sound that stays
below the ceiling passes bit for bit unchanged.

Conventions: blocks are float32 of shape (2, n) at 48 kHz.
"""

from functools import cache

import numpy as np
import scipy
from numpy.typing import NDArray

from library.audio import Block
from playlists.playlist import SAMPLE_RATE_HZ

REACH = SAMPLE_RATE_HZ * 25 // 1000
"""Samples over which the gain moves before and after a peak. Judgement: 25 ms, half a period of the lowest tones of
music, so that the gain follows their envelope and not their waveform."""
PHASES, TAPS = 4, 24
STRETCH = 256
SIDE = TAPS // 2
CONTEXT = 2 * REACH + SIDE
"""Samples on either side that a sample's gain depends on."""

_ARC = np.hanning(2 * REACH + 3)[1:-1]


@cache
def _phase_taps() -> Block:
    """The filter of fourfold oversampling, shape (taps, phases)."""
    prototype = PHASES * scipy.signal.firwin(PHASES * TAPS - 1, 1 / PHASES, window=("kaiser", 7.0))
    return np.append(prototype, 0.0).reshape(TAPS, PHASES)[::-1].astype(np.float32)


@cache
def _overshoot() -> float:
    """No waveform rises further above its largest sample than this factor."""
    return float(np.abs(_phase_taps()).sum(axis=0).max())


class Limiter:
    """A stream of blocks in, the same stream out, later by ``CONTEXT`` samples, nowhere above the ceiling."""

    def __init__(self, ceiling_dbtp: float) -> None:
        self._ceiling = 10.0 ** (ceiling_dbtp / 20.0)
        self._held: Block = np.zeros((2, CONTEXT), np.float32)
        self.most_db = 0.0
        """The largest gain reduction so far."""

    def feed(self, block: Block) -> Block:
        """Take in a block, return what is ready."""
        samples = np.concatenate([self._held, block], axis=1)
        self._held = samples[:, -2 * CONTEXT :]
        ready = samples[:, CONTEXT : samples.shape[1] - CONTEXT]
        if ready.shape[1] == 0 or float(np.abs(samples).max()) * _overshoot() <= self._ceiling:
            return ready
        wished = np.minimum(1.0, self._ceiling / np.maximum(true_peaks(samples, self._ceiling), self._ceiling))
        if wished.min() == 1.0:
            return ready
        held = scipy.ndimage.minimum_filter1d(wished, 2 * REACH + 1, mode="constant", cval=1.0)
        gain = 1.0 - scipy.signal.oaconvolve(1.0 - held, _ARC / _ARC.sum(), mode="same")[CONTEXT:-CONTEXT]
        self.most_db = max(self.most_db, -20.0 * float(np.log10(gain.min())))
        return ready * gain.astype(np.float32)

    def flush(self) -> Block:
        """Return the rest; all in all as much comes out as was fed."""
        return self.feed(np.zeros((2, CONTEXT), np.float32))


def true_peaks(samples: Block, interest: float) -> NDArray[np.float64]:
    """The height of the waveform around each sample, the louder channel's, shape (n,).

    Stretches that cannot reach ``interest``, even if every tap agreed in sign, are left at 0.
    """
    heights = np.zeros(samples.shape[1] + -samples.shape[1] % STRETCH)
    for channel in samples:
        padded = np.pad(channel, (SIDE - 1, SIDE + len(heights) - len(channel)))
        stretches = np.lib.stride_tricks.sliding_window_view(padded, STRETCH + TAPS - 1)[::STRETCH]
        for index in np.flatnonzero(np.abs(stretches).max(axis=1) * _overshoot() > interest):
            windows = np.lib.stride_tricks.sliding_window_view(stretches[index], TAPS)
            here = slice(index * STRETCH, (index + 1) * STRETCH)
            heights[here] = np.maximum(heights[here], np.abs(windows @ _phase_taps()).max(axis=1))
    return heights[: samples.shape[1]]
