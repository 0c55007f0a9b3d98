"""Files that wait to be measured, in the order in which they will be. All SQL about them.

A job writes down what it is going to measure, so that people see it, and can have one file done before the others. A
row goes with the transaction that stores its file's outcome. Rows that a killed job left are made anew by its next
attempt.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import sqlalchemy as sa

from library.line import Line
from library.store import FilePath, metadata, writing
from library.track import Record

waiting_table = sa.Table(
    "waiting",
    metadata,
    sa.Column("path", FilePath, primary_key=True),
    sa.Column("owner", sa.String(64), nullable=False, index=True),
    sa.Column("place", sa.Integer, nullable=False, index=True),
)
"""``owner`` is the job that will measure it; the smaller the ``place``, the sooner. Places below zero are wished."""


class Waiting(Record, frozen=True, kw_only=True):
    """A file that waits; ``wished`` where a person asked for it to come before the others."""

    path: str
    wished: bool


class StoredLine(Line):
    """A job's line, in the database."""

    def __init__(self, engine: sa.Engine, owner: str) -> None:
        super().__init__()
        self._engine = engine
        self._owner = owner

    def fill(self, paths: Iterable[str]) -> None:
        """Let these wait; what an earlier attempt of the job wished first comes first again."""
        table, wanted = waiting_table, dict.fromkeys(paths)
        with writing(self._engine) as connection:
            wished = sa.select(table.c.path, table.c.place).where(table.c.owner == self._owner, table.c.place < 0)
            places = {path: place for path, place in connection.execute(wished) if path in wanted}
            connection.execute(sa.delete(table).where(table.c.owner == self._owner))
            for some in batched(wanted):  # a file has one place: who asks last will measure it
                connection.execute(sa.delete(table).where(table.c.path.in_(some)))
            rows = [
                {"path": path, "owner": self._owner, "place": places.get(path, place)}
                for place, path in enumerate(wanted)
            ]
            if rows:
                connection.execute(sa.insert(table), rows)
        self._under_way.clear()

    def drop(self, path: str) -> None:
        """It has no outcome that could be stored, and waits no longer."""
        with writing(self._engine) as connection:
            connection.execute(sa.delete(waiting_table).where(waiting_table.c.path == path))
        self.done(path)

    def put_back(self) -> None:
        """Those under way wait again, where they stood."""
        self._under_way.clear()

    def _next(self) -> str | None:
        with self._engine.connect() as connection:
            waiting = first(connection, (self._owner,), len(self._under_way) + 1)
        return next((file.path for file in waiting if file.path not in self._under_way), None)


def count(connection: sa.Connection, owners: Sequence[str]) -> int:
    """How many files wait for these jobs."""
    table = waiting_table
    query = sa.select(sa.func.count()).select_from(table).where(table.c.owner.in_(owners))
    return connection.execute(query).scalar_one()


def first(connection: sa.Connection, owners: Sequence[str], most: int) -> list[Waiting]:
    """Those that come next."""
    rows = connection.execute(_of(owners).limit(most))
    return [Waiting(path=row.path, wished=row.place < 0) for row in rows]


def wish(connection: sa.Connection, path: str) -> bool:
    """Let a file that waits come next; False if it does not wait any more."""
    table = waiting_table
    lowest = connection.execute(sa.select(sa.func.min(table.c.place))).scalar()
    moved = connection.execute(sa.update(table).where(table.c.path == path).values(place=min(0, lowest or 0) - 1))
    return bool(moved.rowcount)


def forget(connection: sa.Connection, *, but: Sequence[str]) -> None:
    """Take away what waits for any other job than these: they have ended."""
    connection.execute(sa.delete(waiting_table).where(waiting_table.c.owner.not_in(but)))


def batched(paths: Iterable[str]) -> Iterator[list[str]]:
    """As many as one statement may name."""
    rest = iter(paths)
    while some := list(islice(rest, 500)):
        yield some


def _of(owners: Sequence[str]) -> sa.Select[Any]:
    table = waiting_table
    return sa.select(table).where(table.c.owner.in_(owners)).order_by(table.c.place, table.c.path)
