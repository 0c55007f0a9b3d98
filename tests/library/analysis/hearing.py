"""A sound, or a file, as the measures get it, and what each of them answers: at 22.05 kHz unless it says otherwise."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from library import audio
from library.analysis.edges import EdgesResult, edges
from library.analysis.energy import EnergyResult, energy
from library.analysis.loudness import Loudness, LoudnessResult, integrated_lufs
from library.analysis.onsets import Onsets
from library.analysis.spectrum import SAMPLE_RATE_HZ, Frames, Spectrum
from library.analysis.startle import startle
from library.analysis.tempo import TempoResult, tempo
from library.analysis.texture import Texture, TextureResult
from library.analysis.tonality import KeyResult, Tonality
from library.track import Startle
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


def texture_of(frames: list[Frames]) -> TextureResult:
    """What is measured of all spectra together."""
    texture = Texture()
    for run in frames:
        texture.feed(run)
    return texture.result()


def energy_of(sound: Sound, from_s: float = 0.0, to_s: float | None = None) -> EnergyResult:
    """The energy of a mono sound at 22.05 kHz that is music between two times, or from end to end."""
    frames = frames_of(sound)
    return energy(strength_of(frames), texture_of(frames), from_s, sound.shape[1] / RATE_HZ if to_s is None else to_s)


def key_of(sound: Sound) -> KeyResult:
    """The key of a mono sound at 22.05 kHz."""
    tonality = Tonality()
    for run in frames_of(sound):
        tonality.feed(run)
    return tonality.result()


def metered(sound: Sound, rate_hz: int = RATE_HZ, block: int = 100_000) -> Loudness:
    """A meter that has heard a sound of any channels and rate, in blocks."""
    meter = Loudness(rate_hz, channels=len(sound))
    for piece in np.split(sound.astype(np.float32), range(block, sound.shape[1], block), axis=1):
        meter.feed(np.ascontiguousarray(piece))
    return meter


def loudness_of_file(path: Path) -> LoudnessResult:
    """The loudness of a file at its own rate, as two ears hear it."""
    meter = Loudness(audio.source_format(path).sample_rate_hz, channels=2)
    for block in audio.decode(path, stereo=True):
        meter.feed(block)
    return meter.result()


def edges_of(sound: Sound, rate_hz: int = RATE_HZ) -> EdgesResult:
    """Where the music begins and ends, and its silences."""
    meter = metered(sound, rate_hz)
    return edges(meter.parts, integrated_lufs(meter.energies), sound.shape[1] / rate_hz)


def startle_of(sound: Sound, music_from_s: float | None = 0.0) -> Startle | None:
    """The sudden rises of a sound at 22.05 kHz."""
    meter, strength = metered(sound), strength_of(frames_of(sound.mean(axis=0, keepdims=True)))
    return startle(meter.parts, strength, integrated_lufs(meter.energies), music_from_s).startle
