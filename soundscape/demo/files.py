"""Recordings to files: encodes with PyAV, tags with mutagen, and leaves either a complete file or none.

Lossless files are 16 bit with triangular dither (Lipshitz, Wannamaker & Vanderkooy 1992) of a fixed seed; the muxers
run in FFmpeg's "bitexact" mode, without the random serial numbers and dates that would make each run differ.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import av
import numpy as np
from mutagen import id3
from mutagen.flac import FLAC
from mutagen.mp3 import MP3
from mutagen.mp4 import MP4
from mutagen.oggopus import OggOpus
from mutagen.oggvorbis import OggVorbis
from mutagen.wave import WAVE

from library.track import Record
from soundscape.demo.render import Recording
from soundscape.demo.score import AudioFormat, Piece
from soundscape.demo.waves import Samples, seeded

ALBUM = "Soundscape demo library"
RIGHTS = "Synthesised by Soundscape; CC0"
BLOCK = 1 << 16


class Encoding(Record, frozen=True, kw_only=True):
    """How FFmpeg calls a format, and what its encoder takes."""

    codec: str
    container: str
    sample_format: str
    rate_hz: int = 44100
    bit_rate: int | None = None
    experimental: bool = False


ENCODINGS: dict[AudioFormat, Encoding] = {
    "flac": Encoding(codec="flac", container="flac", sample_format="s16"),
    "wav": Encoding(codec="pcm_s16le", container="wav", sample_format="s16"),
    "mp3": Encoding(codec="libmp3lame", container="mp3", sample_format="fltp", bit_rate=192_000),
    "m4a": Encoding(codec="aac", container="ipod", sample_format="fltp", bit_rate=192_000),
    # The wheels of PyAV carry FFmpeg's own Vorbis encoder, which FFmpeg still files under "experimental".
    "ogg": Encoding(codec="vorbis", container="ogg", sample_format="fltp", bit_rate=224_000, experimental=True),
    "opus": Encoding(codec="libopus", container="opus", sample_format="flt", rate_hz=48000, bit_rate=160_000),
}

OPENERS: dict[AudioFormat, Callable[[Path], Any]] = {
    "flac": FLAC,
    "wav": WAVE,
    "mp3": MP3,
    "m4a": MP4,
    "ogg": OggVorbis,
    "opus": OggOpus,
}
_VORBIS, _ID3 = ("title", "artist", "album", "copyright"), ("TIT2", "TPE1", "TALB", "TCOP")
FIELDS: dict[AudioFormat, tuple[str, ...]] = {
    "flac": _VORBIS,
    "wav": _ID3,
    "mp3": _ID3,
    "m4a": ("\xa9nam", "\xa9ART", "\xa9alb", "cprt"),
    "ogg": _VORBIS,
    "opus": _VORBIS,
}
"""What each kind of tag calls title, artist, album and rights."""


def file_name(piece: Piece) -> str:
    """Lower-case title with hyphens, and the format's ending."""
    return f"{re.sub(r'[^a-z0-9]+', '-', piece.title.lower()).strip('-')}.{piece.format}"


def write(recording: Recording, piece: Piece, folder: Path) -> Path:
    """Encode and tag one piece; the file appears under its name only when it is complete."""
    path = folder / file_name(piece)
    unfinished = path.with_name(f".{path.name}.part")
    _encode(recording, ENCODINGS[piece.format], unfinished)
    _tag(unfinished, piece)
    return unfinished.replace(path)


def _encode(recording: Recording, encoding: Encoding, path: Path) -> None:
    with av.open(str(path), "w", format=encoding.container, options={"fflags": "+bitexact"}) as container:
        stream = container.add_stream(
            encoding.codec,
            rate=encoding.rate_hz,
            layout="stereo",
            options={"strict": "experimental"} if encoding.experimental else {},
        )
        assert isinstance(stream, av.AudioStream)
        if encoding.bit_rate is not None:
            stream.bit_rate = encoding.bit_rate
        for start in range(0, recording.samples.shape[1], BLOCK):
            frame = _frame(recording.samples[:, start : start + BLOCK], encoding.sample_format)
            frame.sample_rate, frame.pts = encoding.rate_hz, start
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _frame(block: Samples, sample_format: str) -> av.AudioFrame:
    """One FFmpeg frame; planar formats take (2, n), packed ones (1, 2 n)."""
    if sample_format == "s16":
        steps = np.rint(block * 32767.0 + _dither()[:, : block.shape[1]] * (block != 0.0))
        return av.AudioFrame.from_ndarray(steps.astype(np.int16).T.reshape(1, -1), format="s16", layout="stereo")
    if sample_format == "flt":
        return av.AudioFrame.from_ndarray(np.ascontiguousarray(block.T).reshape(1, -1), format="flt", layout="stereo")
    return av.AudioFrame.from_ndarray(np.ascontiguousarray(block), format=sample_format, layout="stereo")


@lru_cache(maxsize=1)
def _dither() -> Samples:
    """Triangular noise of one step to either side, the same for each block; digital silence is left silent."""
    uniform = seeded("dither").random((2, 2, BLOCK), dtype=np.float32)
    return np.asarray(uniform[0] - uniform[1], np.float32)


def _tag(path: Path, piece: Piece) -> None:
    """Title, artist, album and rights, in the words of each container."""
    tagged = OPENERS[piece.format](path)
    if piece.format in ("mp3", "wav") and tagged.tags is None:
        tagged.add_tags()
    for name, text in zip(FIELDS[piece.format], (piece.title, piece.artist, ALBUM, RIGHTS), strict=True):
        if piece.format in ("mp3", "wav"):
            tagged.tags.add(getattr(id3, name)(encoding=id3.Encoding.UTF8, text=[text]))
        else:
            tagged[name] = text
    tagged.save()
