"""The review queue: which track a person hears next, what to listen for in it, and what may be said against it.

The most urgent comes first (`library.doubt`). A person goes through the queue in their own order: a track that is
passed over stays where it is, one that is decided leaves it.
"""

from dataclasses import dataclass

import sqlalchemy as sa

from library import listing
from library.listing import Entry
from library.moments import Moment, moments
from library.track import Track
from soundscape.errors import NoSuch

SHOWN = 30
"""Tracks of the queue that a page lists (judgement: some two screens)."""
BEFORE = 4
"""Of them, those that stand before the present one."""
MOST = 2000
"""As far down the queue a page looks for the present track; beyond, it lists from the top (judgement)."""
TAKEN_BACK_WITHIN_MS = 12 * 3_600_000
"""One key takes back a person's last decision of the working day; older ones are changed on the track's page
(judgement)."""
REFUSALS = (
    "A voice is heard.",
    "A sudden rise startles.",
    "It falls silent or breaks off.",
    "It is damaged or badly recorded.",
    "It is too intense for a session.",
    "Too many people know it.",
)
"""What is said most often against a track, at the digits 1 to 6 (judgement)."""
FACTS = ("Length", "Energy", "Tempo", "Loudness")
"""What a person wants to know of a track that they are about to hear; its own page says the rest."""


@dataclass(frozen=True)
class Queue:
    """A stretch of the queue around a track. ``place`` is the track's, from 1; None where it does not wait."""

    waiting: int
    first: int
    shown: list[Entry]
    place: int | None
    now_id: str | None
    """The track to hear: the one asked for, else the most urgent; None where nothing waits."""


def queue(connection: sa.Connection, asked_id: str | None) -> Queue:
    """The queue around the track that is asked for; it may be one that does not wait (any more)."""
    waiting = listing.counts(connection)["review"]
    found = listing.review_queue(connection, limit=MOST)
    ids = [entry.track_id for entry in found]
    now_id = asked_id or (ids[0] if ids else None)
    index = ids.index(now_id) if now_id in ids else None
    first = max(0, (index or 0) - BEFORE)
    return Queue(
        waiting=waiting,
        first=first + 1,
        shown=found[first : first + SHOWN],
        place=None if index is None else index + 1,
        now_id=now_id,
    )


def moment_of(track: Track, name: str) -> Moment:
    """The moment of a track that has this name.

    Raises
    ------
    NoSuch
        It has none: the name is wrong, or the track was measured anew.
    """
    for moment in moments(track.analysis):
        if moment.name == name:
            return moment
    raise NoSuch("This track has no such moment. If it was measured again meanwhile, load the page again.")
