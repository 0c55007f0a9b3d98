"""Sound with a known answer, and files of it in every format that is read.

Conventions: a sound is float64 of shape (channels, n), full scale ±1. ``level_dbfs`` of a tone is its peak, as in
EBU Tech 3341; of noise it is its RMS. The same arguments give the same sound.
"""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

Sound = NDArray[np.float64]

RATE_HZ = 44_100
LOSSLESS = {".wav": "pcm_s16le", ".flac": "flac", ".aiff": "pcm_s16be"}
LOSSY = {".mp3": "libmp3lame", ".m4a": "aac", ".ogg": "vorbis", ".opus": "libopus"}
SUFFIXES = (*LOSSLESS, *LOSSY)
ALLOWED = {"strict": "experimental"}
"""FFmpeg calls its own Vorbis encoder, the one in PyAV's wheel, experimental; it knows two channels only."""
LAYOUTS = {1: "mono", 2: "stereo", 6: "5.1"}


def times_s(seconds: float, rate_hz: int = RATE_HZ) -> Sound:
    """The time of each sample, shape (n,)."""
    return np.arange(round(seconds * rate_hz)) / rate_hz


def in_channels(mono: Sound, channels: int) -> Sound:
    """The same signal in each channel."""
    return np.tile(mono, (channels, 1))


def tone(
    hz: float, seconds: float, level_dbfs: float = -20.0, *, rate_hz: int = RATE_HZ, channels: int = 1, phase: float = 0
) -> Sound:
    """A sine whose peak is at a level."""
    mono = 10 ** (level_dbfs / 20) * np.sin(2 * np.pi * hz * times_s(seconds, rate_hz) + phase)
    return in_channels(mono, channels)


def silence(seconds: float, *, rate_hz: int = RATE_HZ, channels: int = 1) -> Sound:
    """Digital silence."""
    return np.zeros((channels, round(seconds * rate_hz)))


def noise(
    seconds: float, level_dbfs: float = -20.0, *, rate_hz: int = RATE_HZ, channels: int = 1, seed: int = 0
) -> Sound:
    """White noise, RMS at a level, every channel its own."""
    rng = np.random.default_rng(seed)
    return 10 ** (level_dbfs / 20) * rng.standard_normal((channels, round(seconds * rate_hz)))


def joined(*parts: Sound) -> Sound:
    """One after the other."""
    return np.concatenate(parts, axis=1)


def note(hz: float, seconds: float, *, attack_s: float, decay_s: float, partials: int = 4, rate_hz: int) -> Sound:
    """A harmonic note of peak near 1, shape (n,): plucked where the attack is short, a pad where it is long."""
    t = times_s(seconds, rate_hz)
    wave = sum(np.sin(2 * np.pi * hz * k * t) / k**1.5 for k in range(1, partials + 1) if hz * k < rate_hz / 2.2)
    envelope = np.minimum(t / attack_s, 1.0) * np.exp(-np.maximum(t - attack_s, 0.0) / decay_s)
    return wave * envelope * np.minimum((seconds - t) / 0.05, 1.0)


def placed(
    seconds: float, notes: list[tuple[float, Sound]], *, rate_hz: int = RATE_HZ, rms_dbfs: float = -24.0
) -> Sound:
    """Notes laid at their times into silence, one channel, the whole brought to an RMS."""
    mono = np.zeros(round(seconds * rate_hz))
    for at_s, sound in notes:
        begin = round(at_s * rate_hz)
        end = min(begin + len(sound), len(mono))
        mono[begin:end] += sound[: max(0, end - begin)]
    return (mono * 10 ** (rms_dbfs / 20) / np.sqrt(np.mean(mono**2)))[np.newaxis]


def write(path: Path, sound: Sound, rate_hz: int = RATE_HZ, *, bits_a_second: int | None = None) -> Path:
    """Write a sound in the format of the file's extension: 16 bits where lossless, FFmpeg's usual rate where lossy."""
    layout = LAYOUTS[len(sound)]
    codec = {**LOSSLESS, **LOSSY}[path.suffix]
    shape = {"libmp3lame": "s16p", "aac": "fltp", "vorbis": "fltp", "libopus": "s16"}.get(codec, "s16")
    samples = np.clip(sound, -1, 1)
    with path.open("wb") as file, av.open(file, "w", format=_container(path)) as container:
        stream = container.add_stream(codec, rate=rate_hz, layout=layout, options=ALLOWED)
        if bits_a_second is not None:
            stream.codec_context.bit_rate = bits_a_second
        stream.codec_context.format = shape
        stream.codec_context.time_base = Fraction(1, rate_hz)
        whole = _frame(samples, shape, layout, rate_hz)
        cut = av.AudioFifo()
        cut.write(whole)
        size = stream.codec_context.frame_size or 16_384
        for frame in cut.read_many(size, partial=True):
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def _container(path: Path) -> str:
    return {".m4a": "ipod", ".aiff": "aiff"}.get(path.suffix, path.suffix[1:])


def _frame(samples: Sound, shape: str, layout: str, rate_hz: int) -> av.AudioFrame:
    whole = np.rint(samples * 32767).astype(np.int16) if shape.startswith("s16") else samples.astype(np.float32)
    packed = whole if shape.endswith("p") else np.ascontiguousarray(whole.T).reshape(1, -1)
    frame = av.AudioFrame.from_ndarray(packed, format=shape, layout=layout)
    frame.sample_rate, frame.time_base, frame.pts = rate_hz, Fraction(1, rate_hz), 0
    return frame
