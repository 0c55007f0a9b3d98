"""Files broken on purpose: bit flips, truncations, swapped headers, lies; each follows from its seed.

A mutation is a function of (content, rng, suffix, other): ``other`` is a whole file of the same format with another
rate, length and number of channels.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from library import audio
from tests import lies
from tests.sounds import Sound

Mutation = Callable[[bytearray, np.random.Generator, str, bytes], bytes]


def _place(content: bytes, rng: np.random.Generator, length: int = 1) -> int:
    return int(rng.integers(max(1, len(content) - length)))


def _flip(content: bytearray, rng: np.random.Generator, count: int, within: int) -> bytes:
    for at in rng.integers(min(within, len(content)), size=count):
        content[at] ^= 1 << int(rng.integers(8))
    return bytes(content)


def flip_few(content: bytearray, rng: np.random.Generator, suffix: str, other: bytes) -> bytes:
    return _flip(content, rng, int(rng.integers(1, 9)), len(content))


def flip_many(content: bytearray, rng: np.random.Generator, suffix: str, other: bytes) -> bytes:
    return _flip(content, rng, int(len(content) * 10 ** rng.uniform(-4, -2)), len(content))


def flip_header(content: bytearray, rng: np.random.Generator, suffix: str, other: bytes) -> bytes:
    return _flip(content, rng, int(rng.integers(1, 17)), 256)


def garbage(content: bytearray, rng: np.random.Generator, suffix: str, other: bytes) -> bytes:
    length = int(2 ** rng.uniform(4, 13))
    at = _place(content, rng, length)
    content[at : at + length] = rng.bytes(min(length, len(content) - at))
    return bytes(content)


def break_off(content: bytearray, rng: np.random.Generator, suffix: str, other: bytes) -> bytes:
    return bytes(content[: int(len(content) * rng.uniform(0.01, 0.99))])


def lose_the_end(content: bytearray, rng: np.random.Generator, suffix: str, other: bytes) -> bytes:
    return bytes(content[: -int(2 ** rng.uniform(0, 13))])


def lose_the_middle(content: bytearray, rng: np.random.Generator, suffix: str, other: bytes) -> bytes:
    length = int(len(content) * rng.uniform(0.01, 0.3))
    at = _place(content, rng, length)
    del content[at : at + length]
    return bytes(content)


def blank(content: bytearray, rng: np.random.Generator, suffix: str, other: bytes) -> bytes:
    length = int(len(content) * rng.uniform(0.01, 0.3))
    at = _place(content, rng, length)
    content[at : at + length] = bytes(length)
    return bytes(content)


def swap_pieces(content: bytearray, rng: np.random.Generator, suffix: str, other: bytes) -> bytes:
    a, b, c = sorted(_place(content, rng) for _ in range(3))
    return bytes(content[:a] + content[b:c] + content[a:b] + content[c:])


def swap_header(content: bytearray, rng: np.random.Generator, suffix: str, other: bytes) -> bytes:
    """The beginning is that of another file, with another rate, length and number of channels."""
    length = int(2 ** rng.uniform(4, 12))
    return other[:length] + bytes(content[length:])


def lie_of_length(content: bytearray, rng: np.random.Generator, suffix: str, other: bytes) -> bytes:
    return lies.LENGTH[suffix](content, rng)


def lie_of_rate(content: bytearray, rng: np.random.Generator, suffix: str, other: bytes) -> bytes:
    return lies.RATE[suffix](content, rng)


def lie_of_channels(content: bytearray, rng: np.random.Generator, suffix: str, other: bytes) -> bytes:
    return lies.CHANNELS[suffix](content, rng)


MUTATIONS: tuple[Mutation, ...] = (
    flip_few, flip_many, flip_header, garbage, break_off, lose_the_end, lose_the_middle, blank, swap_pieces,
    swap_header, lie_of_length, lie_of_rate, lie_of_channels,
)  # fmt: skip


def excerpt(path: Path, rate_hz: int, seconds: float) -> Sound:
    """The beginning of a real file, in two channels."""
    blocks, held = [], 0
    for block in audio.decode(path, sample_rate_hz=rate_hz, stereo=True):
        blocks.append(block)
        held += block.shape[1]
        if held >= seconds * rate_hz:
            break
    return np.concatenate(blocks, axis=1)[:, : round(seconds * rate_hz)].astype(np.float64)
