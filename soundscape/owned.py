"""The library as lists from elsewhere are matched against it, kept between requests.

Before each use the catalogue is asked for a number for each track (:meth:`library.catalogue.Catalogue.marks`); where
one is another, all names are read again and indexed. What lines mean is never stored: a library that grows is seen at
once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock

from library.catalogue import Catalogue
from library.naming import Named, named
from playlists.exchange.entry import Entry
from playlists.exchange.matching import Index, Match, Owned
from soundscape.stores.imports import Line

Asked = tuple[Entry, bool, str | None]
"""A line, whether a person said something of it, and what: all that its match depends on besides the library."""
MOST_KEPT = 8
"""Lists whose matches are kept: those that people look at just now (judgement)."""


@dataclass(frozen=True)
class Shelves:
    """The library by its names at one moment."""

    index: Index
    tracks: Mapping[str, Named]
    by_path: Mapping[str, str]

    def own_sound(self, entry: Entry) -> str | None:
        """The track whose sound the line itself has: it carries our id, or names a file of the library."""
        if entry.content_id in self.tracks:
            return entry.content_id
        return None if entry.location is None else self.by_path.get(entry.location)


class OwnedLibrary:
    """The names of a catalogue's tracks, indexed; for many threads."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._lock = Lock()
        self._marks: dict[str, int] = {}
        self._shelves = Shelves(Index(()), {}, {})
        self._matches: dict[str, dict[Asked, Match]] = {}

    def now(self) -> Shelves:
        """The library as the database has it now."""
        with self._lock:
            marks = self._catalogue.marks()
            if marks != self._marks:
                with self._catalogue.engine.connect() as connection:
                    self._shelves = _shelves(list(named(connection)))
                self._marks = marks
                self._matches.clear()
            return self._shelves

    def matches(
        self, import_id: str, lines: Sequence[Line], answers: Mapping[str, str | None]
    ) -> tuple[Shelves, tuple[Match, ...]]:
        """What each line of a list means now; only lines that are new, or of which something new was said, are matched.

        Of a list of 5,000 lines one is answered after the other: each answer costs one match.
        """
        shelves = self.now()
        with self._lock:
            kept = self._matches.get(import_id, {}) if shelves is self._shelves else {}
        found: dict[Asked, Match] = {}
        for line in lines:
            asked = _asked(line, answers)
            found[asked] = kept.get(asked) or found.get(asked) or shelves.index.match(line.entry, answers)
        with self._lock:
            self._matches.pop(import_id, None)
            while len(self._matches) >= MOST_KEPT:
                self._matches.pop(next(iter(self._matches)))
            if shelves is self._shelves:
                self._matches[import_id] = found
        return shelves, tuple(found[_asked(line, answers)] for line in lines)


def _asked(line: Line, answers: Mapping[str, str | None]) -> Asked:
    return line.entry, line.answer_key in answers, answers.get(line.answer_key)


def _shelves(tracks: Sequence[Named]) -> Shelves:
    return Shelves(
        index=Index(_owned(track) for track in tracks),
        tracks={track.track_id: track for track in tracks},
        by_path={path: track.track_id for track in tracks for path in track.paths},
    )


def _owned(track: Named) -> Owned:
    return Owned(
        track_id=track.track_id,
        title=track.title,
        artist=track.artist,
        album=track.tags.album or "",
        length_s=track.duration_s,
        isrc=track.tags.isrc,
        recording_id=track.tags.musicbrainz_id,
        paths=track.paths,
    )
