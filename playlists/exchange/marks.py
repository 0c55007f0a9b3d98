"""Where does each piece begin in a session file? For what tells other software of it: a cue sheet, chapters.

Conventions: samples of the file at 48 kHz; marks lie end to end, a piece ends where the next one begins to be heard.
"""

from collections.abc import Mapping

from library.picture import artist_of, title_of
from library.track import Record, Track
from playlists.labels import stretches
from playlists.playlist import Playlist
from playlists.timeline import layout, rest_from, sample_at


class Mark(Record, frozen=True, kw_only=True):
    """A piece's stretch of the file, in samples."""

    begin: int
    end: int
    title: str
    artist: str = ""
    isrc: str | None = None


def marks_of(playlist: Playlist, tracks: Mapping[str, Track], from_s: float = 0.0) -> tuple[Mark, ...]:
    """The marks of a file that plays this list from its second ``from_s`` on.

    A piece whose track is not among ``tracks`` is "Piece 3". Raises :class:`playlists.errors.BadRequest` for a list
    that does not meet exactly, or a second out of range.
    """
    segments = rest_from(layout(playlist), sample_at(from_s, "from_s"))
    return tuple(
        _mark(tracks.get(segment.track_id), number, segment.start, end)
        for number, segment, end in stretches(playlist, segments)
    )


def _mark(track: Track | None, number: int, begin: int, end: int) -> Mark:
    if track is None:
        return Mark(begin=begin, end=end, title=f"Piece {number}")
    return Mark(begin=begin, end=end, title=title_of(track), artist=artist_of(track), isrc=track.tags.isrc)
