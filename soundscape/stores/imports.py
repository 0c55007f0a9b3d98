"""All SQL about lists from elsewhere: what was brought in, its lines, and what people said of them."""

from collections.abc import Collection, Iterable
from typing import Any, Literal

import msgspec
import sqlalchemy as sa

from library.track import Record
from playlists.exchange.entry import Entry, Listing
from playlists.exchange.matching import Match
from soundscape.errors import NoSuch
from soundscape.stores import pulse
from soundscape.stores.tables import answer_table, import_entry_table, import_table

Source = Literal["file", "spotify"]
TOPIC = "imports"
AT_ONCE = 500
"""Keys asked for in one query: SQLite takes so many values and more."""


class Import(Record, frozen=True, kw_only=True):
    """A list that was brought in, without its lines; the title is empty until it was read. ``matched_with`` is the
    fingerprint of the library that its lines were matched with, None until then."""

    import_id: str
    source: Source
    name: str
    title: str
    creator: str
    note: str
    remarks: tuple[str, ...]
    job_id: str | None
    created_by: str
    created_ms: int
    matched_with: str | None


class Found(Record, frozen=True, kw_only=True):
    """What matching says of a line, as far as nobody was asked; and the track whose sound the line itself has here."""

    match: Match
    own_track_id: str | None


class Line(Record, frozen=True, kw_only=True):
    """One line of a list, ``place`` from 1 on, and what an answer about it is remembered by."""

    place: int
    answer_key: str
    entry: Entry
    found: Found


class Answer(Record, frozen=True, kw_only=True):
    """What a person said of a line: the track that it is, or None where it is none of the library."""

    answer_key: str
    track_id: str | None
    answered_by: str
    answered_ms: int


def put_new(connection: sa.Connection, found: Import) -> None:
    """Store a list that is still to be read."""
    values = {name: getattr(found, name) for name in found.__struct_fields__}
    connection.execute(sa.insert(import_table).values(**values | {"remarks": _text(found.remarks)}))
    pulse.raise_(connection, TOPIC)


def put_listing(
    connection: sa.Connection,
    import_id: str,
    listing: Listing,
    keys: Iterable[str],
    found: Iterable[Found],
    library: str,
) -> None:
    """Store what was read, in place of what was read before, and what it means in the library of this fingerprint."""
    connection.execute(sa.delete(import_entry_table).where(import_entry_table.c.import_id == import_id))
    words = {
        "title": listing.title,
        "creator": listing.creator,
        "note": listing.note,
        "remarks": _text(listing.remarks),
        "matched_with": library,
    }
    connection.execute(sa.update(import_table).where(import_table.c.import_id == import_id).values(**words))
    rows = [
        {"import_id": import_id, "place": place, "answer_key": key, "entry": _text(entry), "found": _text(one)}
        for place, (entry, key, one) in enumerate(zip(listing.entries, keys, found, strict=True), 1)
    ]
    if rows:
        connection.execute(sa.insert(import_entry_table), rows)
    pulse.raise_(connection, TOPIC)


def put_found(connection: sa.Connection, import_id: str, found: Iterable[Found], library: str) -> None:
    """Store what the lines of a list mean in the library of this fingerprint; of one that was removed, nothing."""
    table, of = import_entry_table, sa.bindparam
    update = sa.update(table).where(table.c.import_id == import_id, table.c.place == of("at")).values(found=of("said"))
    rows = [{"at": place, "said": _text(one)} for place, one in enumerate(found, 1)]
    if rows:
        connection.execute(update, rows)
    chosen = import_table.c.import_id == import_id
    connection.execute(sa.update(import_table).where(chosen).values(matched_with=library))
    pulse.raise_(connection, TOPIC)


def matched_otherwise(connection: sa.Connection, library: str) -> list[str]:
    """The lists that were matched, with a library of another fingerprint, the newest first."""
    table = import_table.c
    query = sa.select(table.import_id).where(table.matched_with != library)
    return list(connection.execute(query.order_by(table.created_ms.desc(), table.import_id)).scalars())


def get(connection: sa.Connection, import_id: str) -> Import:
    """One list, without its lines.

    Raises
    ------
    NoSuch
    """
    for found in _imports(connection, sa.select(import_table).where(import_table.c.import_id == import_id)):
        return found
    raise NoSuch(f"{import_id}: no such list was brought in.")


def list_all(connection: sa.Connection) -> list[Import]:
    """Every list that was brought in, the newest first."""
    order = (import_table.c.created_ms.desc(), import_table.c.import_id)
    return list(_imports(connection, sa.select(import_table).order_by(*order)))


def counts(connection: sa.Connection) -> dict[str, int]:
    """How many lines each list has."""
    table = import_entry_table.c
    query = sa.select(table.import_id, sa.func.count()).group_by(table.import_id)
    return {row[0]: row[1] for row in connection.execute(query)}


def lines(connection: sa.Connection, import_id: str) -> list[Line]:
    """The lines of a list, in their order."""
    table = import_entry_table
    query = sa.select(table).where(table.c.import_id == import_id).order_by(table.c.place)
    return [_line(row) for row in connection.execute(query)]


def line(connection: sa.Connection, import_id: str, place: int) -> Line:
    """One line of a list.

    Raises
    ------
    NoSuch
    """
    table = import_entry_table
    for row in connection.execute(sa.select(table).where(table.c.import_id == import_id, table.c.place == place)):
        return _line(row)
    raise NoSuch(f"{place}: the list has no such line.")


def remove(connection: sa.Connection, import_id: str) -> None:
    """Forget a list; what people said of its lines stays, for the next list that has them."""
    connection.execute(sa.delete(import_entry_table).where(import_entry_table.c.import_id == import_id))
    connection.execute(sa.delete(import_table).where(import_table.c.import_id == import_id))
    pulse.raise_(connection, TOPIC)


def answers(connection: sa.Connection, keys: Collection[str]) -> dict[str, Answer]:
    """What people said, by key, as far as they did."""
    found: dict[str, Answer] = {}
    wanted = list(dict.fromkeys(keys))
    for first in range(0, len(wanted), AT_ONCE):
        query = sa.select(answer_table).where(answer_table.c.answer_key.in_(wanted[first : first + AT_ONCE]))
        found |= {row.answer_key: Answer(**row._mapping) for row in connection.execute(query)}
    return found


def put_answer(connection: sa.Connection, answer: Answer) -> None:
    """The newest answer counts."""
    take_back(connection, answer.answer_key)
    values = {name: getattr(answer, name) for name in answer.__struct_fields__}
    connection.execute(sa.insert(answer_table).values(**values))


def take_back(connection: sa.Connection, answer_key: str) -> None:
    """Forget what was said of a line."""
    connection.execute(sa.delete(answer_table).where(answer_table.c.answer_key == answer_key))
    pulse.raise_(connection, TOPIC)


def _line(row: sa.Row[Any]) -> Line:
    return Line(
        place=row.place,
        answer_key=row.answer_key,
        entry=msgspec.json.decode(row.entry, type=Entry),
        found=msgspec.json.decode(row.found, type=Found),
    )


def _imports(connection: sa.Connection, query: sa.Select[tuple[object, ...]]) -> Iterable[Import]:
    for row in connection.execute(query).mappings():
        yield Import(**{**row, "remarks": tuple(msgspec.json.decode(row["remarks"], type=list[str]))})


def _text(value: object) -> str:
    return msgspec.json.encode(value).decode()
