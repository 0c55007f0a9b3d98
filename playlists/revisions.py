"""Every state that a list was ever in, and which of them a person signed off: the SQL beside :mod:`playlists.shelf`.

Each change of a list adds a *revision* that holds the whole of it; none of a list that staff keep is ever changed or
taken away. Undo and redo add one as well, equal to an earlier one, so that nothing is lost by them and they work after
a reload and for whoever comes next. A *version* is a revision that somebody signed off: rooms play versions only. Times
are ms since 1970 UTC.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa

from library.store import metadata
from library.track import Record
from playlists.errors import UnknownRevision

HIGHEST = 2**31 - 1
"""What a column of integers holds on every database."""
Step = Literal["change", "undo", "redo"]

revision_table = sa.Table(
    "playlist_revision",
    metadata,
    sa.Column("playlist_id", sa.String(32), sa.ForeignKey("playlist.playlist_id"), primary_key=True),
    sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("step", sa.String(8), nullable=False),
    sa.Column("what", sa.String(80), nullable=False),
    sa.Column("changed_by", sa.String(80), nullable=False),
    sa.Column("changed_ms", sa.BigInteger, nullable=False),
    sa.Column("title", sa.String(120), nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("request", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
)

version_table = sa.Table(
    "playlist_version",
    metadata,
    sa.Column("playlist_id", sa.String(32), sa.ForeignKey("playlist.playlist_id"), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("signed_by", sa.String(80), nullable=False),
    sa.Column("signed_ms", sa.BigInteger, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.UniqueConstraint("playlist_id", "revision"),
)


class Revision(Record, frozen=True, kw_only=True):
    """One change of a list: ``what`` was done in words, by whom and when."""

    revision: int
    step: Step
    what: str
    changed_by: str
    changed_ms: int


class Version(Record, frozen=True, kw_only=True):
    """A revision that was signed off, numbered from 1; ``note`` is what was said about it then."""

    version: int
    revision: int
    signed_by: str
    signed_ms: int
    note: str


@dataclass(frozen=True)
class Steps:
    """What undo and redo would bring back: a revision's number, ``None`` where there is nothing."""

    undo: int | None
    redo: int | None


@dataclass(frozen=True)
class Kept:
    """A revision as it is written: the texts of :class:`playlists.shelf.Shelved`."""

    title: str
    note: str
    request: str
    body: str


def keep(connection: sa.Connection, playlist_id: str, about: Revision, kept: Kept) -> None:
    """Add a revision."""
    values = {name: getattr(about, name) for name in about.__struct_fields__}
    words = {"title": kept.title, "note": kept.note, "request": kept.request, "body": kept.body}
    connection.execute(sa.insert(revision_table).values(playlist_id=playlist_id, **values, **words))


def drop_unsigned(connection: sa.Connection, playlist_id: str) -> None:
    """Forget what a list was, but for what was signed off."""
    table = revision_table
    signed = sa.select(version_table.c.revision).where(version_table.c.playlist_id == playlist_id)
    connection.execute(sa.delete(table).where(table.c.playlist_id == playlist_id, table.c.revision.not_in(signed)))


def list_of(connection: sa.Connection, playlist_id: str) -> list[Revision]:
    """Every revision of a list, the oldest first."""
    table = revision_table
    columns = [table.c[name] for name in Revision.__struct_fields__]
    query = sa.select(*columns).where(table.c.playlist_id == playlist_id).order_by(table.c.revision)
    return [Revision(**row._mapping) for row in connection.execute(query)]


def row_of(connection: sa.Connection, playlist_id: str, revision: int) -> sa.Row[tuple[object, ...]]:
    """One revision as it is stored.

    Raises
    ------
    UnknownRevision
    """
    if not 1 <= revision <= HIGHEST:
        raise UnknownRevision(f"The list {playlist_id} has no revision {revision}.")
    here = (revision_table.c.playlist_id == playlist_id) & (revision_table.c.revision == revision)
    row = connection.execute(sa.select(revision_table).where(here)).first()
    if row is None:
        raise UnknownRevision(f"The list {playlist_id} has no revision {revision}.")
    return row


def steps_of(revisions: Collection[Revision]) -> Steps:
    """What undo and redo would bring back, worked out from all revisions of a list in their order.

    A change after an undo ends what could be redone, as everywhere.
    """
    back: list[int] = []
    forth: list[int] = []
    for one in revisions:
        # The first row of an undo or redo always has something to go back to: both are refused otherwise.
        if one.step == "undo":
            forth.append(back.pop())
        elif one.step == "redo":
            back.append(forth.pop())
        else:
            back.append(one.revision)
            forth.clear()
    return Steps(undo=back[-2] if len(back) > 1 else None, redo=forth[-1] if forth else None)


def sign(
    connection: sa.Connection, playlist_id: str, revision: int, *, note: str, by: str, now_ms: int
) -> tuple[Version, bool]:
    """Sign off a revision, and return the version it is; False where it was signed off before and stays as it is.

    Raises
    ------
    UnknownRevision
    """
    row_of(connection, playlist_id, revision)
    known = versions_of(connection, playlist_id)
    for version in known:
        if version.revision == revision:
            return version, False
    made = Version(version=len(known) + 1, revision=revision, signed_by=by, signed_ms=now_ms, note=note)
    values = {name: getattr(made, name) for name in made.__struct_fields__}
    connection.execute(sa.insert(version_table).values(playlist_id=playlist_id, **values))
    return made, True


def versions_of(connection: sa.Connection, playlist_id: str) -> list[Version]:
    """The versions of a list, the oldest first."""
    return newest_first(connection, [playlist_id]).get(playlist_id, [])[::-1]


def newest_first(connection: sa.Connection, playlist_ids: Collection[str]) -> dict[str, list[Version]]:
    """The versions of each of these lists that has any, the newest first."""
    table = version_table
    query = sa.select(table).where(table.c.playlist_id.in_(list(playlist_ids))).order_by(table.c.version.desc())
    found: dict[str, list[Version]] = {}
    for row in connection.execute(query):
        values = {name: row._mapping[name] for name in Version.__struct_fields__}
        found.setdefault(row.playlist_id, []).append(Version(**values))
    return found
