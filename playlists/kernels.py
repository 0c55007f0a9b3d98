"""The loops over every sample that NumPy would need several passes and copies for.

Compiled by Numba, one thread each, cached on disk; they let go of the interpreter, so that decoding and encoding go on
meanwhile. ``benchmarks/mixdown.py`` prints what a mixdown takes.

Conventions: blocks are float32 of shape (2, n).
"""

import numba
import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
Numbers = NDArray[np.float64]


@numba.njit(cache=True, nogil=True)
def add_at_gain(into: Samples, heard: Samples, gains: Numbers, hop: float, at: float) -> None:
    """Add one channel ``heard`` to ``into``, both of shape (n,), at a gain that runs in lines between values.

    Parameters
    ----------
    gains
        In nepers (the logarithm of the amplitude), ``hop`` samples apart; after the last value it stays.
    at
        Where in the gains the first sample lies, in samples.
    """
    count = len(heard)
    done = 0
    while done < count:
        place = (at + done) / hop
        knot = int(place)
        if knot >= len(gains) - 1:
            factor, ratio, stop = np.exp(gains[-1]), 1.0, count
        else:
            slope = gains[knot + 1] - gains[knot]
            factor, ratio = np.exp(gains[knot] + slope * (place - knot)), np.exp(slope / hop)
            stop = min(count, max(done + 1, int(np.ceil((knot + 1) * hop - at))))
        if ratio == 1.0:
            same = np.float32(factor)
            for i in range(done, stop):
                into[i] += heard[i] * same
        else:
            for i in range(done, stop):
                into[i] += heard[i] * np.float32(factor)
                factor *= ratio
        done = stop


@numba.njit(cache=True, nogil=True, fastmath={"reassoc", "nsz", "nnan"})
def step_moments(samples: Samples, step: int) -> Numbers:
    """Moments of the power over each whole step: means over ``i`` of ``p(i) r**k``, ``r = i / step`` and k = 0, 1, 2.

    ``p`` is the mean square over both channels. Shape (steps, 3).
    """
    count = samples.shape[1] // step
    moments = np.zeros((count, 3))
    for number in range(count):
        zeroth, first, second = 0.0, 0.0, 0.0
        for i in range(step):
            left, right = np.float64(samples[0, number * step + i]), np.float64(samples[1, number * step + i])
            power, along = left * left + right * right, i / step
            zeroth += power
            first += power * along
            second += power * along * along
        moments[number] = zeroth / (2 * step), first / (2 * step), second / (2 * step)
    return moments


@numba.njit(cache=True, nogil=True)
def packed_24(samples: Samples) -> NDArray[np.int32]:
    """Interleaved integers of 24 bits at the top of 32, rounded and kept in range; shape (1, 2 n)."""
    most = np.float32(2**23)
    packed = np.empty((1, 2 * samples.shape[1]), np.int32)
    for i in range(samples.shape[1]):
        for channel in range(2):
            whole = np.rint(samples[channel, i] * most)
            packed[0, 2 * i + channel] = np.int32(min(max(whole, -most), most - np.float32(1.0))) << 8
    return packed
