"""The room all pieces share: a soft, wide reverb as one convolution.

The impulse response is noise that dies away, high frequencies faster than low ones (as in a wooden hall), different in
the two ears, without a hard first reflection. After Moorer (1979), About this reverberation business.
"""

from functools import lru_cache

import numpy as np
from scipy import ndimage, signal

from soundscape.demo.waves import Samples, faded, seeded

DECAY_S = ((60, 700, 3.4), (700, 2500, 2.4), (2500, 7000, 1.3))
"""Bands of the response: from Hz, to Hz, seconds to fall by 60 dB."""
BEFORE_S = 0.018
"""The room answers this much later than the instrument: it keeps a stroke clear."""


@lru_cache(maxsize=2)
def response(rate_hz: int) -> Samples:
    """Impulse response, stereo float32 of shape (2, n), unit energy in each ear."""
    count = int(3.4 * rate_hz)
    t = np.arange(count) / rate_hz
    total = np.zeros((2, count))
    for from_hz, to_hz, decay_s in DECAY_S:
        noise = seeded("space", from_hz).standard_normal((2, count))
        band = signal.sosfilt(signal.butter(2, (from_hz, to_hz), "bandpass", fs=rate_hz, output="sos"), noise, axis=1)
        total += band * np.exp(-6.91 * t / decay_s) * (450.0 / to_hz) ** 0.3
    tail = faded(total.astype(np.float32), 0.05, 0.6, rate_hz)
    tail /= np.sqrt(np.sum(tail**2, axis=1, keepdims=True))
    return np.pad(tail, ((0, 0), (int(BEFORE_S * rate_hz), 0)))


def add_room(mix: Samples, send: Samples, gain: float, rate_hz: int) -> None:
    """Add to the stereo ``mix``, in place, what the room returns for the mono ``send``, at about its level.

    Half a minute at a time: the convolution's work space then stays small, and asking for memory is half its cost.
    """
    impulse = response(rate_hz) * np.float32(gain)
    block = 30 * rate_hz
    for start in range(0, len(send), block):
        wet = signal.oaconvolve(send[None, start : start + block], impulse, axes=1)
        stretch = mix[:, start : start + wet.shape[1]]
        stretch += wet[:, : stretch.shape[1]]


def limited(mix: Samples, ceiling: float, least_gain: float, rate_hz: int) -> Samples:
    """Keep stereo peaks below ``ceiling`` with a gain that moves ahead of them, in place; at most to ``least_gain``.

    Where that is not enough, everything is lowered. Each block's peak asks for a gain; the smallest of nine blocks is
    averaged over nine, so the gain is down before the peak arrives and the two channels move together.
    """
    block = rate_hz // 200
    count = mix.shape[1]
    edges = np.arange(0, count, block)
    highest, lowest = np.maximum.reduceat(mix, edges, axis=1), np.minimum.reduceat(mix, edges, axis=1)
    peaks = np.maximum(highest, -lowest).max(axis=0)
    lowered = min(1.0, ceiling / least_gain / float(peaks.max()))
    wanted = np.minimum(1.0, ceiling / np.maximum(peaks * lowered, 1e-9))
    smooth = ndimage.uniform_filter1d(ndimage.minimum_filter1d(wanted, 11), 9)
    mix *= np.float32(lowered)
    padded = np.pad(smooth, 1, mode="edge")
    for i in np.flatnonzero(ndimage.minimum_filter1d(smooth, 3) < 1.0).tolist():
        stretch = mix[:, i * block : (i + 1) * block]
        before, here, after = padded[i : i + 3]
        gains = [(before + here) / 2, here, (here + after) / 2]
        stretch *= np.interp(np.arange(stretch.shape[1]), [0, block / 2, block], gains).astype(np.float32)
    return mix
