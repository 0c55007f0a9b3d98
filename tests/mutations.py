"""Files broken on purpose: bit flips, truncations, swapped headers, lies; each follows from its seed.

A mutation is a function of (content, rng, suffix, other): ``other`` is a whole file of the same format with another
rate, length and number of channels.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from library import audio
from tests import lies
from tests.sounds import SUFFIXES, Sound, write

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


class Mutated(NamedTuple):
    """One broken file, and what it was made from."""

    path: Path
    kind: str
    vocal: bool
    sound: int
    """Samples of all channels that the whole file holds."""


CHANNELS = 2
RATES_HZ = {suffix: (48_000, 24_000) if suffix == ".opus" else (44_100, 48_000) for suffix in SUFFIXES}
"""Of the files, and of the other file from which headers are taken."""


def mutated_files(
    folder: Path,
    sources: list[tuple[Path, bool]],
    seconds: float,
    count: int,
    mutations: tuple[Mutation, ...] = MUTATIONS,
) -> Iterator[Mutated]:
    """Make ``count`` broken files in turn of each format, mutation and source: (file, whether voices are heard).

    The number of sources should have no divisor with 7 formats or 13 mutations in common.
    """
    whole: dict[tuple[str, int], tuple[bytes, int]] = {}
    other = {suffix: _other(folder, suffix, sources[-1][0]) for suffix in SUFFIXES}
    for number in range(count):
        suffix, source = SUFFIXES[number % len(SUFFIXES)], number % len(sources)
        mutation = mutations[number // len(SUFFIXES) % len(mutations)]
        rate_hz = RATES_HZ[suffix][0]
        if (suffix, source) not in whole:
            sound = excerpt(sources[source][0], rate_hz, seconds)
            path = write(folder / f"whole{suffix}", sound, rate_hz)
            whole[suffix, source] = path.read_bytes(), sound.size
        content, size = whole[suffix, source]
        path = folder / f"{number:03d}-{mutation.__name__}{suffix}"
        path.write_bytes(mutation(bytearray(content), np.random.default_rng(number), suffix, other[suffix]))
        yield Mutated(path, mutation.__name__, sources[source][1], size)


def _other(folder: Path, suffix: str, source: Path) -> bytes:
    """A file of another rate, length and, where the encoder knows one channel, number of channels."""
    rate_hz = RATES_HZ[suffix][1]
    channels = 2 if suffix == ".ogg" else 1
    return write(folder / f"other{suffix}", excerpt(source, rate_hz, 2.0)[:channels], rate_hz).read_bytes()
