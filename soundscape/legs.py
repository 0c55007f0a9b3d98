"""Which file plays when, and what a skip makes of the rest. Pure.

The *clock* counts seconds from "infusion started"; a playlist's own times are on it too, also after a skip, because
what comes after one is laid out anew (:func:`skipped`).
"""

import math
from collections.abc import Sequence

import msgspec

from library.track import Curve
from playlists.errors import Infeasible
from playlists.playlist import Item, Playlist
from soundscape.wished import Leg, MixdownFile, Report, Wished

CROSS_S = 4.0
"""How long the player crosses from one file into the next; the shortest crossfade that a list has."""
SKIP_IN_S = 5
"""Judgement: what a report (2 s) and the player's own preparation (2 s) take, and one more."""


def clock_s(wished: Wished, now_ms: int) -> float:
    """Seconds since the infusion was started."""
    return 0.0 if wished.started_ms is None else (now_ms - wished.started_ms) / 1000


def leg_at(wished: Wished, at_s: float) -> Leg | None:
    """The leg that is to sound at this second; none in the first file."""
    return next((leg for leg in reversed(wished.then) if leg.at_s <= at_s), None)


def file_at(wished: Wished, at_s: float) -> tuple[MixdownFile | None, float]:
    """The file that is to sound at this second, and where in it."""
    leg = leg_at(wished, at_s)
    return (wished.mixdown, at_s) if leg is None else (leg.mixdown, leg.from_s + at_s - leg.at_s)


def music_s(wished: Wished, report: Report) -> float | None:
    """The second of the session that a report says is heard, if any is; music may be some seconds behind the clock."""
    if report.state not in ("playing", "quiet") or report.position_s is None:
        return None
    leg = sounding(wished, report)
    return report.position_s if leg is None else report.position_s - leg.from_s + leg.at_s


def sounding(wished: Wished, report: Report) -> Leg | None:
    """The leg that a report says is heard; none in the first file."""
    return next((leg for leg in wished.then if leg.change_id == report.change_id), None)


def with_leg(then: Sequence[Leg], leg: Leg) -> tuple[Leg, ...]:
    """The legs with one more, which takes the place of all that were to come after it began."""
    return (*(other for other in then if other.at_s < leg.at_s and other.change_id != leg.change_id), leg)


def without(then: Sequence[Leg], change_id: str) -> tuple[Leg, ...]:
    """The legs without that of a change."""
    return tuple(leg for leg in then if leg.change_id != change_id)


def skipped(playlist: Playlist, now_s: float, cross_s: float = CROSS_S) -> tuple[Playlist, float, float]:
    """The list with the piece that sounds cut short, and all after it so much earlier.

    Parameters
    ----------
    playlist
        What sounds, on the session's clock.
    now_s
        The second that is heard now.
    cross_s
        The crossfade into the next piece, in whole seconds.

    Returns
    -------
    tuple
        The list; the second at which the next piece takes over; and the second of the list as it was that is heard
        from then on, which is where the next piece was faded in.

    Raises
    ------
    Infeasible
        Where no piece follows, or the next one begins by itself.
    """
    number = next((k for k, item in enumerate(playlist.items) if item.start_s > now_s), None)
    if number is None:
        raise Infeasible("This is the last piece; none comes after it.", "End gently instead.")
    sounding_now, onward = playlist.items[number - 1], playlist.items[number]
    comes_in_until_s = math.ceil(sounding_now.start_s + sounding_now.fade_in_s)
    at_s = float(max(math.ceil(now_s) + SKIP_IN_S, comes_in_until_s))
    if onward.start_s <= at_s:
        raise Infeasible("The next piece begins by itself just now.", "Skip again when it has come in.")
    whole_s = onward.start_s + onward.fade_in_s
    stops_s = sounding_now.from_s + at_s + cross_s - sounding_now.start_s
    ended = msgspec.structs.replace(sounding_now, to_s=stops_s, fade_out_s=cross_s)
    joined = _joined(onward, at_s, cross_s)
    by_s = whole_s - at_s
    rest = [msgspec.structs.replace(item, start_s=item.start_s - by_s) for item in playlist.items[number + 1 :]]
    items = (*playlist.items[: number - 1], ended, joined, *rest)
    return msgspec.structs.replace(playlist, items=items, total_s=playlist.total_s - by_s), at_s, whole_s


def _joined(item: Item, at_s: float, cross_s: float) -> Item:
    """A piece that is heard from where it was faded in, from ``at_s`` on."""
    hop_s, values = item.gain_curve.hop_s, item.gain_curve.values
    left = values[min(round(item.fade_in_s / hop_s), len(values) - 1) :]
    return msgspec.structs.replace(
        item,
        start_s=at_s,
        from_s=item.from_s + item.fade_in_s,
        fade_in_s=cross_s,
        gain_curve=Curve(hop_s=hop_s, values=left),
    )
