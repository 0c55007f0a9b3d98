"""Which sound is heard around a seam: the end of one piece, its crossfade, and the beginning of the next.

The window is cut out of the session's timeline, so that what is rendered of it is what the session file plays there,
but for the level of the whole. It never reaches into the other fades of the two pieces.
"""

import math

import numpy as np

from library.track import Curve
from playlists.errors import BadRequest
from playlists.playlist import SAMPLE_RATE_HZ, Playlist
from playlists.timeline import Segment, layout, seconds

AROUND_S = 5.0
"""Seconds before the crossfade and after it, so that one hears from where to where it leads."""
HOP_S = 0.25
"""How finely a gain curve is read where it is cut; gains move by at most 1 LU in 10 s."""


def window_s(playlist: Playlist, number: int) -> tuple[float, float]:
    """From when to when the sound around a seam lasts, on the session's clock.

    Raises
    ------
    BadRequest
        There is no such seam.
    """
    begin, end, _, _ = _window(playlist, number)
    return seconds(begin), seconds(end)


def around_seam(playlist: Playlist, number: int) -> tuple[Segment, Segment]:
    """The two pieces of a seam, cut to what is heard around it and moved to the time 0.

    Parameters
    ----------
    number
        1 is the seam between the first piece and the second.

    Raises
    ------
    BadRequest
        There is no such seam.
    """
    begin, end, earlier, later = _window(playlist, number)
    return _cut(earlier, begin, end), _cut(later, begin, end)


def _window(playlist: Playlist, number: int) -> tuple[int, int, Segment, Segment]:
    segments = layout(playlist)
    if not 1 <= number < len(segments):
        raise BadRequest(f"This list has the seams 1 to {len(segments) - 1}, not {number}.")
    earlier, later = segments[number - 1], segments[number]
    around = round(AROUND_S * SAMPLE_RATE_HZ)
    begin = max(later.start - around, earlier.start + earlier.fade_in)
    end = min(earlier.end + around, later.end - later.fade_out)
    return begin, end, earlier, later


def _cut(segment: Segment, begin: int, end: int) -> Segment:
    """What of a segment lies in the window; its fades at the seam stay, the others are outside."""
    before, after = max(begin - segment.start, 0), max(segment.end - end, 0)
    return Segment(
        track_id=segment.track_id,
        start=max(segment.start - begin, 0),
        source_from=segment.source_from + before,
        length=segment.length - before - after,
        fade_in=0 if before else segment.fade_in,
        fade_out=0 if after else segment.fade_out,
        opens=False,
        closes=False,
        gain_curve=_later(segment.gain_curve, seconds(before), seconds(segment.length - before - after)),
    )


def _later(curve: Curve, from_s: float, lasting_s: float) -> Curve:
    """A gain curve whose time counts from ``from_s`` on."""
    times_s = from_s + HOP_S * np.arange(math.ceil(lasting_s / HOP_S) + 1)
    values = np.interp(times_s, curve.hop_s * np.arange(len(curve.values)), curve.values)
    return Curve(hop_s=HOP_S, values=tuple(values.tolist()))
