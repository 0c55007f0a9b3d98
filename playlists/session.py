"""A request made definite: its arc in whole seconds and samples, the tracks planned with, the record of what came out.

What :mod:`playlists.fit` searches and :mod:`playlists.revise` changes by hand stands on the same ground, so both count
the same cost and lay out the same items.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from library.picture import title_of
from library.track import Track
from playlists.arc import Arc, Template, named
from playlists.candidates import artist_of
from playlists.cost import Costs, Features, Heard, Wide, costs_of
from playlists.errors import BadRequest
from playlists.lay import Reason, achieved, breakdown, items_of
from playlists.plan import INFINITE, Found, Plan, make_plan
from playlists.playlist import SAMPLE_RATE_HZ, ArcCurves, Playlist, Policy, Request
from playlists.rules import allowed_crossfades, check_phases, check_policy, closed_cells, under_ceilings
from playlists.timeline import samples, seconds

OFF_THE_ARC = 0.1
"""A phase this far off on average is worth a note. Judgement: about the step from settle to rise."""


@dataclass(frozen=True)
class Session:
    """A request made definite."""

    arc: Arc
    total_n: int
    """Length in samples."""
    wished: Wide
    """Wished intensity in 1/1000 at each whole second; as long as the grid. Nowhere above a phase's ceiling."""
    heard: Heard = ()
    """What earlier sessions played, by track id, the newest session first."""


@dataclass(frozen=True)
class Library:
    """The tracks planned with, all columns in the same order, and the session they are planned for."""

    tracks: Sequence[Track]
    features: Features
    costs: Costs
    session: Session


def session_of(request: Request, templates: Mapping[str, Template] | None = None) -> Session:
    """The session that is asked for; ``templates`` by name, ``None`` takes the shipped ones.

    Raises
    ------
    BadRequest
        A length, the template's name, a drawn arc or the policy makes no sense.
    """
    check_policy(request.policy)
    template = named(request.template, templates)
    if request.points is not None:
        template = template.drawn(request.points)
    lengths = [request.infusion_s, template.tail_min * 60.0 if request.tail_s is None else request.tail_s]
    if not all(math.isfinite(length) for length in lengths):
        raise BadRequest(f"A session cannot last {lengths[0]} s and {lengths[1]} s.")
    total_n = samples(sum(lengths))
    infusion_s = seconds(samples(lengths[0]))
    arc = template.scaled(infusion_s, seconds(max(0, total_n - samples(lengths[0]))) if lengths[1] >= 0 else lengths[1])
    wished = np.rint(arc.wished(1.0) * 1000).astype(np.int64)
    assert len(wished) == -(-total_n // SAMPLE_RATE_HZ)
    check_phases(request.policy, arc)
    return Session(arc, total_n, under_ceilings(wished, arc, request.policy), request.policy.heard)


def library_of(tracks: Sequence[Track], features: Features, session: Session, seed: int) -> Library:
    """Tracks with their features and with what each costs in this session."""
    ids = [track.track_id for track in tracks]
    return Library(tracks, features, costs_of(features, session.wished, ids, seed, session.heard), session)


def plan_of(library: Library, policy: Policy, distance: int) -> Plan:
    """The library on the grid under the policy's rules; tracks of an unknown artist each count as another's."""
    session = library.session
    ids, required = [track.track_id for track in library.tracks], policy.required
    names = [artist_of(track) or (track.track_id,) for track in library.tracks]
    numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
    return make_plan(
        library.costs,
        library.features.length_s,
        artists=np.array([numbers[name] for name in names], dtype=np.int64),
        artist_distance=distance,
        required=np.array([track_id in required for track_id in ids]),
        closed=closed_cells(ids, library.features, session.arc, session.total_n, policy),
        crossfade=allowed_crossfades(policy, INFINITE),
    )


def heard_again(tracks: Sequence[Track], distance: int) -> list[str]:
    """Where an artist is heard twice within ``distance`` consecutive tracks, a clause for each."""
    artists = [artist_of(track) for track in tracks]
    return [
        f"{tracks[k].tags.artist} is heard again with {title_of(tracks[k])}, {back} after {title_of(tracks[k - back])}"
        for k in range(len(tracks))
        for back in range(1, min(distance - 1, k) + 1)
        if artists[k] is not None and artists[k - back] == artists[k]
    ]


def playlist_of(
    request: Request,
    session: Session,
    library: Library,
    found: Found,
    *,
    reasons: Sequence[Reason],
    notes: Sequence[str],
    bound: float | None,
    gap: float | None,
) -> Playlist:
    """The record of a list found on the grid, exact in samples; ``notes`` are said before what the arc lacks."""
    heard = achieved(library.features, found, len(session.wished))
    return Playlist(
        infusion_s=session.arc.infusion_s,
        tail_s=session.arc.tail_s,
        template=request.template,
        seed=request.seed,
        items=items_of(library.tracks, library.features, found, session.arc, session.total_n, reasons),
        total_s=seconds(session.total_n),
        cost=breakdown(library.costs, library.features.length_s, found),
        bound=bound,
        gap=gap,
        arc=ArcCurves(
            hop_s=1.0, wished=tuple((session.wished / 1000).tolist()), achieved=tuple(heard.round(3).tolist())
        ),
        notes=(*notes, *_arc_notes(session.arc, session.wished, np.rint(heard * 1000).astype(np.int64))),
    )


def _arc_notes(arc: Arc, wished: Wide, heard: Wide) -> list[str]:
    """Phases that the library cannot meet, with what they lack; ``wished`` and ``heard`` in 1/1000."""
    notes = []
    for phase in arc.phases:
        here = slice(math.ceil(phase.start), math.ceil(phase.end))
        error = (heard[here] - wished[here]) / 1000
        if not len(error) or abs(float(error.mean())) < OFF_THE_ARC:
            continue
        over = float(error.mean()) > 0
        lacking_min = math.ceil(int((np.sign(error) * (1 if over else -1) * abs(error) > OFF_THE_ARC).sum()) / 60)
        limit = (int(wished[here].max()) if over else int(wished[here].min())) / 1000
        notes.append(
            f"The {phase.name} is {abs(float(error.mean())):.2f} {'more' if over else 'less'} intense than wished: "
            f"it needs {lacking_min} more minutes {'below' if over else 'above'} energy {limit:.2f}."
        )
    return notes
