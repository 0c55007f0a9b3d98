"""Small tools every instrument shares: seeds from names, pitch to frequency, fades.

Conventions: samples are float32, mono of shape (n,) or stereo of shape (2, n), full scale 1.0.
"""

import zlib

import numpy as np
import numpy.typing as npt

SEED = 2604
"""The one seed of the demo library; everything random is drawn from it and a name."""

Samples = npt.NDArray[np.float32]


def seeded(*names: str | int) -> np.random.Generator:
    """Random generator that depends on these names only, not on what was drawn before or in which process."""
    return np.random.default_rng([SEED, zlib.crc32("/".join(map(str, names)).encode())])


def frequency_hz(pitch: float) -> float:
    """Frequency of a MIDI pitch in equal temperament, A4 (69) = 440 Hz."""
    return float(440.0 * 2.0 ** ((pitch - 69.0) / 12.0))


def faded(samples: Samples, attack_s: float, release_s: float, rate_hz: int) -> Samples:
    """Fade both ends in place with half a cosine (no corner, hence no click); returns the same array."""
    count = samples.shape[-1]
    n_in, n_out = (min(count, int(s * rate_hz)) for s in (attack_s, release_s))
    rise = 0.5 - 0.5 * np.cos(np.pi * np.arange(n_in, dtype=np.float32) / max(n_in, 1))
    fall = 0.5 + 0.5 * np.cos(np.pi * np.arange(1, n_out + 1, dtype=np.float32) / max(n_out, 1))
    samples[..., :n_in] *= rise
    samples[..., count - n_out :] *= fall
    return samples


def scaled(samples: Samples, points: list[tuple[float, float]], rate_hz: int) -> None:
    """Multiply in place by a gain of straight lines between ``(time in s, gain)`` points, flat before and after.

    Works segment by segment: a gain curve of a whole piece would be a hundred megabytes that are mostly one number.
    """
    count = samples.shape[-1]
    times = [0, *(min(count, max(0, round(at_s * rate_hz))) for at_s, _ in points), count]
    gains = [points[0][1], *(gain for _, gain in points), points[-1][1]]
    for i in range(len(times) - 1):
        stretch = samples[..., times[i] : times[i + 1]]
        if gains[i] == gains[i + 1]:
            stretch *= np.float32(gains[i])
        else:
            stretch *= np.linspace(gains[i], gains[i + 1], stretch.shape[-1], endpoint=False, dtype=np.float32)


def panned(mono: Samples, pan: float) -> Samples:
    """Stereo of equal power from mono; ``pan`` from -1 (left) to 1 (right)."""
    angle = (float(np.clip(pan, -1.0, 1.0)) + 1.0) * np.pi / 4
    return np.stack([mono * np.float32(np.cos(angle)), mono * np.float32(np.sin(angle))])


def rms(samples: Samples) -> float:
    """Root of the mean square over all samples and channels."""
    energy = sum(float(np.dot(row, row)) for row in np.atleast_2d(samples))
    return float(np.sqrt(energy / max(samples.size, 1)))
