"""What a list from elsewhere says of a piece, whatever it was written as; every format reads and writes these."""

from library.track import Record


class Entry(Record, frozen=True, kw_only=True):
    """One line of a list. An empty text and None mean that the list does not say.

    ``location`` is where the list says the file lies, a path as it was written and never an address; ``page`` is an
    address about the piece, for people, never a source of sound. ``content_id`` is the track's id of an installation
    of Soundscape, ``recording_id`` MusicBrainz's. ``missing`` says why a line names no piece of music (a podcast's
    episode, a track that its service no longer has); such a line is kept and shown, never matched.
    """

    title: str = ""
    artist: str = ""
    album: str = ""
    note: str = ""
    length_s: float | None = None
    isrc: str | None = None
    recording_id: str | None = None
    content_id: str | None = None
    location: str | None = None
    page: str | None = None
    missing: str | None = None


class Listing(Record, frozen=True, kw_only=True):
    """A list from elsewhere: its name, its lines in order, and in words what of it could not be taken over."""

    title: str = ""
    creator: str = ""
    note: str = ""
    entries: tuple[Entry, ...] = ()
    remarks: tuple[str, ...] = ()
