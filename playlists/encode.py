"""How does a stream of samples become a file, exact in length?

Four formats at 48 kHz stereo, through PyAV. WAV and FLAC hold 24 bits and have no lead-in. Opus has 312 samples of
lead-in and ends inside a packet: FFmpeg's Ogg muxer writes the first as pre-skip (RFC 7845 §4.2) and the second as the
last granule position (§4.4), and decoders cut both. AAC has 1024 samples of lead-in: the edit list begins after
them and lasts as long as the music, counted in samples because the movie's time scale is set to the sample rate;
decoders that cut only the beginning give whole packets of 1024, silent at the end.
"""

import errno
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Self

import av
import numpy as np
from av.audio.stream import AudioStream
from numpy.typing import NDArray

from library.audio import Block
from library.track import Record
from playlists.errors import BadRequest, PlaylistError
from playlists.kernels import packed_24
from playlists.labels import Chapter, Labels
from playlists.playlist import SAMPLE_RATE_HZ

if TYPE_CHECKING:  # it is in the stubs alone
    from av.container.core import Chapter as AvChapter


class NoSpaceLeft(PlaylistError):
    """The disk, or the share of it one may use, is full."""

    code = "no_space_left"


class Format(Record, frozen=True, kw_only=True):
    """How a suffix is written. ``decoded_multiple``: decoders give a multiple of so many samples."""

    container: str
    codec: str
    sample_format: str
    bit_rate: int | None = None
    options: tuple[tuple[str, str], ...] = ()
    codec_options: tuple[tuple[str, str], ...] = ()
    decoded_multiple: int = 1
    chapters: Literal["index", "comments"] | None = None
    """Where chapters go: into the container's own index, into Vorbis comments, or nowhere (WAV has no place for them
    that players agree on)."""
    overshoot_db: float = 0.05
    """Judgement: how far below the ceiling the limiter stays, because coding moves peaks."""


FORMATS = {
    # More than 4 GiB, some four hours, need RF64; what is shorter stays plain WAV.
    ".wav": Format(container="wav", codec="pcm_s24le", sample_format="s32", options=(("rf64", "auto"),)),
    ".flac": Format(container="flac", codec="flac", sample_format="s32", chapters="comments"),
    # Middle and side are not tried: calm music takes half the time, and a live change waits for it. At
    # this rate noise is 50 dB below the demo library as before (above 10 kHz 12 dB instead of 21), 35.5 dB instead of
    # 36.9 below a loud orchestra (measured).
    ".m4a": Format(
        container="ipod",
        codec="aac",
        sample_format="fltp",
        bit_rate=256_000,
        codec_options=(("aac_ms", "0"),),
        options=(("movflags", "+faststart"), ("movie_timescale", str(SAMPLE_RATE_HZ))),
        decoded_multiple=1024,
        chapters="index",
        overshoot_db=0.3,
    ),
    # Effort 5 of 10 takes half the time and, at this rate, adds 0.3 dB of noise at -30 dB (measured on chords).
    ".opus": Format(
        container="ogg",
        codec="libopus",
        sample_format="flt",
        bit_rate=192_000,
        codec_options=(("compression_level", "5"),),
        chapters="comments",
        overshoot_db=0.3,
    ),
}


def format_of(path: Path) -> Format:
    """The format that a name's suffix asks for; :class:`BadRequest` for any other."""
    try:
        return FORMATS[path.suffix.lower()]
    except KeyError:
        raise BadRequest(f"{path.name}: a mixdown is written as one of {', '.join(FORMATS)}.") from None


@contextmanager
def space_needed(path: Path) -> Iterator[None]:
    """Turn "no space left on device", from wherever it comes, into :class:`NoSpaceLeft` that names the file."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise
        raise NoSpaceLeft(f"No space left in {path.parent} for {path.name}. Free some and try again.") from error


class Encoder:
    """A file being written: a context manager to feed blocks of shape (2, n), finished when it is left.

    With ``on_disk`` it is also on the disk then; who looks at the file first leaves that for later.
    """

    def __init__(self, path: Path, form: Format, labels: Labels | None = None, *, on_disk: bool = True) -> None:
        self._path = path
        self._form = form
        self._on_disk = on_disk
        self._written = 0
        self._container = av.open(os.fspath(path), "w", format=form.container, options=dict(form.options))
        stream = self._container.add_stream(
            form.codec, rate=SAMPLE_RATE_HZ, options=dict(form.codec_options), layout="stereo"
        )
        assert isinstance(stream, AudioStream)
        self._stream = stream
        self._stream.codec_context.format = form.sample_format
        if form.bit_rate is not None:
            self._stream.codec_context.bit_rate = form.bit_rate
        if labels is not None:
            self._write(labels)

    def __enter__(self) -> Self:
        return self

    def feed(self, block: Block) -> None:
        """Write a block."""
        if block.shape[1] == 0:
            return
        frame = av.AudioFrame.from_ndarray(self._laid_out(block), format=self._form.sample_format, layout="stereo")
        frame.sample_rate = SAMPLE_RATE_HZ
        frame.time_base = Fraction(1, SAMPLE_RATE_HZ)
        frame.pts = self._written
        self._written += block.shape[1]
        self._container.mux(self._stream.encode(frame))

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        try:
            if error is None:
                self._container.mux(self._stream.encode(None))
        finally:
            self._container.close()
        if error is None and self._on_disk:
            synced(self._path)

    def _write(self, labels: Labels) -> None:
        self._container.metadata.update({"title": labels.title, "comment": labels.comment})
        if self._form.chapters == "comments":
            self._container.metadata.update(_comments(labels.chapters))
        elif self._form.chapters == "index":
            self._container.set_chapters([_entry(number, chapter) for number, chapter in enumerate(labels.chapters)])

    def _laid_out(self, block: Block) -> NDArray[np.float32] | NDArray[np.int32]:
        """The block as the encoder takes it; integers keep their 24 bits at the top of 32."""
        if self._form.sample_format == "fltp":
            return np.ascontiguousarray(block)
        if self._form.sample_format == "flt":
            return np.ascontiguousarray(block.T).reshape(1, -1)
        return packed_24(np.ascontiguousarray(block))


def _comments(chapters: Sequence[Chapter]) -> dict[str, str]:
    """Chapters as Vorbis comments: written here, because FFmpeg rounds the seconds of each beginning."""
    comments: dict[str, str] = {}
    for number, chapter in enumerate(chapters, start=1):
        minutes, ms = divmod(round(chapter.begin * 1000 / SAMPLE_RATE_HZ), 60_000)
        at = f"{minutes // 60:02}:{minutes % 60:02}:{ms // 1000:02}.{ms % 1000:03}"
        comments |= {f"CHAPTER{number:03}": at, f"CHAPTER{number:03}NAME": chapter.title}
    return comments


def _entry(number: int, chapter: Chapter) -> "AvChapter":
    return {
        "id": number,
        "start": chapter.begin,
        "end": chapter.end,
        "time_base": Fraction(1, SAMPLE_RATE_HZ),
        "metadata": {"title": chapter.title},
    }


def synced(path: Path) -> None:
    """Return once the file's or folder's contents are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
