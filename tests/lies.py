"""Headers that lie about length, sample rate and channels, in each format, on files that are whole otherwise.

A lie is a function of (content, rng) that returns other content. Checksums of Ogg pages are made right again: a lie
that a checksum gives away would be a bit flip.
"""

import struct
from collections.abc import Callable, Iterator

import numpy as np

Lie = Callable[[bytearray, np.random.Generator], bytes]


def _number(true: int, bits: int, rng: np.random.Generator) -> int:
    """A wrong number for a field: nothing, a little or a lot more or less, or all that fits."""
    top = (1 << bits) - 1
    wrong = [0, 1, true // 2, true * 9 // 10, true + 1, true * 11 // 10, true * 2, true * 1000, top // 2, top]
    fitting = [value for value in wrong if value <= top and value != true]
    return fitting[rng.integers(len(fitting))]


def _lie_at(content: bytearray, at: int, shape: str, rng: np.random.Generator) -> None:
    true = struct.unpack_from(shape, content, at)[0]
    struct.pack_into(shape, content, at, _number(true, 8 * struct.calcsize(shape), rng))


def _after(content: bytearray, mark: bytes, offset: int = 0) -> int:
    return content.index(mark) + len(mark) + offset


def _one_of(*fields: tuple[bytes, int, str]) -> Lie:
    """A lie in one of these fields, each given as (mark, offset after the mark, struct)."""

    def lie(content: bytearray, rng: np.random.Generator) -> bytes:
        mark, offset, shape = fields[rng.integers(len(fields))]
        _lie_at(content, _after(content, mark, offset) if mark else offset, shape, rng)
        return bytes(content)

    return lie


def _flac(low: int, bits: int) -> Lie:
    """A lie in a field of the 64 bits of STREAMINFO that hold rate (20), channels (3), depth (5) and length (36)."""

    def lie(content: bytearray, rng: np.random.Generator) -> bytes:
        (word,) = struct.unpack_from(">Q", content, 18)
        mask = ((1 << bits) - 1) << low
        wrong = _number((word & mask) >> low, bits, rng)
        struct.pack_into(">Q", content, 18, word & ~mask | wrong << low)
        return bytes(content)

    return lie


def _aiff_rate(content: bytearray, rng: np.random.Generator) -> bytes:
    """The rate is an 80-bit float: exponent and mantissa."""
    at = _after(content, b"COMM", 12)
    if rng.random() < 0.3:
        _lie_at(content, at + 2, ">Q", rng)
    else:
        struct.pack_into(">H", content, at, 16383 + int(rng.integers(0, 40)))
    return bytes(content)


def mp3_frames(content: bytes) -> Iterator[int]:
    """Where the frames begin, found by their own lengths (MPEG-1 layer III)."""
    kbps = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0)
    at = 10 + _synchsafe(content[6:10]) if content[:3] == b"ID3" else 0
    while at + 4 <= len(content) and content[at] == 0xFF and content[at + 1] & 0xFE == 0xFA:
        rate = (44_100, 48_000, 32_000, 0)[content[at + 2] >> 2 & 3]
        size = 144_000 * kbps[content[at + 2] >> 4] // rate + (content[at + 2] >> 1 & 1) if rate else 0
        yield at
        if not size:
            return
        at += size


def _synchsafe(four: bytes) -> int:
    return four[0] << 21 | four[1] << 14 | four[2] << 7 | four[3]


def _mp3_headers(low: int, bits: int, byte: int) -> Lie:
    """A lie in the headers of all frames, of the first, or of those from some place on."""

    def lie(content: bytearray, rng: np.random.Generator) -> bytes:
        frames = list(mp3_frames(content))
        chosen = [frames, frames[:1], frames[int(rng.integers(len(frames))) :]][rng.integers(3)]
        change = int(rng.integers(1, 1 << bits)) << low
        for at in chosen:
            content[at + byte] ^= change
        return bytes(content)

    return lie


def _aac_header(content: bytearray) -> int:
    """Where the decoder's header is: five bits of type, four of rate, four of channels."""
    return content.index(b"\x05\x80\x80\x80", content.index(b"esds")) + 5


def _m4a_rate(content: bytearray, rng: np.random.Generator) -> bytes:
    """The rate stands in the sample entry, in the time scale and, counting for FFmpeg, in the decoder's own header."""
    if rng.random() < 0.5:
        return _one_of((b"mdhd", 12, ">I"), (b"mp4a", 24, ">H"))(content, rng)
    at = _aac_header(content)
    (word,) = struct.unpack_from(">H", content, at)
    struct.pack_into(">H", content, at, word ^ int(rng.integers(1, 16)) << 7)
    return bytes(content)


def _m4a_channels(content: bytearray, rng: np.random.Generator) -> bytes:
    at = _aac_header(content)
    content[at + 1] ^= int(rng.integers(1, 16)) << 3
    return bytes(content)


def ogg_pages(content: bytes) -> Iterator[tuple[int, int]]:
    """Where each page begins and ends."""
    at = 0
    while content[at : at + 4] == b"OggS":
        segments = content[at + 26]
        end = at + 27 + segments + sum(content[at + 27 : at + 27 + segments])
        yield at, end
        at = end


def _crc(page: bytes) -> int:
    """Ogg's checksum: polynomial 0x04c11db7, not reflected, from 0."""
    crc = 0
    for byte in page:
        crc = (crc << 8) & 0xFFFFFFFF ^ CRC_TABLE[crc >> 24 ^ byte]
    return crc


def _crc_table() -> list[int]:
    table = []
    for value in range(256):
        crc = value << 24
        for _ in range(8):
            crc = (crc << 1) ^ 0x04C11DB7 if crc & 0x80000000 else crc << 1
        table.append(crc & 0xFFFFFFFF)
    return table


CRC_TABLE = _crc_table()


def seal(content: bytearray, begin: int, end: int) -> None:
    """Make the checksum of a page right."""
    struct.pack_into("<I", content, begin + 22, 0)
    struct.pack_into("<I", content, begin + 22, _crc(content[begin:end]))


def _ogg_length(content: bytearray, rng: np.random.Generator) -> bytes:
    """The last page's position is the length; a page in the middle may lie too."""
    pages = list(ogg_pages(content))
    begin, end = pages[-1] if rng.random() < 0.7 else pages[int(rng.integers(2, len(pages)))]
    _lie_at(content, begin + 6, "<Q", rng)
    seal(content, begin, end)
    return bytes(content)


def _ogg_header(mark: bytes, offset: int, shape: str) -> Lie:
    def lie(content: bytearray, rng: np.random.Generator) -> bytes:
        _lie_at(content, _after(content, mark, offset), shape, rng)
        seal(content, *next(ogg_pages(content)))
        return bytes(content)

    return lie


LENGTH: dict[str, Lie] = {
    ".wav": _one_of((b"RIFF", 0, "<I"), (b"data", 0, "<I")),
    ".aiff": _one_of((b"FORM", 0, ">I"), (b"COMM", 6, ">I"), (b"SSND", 0, ">I")),
    ".flac": _flac(0, 36),
    ".mp3": _one_of((b"Info", 4, ">I"), (b"Info", 8, ">I")),
    ".m4a": _one_of(
        (b"mdhd", 16, ">I"), (b"tkhd", 20, ">I"), (b"elst", 8, ">I"), (b"stts", 8, ">I"), (b"stts", 12, ">I"),
        (b"stsz", 8, ">I"), (b"stsz", 4, ">I"), (b"mdat", -8, ">I"),
    ),
    ".ogg": _ogg_length,
    ".opus": _ogg_length,
}  # fmt: skip

RATE: dict[str, Lie] = {
    ".wav": _one_of((b"fmt ", 8, "<I"), (b"fmt ", 12, "<I"), (b"fmt ", 18, "<H")),
    ".aiff": _aiff_rate,
    ".flac": _flac(44, 20),
    ".mp3": _mp3_headers(2, 2, 2),
    ".m4a": _m4a_rate,
    ".ogg": _ogg_header(b"\x01vorbis", 5, "<I"),
    ".opus": _ogg_header(b"OpusHead", 4, "<I"),
}

CHANNELS: dict[str, Lie] = {
    ".wav": _one_of((b"fmt ", 6, "<H"), (b"fmt ", 16, "<H")),
    ".aiff": _one_of((b"COMM", 4, ">H"), (b"COMM", 10, ">H")),
    ".flac": _flac(41, 3),
    ".mp3": _mp3_headers(6, 2, 3),
    ".m4a": _m4a_channels,
    ".ogg": _ogg_header(b"\x01vorbis", 4, "<B"),
    ".opus": _ogg_header(b"OpusHead", 1, "<B"),
}
