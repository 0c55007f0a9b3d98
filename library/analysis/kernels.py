"""The two loops over every sample that NumPy cannot run fast: the K-weighting filter and the search for the true peak.

Compiled by Numba, one thread, cached on disk. ``benchmarks/analysis_speed.py`` prints what each buys over the SciPy and
NumPy form of the same arithmetic.
"""

import numba
import numpy as np
from numpy.typing import NDArray

STRETCH = 64
"""Samples judged at a time: short, so that one loud note does not make its surroundings worth looking at."""

Samples = NDArray[np.float32]
Numbers = NDArray[np.float64]


@numba.njit(cache=True, nogil=True)
def k_weighted_power(samples: Samples, sections: Numbers, state: Numbers, power: Numbers) -> None:
    """Add up over the channels the squares of the K-weighted signal.

    Parameters
    ----------
    samples
        Shape (channels, n).
    sections
        Two second-order sections, shape (2, 6), leading denominator coefficient 1.
    state
        Shape (channels, 4): the filters' memory (transposed direct form II), changed in place.
    power
        Shape (n,), written: the sum over the channels at each sample.
    """
    b0, b1, b2, a1, a2 = sections[0, 0], sections[0, 1], sections[0, 2], sections[0, 4], sections[0, 5]
    c0, c1, c2, d1, d2 = sections[1, 0], sections[1, 1], sections[1, 2], sections[1, 4], sections[1, 5]
    power[:] = 0.0
    channels = samples.shape[0]
    for left in range(0, channels, 2):
        # Two channels at a time: each filter waits for its own last output, and meanwhile the other one works.
        right = min(left + 1, channels - 1)
        counts = 1.0 if right > left else 0.0
        p, q, r, s = state[left, 0], state[left, 1], state[left, 2], state[left, 3]
        t, u, v, w = state[right, 0], state[right, 1], state[right, 2], state[right, 3]
        for i in range(samples.shape[1]):
            x, y = samples[left, i], samples[right, i]
            shelved, shelved_right = b0 * x + p, b0 * y + t
            p, t = b1 * x - a1 * shelved + q, b1 * y - a1 * shelved_right + u
            q, u = b2 * x - a2 * shelved, b2 * y - a2 * shelved_right
            out, out_right = c0 * shelved + r, c0 * shelved_right + v
            r, v = c1 * shelved - d1 * out + s, c1 * shelved_right - d1 * out_right + w
            s, w = c2 * shelved - d2 * out, c2 * shelved_right - d2 * out_right
            power[i] += out * out + counts * out_right * out_right
        state[right, 0], state[right, 1], state[right, 2], state[right, 3] = t, u, v, w
        state[left, 0], state[left, 1], state[left, 2], state[left, 3] = p, q, r, s


@numba.njit(cache=True, nogil=True, fastmath={"reassoc", "nsz", "nnan"})
def highest_between(samples: Samples, taps: Samples, reach: float, best: float) -> float:
    """Return the larger of ``best`` and the highest point of the interpolated signal.

    A stretch whose largest sample cannot beat the best so far, even if every tap agreed in sign, is passed over.

    Parameters
    ----------
    samples
        One channel, shape (n,); positions with a whole set of taps are looked at.
    taps
        One row for each place between two samples, shape (phases, taps).
    reach
        The largest sum of the taps' sizes in a row.
    """
    phases, length = taps.shape
    last = len(samples) - length + 1
    held = np.empty(STRETCH, np.float32)
    for begin in range(0, last, STRETCH):
        size = min(STRETCH, last - begin)
        largest = np.float32(0.0)
        for i in range(begin, begin + size + length - 1):
            largest = max(largest, abs(samples[i]))
        best = max(best, float(largest))
        if largest * reach <= best:
            continue
        for phase in range(phases):
            held[:size] = 0.0
            for tap in range(length):
                weight = taps[phase, tap]
                for i in range(size):
                    held[i] += weight * samples[begin + tap + i]
            for i in range(size):
                best = max(best, float(abs(held[i])))
    return best
