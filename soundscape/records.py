"""Use cases of looking back: a session with all that is known of it, and the list that a patient takes home."""

from collections.abc import Mapping

import msgspec
import sqlalchemy as sa

from library.catalogue import Catalogue
from library.errors import UnknownTrack
from library.picture import artist_of, title_of
from library.track import Record, Track
from playlists import revisions, shelf
from playlists.errors import UnknownMixdown
from playlists.exchange.entry import Entry
from playlists.playlist import Playlist
from playlists.revisions import Version
from soundscape import record
from soundscape.record import PieceHeard, SessionRecord
from soundscape.stores import changes as change_store
from soundscape.stores import rooms as room_store
from soundscape.stores import sessions as session_store
from soundscape.stores.changes import Change
from soundscape.stores.sessions import LogRow, Session

NOTICED_S = 10.0
"""Judgement: of what was heard for a shorter time, a fade perhaps, nobody asks afterwards what it was."""


class Told(Record, frozen=True, kw_only=True):
    """A session as a page tells of it.

    ``playlist`` is None where no file was ever made, ``version`` where it is older than versions.
    """

    session: Session
    room: str
    title: str
    """The list's, as it was signed off."""
    version: Version | None
    playlist: Playlist | None
    tracks: Mapping[str, Track]
    log: tuple[LogRow, ...]
    record: SessionRecord
    changes: tuple[Change, ...] = ()
    """What was asked of it while it played, in that order."""

    def name_of(self, track_id: str) -> tuple[str, str]:
        """Title and artist of a piece; a track that left the library has neither."""
        track = self.tracks.get(track_id)
        return ("A piece no longer in the library", "") if track is None else (title_of(track), artist_of(track))

    def taken_home(self) -> list[tuple[PieceHeard, str, str]]:
        """The pieces that were heard long enough to be noticed, with title and artist."""
        return [(piece, *self.name_of(piece.track_id)) for piece in _noticed(self.record)]


def told(connection: sa.Connection, catalogue: Catalogue, session_id: str, now_ms: int) -> Told:
    """A session, its record and the names of its pieces.

    Raises
    ------
    NoSuch
    """
    session = session_store.get(connection, session_id)
    log = tuple(session_store.log_of(connection, session_id))
    playlists = _playlists(connection, session, log)
    found = record.made(session, log, playlists, now_ms)
    changes = tuple(change_store.of_session(connection, session_id))
    playlist = _whole(connection, session, changes)
    named = {piece.track_id for piece in found.pieces} | {
        item.track_id for item in (playlist.items if playlist else ())
    }
    return Told(
        session=session,
        room=room_store.get(connection, session.room_id).name,
        title=_title(connection, session),
        version=_version(connection, session),
        playlist=playlist,
        tracks=_tracks(catalogue, named),
        log=log,
        record=found,
        changes=changes,
    )


def summary(connection: sa.Connection, session: Session, now_ms: int) -> SessionRecord:
    """What was heard in a session, without the names of its pieces."""
    return record.made(session, session_store.log_of(connection, session.session_id), {}, now_ms)


def heard_tracks(connection: sa.Connection, session: Session, now_ms: int) -> tuple[str, ...]:
    """The tracks that were heard in a session long enough to be noticed, in order; none where nothing is known."""
    log = tuple(session_store.log_of(connection, session.session_id))
    found = record.made(session, log, _playlists(connection, session, log), now_ms)
    return tuple(dict.fromkeys(piece.track_id for piece in _noticed(found)))


def entries(found: Told) -> list[Entry]:
    """What was heard, as a list for other programs; the length is what was heard."""
    return [Entry(title=title, artist=artist, length_s=piece.heard_s) for piece, title, artist in found.taken_home()]


def _noticed(found: SessionRecord) -> list[PieceHeard]:
    return [piece for piece in found.pieces if piece.heard_s >= min(NOTICED_S, piece.length_s / 2)]


def _whole(connection: sa.Connection, session: Session, changes: tuple[Change, ...]) -> Playlist | None:
    """The session as it was planned in the end: with every change that was heard, on the session's clock."""
    heard = [change for change in changes if change.state == "done"]
    if heard and heard[-1].kind == "skip":
        return change_store.base_of(connection, heard[-1].change_id)
    mixdown_id = heard[-1].mixdown_id if heard else session.mixdown_id
    return None if mixdown_id is None else shelf.mixdown(connection, mixdown_id).playlist


def _title(connection: sa.Connection, session: Session) -> str:
    if session.playlist_revision is None:
        return shelf.get(connection, session.playlist_id).title
    return shelf.at(connection, session.playlist_id, session.playlist_revision).title


def _version(connection: sa.Connection, session: Session) -> Version | None:
    """The signed version that the session plays."""
    signed = revisions.versions_of(connection, session.playlist_id)
    return next((version for version in signed if version.revision == session.playlist_revision), None)


def _playlists(connection: sa.Connection, session: Session, log: tuple[LogRow, ...]) -> dict[str, Playlist]:
    """What each file plays that the session names or that the player told of; a file unknown here is left out."""
    wanted = {session.mixdown_id, *(row.detail.get("mixdown_id") for row in log)}
    found = {}
    for mixdown_id in wanted:
        try:
            file = shelf.mixdown(connection, str(mixdown_id))
            found[str(mixdown_id)] = _in_file(file.playlist, file.manifest.from_s)
        except UnknownMixdown:  # nothing was made yet, or a player names what this server never had
            continue
    return found


def _in_file(playlist: Playlist, from_s: float) -> Playlist:
    """A list with its pieces at their places in a file that begins at this second of the session."""
    if from_s == 0.0:
        return playlist
    items = tuple(msgspec.structs.replace(item, start_s=item.start_s - from_s) for item in playlist.items)
    return msgspec.structs.replace(playlist, items=items)


def _tracks(catalogue: Catalogue, track_ids: set[str]) -> dict[str, Track]:
    found = {}
    for track_id in track_ids:
        try:
            found[track_id] = catalogue.track(track_id)
        except UnknownTrack:  # its audio left the library; the record stays
            continue
    return found
