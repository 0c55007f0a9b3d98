"""Matching lists from elsewhere against the library: work for jobs, since 5,000 lines take longer than a page may.

What was found is stored with the fingerprint of the library (:func:`library.naming.fingerprint`), so that a page sees
whether it is still so. What people said is no part of it: that is laid over it whenever a list is looked at.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from library.naming import Named, fingerprint, named
from playlists.exchange.entry import Entry
from playlists.exchange.matching import Index, Owned
from soundscape.stores.imports import Found

Tell = Callable[[float, str], None]
"""Told how far the work is, 0..1, and in words."""


@dataclass(frozen=True)
class Shelves:
    """The library by its names at one moment, and the fingerprint of these names."""

    index: Index
    fingerprint: str

    def found(self, entries: Sequence[Entry], tell: Tell) -> list[Found]:
        """What each line means."""
        found = []
        for count, entry in enumerate(entries, 1):
            found.append(Found(match=self.index.match(entry), own_track_id=self.index.own_sound(entry)))
            tell(count / len(entries), f"Matching: {count:,} of {len(entries):,} lines")
        return found


def shelves_of(engine: sa.Engine) -> Shelves:
    """The library as the database has it now."""
    with engine.connect() as connection, connection.begin():
        return Shelves(Index(_owned(named(connection))), fingerprint(connection))


def _owned(tracks: Iterable[Named]) -> Iterable[Owned]:
    for track in tracks:
        yield Owned(
            track_id=track.track_id,
            title=track.title,
            artist=track.artist,
            album=track.tags.album or "",
            length_s=track.duration_s,
            isrc=track.tags.isrc,
            recording_id=track.tags.musicbrainz_id,
            paths=track.paths,
        )
