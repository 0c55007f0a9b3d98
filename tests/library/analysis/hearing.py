"""A sound, or a file, as the spectral measures get it: mono at 22.05 kHz in blocks."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from library import audio
from library.analysis.energy import EnergyResult, energy
from library.analysis.onsets import Onsets
from library.analysis.spectrum import SAMPLE_RATE_HZ, Frames, Spectrum
from library.analysis.tempo import TempoResult, tempo
from library.analysis.texture import Texture
from tests.sounds import Sound

RATE_HZ = SAMPLE_RATE_HZ


def of_file(path: Path, rate_hz: int = RATE_HZ) -> Sound:
    """A file as one mono channel, shape (1, n)."""
    return np.concatenate(
        [block.mean(axis=0, keepdims=True) for block in audio.decode(path, sample_rate_hz=rate_hz, stereo=True)], axis=1
    )


def frames_of(sound: Sound, block: int = 100_000) -> list[Frames]:
    """The runs of frames of a mono sound at 22.05 kHz."""
    spectrum = Spectrum()
    cuts = range(block, sound.shape[1], block)
    fed = (spectrum.feed(piece.astype(np.float32)) for piece in np.split(sound[0], cuts))
    return [frames for frames in fed if frames is not None]


def strength_of(frames: list[Frames]) -> NDArray[np.float32]:
    """Onset strength, shape (4, frames)."""
    onsets = Onsets()
    for run in frames:
        onsets.feed(run)
    return onsets.strength


def tempo_of(sound: Sound) -> TempoResult:
    """The tempo of a mono sound at 22.05 kHz."""
    return tempo(strength_of(frames_of(sound)))


def energy_of(sound: Sound) -> EnergyResult:
    """The energy of a mono sound at 22.05 kHz that is music from end to end."""
    frames, texture = frames_of(sound), Texture()
    for run in frames:
        texture.feed(run)
    return energy(strength_of(frames), texture.result(), 0.0, sound.shape[1] / RATE_HZ)
