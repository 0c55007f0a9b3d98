"""The one place that decodes: a file becomes blocks of samples, and its packets its identity.

Conventions: a block is float32 of shape (channels, n), full scale at ±1. What is measured and what is played are the
same signal: with ``stereo=True`` mono is heard in both ears and more channels are folded down by FFmpeg's matrix.
Decoding is FFmpeg's through PyAV; resampling is soxr's, whose output sample ``k`` lies at ``k / rate`` seconds.
"""

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import av.error
import numpy as np
from av.audio.stream import AudioStream
from av.container import InputContainer
from numpy.typing import NDArray

from library.errors import DamagedAudio, NoAudioPackets, UnreadableAudio, UnsupportedFormat
from library.resampling import Resampler
from library.track import Record

Block = NDArray[np.float32]
PathLike = str | os.PathLike[str]
OnDamage = Callable[[float], None]
"""Called with the time in seconds at which packets are lost or could not be decoded, and are left out."""

EXTENSIONS = frozenset({".mp3", ".m4a", ".aac", ".flac", ".ogg", ".oga", ".opus", ".wav", ".aif", ".aiff"})
"""Names with another extension are not audio to us and are passed over."""

OURS = {"format_whitelist": "aac,aiff,flac,loas,mov,mp3,ogg,w64,wav"}
"""FFmpeg goes by content and not by name: without this, a list of other files that calls itself an MP3 is opened as
them. `mov` is also M4A, `ogg` Opus, `wav` also RF64."""

MISSING_TOLERANCE_S = 2.0
"""A header may overstate the length by this much (judgement: an MP3 without a Xing frame states an estimate)."""
MISSING_TOLERANCE_SHARE = 0.02

MAX_LOSSES = 5
"""More losses than this make a file damaged; fewer are reported (judgement: a packet is 26 ms, an Ogg page 1 s)."""

LEAST_GAP_S, VORBIS_GAP_S = 0.005, 0.05
"""A time stamp further ahead than this leaves a gap; less is rounding (the coarsest clocks count ms). Between Ogg pages
FFmpeg guesses the lengths of Vorbis blocks: its stamps wander by a quarter of the longest (8192 samples, 46 ms)."""

STRICT = {"flac": {"err_detect": "crccheck+explode"}}
"""FLAC's checksums are looked at, since a damaged frame otherwise decodes to noise of any level."""

BLOCK_SAMPLES = 1 << 18
"""About six seconds: long enough that NumPy's overhead vanishes, short enough that memory stays flat."""


class SourceFormat(Record, frozen=True, kw_only=True):
    """What the file holds, before any conversion. ``stated_s`` is the header's word for its length."""

    codec: str
    sample_rate_hz: int
    channels: int
    stated_s: float | None


def is_audio(path: Path) -> bool:
    """Whether the name is that of an audio file; hidden files and resource forks are not."""
    return path.suffix.lower() in EXTENSIONS and not path.name.startswith(".")


def readable(path: PathLike) -> str:
    """The path as text that can always be printed, whatever bytes its name holds."""
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


@contextmanager
def _opened(path: PathLike) -> Iterator[tuple[InputContainer, AudioStream]]:
    """Open the file's first audio stream; every way in which that fails is an `UnreadableAudio`."""
    name = readable(path)
    if Path(path).suffix.lower() not in EXTENSIONS:
        raise UnsupportedFormat(f"{name}: not a format that is read here. Use one of {', '.join(sorted(EXTENSIONS))}.")
    try:
        with Path(path).open("rb") as file:
            if os.fstat(file.fileno()).st_size == 0:
                raise UnreadableAudio(f"{name}: the file is empty. Copy it again.")
            with av.open(file, "r", options=OURS, metadata_errors="replace") as container:
                if not container.streams.audio:
                    raise UnreadableAudio(f"{name}: no audio in this file.")
                yield container, container.streams.audio[0]
    except av.error.FFmpegError as error:
        raise UnreadableAudio(f"{name}: cannot be read as audio ({error.strerror}). Export it again.") from error
    except PermissionError as error:
        raise UnreadableAudio(f"{name}: no permission to read this file. Give read access to it.") from error
    except OSError as error:
        raise UnreadableAudio(f"{name}: cannot be opened ({error.strerror}).") from error


def _format(stream: AudioStream) -> SourceFormat:
    duration = stream.duration
    stated_s = float(duration * stream.time_base) if duration is not None and stream.time_base is not None else None
    context = stream.codec_context
    return SourceFormat(
        codec=context.name, sample_rate_hz=context.sample_rate, channels=context.layout.nb_channels, stated_s=stated_s
    )


def source_format(path: PathLike) -> SourceFormat:
    """Return what the file's header says.

    Raises
    ------
    UnreadableAudio, UnsupportedFormat
    """
    with _opened(path) as (_, stream):
        return _format(stream)


def content_id(path: PathLike) -> str:
    """Return the track's identity: SHA-256 over codec, sample rate, channels and the audio packets, in hex.

    Tags, pictures and the place of the file do not enter, so retagging or moving keeps a track's analysis.

    Raises
    ------
    NoAudioPackets
        If the file holds not one packet of audio.
    UnreadableAudio, UnsupportedFormat
    """
    with _opened(path) as (container, stream):
        source = _format(stream)
        digest = hashlib.sha256(f"{source.codec}|{source.sample_rate_hz}|{source.channels}|".encode())
        packets = 0
        for packet in container.demux(stream):
            if packet.size:
                digest.update(packet)
                packets += 1
    if not packets:
        raise NoAudioPackets(f"{readable(path)}: no audio packets in this file. Export it again.")
    return digest.hexdigest()


class _Losses:
    """Notes what is missing: packets that do not decode, and gaps in the time stamps where packets are gone."""

    def __init__(self, path: PathLike, source: SourceFormat, on_damage: OnDamage) -> None:
        self._path, self._source, self._on_damage = path, source, on_damage
        self._least_gap_s = VORBIS_GAP_S if source.codec == "vorbis" else LEAST_GAP_S
        self._count = 0
        self._expected_s: float | None = None

    def packet(self, at_s: float) -> None:
        """A packet did not decode; the gap that it leaves is not counted again."""
        self._expected_s = None
        self._report(at_s)

    def frame(self, frame: av.AudioFrame, at_s: float) -> None:
        """A frame was decoded, though perhaps not the next one."""
        stamp_s = frame.time
        if stamp_s is not None and self._expected_s is not None and stamp_s - self._expected_s > self._least_gap_s:
            self._report(at_s)
        begin_s = self._expected_s if stamp_s is None else stamp_s
        self._expected_s = None if begin_s is None else begin_s + frame.samples / frame.sample_rate

    def _report(self, at_s: float) -> None:
        self._count += 1
        if self._count > MAX_LOSSES:
            raise _damaged(self._path, at_s, self._source.stated_s)
        self._on_damage(at_s)


def _frames(path: PathLike, layout: str | None, on_damage: OnDamage) -> Iterator[tuple[Block, int]]:
    """Yield decoded frames as (samples, rate), converted to planar float and, if asked, to a channel layout."""
    with _opened(path) as (container, stream):
        source = _format(stream)
        rate = source.sample_rate_hz
        if not rate:
            raise UnreadableAudio(
                f"{readable(path)}: cannot be read as audio (no sample rate is stated). Export it again."
            )
        stream.codec_context.options = STRICT.get(source.codec, {})
        convert = av.AudioResampler(format="fltp", layout=layout, rate=rate)
        losses = _Losses(path, source, on_damage)
        decoded = 0
        for packet in container.demux(stream):
            try:
                frames = packet.decode()
            except av.error.InvalidDataError:
                # FLAC states its length exactly; FFmpeg repeats the last frame of some sound files, a few bytes short.
                if source.codec != "flac" or not source.stated_s or decoded / rate < source.stated_s:
                    losses.packet(decoded / rate)
                continue
            for frame in frames:
                losses.frame(frame, decoded / rate)
                decoded += frame.samples
                frame.pts = None
                for converted in convert.resample(frame):
                    yield converted.to_ndarray().astype(np.float32, copy=False), rate
    if decoded == 0:
        raise NoAudioPackets(f"{readable(path)}: no audio packets in this file. Export it again.")
    heard_s, stated_s = decoded / rate, source.stated_s
    if _breaks_off(path):
        raise _damaged(path, heard_s, None)
    if stated_s and stated_s - heard_s > max(MISSING_TOLERANCE_S, MISSING_TOLERANCE_SHARE * stated_s):
        raise _damaged(path, heard_s, stated_s)


def _breaks_off(path: PathLike) -> bool:
    """Whether a WAV or AIFF file is shorter than its first bytes say: FFmpeg plays what is there and says nothing."""
    with Path(path).open("rb") as file:
        kind, size = file.read(4), file.read(4)
        held = os.fstat(file.fileno()).st_size
    if kind not in (b"RIFF", b"FORM"):
        return False
    stated = int.from_bytes(size, "little" if kind == b"RIFF" else "big")
    return stated not in (0, 0xFFFF_FFFF) and held < stated + 8  # both mean "written as a stream, length unknown"


def _damaged(path: PathLike, at_s: float, stated_s: float | None) -> DamagedAudio:
    length = f" of {stated_s:.1f} s" if stated_s else ""
    return DamagedAudio(f"{readable(path)}: damaged at {at_s:.1f} s{length}. Copy or export the file again.")


def decode(
    path: PathLike,
    *,
    sample_rate_hz: int | None = None,
    stereo: bool = False,
    from_s: float = 0.0,
    on_damage: OnDamage = lambda at_s: None,
) -> Iterator[Block]:
    """Yield the file's samples in blocks of at most a few seconds.

    Parameters
    ----------
    path
        The file.
    sample_rate_hz
        Wished rate; the file's own if None.
    stereo
        Two channels whatever the file holds.
    from_s
        Where to begin, exact to the sample: everything before is decoded and dropped, because seeking in an MP3 is not.
    on_damage
        Told of each place where packets are lost or cannot be decoded; the music goes on without them.

    Yields
    ------
    ndarray of float32, shape (channels, n)

    Raises
    ------
    UnreadableAudio, UnsupportedFormat, NoAudioPackets, DamagedAudio
        The last when too much is lost, or the file breaks off before the length its header states.
    """
    channels = source_format(path).channels
    blocks = _joined(_frames(path, "stereo" if stereo and channels > 2 else None, on_damage))
    resampled = _resampled(blocks, sample_rate_hz)
    skip = None
    for block, rate in resampled:
        if skip is None:
            skip = round(from_s * rate)
        dropped = min(skip, block.shape[1])
        skip -= dropped
        kept = block[:, dropped:]
        if kept.shape[1]:
            yield np.repeat(kept, 2, axis=0) if stereo and len(kept) == 1 else kept


def _joined(frames: Iterator[tuple[Block, int]]) -> Iterator[tuple[Block, int]]:
    """Join codec frames, often of 20 ms, to blocks worth a NumPy call."""
    held: list[Block] = []
    size, rate = 0, 0
    for samples, rate in frames:
        held.append(samples)
        size += samples.shape[1]
        if size >= BLOCK_SAMPLES:
            yield np.concatenate(held, axis=1), rate
            held, size = [], 0
    if held:
        yield np.concatenate(held, axis=1), rate


def _resampled(blocks: Iterator[tuple[Block, int]], to_hz: int | None) -> Iterator[tuple[Block, int]]:
    """Change the rate of the whole stream, or pass it on."""
    change: Resampler | None = None
    rate = 0
    for block, rate in blocks:
        if to_hz is None or to_hz == rate:
            yield block, rate
            continue
        change = change or Resampler(rate, to_hz, channels=len(block))
        yield change.feed(block), to_hz
    if change is not None and to_hz is not None:
        yield change.flush(), to_hz
