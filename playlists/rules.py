"""Does the policy make sense, and where may which track begin? Its rules about places close cells of the planning grid.

A cell is a track begun at a whole second. What is closed here the search cannot use (:mod:`playlists.plan`), so every
rule about places is hard. Which tracks may be used at all: :mod:`playlists.candidates`.

Conventions: ``n`` tracks, ``T`` whole seconds of session; a second belongs to the phase that it begins in.
"""

import math

import numpy as np
import numpy.typing as npt

from playlists.arc import PHASES, Arc, Phase
from playlists.cost import EDGE_S, MAX_FADE_S, MIN_FADE_S, Features, Ints, Wide, crossfade_costs
from playlists.errors import BadRequest
from playlists.playlist import SAMPLE_RATE_HZ, Policy

Flags = npt.NDArray[np.bool_]

MOST_SESSIONS = 50
"""Judgement: a year of weekly sessions."""


def check_policy(policy: Policy) -> None:
    """Refuse a policy that contradicts itself or holds a value out of range; the message names it.

    Raises
    ------
    BadRequest
    """
    _check_ranges(policy)
    for name in (*policy.phase_ceilings, *policy.places.values()):
        if name not in PHASES:
            raise BadRequest(f"There is no phase {name!r}; there are {', '.join(PHASES)}.")
    both = sorted(policy.exclude_tracks & policy.required)
    if both:
        raise BadRequest(f"Track {both[0]} is both required and excluded.")
    if policy.arrival_track is not None and policy.arrival_track in policy.required:
        raise BadRequest(f"Track {policy.arrival_track} is required, but kept for the arrival.")
    if policy.first_track is not None and policy.first_track == policy.last_track:
        raise BadRequest(f"Track {policy.first_track} cannot be first and last: a track is played once.")


def _check_ranges(policy: Policy) -> None:
    if policy.artist_distance < 1:
        raise BadRequest(f"The artist distance is at least 1, not {policy.artist_distance}.")
    ceilings = {"": policy.energy_ceiling, **{f" of the {name}": at for name, at in policy.phase_ceilings.items()}}
    for where, ceiling in ceilings.items():
        if ceiling is not None and not 0.0 <= ceiling <= 1.0:
            raise BadRequest(f"The energy ceiling{where} is between 0 and 1, not {ceiling:g}.")
    limit_lu = policy.startle_limit_lu
    if limit_lu is not None and not 0.0 <= limit_lu < math.inf:
        raise BadRequest(f"The startle limit is at least 0 LU, not {limit_lu:g}.")
    shortest_s, longest_s = policy.crossfade_s
    if not MIN_FADE_S <= shortest_s <= longest_s <= MAX_FADE_S:
        raise BadRequest(
            f"Crossfades last between {MIN_FADE_S} and {MAX_FADE_S} s, the shortest first, "
            f"not {shortest_s} to {longest_s} s."
        )
    for count in (policy.no_repeat_sessions, len(policy.heard)):
        if not 0 <= count <= MOST_SESSIONS:
            raise BadRequest(f"Between 0 and {MOST_SESSIONS} earlier sessions can be counted, not {count}.")


def check_phases(policy: Policy, arc: Arc) -> None:
    """Refuse a track asked for in a phase that this session does not have.

    Raises
    ------
    BadRequest
    """
    here = [phase.name for phase in arc.phases]
    for track_id, name in sorted(policy.places.items()):
        if name not in here:
            raise BadRequest(f"Track {track_id} shall play in the {name}, but the session has {', '.join(here)} only.")


def under_ceilings(wished: Wide, arc: Arc, policy: Policy) -> Wide:
    """The wished intensity, in 1/1000 at each second, nowhere above the ceiling of its phase: no more can be had."""
    lowered = wished.copy()
    for phase in arc.phases:
        here = slice(math.ceil(phase.start), math.ceil(phase.end))
        lowered[here] = np.minimum(lowered[here], round(policy.phase_ceilings.get(phase.name, 1.0) * 1000))
    return lowered


def closed_cells(track_ids: list[str], features: Features, arc: Arc, total_n: int, policy: Policy) -> Flags:
    """The cells that the policy closes; shape (n, T). ``total_n`` is the session's length in samples."""
    total_s = -(-total_n // SAMPLE_RATE_HZ)
    closed = np.zeros((len(track_ids), total_s), dtype=bool)
    for phase in arc.phases:
        if phase.name in policy.phase_ceilings:
            closed |= too_intense(features, phase, policy.phase_ceilings[phase.name], total_s)
    is_track = {track_id: number for number, track_id in enumerate(track_ids)}
    if policy.first_track in is_track:
        first = is_track[policy.first_track]
        closed[np.arange(len(track_ids)) != first, 0] = True
        closed[first, 1:] = True
    if policy.last_track in is_track:
        goes_on = features.length_s[:, None] + np.arange(total_s) < total_s
        last = np.arange(len(track_ids)) == is_track[policy.last_track]
        closed |= goes_on == last[:, None]
    for track_id, name in policy.places.items():
        if track_id in is_track:
            j = is_track[track_id]
            closed[j] |= _phases_of(int(features.length_s[j]), arc, total_n, total_s) != name
    return closed


def too_intense(features: Features, phase: Phase, ceiling: float, total_s: int) -> Flags:
    """Whether ten seconds of each track, begun at each second, lie above the ceiling within the phase; shape (n, T).

    A second counts with the five before and the four after it, as far as the track has them: one loud second is none
    that the ear takes for a swell.
    """
    starts = np.arange(total_s)
    most = round(ceiling * 1000)
    closed = np.empty((len(features.energy), total_s), dtype=bool)
    for j, energy in enumerate(features.energy):
        sums = np.concatenate(([0], np.cumsum(energy)))
        seconds = np.arange(len(energy))
        low, high = np.maximum(seconds - EDGE_S // 2, 0), np.minimum(seconds + EDGE_S // 2, len(energy))
        above = np.concatenate(([0], np.cumsum(sums[high] - sums[low] > most * (high - low))))
        begin, end = (np.clip(math.ceil(edge) - starts, 0, len(energy)) for edge in (phase.start, phase.end))
        closed[j] = above[end] > above[begin]
    return closed


def allowed_crossfades(policy: Policy, impossible: int) -> Ints:
    """The cost of a crossfade of 4, 5 ... 12 s, and ``impossible`` for those that the policy does not allow."""
    fades_s = np.arange(MIN_FADE_S, MAX_FADE_S + 1)
    shortest_s, longest_s = policy.crossfade_s
    allowed = (fades_s >= shortest_s) & (fades_s <= longest_s)
    return np.where(allowed, crossfade_costs(), np.int32(impossible)).astype(np.int32)


def _phases_of(length_s: int, arc: Arc, total_n: int, total_s: int) -> npt.NDArray[np.str_]:
    """The phase in which the middle of a track lies that begins at each second, as :mod:`playlists.lay` has it."""
    starts_n = np.arange(total_s, dtype=np.int64) * SAMPLE_RATE_HZ
    middles_n = starts_n + np.minimum(length_s * SAMPLE_RATE_HZ, total_n - starts_n) // 2
    ends_s = [phase.end for phase in arc.phases]
    places = np.searchsorted(ends_s, middles_n / SAMPLE_RATE_HZ, side="right")
    names = np.array([phase.name for phase in arc.phases])
    return np.asarray(names[np.minimum(places, len(ends_s) - 1)])
