"""What do a timeline's tracks sound like together?

A stream of stereo blocks of one second at 48 kHz, float32 of shape (2, n), full scale at ±1. Only the tracks heard
at the moment are open, each decoded a little ahead in a thread of its own, so memory does not grow with the length.
"""

import os
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path

import numpy as np

from library.audio import Block, decode, readable, source_format
from library.errors import LibraryError
from library.resampling import Resampler
from playlists.ahead import Ahead
from playlists.errors import TrackFileGone
from playlists.kernels import add_at_gain
from playlists.levels import NEPERS_PER_DB
from playlists.playlist import SAMPLE_RATE_HZ
from playlists.timeline import Segment, clock, seconds

Files = Mapping[str, str | os.PathLike[str]]
"""Where each track's audio is, by its id."""

BLOCK = SAMPLE_RATE_HZ
SHORT_TOLERANCE = SAMPLE_RATE_HZ // 4
"""A file may end this many samples before the plan says (judgement: a lost packet is 26 ms, a resampler's rounding one
sample; a quarter of a second lies within the shortest fade)."""


def present(segments: Sequence[Segment], files: Files) -> None:
    """Raise :class:`TrackFileGone` where a track has no file that begins as audio, before anything is rendered."""
    for track_id in dict.fromkeys(segment.track_id for segment in segments):
        if track_id not in files:
            raise TrackFileGone(f"Track {track_id} has no file. Scan the music folder again.")
        if not Path(files[track_id]).is_file():
            raise TrackFileGone(f"{readable(files[track_id])} is gone. Put it back or scan the music folder again.")
        try:
            next(decode(files[track_id]))
        except LibraryError as error:
            raise TrackFileGone(str(error)) from error


def mix(segments: Sequence[Segment], files: Files) -> Generator[Block]:
    """Yield the whole session, every track at its gain and in its fades.

    Raises
    ------
    TrackFileGone
        Where a file cannot be read on, or ends before the stretch the plan takes from it.
    """
    waiting = list(segments)
    playing: list[_Voice] = []
    total = segments[-1].end
    try:
        for at in range(0, total, BLOCK):
            block = np.zeros((2, min(BLOCK, total - at)), np.float32)
            while waiting and waiting[0].start < at + block.shape[1]:
                segment = waiting.pop(0)
                playing.append(_Voice(segment, files[segment.track_id]))
            for voice in playing:
                voice.add_to(block, at)
            for voice in [voice for voice in playing if voice.segment.end <= at + BLOCK]:
                playing.remove(voice)
                voice.close()
            yield block
    finally:
        for voice in playing:
            voice.close()


def _heard(path: str | os.PathLike[str], begin: int) -> Generator[Block]:
    """A track at our rate from a sample on: what ``decode`` gives, decoded and resampled in two threads."""
    rate_hz = source_format(path).sample_rate_hz
    if rate_hz == SAMPLE_RATE_HZ:
        yield from decode(path, stereo=True, from_s=seconds(begin))
        return
    for block in _resampled(path, rate_hz):
        dropped = min(begin, block.shape[1])
        begin -= dropped
        if dropped < block.shape[1]:
            yield block[:, dropped:]


def _resampled(path: str | os.PathLike[str], rate_hz: int) -> Generator[Block]:
    change = Resampler(rate_hz, SAMPLE_RATE_HZ, channels=2)
    with Ahead(_decoded(path)) as blocks:
        for block in blocks:
            yield change.feed(block)
    yield change.flush()


def _decoded(path: str | os.PathLike[str]) -> Generator[Block]:
    yield from decode(path, stereo=True)


class _Voice:
    """One segment while it is heard."""

    def __init__(self, segment: Segment, path: str | os.PathLike[str]) -> None:
        self.segment = segment
        self._path = path
        self._blocks = Ahead(_heard(path, segment.source_from))
        self._gains = NEPERS_PER_DB * np.asarray(segment.gain_curve.values, np.float64)
        self._hop = segment.gain_curve.hop_s * SAMPLE_RATE_HZ
        self._held: Block = np.zeros((2, 0), np.float32)

    def close(self) -> None:
        """Let go of the file."""
        self._blocks.close()

    def add_to(self, block: Block, at: int) -> None:
        """Add what of the segment falls into the block, which begins at the session's sample ``at``."""
        begin = max(self.segment.start - at, 0)
        end = min(self.segment.end - at, block.shape[1])
        inside = at + begin - self.segment.start
        heard = self._take(inside, end - begin)
        if self.segment.fades(inside, end - begin):
            heard = heard * self.segment.weights(inside, end - begin)[: heard.shape[1]].astype(np.float32)
        place = float(inside + self.segment.skipped)
        for into, channel in zip(block, heard, strict=True):
            add_at_gain(into[begin : begin + len(channel)], channel, self._gains, self._hop, place)

    def _take(self, inside: int, count: int) -> Block:
        """The next ``count`` samples of the track; a little less where the file ends a little early."""
        parts, held = [self._held], self._held.shape[1]
        while held < count:
            block = self._next()
            if block is None:
                self._refuse_if_short(inside + held)
                break
            parts.append(block)
            held += block.shape[1]
        joined = np.concatenate(parts, axis=1) if len(parts) > 1 else parts[0]
        self._held = joined[:, count:]
        return joined[:, :count]

    def _next(self) -> Block | None:
        try:
            return next(self._blocks, None)
        except LibraryError as error:
            raise TrackFileGone(str(error)) from error

    def _refuse_if_short(self, reached: int) -> None:
        if self.segment.length - reached > SHORT_TOLERANCE:
            planned, there = (clock(seconds(self.segment.source_from + n)) for n in (self.segment.length, reached))
            raise TrackFileGone(
                f"{readable(self._path)} ends at {there}, the list needs it to {planned}. Scan the music folder again."
            )
