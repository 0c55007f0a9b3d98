"""Containers that no encoder made: the grammar of each format with contents as hypothesis pleases."""

import struct

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tests.lies import seal

SMALL = st.binary(max_size=400)
LONG = st.integers(0, 0xFFFF_FFFF)
SHORT = st.integers(0, 0xFFFF)
USUAL_CHANNELS, USUAL_RATES, USUAL_BITS = (st.sampled_from(usual) for usual in ([1, 2, 6], [8000, 44_100], [8, 16, 24]))
CHANNELS, RATES = st.one_of(USUAL_CHANNELS, SHORT), st.one_of(USUAL_RATES, LONG)
SIZES = st.one_of(st.none(), st.none(), st.none(), LONG)
"""None is the true one, which it mostly is: what is wrong everywhere is refused before much has run."""


@st.composite
def chunk(draw: st.DrawFn, name: bytes, content: SearchStrategy[bytes], order: str) -> bytes:
    """A chunk of a RIFF or FORM file, whose size may lie."""
    inside = draw(content)
    size = draw(SIZES)
    return struct.pack(f"{order}4sI", name, len(inside) if size is None else size) + inside + b"\0" * (len(inside) % 2)


@st.composite
def wave(draw: st.DrawFn) -> bytes:
    """A WAV file of any sample format."""
    kinds = st.sampled_from([1, 2, 3, 6, 7, 0x11, 0x31, 0x50, 0x55, 0xFF, 0xFFFE])
    any_entry = st.builds(struct.Struct("<HHIIHH").pack, kinds, CHANNELS, RATES, LONG, SHORT, SHORT)
    true_entry = st.builds(_true_entry, USUAL_CHANNELS, USUAL_RATES, USUAL_BITS)
    entry = st.one_of(true_entry, any_entry)
    parts = draw(st.lists(st.one_of(chunk(b"LIST", SMALL, "<"), chunk(b"data", SMALL, "<")), max_size=3))
    return draw(chunk(b"RIFF", st.just(b"WAVE" + draw(chunk(b"fmt ", entry, "<")) + b"".join(parts)), "<"))


def _true_entry(channels: int, rate_hz: int, bits: int) -> bytes:
    align = channels * bits // 8
    return struct.pack("<HHIIHH", 1, channels, rate_hz, rate_hz * align, align, bits)


@st.composite
def aiff(draw: st.DrawFn) -> bytes:
    """An AIFF file; its rate is an exponent and a mantissa."""
    exponents, mantissas = st.integers(16396, 16400), st.one_of(st.just(0xAC44 << 48), LONG.map(lambda top: top << 32))
    bits = st.one_of(USUAL_BITS, SHORT)
    entry = st.builds(struct.Struct(">HIHHQ").pack, CHANNELS, LONG, bits, exponents, mantissas)
    parts = draw(st.lists(st.one_of(chunk(b"SSND", SMALL, ">"), chunk(b"ID3 ", SMALL, ">")), max_size=3))
    return draw(chunk(b"FORM", st.just(b"AIFF" + draw(chunk(b"COMM", entry, ">")) + b"".join(parts)), ">"))


@st.composite
def flac(draw: st.DrawFn) -> bytes:
    """A FLAC file: its first block, blocks of any kind, and what may be frames."""
    word = draw(st.integers(0, (1 << 64) - 1))
    info = struct.pack(">HH", draw(SHORT), draw(SHORT)) + bytes(6) + struct.pack(">Q", word) + bytes(16)
    blocks = draw(st.lists(st.tuples(st.integers(0, 6), SIZES, SMALL), max_size=3))
    frames = draw(st.lists(SMALL.map(lambda body: b"\xff\xf8\xc9\xa8" + body), max_size=4))
    rest = [
        bytes([kind]) + (len(body) if size is None else size % (1 << 24)).to_bytes(3, "big") + body
        for kind, size, body in blocks
    ]
    return b"fLaC\0\0\0\x22" + info + b"".join(rest) + b"\x81\0\0\0" + b"".join(frames)


VORBIS, OPUS = struct.Struct("<7sIBI"), struct.Struct("<8sBBHIhB")


@st.composite
def ogg(draw: st.DrawFn) -> bytes:
    """An Ogg file whose checksums are right: a header of Vorbis or Opus, then pages with anything."""
    channels, few = draw(st.one_of(st.integers(1, 2), st.integers(0, 255))), draw(st.sampled_from([0, 0, 1, 255]))
    vorbis = VORBIS.pack(b"\x01vorbis", 0, channels, draw(RATES)) + draw(SMALL)
    opus = OPUS.pack(b"OpusHead", 1, channels, draw(SHORT), 48_000, 0, few)
    comments = st.sampled_from([b"\x03vorbis", b"OpusTags", b"\x05vorbis", b""])
    rest = draw(st.lists(st.builds(bytes.__add__, comments, SMALL), max_size=5))
    tags = draw(st.lists(st.just(b"OpusTags" + bytes(8)), max_size=1))
    bodies = [draw(st.sampled_from([vorbis, opus])), *tags, *rest]
    pages = bytearray()
    for number, body in enumerate(bodies):
        flags = 2 if number == 0 else draw(st.sampled_from([0, 0, 1, 4]))
        lacing = bytes([255] * (len(body) // 255) + [len(body) % 255])
        granule = draw(st.one_of(st.integers(0, 100_000), st.integers(-1, (1 << 63) - 1)))
        begin = len(pages)
        pages += struct.pack("<4sBBqIIIB", b"OggS", 0, flags, granule, 1, number, 0, len(lacing)) + lacing + body
        seal(pages, begin, len(pages))
    return bytes(pages)


def _box(name: bytes, inside: bytes, size: int | None = None) -> bytes:
    return struct.pack(">I4s", 8 + len(inside) if size is None else size, name) + inside


@st.composite
def m4a(draw: st.DrawFn) -> bytes:
    """An M4A file with one track of AAC, whose tables say anything."""
    entries = st.lists(LONG, max_size=6).map(lambda values: struct.pack(f">{len(values)}I", *values))
    tables = b"".join(
        _box(name, struct.pack(">II", 0, draw(st.one_of(st.integers(0, 3), LONG))) + draw(entries))
        for name in (b"stts", b"stsc", b"stsz", b"stco", b"stss")
    )
    entry = bytes(6) + b"\0\1" + bytes(8) + struct.pack(">HHIHH", draw(CHANNELS) & 0xFFFF, 16, 0, draw(SHORT), 0)
    described = _box(b"stsd", bytes(4) + b"\0\0\0\1" + _box(b"mp4a", entry + _box(b"esds", draw(SMALL))))
    media = _box(b"mdhd", bytes(12) + struct.pack(">II", draw(LONG), draw(LONG)) + bytes(4))
    handler = _box(b"hdlr", bytes(8) + b"soun" + bytes(13))
    track = _box(b"mdia", media + handler + _box(b"minf", _box(b"stbl", described + tables, draw(SIZES))))
    edits = _box(b"edts", _box(b"elst", draw(SMALL)))
    index = _box(b"moov", _box(b"trak", _box(b"tkhd", bytes(84)) + edits + track))
    return _box(b"ftyp", b"M4A \0\0\0\0") + index + _box(b"mdat", draw(SMALL), draw(SIZES))


@st.composite
def mp3(draw: st.DrawFn) -> bytes:
    """Frames of 128 kb/s with anything in them, here and there with another header, perhaps after a tag."""
    tag = draw(SMALL)
    size = bytes([0, 0, len(tag) >> 7, len(tag) & 127])
    headers = st.one_of(*[st.just(b"\xff\xfb\x90\x64")] * 5, st.binary(min_size=3, max_size=3).map(b"\xff".__add__))
    sides = st.one_of(st.just(bytes(32)), st.binary(min_size=32, max_size=32))
    parts = draw(st.lists(st.tuples(headers, sides, SMALL), min_size=4, max_size=12))
    return (b"ID3\4\0\0" + size + tag if tag else b"") + b"".join(
        header + (side + body).ljust(413, b"\x55")[:413] for header, side, body in parts
    )


@st.composite
def adts(draw: st.DrawFn) -> bytes:
    """Frames of AAC with anything in them, whose lengths are mostly true."""
    parts = draw(st.lists(st.tuples(st.binary(min_size=1, max_size=400), SIZES, CHANNELS), min_size=4, max_size=12))
    content = b""
    for body, wrong, channels in parts:
        size = len(body) + 7 if wrong is None else wrong & 0x1FFF
        word = 0xFFF150 << 32 | (channels & 7) << 30 | size << 13 | 0x7FF << 2
        content += word.to_bytes(7, "big") + body
    return content


CONTAINERS = {
    ".wav": wave(),
    ".aiff": aiff(),
    ".flac": flac(),
    ".ogg": ogg(),
    ".opus": ogg(),
    ".m4a": m4a(),
    ".mp3": mp3(),
    ".aac": adts(),
}
