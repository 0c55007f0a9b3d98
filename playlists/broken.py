"""Which rules about places does a list break? A person who changes a list by hand may break them, and is told.

The fit breaks none (:mod:`playlists.rules`).
"""

from collections.abc import Sequence

from library.picture import title_of
from library.track import Track
from playlists.features import Features
from playlists.plan import Found
from playlists.playlist import Item, Policy
from playlists.rules import too_intense
from playlists.session import Session


def broken_rules(
    tracks: Sequence[Track], features: Features, found: Found, session: Session, items: Sequence[Item], policy: Policy
) -> list[str]:
    """A sentence for each rule about places that a list breaks; ``found`` numbers ``tracks`` and ``features``."""
    titles = {tracks[j].track_id: title_of(tracks[j]) for j in found.order}
    said = []
    for edge, wished, item in (("first", policy.first_track, items[0]), ("last", policy.last_track, items[-1])):
        if wished in titles and wished != item.track_id:
            said.append(f"{titles[wished]} is not the {edge} piece, as was asked.")
    for item in items:
        wished = policy.places.get(item.track_id, item.phase)
        if wished != item.phase:
            said.append(f"{titles[item.track_id]} plays in the {item.phase}, not in the {wished} as was asked.")
    for phase in session.arc.phases:
        ceiling = policy.phase_ceilings.get(phase.name)
        if ceiling is None:
            continue
        for j, start_s in zip(found.order, found.starts, strict=True):
            if too_intense(features.take([j]), phase, ceiling, len(session.wished))[0, start_s]:
                said.append(f"{title_of(tracks[j])} is above the energy ceiling of {ceiling:g} in the {phase.name}.")
    shortest_s, longest_s = policy.crossfade_s
    unasked = sum(not shortest_s <= item.fade_in_s <= longest_s for item in items[1:])
    if unasked:
        said.append(f"{unasked} of {len(items) - 1} crossfades are not between {shortest_s} and {longest_s} s long.")
    return said
