"""The one place that decodes: a file becomes blocks of samples, and its packets its identity.

Conventions: a block is float32 of shape (channels, n), full scale at ±1. What is measured and what is played are the
same signal: with ``stereo=True`` mono is heard in both ears and more channels are folded down by FFmpeg's matrix.
Decoding is FFmpeg's through PyAV; resampling is soxr's, whose output sample ``k`` lies at ``k / rate`` seconds.
"""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import av.error
import numpy as np
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition
from numpy.typing import NDArray

from library.errors import NoAudioPackets, TooLong, UnreadableAudio, UnsupportedFormat
from library.losses import Losses, OnDamage, Timing
from library.resampling import Resampler
from library.track import Record
from library.wholeness import Lack, lack, partial_frame, states_length

Block = NDArray[np.float32]
PathLike = str | os.PathLike[str]
EXTENSIONS = frozenset({".mp3", ".m4a", ".aac", ".flac", ".ogg", ".oga", ".opus", ".wav", ".aif", ".aiff"})
"""Names with another extension are not audio to us and are passed over."""

OURS = {"format_whitelist": "aac,aiff,flac,loas,mov,mp3,ogg,w64,wav"}
"""FFmpeg goes by content and not by name: without this, a list of other files that calls itself an MP3 is opened as
them. `mov` is also M4A, `ogg` Opus, `wav` also RF64."""

STRICT = {codec: {"err_detect": "crccheck+explode"} for codec in ("flac", "mp3", "mp3float")}
"""Checksums of frames are looked at, since a damaged one otherwise decodes to noise of any level. FLAC has them always,
MP3 seldom."""

PARTLY = frozenset({"mp3", "mp3float", "aac"})
"""Codecs whose frames may be cut without an error; in M4A, where frames have no header, the index tells."""

MOST_MUTE = 8
"""An encoder's run-in is marked as not to be played, 1 to 3 packets; more is music that is hidden (judgement)."""

LEAST_RATE_HZ, MOST_RATE_HZ, MOST_CHANNELS = 8_000, 384_000, 8
"""Beyond these is no music but a damaged or dishonest header (judgement: at most 352.8 kHz and 7.1 are sold)."""

LONGEST_S = 6 * 3600.0
"""More is no track (judgement: the longest drones sold are a few hours): a few bytes can claim, and hold, days."""

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


def _format(path: PathLike, stream: AudioStream) -> SourceFormat:
    name, context = readable(path), stream.codec_context
    if context is None or not context.sample_rate or context.layout is None:
        raise UnreadableAudio(
            f"{name}: cannot be read as audio (no codec, rate or channels are stated). Export it again."
        )
    rate, channels = context.sample_rate, context.layout.nb_channels
    if not (LEAST_RATE_HZ <= rate <= MOST_RATE_HZ and 1 <= channels <= MOST_CHANNELS):
        raise UnsupportedFormat(
            f"{name}: {rate} Hz and {channels} channels are not read here: {LEAST_RATE_HZ} to {MOST_RATE_HZ} Hz and at "
            f"most {MOST_CHANNELS} channels are. Export it again."
        )
    duration = stream.duration
    stated_s = float(duration * stream.time_base) if duration is not None and stream.time_base is not None else None
    if stated_s is not None and stated_s > LONGEST_S:
        raise _too_long(path, stated_s)
    return SourceFormat(codec=context.name, sample_rate_hz=rate, channels=channels, stated_s=stated_s)


def source_format(path: PathLike) -> SourceFormat:
    """Return what the file's header says.

    Raises
    ------
    UnreadableAudio, UnsupportedFormat
    """
    with _opened(path) as (_, stream):
        return _format(path, stream)


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
        source = _format(path, stream)
        digest = hashlib.sha256(f"{source.codec}|{source.sample_rate_hz}|{source.channels}|".encode())
        packets = 0
        for packet in container.demux(stream):
            if packet.size:
                digest.update(packet)
                packets += 1
    if not packets:
        raise NoAudioPackets(f"{readable(path)}: no audio packets in this file. Export it again.")
    return digest.hexdigest()


class _Blocks:
    """Frames of one stream become blocks, planar float and, if asked, more than two channels folded to two.

    Frames, often of 20 ms, are joined first: converting each by itself takes a third as long as decoding it.
    """

    def __init__(self, source: SourceFormat, stereo: bool, losses: Losses) -> None:
        self._rate, self._losses = source.sample_rate_hz, losses
        layout = "stereo" if stereo and source.channels > 2 else None
        self._convert = av.AudioResampler(format="fltp", layout=layout, rate=self._rate)
        self._held = av.AudioFifo()
        self.decoded = 0
        """Samples so far."""

    @property
    def at_s(self) -> float:
        """How much was decoded so far."""
        return self.decoded / self._rate

    @property
    def held(self) -> int:
        """How many samples wait to be taken."""
        return self._held.samples

    def feed(self, frame: av.AudioFrame) -> None:
        """Take in a decoded frame."""
        self._losses.frame(frame, self.at_s)
        frame.pts = None
        try:
            self._held.write(frame)
        except ValueError:  # of another rate, channels or format: a damaged header, or another file's
            self._losses.packet(self.at_s)
        else:
            self.decoded += frame.samples

    def take(self) -> Block:
        """All that is held, which is something."""
        begin_s = (self.decoded - self.held) / self._rate
        joined = self._held.read()
        assert joined is not None  # whoever calls has seen that something is held
        parts = [part.to_ndarray().astype(np.float32, copy=False) for part in self._convert.resample(joined)]
        block = parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)
        self._losses.sound(block, begin_s)
        return block


def _frames(path: PathLike, stereo: bool, on_damage: OnDamage, threads: int) -> Iterator[tuple[Block, int]]:
    """Yield (samples, rate) of what the file's packets hold."""
    with _opened(path) as (container, stream):
        source = _format(path, stream)
        rate = source.sample_rate_hz
        stated_s = source.stated_s if states_length(Path(path), container.format.name) else None
        stream.codec_context.options = STRICT.get(source.codec, {})
        if threads > 1:
            stream.codec_context.thread_type, stream.codec_context.thread_count = "FRAME", threads
        timing = Timing(float(stream.time_base or 0), rate)
        losses = Losses(readable(path), source.codec, timing, stated_s, on_damage)
        blocks = _Blocks(source, stereo, losses)
        packet_bytes, packets, mute, last = 0, 0, 0, None
        for packet in container.demux(stream):
            if packet.size:
                packet_bytes += packet.size
                packets += 1
                last = packet
            try:
                frames = packet.decode()
            except av.error.ArgumentError:
                if packet.size:
                    raise
                continue  # an empty packet, which some encoders put at the end
            except av.error.InvalidDataError:
                # FLAC states its length exactly; FFmpeg repeats the last frame of some sound files, a few bytes short.
                if source.codec != "flac" or not stated_s or blocks.at_s < stated_s:
                    losses.packet(blocks.at_s)
                continue
            mute += not frames
            for frame in frames:
                blocks.feed(frame)
            if blocks.held >= BLOCK_SAMPLES:
                yield blocks.take(), rate
            if blocks.at_s > LONGEST_S:
                raise _too_long(path, blocks.at_s)
        if blocks.held:
            yield blocks.take(), rate
        if blocks.decoded == 0:
            raise NoAudioPackets(f"{readable(path)}: no audio packets in this file. Export it again.")
        if last is not None and source.codec in PARTLY and partial_frame(bytes(last)):
            losses.packet(blocks.at_s)
        missing = lack(Path(path), packet_bytes if _alone(container, stream) else None)
        if missing is None and mute > MOST_MUTE:
            missing = Lack(f"{mute} of {packets} packets are marked as not to be played", mute / packets)
        losses.end(blocks.at_s, missing)


def _alone(container: InputContainer, stream: AudioStream) -> bool:
    """Whether the file's packets are all of this stream; covers lie elsewhere."""
    return all(
        other is stream or other.disposition & Disposition.attached_pic == Disposition.attached_pic
        for other in container.streams
    )


def _too_long(path: PathLike, seconds: float) -> TooLong:
    return TooLong(
        f"{readable(path)}: {seconds / 3600:.1f} hours of audio; a track is at most {LONGEST_S / 3600:.0f}. Cut it."
    )


def decode(
    path: PathLike,
    *,
    sample_rate_hz: int | None = None,
    stereo: bool = False,
    from_s: float = 0.0,
    on_damage: OnDamage = lambda at_s: None,
    threads: int = 1,
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
    threads
        Frames decoded at once where the codec can (FLAC); places of damage are then late by as many frames.

    Yields
    ------
    ndarray of float32, shape (channels, n)

    Raises
    ------
    UnreadableAudio, UnsupportedFormat, NoAudioPackets, DamagedAudio
        The last when too much is lost, the file breaks off before the length its header states, or holds samples
        that are no sound.
    """
    skip = None
    for block, rate in _resampled(_frames(path, stereo, on_damage, threads), sample_rate_hz):
        if skip is None:
            skip = round(from_s * rate)
        dropped = min(skip, block.shape[1])
        skip -= dropped
        kept = block[:, dropped:]
        if kept.shape[1]:
            yield np.repeat(kept, 2, axis=0) if stereo and len(kept) == 1 else kept


def _resampled(blocks: Iterator[tuple[Block, int]], to_hz: int | None) -> Iterator[tuple[Block, int]]:
    """Change the rate of the whole stream, or pass it on."""
    change: Resampler | None = None
    for block, rate in blocks:
        if to_hz is None or to_hz == rate:
            yield block, rate
            continue
        change = change or Resampler(rate, to_hz, channels=len(block))
        yield change.feed(block), to_hz
    if change is not None and to_hz is not None:
        yield change.flush(), to_hz
