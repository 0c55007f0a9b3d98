"""Is the file all there? What a container says of its own size, against what lies on the disk.

FFmpeg plays what it finds: it says nothing of a file that breaks off where the format has no index, nor of a header
that states less than follows it. Each format is asked here as far as it can tell; what none can tell is in
docs/measurements.md.

Conventions: an answer is None where nothing is wrong.
Sources: RIFF (IBM and Microsoft 1991), AIFF 1.3, RFC 3533 (Ogg), ISO/IEC 14496-12 (boxes of M4A), LAME's Xing header.
"""

import os
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

SLACK_BYTES = 4096
"""So many bytes may be in no chunk, or follow the last (judgement: tags are put there, and it is under 25 ms of CD)."""

UNKNOWN_SIZES = (0, 0xFFFF_FFFF)
"""Both mean "written as a stream, length unknown"."""

OGG_PAGE = struct.Struct("<4sBBqIIIB")
LAST_PAGE = 4


class Lack(NamedTuple):
    """What is wrong, and which share (0..1) of the sound was not played for it: 0 where that cannot be told."""

    why: str
    share: float


CONTRADICTION = Lack("its header contradicts itself", 1.0)


def lack(path: Path, packet_bytes: int | None) -> Lack | None:
    """Return what of the file is missing or contradictory, or None.

    Parameters
    ----------
    path
        The file.
    packet_bytes
        How many bytes of audio packets were found in it; None where it also holds other things.
    """
    try:
        return _lack(path, packet_bytes)
    except struct.error:
        return Lack("it breaks off within its header", 1.0)


def _lack(path: Path, packet_bytes: int | None) -> Lack | None:
    with path.open("rb") as file:
        held = os.fstat(file.fileno()).st_size
        head = file.read(12)
        if head[:4] == b"RIFF" and head[8:] == b"WAVE":
            return _wave(file, held)
        if head[:4] == b"FORM" and head[8:] in (b"AIFF", b"AIFC"):
            return _aiff(file, held)
        if head[:4] == b"OggS":
            return _ogg(file, held)
        if head[4:8] == b"ftyp":
            return _boxes(file, held, packet_bytes)
        return _mp3(file, held) if path.suffix.lower() == ".mp3" else None


def _chunks(file: BinaryIO, end: int, order: str) -> Iterator[tuple[bytes, int, int]]:
    """Yield (name, place of the content, size) of each chunk of a RIFF or FORM file."""
    at = 12
    while at + 8 <= end:
        file.seek(at)
        name, size = struct.unpack(f"{order}4sI", file.read(8))
        yield name, at + 8, size
        at += 8 + size + size % 2


def _cut(held: int, stated: int) -> Lack:
    return Lack(f"{held} of {stated} bytes are there", 1.0 - held / stated)


def _sizes(stated: int, held: int, last: int) -> Lack | None:
    """Compare the size a file states, the bytes it holds and the end of its last chunk."""
    if held < stated:
        return _cut(held, stated)
    if max(held - stated, abs(stated - last)) > SLACK_BYTES:
        return Lack(f"it says that it ends at byte {min(stated, last)} of {held}", 1.0 - min(stated, last) / held)
    return None


def _wave(file: BinaryIO, held: int) -> Lack | None:
    file.seek(4)
    (size,) = struct.unpack("<I", file.read(4))
    if size in UNKNOWN_SIZES:
        return None
    last = 12
    for name, at, length in _chunks(file, held, "<"):
        if name == b"fmt ":
            kind, channels, rate, byte_rate, align, bits = struct.unpack("<HHIIHH", file.read(16))
            whole = kind in (1, 3, 0xFFFE)  # samples as they are, not compressed
            if whole and (byte_rate != rate * align or align != channels * ((bits + 7) // 8)):
                return CONTRADICTION
        if name == b"data" and length in UNKNOWN_SIZES:
            return None
        last = at + length
    return _sizes(size + 8, held, last)


def _aiff(file: BinaryIO, held: int) -> Lack | None:
    file.seek(4)
    (size,) = struct.unpack(">I", file.read(4))
    if size in UNKNOWN_SIZES:
        return None
    last, frame_bytes, frames, sound = 12, 0, 0, 0
    for name, at, length in _chunks(file, held, ">"):
        if name == b"COMM":
            channels, frames, bits = struct.unpack(">HIH", file.read(8))
            plain = length == 18 or file.read(14)[10:] in (b"NONE", b"sowt", b"twos")
            frame_bytes = channels * ((bits + 7) // 8) if plain else 0
        if name == b"SSND":
            sound = length - 8
        last = at + length
    if frame_bytes and frames and abs(frames * frame_bytes - sound) > SLACK_BYTES:
        return CONTRADICTION
    return _sizes(size + 8, held, last)


def _ogg(file: BinaryIO, held: int) -> Lack | None:
    """Pages of a stream are numbered, and the last one is marked; a page that fails its checksum FFmpeg leaves out."""
    at, begin, numbers, open_streams = 0, 0, dict[int, int](), set[int]()
    while at + OGG_PAGE.size <= held:
        file.seek(at)
        mark, _, flags, _, serial, number, _, segments = OGG_PAGE.unpack(file.read(OGG_PAGE.size))
        if mark != b"OggS":
            break
        if number != numbers.get(serial, number - 1) + 1:
            return Lack("pages are missing", 0.0)
        numbers[serial], begin = number, at
        (open_streams.discard if flags & LAST_PAGE else open_streams.add)(serial)
        at += OGG_PAGE.size + segments + sum(file.read(segments))
    if at > held or open_streams or not _sealed(file, begin, at):
        return Lack("its last page is missing", 0.0)
    return Lack(f"its pages end at byte {at} of {held}", 1.0 - at / held) if held - at > SLACK_BYTES else None


def _sealed(file: BinaryIO, begin: int, end: int) -> bool:
    """Whether an Ogg page's checksum is right: zlib's, with the bits of bytes and sum the other way round."""
    file.seek(begin)
    page = bytearray(file.read(end - begin))
    stated = bytes(page[22:26])
    page[22:26] = bytes(4)
    turned = zlib.crc32(page.translate(TURNED), 0xFFFF_FFFF) ^ 0xFFFF_FFFF
    return stated == turned.to_bytes(4, "big").translate(TURNED)


TURNED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def _boxes(file: BinaryIO, held: int, packet_bytes: int | None) -> Lack | None:
    """Boxes follow one another to the end of the file; the one with the sound holds little else."""
    at, sound = 0, 0
    while at + 8 <= held:
        file.seek(at)
        size, name = struct.unpack(">I4s", file.read(8))
        if size == 1:
            (size,) = struct.unpack(">Q", file.read(8).ljust(8, b"\0"))
        if size == 0:
            size = held - at
        if size < 8:
            break
        sound += size if name == b"mdat" else 0
        at += size
    if at > held:
        return _cut(held, at)
    if held - at > SLACK_BYTES:
        return Lack(f"its boxes end at byte {at} of {held}", 1.0 - at / held)
    if packet_bytes is not None and sound - packet_bytes > max(SLACK_BYTES, 0.02 * sound):
        return Lack(f"{packet_bytes} of {sound} bytes of sound are in its index", 1.0 - packet_bytes / sound)
    return None


def _mp3(file: BinaryIO, held: int) -> Lack | None:
    """A Xing header may state the bytes from its own frame on."""
    begin, head = _first_mp3_frame(file)
    at = max(head.find(b"Xing"), head.find(b"Info"))
    if at < 0 or len(head) < at + 16:
        return None
    flags, *numbers = struct.unpack_from(">III", head, at + 4)
    stated = numbers[flags & 1] if flags & 2 else 0
    return _cut(held - begin, stated) if held - begin < stated else None


def _first_mp3_frame(file: BinaryIO) -> tuple[int, bytes]:
    """Where the first frame is, after the tags, and its beginning."""
    file.seek(0)
    head = file.read(10)
    begin = 0
    if head[:3] == b"ID3":
        begin = 10 + (head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9])
    file.seek(begin)
    return begin, file.read(256)


def states_length(path: Path, container: str) -> bool:
    """Whether FFmpeg's word for the length is the file's own, or guessed from its size and first frames."""
    if container == "mp3":
        with path.open("rb") as file:
            return any(mark in _first_mp3_frame(file)[1] for mark in (b"Xing", b"Info", b"VBRI"))
    return container not in ("aac", "loas")


def partial_frame(packet: bytes) -> bool:
    """Whether a frame of MP3 or ADTS is shorter than its header says: the file breaks off within it."""
    if len(packet) < 6 or packet[0] != 0xFF or packet[1] & 0xE0 != 0xE0:
        return False
    if packet[1] & 0xF6 == 0xF0:
        return len(packet) < (packet[3] & 3) << 11 | packet[4] << 3 | packet[5] >> 5
    return packet[1] & 6 == 2 and len(packet) < _layer_three_bytes(packet)


def _layer_three_bytes(header: bytes) -> int:
    """The length that the header of an MP3 frame states, 0 if it states none."""
    version, rate_code, kbps_code = header[1] >> 3 & 3, header[2] >> 2 & 3, header[2] >> 4
    if version == 1 or rate_code == 3 or kbps_code in (0, 15):
        return 0
    rate_hz = (44_100, 48_000, 32_000)[rate_code] >> {3: 0, 2: 1, 0: 2}[version]
    kbps = (MPEG1_KBPS if version == 3 else MPEG2_KBPS)[kbps_code]
    return (144_000 if version == 3 else 72_000) * kbps // rate_hz + (header[2] >> 1 & 1)


MPEG1_KBPS = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
MPEG2_KBPS = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
