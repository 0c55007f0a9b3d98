"""The library as the fit wants it, kept between requests: only tracks that changed are read again.

Before each use the catalogue is asked for a number for each track (:meth:`library.catalogue.Catalogue.marks`), which
takes milliseconds; the records of those whose number is another are read, and nothing else. It begins empty;
:mod:`soundscape.warm` reads the whole library while the service starts.
"""

from collections.abc import Iterable, Sequence
from threading import Lock

from library.catalogue import Catalogue
from library.track import Track
from playlists.prepared import Prepared, prepare


class Ready:
    """The tracks of a catalogue, prepared; for many threads."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._lock = Lock()
        self._marks: dict[str, int] = {}
        self._library = prepare((), self._records)

    def now(self) -> Prepared:
        """The library as the catalogue has it now."""
        with self._lock:
            marks = self._catalogue.marks()
            if not self._marks:
                self._library = prepare(self._catalogue.tracks(), self._records)
            elif marks != self._marks:
                changed = [track_id for track_id, mark in marks.items() if self._marks.get(track_id) != mark]
                self._library = self._library.changed(self._catalogue.some(changed), self._marks.keys() - marks.keys())
            self._marks = marks
            return self._library

    def _records(self, track_ids: Sequence[str]) -> Iterable[Track]:
        return self._catalogue.some(track_ids)
