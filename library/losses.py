"""What is missing from a file that is decoded: packets that do not decode, gaps, frames of another shape, an end.

A few losses are reported with their times and the music goes on; more make the file damaged. So does a single sample
that is no sound, as it would spoil every measure. Times are seconds of music decoded so far.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import av
import numpy as np
from numpy.typing import NDArray

from library.errors import DamagedAudio
from library.wholeness import Lack

OnDamage = Callable[[float], None]
"""Called with the time in seconds at which packets are lost or could not be decoded, and are left out."""

MOST_LOSSES = 5
"""More losses than this make a file damaged; fewer are reported (judgement: a packet is 26 ms, an Ogg page 1 s)."""

MISSING_S, MISSING_SHARE = 2.0, 0.02
"""More than this missing at the end, by the header's word, makes a file damaged; less is reported (judgement)."""

MISSING_ROUNDING_S = 0.1
"""So much is rounding, and what encoders put before the music (judgement: two packets of AAC are 46 ms)."""

LEAST_GAP_S, VORBIS_GAP_S = 0.005, 0.05
"""A time stamp further ahead than this leaves a gap; less is rounding (the coarsest clocks count ms). Between Ogg pages
FFmpeg guesses the lengths of Vorbis blocks: its stamps wander by a quarter of the longest (8192 samples, 46 ms)."""

MOST_LEVEL = 1e6
"""A sample beyond this is no sound (judgement): full scale is 1, and some programs write floating point up to 32768."""


class Timing(NamedTuple):
    """What turns a frame's time stamp and its samples into seconds: read once, since asking each frame costs as much
    as a tenth of decoding it."""

    tick_s: float
    sample_rate_hz: int


class Losses:
    """Notes what is missing of one file, tells ``on_damage`` of it, and raises `DamagedAudio` when it is too much."""

    def __init__(self, name: str, codec: str, timing: Timing, stated_s: float | None, on_damage: OnDamage) -> None:
        self._name, self._timing, self._stated_s, self._on_damage = name, timing, stated_s, on_damage
        self._least_gap_s = VORBIS_GAP_S if codec == "vorbis" else LEAST_GAP_S
        self._count = 0
        self._expected_s: float | None = None
        self._begin_s: float | None = None
        self._reached_s = 0.0

    def packet(self, at_s: float) -> None:
        """A packet did not decode; the gap that it leaves is not counted again."""
        self._expected_s = None
        self._report(at_s)

    def frame(self, frame: av.AudioFrame, at_s: float) -> None:
        """A frame was decoded, though perhaps not the next one."""
        stamp = frame.pts
        stamp_s = None if stamp is None else stamp * self._timing.tick_s
        if stamp_s is not None and self._expected_s is not None and stamp_s - self._expected_s > self._least_gap_s:
            self._report(at_s)
        begin_s = self._expected_s if stamp_s is None else stamp_s
        if begin_s is not None:
            if self._begin_s is None:
                self._begin_s = begin_s
                if begin_s > MISSING_ROUNDING_S:
                    self._report(at_s)  # the first packets are gone
            self._expected_s = begin_s + frame.samples / self._timing.sample_rate_hz
            self._reached_s = self._expected_s - self._begin_s  # with the gaps, which are reported where they are

    def sound(self, samples: NDArray[np.float32], from_s: float) -> None:
        """Samples (channels, n) were decoded; those that are no numbers, or beyond any level, are not music."""
        if samples.min(initial=0.0) >= -MOST_LEVEL and samples.max(initial=0.0) <= MOST_LEVEL:
            return  # never so for NaN
        first = int(np.argmin((np.abs(samples) <= MOST_LEVEL).all(axis=0)))
        raise self._damaged(from_s + first / self._timing.sample_rate_hz, "its samples are no sound there")

    def end(self, at_s: float, lack: Lack | None) -> None:
        """The music is over; ``lack`` says what of the file is not there, as far as its container tells."""
        missing_s = self._stated_s - max(at_s, self._reached_s) if self._stated_s else 0.0
        if lack is not None:
            missing_s = max(missing_s, at_s * lack.share / (1.0 - lack.share) if lack.share < 1.0 else math.inf)
        if missing_s > max(MISSING_S, MISSING_SHARE * at_s):
            raise self._damaged(at_s, lack.why if lack else None)
        if lack is not None or missing_s > MISSING_ROUNDING_S:
            self._report(at_s)

    def _report(self, at_s: float) -> None:
        self._count += 1
        if self._count > MOST_LOSSES:
            raise self._damaged(at_s, None)
        self._on_damage(at_s)

    def _damaged(self, at_s: float, why: str | None) -> DamagedAudio:
        length = f" of {self._stated_s:.1f} s" if self._stated_s else ""
        return DamagedAudio(
            f"{self._name}: damaged at {at_s:.1f} s{length}{f': {why}' if why else ''}. Copy or export the file again."
        )
