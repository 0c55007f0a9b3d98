"""No list was found: which of the things asked for binds, and what would be enough?

Two answers are tried. *Counted*: a phase with an energy ceiling needs so many minutes, and so many are there. *Tried*:
each rule is lifted alone, and the first without which a list can be made is the one that binds.

The search is handed in as a question, "can a list be made under this policy?", so that nothing is searched here.
"""

import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from msgspec.structs import replace

from library.picture import title_of
from library.track import Track
from playlists.arc import Phase
from playlists.candidates import (
    ARTIST,
    BY_POLICY,
    ENERGY,
    EXCLUDED,
    REPEAT,
    RIGHTS,
    STARTLE,
    VOICE,
    Candidates,
    minutes,
)
from playlists.cost import MAX_FADE_S, MIN_FADE_S, Features
from playlists.errors import Infeasible
from playlists.playlist import Policy
from playlists.rules import closed_cells, too_intense
from playlists.session import Session
from playlists.timeline import clock

Possible = Callable[[Policy], bool]

CEILING_STEPS = (0.02, 0.05, 0.1, 0.15, 0.2, 0.3)
"""How much higher a ceiling is tried to be, before it is lifted. Judgement."""


MOST_COUNTED, AT_ONCE = 3000, 250
"""Tracks that are counted, and how many at once. Judgement: where 3,000 calm pieces are too intense for a phase, so
are the others."""


@dataclass(frozen=True)
class _Lift:
    """A rule lifted: how it is named, the policy without it, and what to do."""

    rule: str
    policy: Policy
    enough: str


def why_none(
    candidates: Candidates, features: Features, session: Session, policy: Policy, possible: Possible
) -> Infeasible:
    """What keeps a list of the candidates from being made, and what would be enough.

    Parameters
    ----------
    candidates, features
        What may be used, in the same order.
    session, policy
        What was asked for, and cannot be had.
    possible
        Whether a list is found under another policy.
    """
    total_s, required = len(session.wished), policy.required
    calm = _calmest(features) if policy.phase_ceilings else features
    for phase in session.arc.phases:
        if phase.name in policy.phase_ceilings:
            short = _short_of_calm(calm, phase, policy, total_s)
            if short is not None:
                return short
    for number, track in enumerate(candidates.tracks):
        if track.track_id in required:
            alone = _nowhere(track, features.take([number]), session, policy)
            if alone is not None:
                return alone
    titles = {track.track_id: title_of(track) for track in candidates.tracks}
    lifts = list(_places(policy, titles))
    if len(candidates.tracks) <= MOST_COUNTED:  # else what the rules about use leave is plenty
        lifts += _use(policy, candidates)
    if len(lifts) > 1 and not possible(Policy(artist_distance=policy.artist_distance)):
        lifts = []
    for lift in lifts:
        if possible(lift.policy):
            enough = _enough_ceiling(lift, policy, possible) or lift.enough
            return Infeasible(f"No list that lasts exactly {clock(total_s)} was found with {lift.rule}.", enough)
    rules = ", ".join(lift.rule for lift in lifts)
    return Infeasible(
        f"No list that lasts exactly {clock(total_s)} was found among {len(candidates.tracks)} pieces"
        + (f" with {rules}." if rules else "."),
        "Lifting one of these rules is not enough; lift several." if rules else "Add pieces of other lengths.",
    )


def _short_of_calm(features: Features, phase: Phase, policy: Policy, total_s: int) -> Infeasible | None:
    """Whether the music below a phase's ceiling cannot fill it."""
    ceiling, fade_s = policy.phase_ceilings[phase.name], policy.crossfade_s[0]
    needed_s = math.ceil(phase.end) - math.ceil(phase.start)

    def reach_s(at: float) -> int:
        return _most_heard_s(features, phase, at, total_s, fade_s)

    have_s = reach_s(ceiling)
    if have_s >= needed_s:
        return None
    low, high = math.floor(ceiling * 100), 100
    while high - low > 1:  # the lowest ceiling, in hundredths, that lets enough in
        middle = (low + high) // 2
        low, high = (low, middle) if reach_s(middle / 100) >= needed_s else (middle, high)
    or_else = f", or a ceiling of {high / 100:g} there" if reach_s(high / 100) >= needed_s else ""
    return Infeasible(
        f"The energy ceiling of {ceiling:g} leaves {clock(have_s)} for the {phase.name}, "
        f"which lasts {clock(needed_s)}.",
        f"It needs {minutes(needed_s - have_s)} below energy {ceiling:g} for the {phase.name}{or_else}.",
    )


def _most_heard_s(features: Features, phase: Phase, ceiling: float, total_s: int, fade_s: int) -> int:
    """The most seconds of a phase that these tracks can fill below a ceiling; that much or more where they can."""
    begin, end = math.ceil(phase.start), math.ceil(phase.end)
    starts = np.arange(total_s)
    reach_s = fade_s
    for first in range(0, len(features.energy), AT_ONCE):
        some = features.take(np.arange(first, min(first + AT_ONCE, len(features.energy))))
        overlap = np.minimum(some.length_s[:, None] + starts, end) - np.maximum(starts, begin)
        overlap[too_intense(some, phase, ceiling, total_s)] = 0
        reach_s += int(np.maximum(overlap.max(axis=1) - fade_s, 0).sum())
        if reach_s >= end - begin:
            return reach_s
    return reach_s if reach_s > fade_s else 0


def _nowhere(track: Track, features: Features, session: Session, policy: Policy) -> Infeasible | None:
    """Whether a required track has no place of its own under the ceilings, whatever else is played."""

    def fits(ceilings: dict[str, float]) -> bool:
        asked = replace(policy, phase_ceilings=ceilings)
        return not closed_cells([track.track_id], features, session.arc, session.total_n, asked).all()

    ceilings = policy.phase_ceilings
    if not ceilings or fits(ceilings):
        return None
    for name, ceiling in ceilings.items():
        hundredths = range(math.floor(ceiling * 100) + 1, 101)
        enough = next((at / 100 for at in hundredths if fits({**ceilings, name: at / 100})), None)
        if enough is not None:
            return Infeasible(
                f"{_wish(track, policy)} is above the energy ceiling of {ceiling:g} in the {name}.",
                f"A ceiling of {enough:g} there would be enough for it; or ask for it elsewhere, or not at all.",
            )
    rules = ", ".join(f"{ceiling:g} in the {name}" for name, ceiling in ceilings.items())
    return Infeasible(
        f"{_wish(track, policy)} has no place under the energy ceilings of {rules}.",
        "Lift several, or ask for another.",
    )


def _wish(track: Track, policy: Policy) -> str:
    """What is asked of a required track, as the subject of a sentence."""
    ends = {policy.first_track: " as its first piece", policy.last_track: " as its last piece"}
    return title_of(track) + ends.get(track.track_id, "")


def _calmest(features: Features) -> Features:
    """The tracks that count: of very many the calmest, by their mean energy."""
    if len(features.energy) <= MOST_COUNTED:
        return features
    means = np.array([energy.mean() for energy in features.energy])
    return features.take(np.sort(np.argsort(means, kind="stable")[:MOST_COUNTED]))


def _enough_ceiling(lift: _Lift, policy: Policy, possible: Possible) -> str | None:
    """A higher ceiling that would do, where a ceiling was lifted."""
    for name in policy.phase_ceilings.keys() - lift.policy.phase_ceilings.keys():
        for step in CEILING_STEPS:
            ceiling = round(policy.phase_ceilings[name] + step, 2)
            if ceiling < 1.0 and possible(replace(policy, phase_ceilings={**policy.phase_ceilings, name: ceiling})):
                return f"A ceiling of {ceiling:g} there would be enough."
    return None


def _places(policy: Policy, titles: dict[str, str]) -> Iterator[_Lift]:
    """The rules about places, each lifted alone; what a patient would miss least comes first."""
    if policy.crossfade_s != (MIN_FADE_S, MAX_FADE_S):
        shortest_s, longest_s = policy.crossfade_s
        allowed = f"{shortest_s} s" if shortest_s == longest_s else f"{shortest_s} to {longest_s} s"
        lifted = replace(policy, crossfade_s=(MIN_FADE_S, MAX_FADE_S))
        yield _Lift(f"crossfades of {allowed}", lifted, f"Allow {MIN_FADE_S} to {MAX_FADE_S} s.")
    for name, ceiling in policy.phase_ceilings.items():
        others = {other: at for other, at in policy.phase_ceilings.items() if other != name}
        rule = f"the energy ceiling of {ceiling:g} in the {name}"
        yield _Lift(rule, replace(policy, phase_ceilings=others), "Lift that ceiling.")
    for edge in ("last", "first"):
        track_id = getattr(policy, f"{edge}_track")
        if track_id is not None:
            lifted = replace(policy, **{f"{edge}_track": None})
            yield _Lift(f"{titles[track_id]} as its {edge} piece", lifted, f"Choose another {edge} piece.")
    for track_id, name in sorted(policy.places.items()):
        elsewhere = {other: where for other, where in policy.places.items() if other != track_id}
        lifted = replace(policy, places=elsewhere, require_tracks=policy.require_tracks | {track_id})
        yield _Lift(f"{titles[track_id]} in the {name}", lifted, "Ask for it in another phase, or anywhere.")
    if policy.required:
        pieces = "1 required piece" if len(policy.required) == 1 else f"{len(policy.required)} required pieces"
        yield _Lift(f"the {pieces}", policy.not_requiring(policy.required), "Require fewer.")


def _use(policy: Policy, candidates: Candidates) -> Iterator[_Lift]:
    """The rules about what may be used at all, each lifted alone, as far as they keep anything out."""
    lifted = {
        ENERGY: (replace(policy, energy_ceiling=None), f"the energy ceiling of {policy.energy_ceiling}"),
        STARTLE: (replace(policy, startle_limit_lu=None), f"the startle limit of {policy.startle_limit_lu} LU"),
        REPEAT: (
            replace(policy, no_repeat_sessions=max(0, policy.no_repeat_sessions - 1)),
            f"no piece of the last {policy.no_repeat_sessions} sessions",
        ),
        VOICE: (replace(policy, vocals="cleared"), "only what was measured as instrumental"),
        RIGHTS: (replace(policy, rights="any"), "only what may be previewed"),
        ARTIST: (replace(policy, exclude_artists=frozenset()), "the excluded artists"),
        EXCLUDED: (replace(policy, exclude_tracks=frozenset()), "the excluded pieces"),
    }
    for against in itertools.filterfalse(lambda against: against not in candidates.kept_out, BY_POLICY):
        one_less = f"Keep out {policy.no_repeat_sessions - 1} instead." if against == REPEAT else "Lift that rule."
        yield _Lift(lifted[against][1], lifted[against][0], one_less)
