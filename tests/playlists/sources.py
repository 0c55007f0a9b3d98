"""Sound with a known answer, and playlists of it."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt

from library.analysis.loudness import Loudness
from library.track import ANALYSIS_VERSION, Analysis, Curve, Tags, Track, Verdict, Vocals
from playlists.playlist import ArcCurves, Item, Playlist
from playlists.timeline import samples, seconds

Sound = NDArray[np.float64]


def noise(seconds_: float, level_dbfs: float, *, rate_hz: int = 48_000, channels: int = 2, seed: int = 0) -> Sound:
    """Noise with its energy between 200 Hz and 4 kHz, RMS at a level, shape (channels, n)."""
    rng = np.random.default_rng(seed)
    raw = rng.standard_normal((channels, round(seconds_ * rate_hz)))
    sound = sosfilt(butter(2, [200, 4000], "bandpass", fs=rate_hz, output="sos"), raw, axis=1)
    return sound * (10 ** (level_dbfs / 20) / np.sqrt(np.mean(sound**2)))


def swelling(seconds_: float, level_dbfs: float, *, rate_hz: int = 48_000, channels: int = 2, seed: int = 0) -> Sound:
    """Noise that swells and sinks by 3 dB over eight seconds, as calm music does."""
    sound = noise(seconds_, level_dbfs, rate_hz=rate_hz, channels=channels, seed=seed)
    times_s = np.arange(sound.shape[1]) / rate_hz
    return sound * 10 ** (3 * np.sin(2 * np.pi * times_s / 8) / 20)


def write(path: Path, sound: Sound, rate_hz: int = 48_000) -> Path:
    """Write 16-bit WAV or FLAC with FFmpeg; full scale is 1."""
    layout = "mono" if len(sound) == 1 else "stereo"
    codec = {".wav": "pcm_s16le", ".flac": "flac"}[path.suffix]
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate_hz, layout=layout)
        stream.codec_context.format = "s16"
        packed = np.rint(np.clip(sound.T, -1, 1) * 32767).astype(np.int16).reshape(1, -1)
        for at in range(0, packed.shape[1], rate_hz):
            frame = av.AudioFrame.from_ndarray(packed[:, at : at + rate_hz], format="s16", layout=layout)
            frame.sample_rate, frame.time_base, frame.pts = rate_hz, Fraction(1, rate_hz), at // len(sound)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def known(path: Path, track_id: str) -> Track:
    """A track of which no more is known than its name and how loud it is."""
    with av.open(str(path)) as container:
        rate_hz = container.streams.audio[0].rate
    sound = read(path)
    loudness = Loudness(rate_hz, channels=2)
    loudness.feed(np.ascontiguousarray(np.broadcast_to(sound, (2, sound.shape[1])), dtype=np.float32))
    found = loudness.result()
    nothing = {field.name: None for field in msgspec.structs.fields(Analysis) if field.required}
    measured = {
        "analysis_version": ANALYSIS_VERSION,
        "duration_s": sound.shape[1] / rate_hz,
        "sample_rate_hz": rate_hz,
        "channels": len(sound),
        "vocals": Vocals(verdict="unknown", share=None),
        "quiet_spans": (),
        "analysis_seconds": 0.0,
        "loudness_lufs": found.loudness_lufs,
        "loudness_curve": found.loudness_curve,
        "true_peak_dbtp": found.true_peak_dbtp,
    }
    return Track(
        track_id=track_id,
        paths=(str(path),),
        tags=Tags(title=f"Nocturne {track_id}", artist="Nobody"),
        analysis=Analysis(**{**nothing, **measured}),
        verdict=Verdict(status="cleared"),
    )


def read(path: Path) -> NDArray[np.float32]:
    """Decode with PyAV alone, shape (channels, n)."""
    with av.open(str(path)) as container:
        convert = av.AudioResampler(format="fltp")
        parts = [out.to_ndarray() for frame in container.decode(audio=0) for out in convert.resample(frame)]
    return np.concatenate(parts, axis=1)


def playlist(
    lengths_s: Sequence[float],
    *,
    fade_s: float = 4.0,
    opening_s: float = 2.0,
    closing_s: float = 4.0,
    from_s: float = 0.0,
    gains_db: Sequence[float] | None = None,
) -> Playlist:
    """One item for each length, each crossfading into the next; track ids are "0", "1", ..."""
    items, start = [], 0
    for number, length_s in enumerate(lengths_s):
        items.append(
            Item(
                track_id=str(number),
                start_s=seconds(start),
                from_s=from_s,
                to_s=seconds(samples(from_s) + samples(length_s)),
                fade_in_s=fade_s if number else opening_s,
                fade_out_s=fade_s if number < len(lengths_s) - 1 else closing_s,
                gain_curve=Curve(hop_s=1.0, values=(gains_db[number] if gains_db else 0.0,)),
                phase="plateau",
                why="",
            )
        )
        start += samples(length_s) - samples(fade_s)
    total_s = seconds(start + samples(fade_s))
    return Playlist(
        infusion_s=total_s,
        tail_s=0.0,
        template="iv40",
        seed=0,
        items=tuple(items),
        total_s=total_s,
        cost={},
        bound=None,
        gap=None,
        arc=ArcCurves(hop_s=1.0, wished=(), achieved=()),
    )
