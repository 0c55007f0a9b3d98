"""The part of a list that has begun to sound: what of it must stay, and where its last piece may end.

A piece has begun if it starts before the prefix ends. All but the last of these stay as they are to the sample. Of the
last one the beginning stays; it may end by itself, as the list had it, or early, where a shorter list needs it.

Such pieces are planned with as tracks whose music is just what is heard of them, so that the grid needs no rule for
them but the second at which each begins.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from msgspec.structs import replace as changed

from library.track import Curve, Track
from playlists.byhand import heard_as
from playlists.cost import MAX_FADE_S, music_span
from playlists.errors import BadRequest, Infeasible
from playlists.plan import MIN_PIECE_S
from playlists.playlist import SAMPLE_RATE_HZ, Item, Playlist
from playlists.timeline import clock, samples

ENDINGS = 8
"""Early ends tried for the piece that sounds. Judgement: with the crossfades after it, seldom more than seconds off."""
NEXT_IN_S = MAX_FADE_S + 2
"""A piece that shall end early goes on for at least so long: a crossfade, and a little. Judgement."""
TOWARDS_DB = 0.1
"""Where the gain of a piece that sounds would be another from now on, it moves there by so much a second."""


@dataclass(frozen=True)
class Heard:
    """A way for a piece that has begun to go on: the track as it is heard, when it starts, how early it ends."""

    track: Track
    start_s: int
    early_s: int


def begun(playlist: Playlist, prefix_s: float) -> Sequence[Item]:
    """The items that start before ``prefix_s``.

    Raises
    ------
    Infeasible
        The closing fade has begun by then.
    BadRequest
        An item starts between two seconds.
    """
    if not 0.0 <= prefix_s <= playlist.total_s:
        raise BadRequest(f"What stays ends within the list's {clock(playlist.total_s)}, not at {prefix_s:g} s.")
    items = [item for item in playlist.items if item.start_s < prefix_s]
    for item in items:
        if item.start_s != round(item.start_s):
            raise BadRequest(f"The piece at {item.start_s} s starts between two seconds; such a list cannot go on.")
    if prefix_s > playlist.total_s - playlist.items[-1].fade_out_s:
        raise Infeasible(
            f"At {clock(prefix_s)} the music already fades to its end at {clock(playlist.total_s)}.",
            "Change a list while at least its last piece still sounds.",
        )
    return items


def ways_on(items: Sequence[Item], known: Mapping[str, Track], prefix_s: float, last: Item) -> list[Heard]:
    """For each piece that has begun its one way, and for the last of them every way it may go on.

    Parameters
    ----------
    items
        As :func:`begun` gives them.
    known
        The tracks by id.
    prefix_s
        Where what must stay ends.
    last
        The last item of the whole list, which ends where the session did.
    """
    ways = []
    for number, item in enumerate(items):
        track = _track(known, item)
        whole_s, was_s = _whole_s(track, item), round(item.to_s - item.from_s)
        lengths_s = {was_s}
        if number == len(items) - 1:
            lengths_s = {whole_s} if item is last else {whole_s, was_s}
            least_s = max(MIN_PIECE_S, math.ceil(prefix_s - item.start_s) + NEXT_IN_S)
            if least_s < whole_s:
                lengths_s |= set(np.linspace(least_s, whole_s, ENDINGS, endpoint=False).astype(int).tolist())
        ways += [
            Heard(heard_as(track, samples(item.from_s), length_s), int(item.start_s), whole_s - length_s)
            for length_s in sorted(lengths_s)
        ]
    return ways


def as_it_sounds(item: Item, before: Item, prefix_s: float) -> Item:
    """The item with the gain it had up to ``prefix_s``, from there on slowly to what is new."""
    stays = math.ceil(prefix_s - before.start_s) + 1
    old, new = before.gain_curve.values[:stays], item.gain_curve.values
    values = list(old[: len(new)])
    for gain_db in new[len(values) :]:
        values.append(round(values[-1] + float(np.clip(gain_db - values[-1], -TOWARDS_DB, TOWARDS_DB)), 2))
    if tuple(values[: len(new)]) == tuple(new[: len(values)]):
        return item
    return changed(item, gain_curve=Curve(hop_s=item.gain_curve.hop_s, values=tuple(values)))


def _track(known: Mapping[str, Track], item: Item) -> Track:
    if item.track_id not in known:
        raise Infeasible(
            f"The piece that began at {clock(item.start_s)} is no longer in the library.", "Scan its file again."
        )
    return known[item.track_id]


def _whole_s(track: Track, item: Item) -> int:
    """Whole seconds from where the item begins to the track's own end."""
    first_n, whole_s = music_span(track.analysis)
    return (first_n + whole_s * SAMPLE_RATE_HZ - samples(item.from_s)) // SAMPLE_RATE_HZ
