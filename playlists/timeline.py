"""Where does every sample of a session come from?

Seconds on a playlist become integer samples at 48 kHz here, and nowhere else. A playlist whose items do not meet
exactly is refused: a hole would be silence, an overlap of two different lengths a step in level.

Conventions: ``start``, ``source_from``, ``length`` and fades are counts of samples at ``SAMPLE_RATE_HZ``; ``start``
counts from the session's beginning, ``source_from`` from the beginning of the track resampled to that rate.
"""

import itertools
from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from library.track import Curve, Record
from playlists.errors import BadRequest
from playlists.playlist import SAMPLE_RATE_HZ, Item, Playlist

GRID_TOLERANCE = 0.01
"""How far, in samples, a time may lie off the grid: a double holds 24 hours at 48 kHz to 1e-6 of a sample, so more
than this is no rounding but a time that was never on the grid (judgement)."""


class Segment(Record, frozen=True, kw_only=True):
    """One item in integer samples."""

    track_id: str
    start: int
    source_from: int
    length: int
    fade_in: int
    fade_out: int
    opens: bool
    """Whether this is the session's first item: its fade-in meets silence, not another track."""
    closes: bool
    gain_curve: Curve
    skipped: int = 0
    """Samples of the item before the segment's first, where a file begins inside of it (:func:`rest_from`). The gain
    curve and ``fade_in`` count from the item's own beginning."""

    @property
    def end(self) -> int:
        """The first sample after the segment, in the session."""
        return self.start + self.length

    @property
    def faded_in(self) -> int:
        """The first sample after the fade-in, in the session; not before the segment."""
        return max(self.start + self.fade_in - self.skipped, self.start)

    def fades(self, at: int, count: int) -> bool:
        """Whether any of these samples lies in a fade."""
        return at + self.skipped < self.fade_in or at + count > self.length - self.fade_out

    def weights(self, at: int, count: int) -> NDArray[np.float64]:
        """The fades' amplitude on ``count`` samples from ``at`` (counted from the segment's start), shape (count,).

        All 1 outside the fades: see :meth:`fades`.

        At a seam the fades are a sine and a cosine of one angle: powers add up to one, which keeps the level of two
        unrelated pieces of music. The opening and the closing have no partner and are the squares of these
        (raised cosines), which leave and reach zero without a corner.
        """
        at, length = at + self.skipped, self.length + self.skipped
        weights = np.ones(count)
        if at < self.fade_in:
            stop = min(self.fade_in - at, count)
            rising = _quarter_sine(np.arange(at, at + stop), self.fade_in)
            weights[:stop] *= rising**2 if self.opens else rising
        fade_from = length - self.fade_out
        if at + count > fade_from:
            begin = max(fade_from - at, 0)
            to_the_end = np.arange(length - at - begin, length - at - count, -1) - 1
            falling = _quarter_sine(to_the_end, self.fade_out)
            weights[begin:] *= falling**2 if self.closes else falling
        return weights


def samples(seconds: float) -> int:
    """The integer number of samples nearest to a time in seconds."""
    return round(seconds * SAMPLE_RATE_HZ)


def sample_at(time_s: float, name: str) -> int:
    """The sample at a time that must lie on the grid and not before zero; else :class:`BadRequest` names it."""
    exact = time_s * SAMPLE_RATE_HZ
    if not (np.isfinite(exact) and exact > -0.5):
        raise BadRequest(f"{name} = {time_s} is no time.")
    count = samples(time_s)
    if abs(exact - count) > GRID_TOLERANCE:
        raise BadRequest(f"{name} = {time_s} s is not a whole number of samples at {SAMPLE_RATE_HZ} Hz.")
    return count


def seconds(count: int) -> float:
    """The time of a number of samples; :func:`samples` gives the number back."""
    return count / SAMPLE_RATE_HZ


def clock(at_s: float) -> str:
    """A time as people read it, ``mm:ss``."""
    minutes, rest = divmod(int(at_s), 60)
    return f"{minutes:02d}:{rest:02d}"


def layout(playlist: Playlist) -> tuple[Segment, ...]:
    """A playlist's items in integer samples, proved to meet exactly.

    Raises
    ------
    BadRequest
        Where the list is empty, a time is off the 48 kHz grid, an item's fades are longer than itself, neighbours
        do not overlap by exactly their fades, or the end is not ``total_s``. The message names the item.
    """
    if not playlist.items:
        raise BadRequest("The playlist has no items.")
    last = len(playlist.items) - 1
    segments = tuple(
        _segment(item, number, opens=number == 0, closes=number == last) for number, item in enumerate(playlist.items)
    )
    if segments[0].start != 0:
        raise BadRequest(f"The playlist begins with {segments[0].start} samples of nothing.")
    for number, (earlier, later) in enumerate(itertools.pairwise(segments)):
        _meet(earlier, later, number)
    total = sample_at(playlist.total_s, "total_s")
    if segments[-1].end != total:
        raise BadRequest(f"The items end at sample {segments[-1].end}, the playlist at {total}.")
    return segments


def rest_from(segments: Sequence[Segment], begin: int) -> tuple[Segment, ...]:
    """What of a session is heard from its sample ``begin`` on, on a clock that begins there.

    Sample for sample the same sound as in the whole session: a piece that is cut keeps its place in its gain curve and
    in a fade that has begun.

    Raises
    ------
    BadRequest
        Where nothing would be left.
    """
    if not 0 <= begin < segments[-1].end:
        raise BadRequest(f"From {clock(seconds(begin))} on nothing is left of {clock(seconds(segments[-1].end))}.")
    rest = []
    for segment in segments:
        cut = max(begin - segment.start, 0)
        if cut < segment.length:
            rest.append(
                msgspec.structs.replace(
                    segment,
                    start=segment.start + cut - begin,
                    source_from=segment.source_from + cut,
                    length=segment.length - cut,
                    skipped=segment.skipped + cut,
                )
            )
    return tuple(rest)


def _segment(item: Item, number: int, *, opens: bool, closes: bool) -> Segment:
    name = f"items[{number}]"
    source_from = sample_at(item.from_s, f"{name}.from_s")
    segment = Segment(
        track_id=item.track_id,
        start=sample_at(item.start_s, f"{name}.start_s"),
        source_from=source_from,
        length=sample_at(item.to_s, f"{name}.to_s") - source_from,
        fade_in=sample_at(item.fade_in_s, f"{name}.fade_in_s"),
        fade_out=sample_at(item.fade_out_s, f"{name}.fade_out_s"),
        opens=opens,
        closes=closes,
        gain_curve=item.gain_curve,
    )
    if segment.length <= 0:
        raise BadRequest(f"{name} ({item.track_id}) lasts {segment.length} samples.")
    if segment.fade_in + segment.fade_out > segment.length:
        raise BadRequest(f"{name} ({item.track_id}) is shorter than its two fades together.")
    if not item.gain_curve.values or item.gain_curve.hop_s <= 0:
        raise BadRequest(f"{name} ({item.track_id}) has no gain curve.")
    return segment


def _meet(earlier: Segment, later: Segment, number: int) -> None:
    """Refuse neighbours that do not overlap by exactly the fade of both."""
    overlap = earlier.end - later.start
    if not overlap == earlier.fade_out == later.fade_in:
        raise BadRequest(
            f"items[{number}] and items[{number + 1}] overlap by {overlap} samples at {clock(seconds(later.start))}, "
            f"with a fade-out of {earlier.fade_out} and a fade-in of {later.fade_in}."
        )


def _quarter_sine(index: NDArray[np.int64], length: int) -> NDArray[np.float64]:
    """Rising from 0 to 1 over ``length`` samples; half a sample in, so that a fade and its mirror are symmetric."""
    return np.asarray(np.sin((index + 0.5) * (np.pi / 2 / length)))
