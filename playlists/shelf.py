"""All SQL about playlists and mixdowns: the lists that staff keep, and the session files made of them.

Every change of a list raises its *revision* and names the revision it was made on, so that two people at once do not
undo one another unseen; what it was before is kept (:mod:`playlists.revisions`). Functions take a connection, one that
writes (:func:`library.store.writing`) where they change something: the caller's audit row is then part of the same
transaction. Times are ms since 1970 UTC.
"""

import secrets
from collections.abc import Collection
from pathlib import Path

import msgspec
import sqlalchemy as sa

from library.store import FilePath, metadata
from library.track import Record
from playlists.errors import StaleRevision, UnknownMixdown, UnknownPlaylist, UnknownRevision
from playlists.manifest import Manifest
from playlists.playlist import Playlist, Request
from playlists.revisions import Kept, Revision, Step, drop_unsigned, keep, row_of

playlist_table = sa.Table(
    "playlist",
    metadata,
    sa.Column("playlist_id", sa.String(32), primary_key=True),
    sa.Column("title", sa.String(120), nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("request", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("offered", sa.Boolean, nullable=False),
    sa.Column("created_by", sa.String(80), nullable=False),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
    sa.Column("changed_ms", sa.BigInteger, nullable=False),
    sa.Column("archived_ms", sa.BigInteger, nullable=True),
)
"""``request`` and ``body`` are `playlists.playlist.Request` and `Playlist` as JSON. ``offered``: a copy that belongs to
one patient's preview, kept off the staff's list."""

mixdown_table = sa.Table(
    "mixdown",
    metadata,
    sa.Column("mixdown_id", sa.String(32), primary_key=True),
    sa.Column("playlist_id", sa.String(32), sa.ForeignKey("playlist.playlist_id"), nullable=False, index=True),
    sa.Column("playlist_revision", sa.Integer, nullable=False),
    sa.Column("playlist", sa.Text, nullable=False),
    sa.Column("path", FilePath, nullable=False),
    sa.Column("manifest", sa.Text, nullable=False),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
)
"""A finished session file with the list it plays: later changes of the list leave it as it is. Never deleted while a
session names it."""


class Shelved(Record, frozen=True, kw_only=True):
    """A playlist as it stands on the shelf."""

    playlist_id: str
    title: str
    note: str
    """The clinic's words about the list."""
    revision: int
    request: Request
    playlist: Playlist
    offered: bool
    created_by: str
    created_ms: int
    changed_ms: int
    archived_ms: int | None


class ShelvedMixdown(Record, frozen=True, kw_only=True):
    """A finished session file, and the list it plays."""

    mixdown_id: str
    playlist_id: str
    playlist_revision: int
    playlist: Playlist
    path: Path
    manifest: Manifest
    created_ms: int


def put_new(
    connection: sa.Connection,
    *,
    title: str,
    note: str,
    request: Request,
    playlist: Playlist,
    offered: bool,
    by: str,
    now_ms: int,
) -> str:
    """Put a new list on the shelf, as revision 1, and return its id."""
    playlist_id = secrets.token_hex(8)
    kept = Kept(title=title, note=note, request=_text(request), body=_text(playlist))
    connection.execute(
        sa.insert(playlist_table).values(
            playlist_id=playlist_id,
            title=title,
            note=note,
            revision=1,
            request=kept.request,
            body=kept.body,
            offered=offered,
            created_by=by,
            created_ms=now_ms,
            changed_ms=now_ms,
        )
    )
    first = Revision(revision=1, step="change", what="list built", changed_by=by, changed_ms=now_ms)
    keep(connection, playlist_id, first, kept)
    return playlist_id


def get(connection: sa.Connection, playlist_id: str) -> Shelved:
    """Return one list, archived or not.

    Raises
    ------
    UnknownPlaylist
    """
    row = connection.execute(sa.select(playlist_table).where(playlist_table.c.playlist_id == playlist_id)).first()
    if row is None:
        raise UnknownPlaylist(f"{playlist_id}: no such playlist.")
    return _shelved(row)


def at(connection: sa.Connection, playlist_id: str, revision: int) -> Shelved:
    """A list as it was at one of its revisions; whether it was archived since is as it is now.

    Raises
    ------
    UnknownPlaylist, UnknownRevision
    """
    now = get(connection, playlist_id)
    if now.revision == revision:
        return now
    row = row_of(connection, playlist_id, revision)
    return msgspec.structs.replace(
        now,
        title=row.title,
        note=row.note,
        revision=row.revision,
        request=msgspec.json.decode(row.request, type=Request),
        playlist=msgspec.json.decode(row.body, type=Playlist),
        changed_ms=row.changed_ms,
    )


def change(
    connection: sa.Connection,
    playlist_id: str,
    expected_revision: int,
    *,
    title: str | None = None,
    note: str | None = None,
    request: Request | None = None,
    playlist: Playlist | None = None,
    by: str,
    what: str,
    step: Step = "change",
    now_ms: int,
) -> Shelved:
    """Change what is given, leave the rest, and return the list with its next revision.

    ``by`` and ``what`` are kept with the revision: who changed it, and what was done in a few words. Of a copy offered
    in a preview only the newest state and what was signed off are kept: in which order a patient voted is nobody's
    business.

    Raises
    ------
    UnknownPlaylist
    StaleRevision
        The list is no longer at ``expected_revision``; nothing was changed.
    """
    values = {"title": title, "note": note}
    values["request"] = None if request is None else _text(request)
    values["body"] = None if playlist is None else _text(playlist)
    values = {name: value for name, value in values.items() if value is not None}
    here = (playlist_table.c.playlist_id == playlist_id) & (playlist_table.c.revision == expected_revision)
    # One statement tests and changes, so it holds on any database however transactions interleave.
    updated = connection.execute(
        sa.update(playlist_table).where(here).values(**values, revision=expected_revision + 1, changed_ms=now_ms)
    )
    found = get(connection, playlist_id)
    if not updated.rowcount:
        raise StaleRevision(expected_revision, found.revision)
    about = Revision(revision=found.revision, step=step, what=what, changed_by=by, changed_ms=now_ms)
    if found.offered:
        drop_unsigned(connection, playlist_id)
    kept = Kept(title=found.title, note=found.note, request=_text(found.request), body=_text(found.playlist))
    keep(connection, playlist_id, about, kept)
    return found


def list_all(connection: sa.Connection, offered: bool = False) -> list[Shelved]:
    """The lists that staff keep, or the copies offered in previews; archived ones left out, last changed first."""
    here = playlist_table.c.archived_ms.is_(None) & (playlist_table.c.offered == offered)
    query = sa.select(playlist_table).where(here)
    rows = connection.execute(query.order_by(playlist_table.c.changed_ms.desc(), playlist_table.c.playlist_id))
    return [_shelved(row) for row in rows]


def archive(connection: sa.Connection, playlist_id: str, *, now_ms: int) -> None:
    """Take a list off the shelf; it stays for the sessions that name it. Once is enough, again does nothing.

    Raises
    ------
    UnknownPlaylist
    """
    if get(connection, playlist_id).archived_ms is None:
        here = playlist_table.c.playlist_id == playlist_id
        connection.execute(sa.update(playlist_table).where(here).values(archived_ms=now_ms))


def archived(connection: sa.Connection, playlist_ids: Collection[str]) -> frozenset[str]:
    """Which of these lists were archived."""
    here = playlist_table.c.playlist_id.in_(playlist_ids) & playlist_table.c.archived_ms.is_not(None)
    return frozenset(connection.execute(sa.select(playlist_table.c.playlist_id).where(here)).scalars())


def put_mixdown(
    connection: sa.Connection,
    *,
    playlist_id: str,
    playlist_revision: int,
    playlist: Playlist,
    path: Path,
    manifest: Manifest,
    now_ms: int,
) -> str:
    """Note a finished session file of one revision of a list, and return its id."""
    mixdown_id = secrets.token_hex(8)
    connection.execute(
        sa.insert(mixdown_table).values(
            mixdown_id=mixdown_id,
            playlist_id=playlist_id,
            playlist_revision=playlist_revision,
            playlist=_text(playlist),
            path=str(path),
            manifest=_text(manifest),
            created_ms=now_ms,
        )
    )
    return mixdown_id


def mixdown(connection: sa.Connection, mixdown_id: str) -> ShelvedMixdown:
    """Return one session file.

    Raises
    ------
    UnknownMixdown
    """
    row = connection.execute(sa.select(mixdown_table).where(mixdown_table.c.mixdown_id == mixdown_id)).first()
    if row is None:
        raise UnknownMixdown(f"{mixdown_id}: no such session file.")
    return _mixdown(row)


class _Levels(Record, frozen=True):
    """As much of a manifest as :func:`levels_of` reads: it is asked with every report of a player."""

    levels_dbfs: tuple[float, ...] | None = None


def levels_of(connection: sa.Connection, mixdown_id: str) -> tuple[float, ...] | None:
    """The level of each second of a session file in dBFS; ``None`` where it is unknown or the file is."""
    query = sa.select(mixdown_table.c.manifest).where(mixdown_table.c.mixdown_id == mixdown_id)
    found = connection.execute(query).scalar_one_or_none()
    return None if found is None else msgspec.json.decode(found, type=_Levels).levels_dbfs


class _Piece(Record, frozen=True):
    track_id: str


class _Pieces(Record, frozen=True):
    """As much of a list as :func:`pieces_of` reads, for the same reason."""

    items: tuple[_Piece, ...]


def pieces_of(connection: sa.Connection, mixdown_ids: Collection[str]) -> dict[str, tuple[str, ...]]:
    """The tracks that play in each of these session files; files that are not known are left out."""
    query = sa.select(mixdown_table.c.mixdown_id, mixdown_table.c.playlist)
    rows = connection.execute(query.where(mixdown_table.c.mixdown_id.in_(mixdown_ids)))
    lists = {row.mixdown_id: msgspec.json.decode(row.playlist, type=_Pieces) for row in rows}
    return {mixdown_id: tuple(piece.track_id for piece in found.items) for mixdown_id, found in lists.items()}


def mixdown_of(connection: sa.Connection, playlist_id: str, revision: int) -> ShelvedMixdown | None:
    """The newest session file of this revision, or of another one that sounds the same; ``None`` where none is.

    One that begins in the middle, to follow on from another, is no list's session file. A corrected title is a new
    revision, but needs no new file; nor does what an undo brought back.
    """
    query = sa.select(mixdown_table).where(mixdown_table.c.playlist_id == playlist_id)
    newest = mixdown_table.c.created_ms.desc()
    rows = connection.execute(query.order_by(newest, mixdown_table.c.mixdown_id))
    files = [file for file in map(_mixdown, rows) if file.manifest.from_s == 0.0]
    for file in files:
        if file.playlist_revision == revision:
            return file
    if not files:
        return None
    try:
        wanted = sound(at(connection, playlist_id, revision).playlist)
    except UnknownRevision:
        return None
    return next((file for file in files if sound(file.playlist) == wanted), None)


def sound(playlist: Playlist) -> tuple[object, ...]:
    """What is heard of a list; reasons and notes are not. Lists of which this is equal sound the same."""
    return playlist.total_s, *(
        msgspec.structs.replace(item, phase="", why="", alternatives=()) for item in playlist.items
    )


def _text(value: Record) -> str:
    # Sets are written sorted: the same request is the same text.
    return msgspec.json.encode(value, order="deterministic").decode()


def _shelved(row: sa.Row[tuple[object, ...]]) -> Shelved:
    return Shelved(
        playlist_id=row.playlist_id,
        title=row.title,
        note=row.note,
        revision=row.revision,
        request=msgspec.json.decode(row.request, type=Request),
        playlist=msgspec.json.decode(row.body, type=Playlist),
        offered=row.offered,
        created_by=row.created_by,
        created_ms=row.created_ms,
        changed_ms=row.changed_ms,
        archived_ms=row.archived_ms,
    )


def _mixdown(row: sa.Row[tuple[object, ...]]) -> ShelvedMixdown:
    return ShelvedMixdown(
        mixdown_id=row.mixdown_id,
        playlist_id=row.playlist_id,
        playlist_revision=row.playlist_revision,
        playlist=msgspec.json.decode(row.playlist, type=Playlist),
        path=Path(row.path),
        manifest=msgspec.json.decode(row.manifest, type=Manifest),
        created_ms=row.created_ms,
    )
