"""All SQL about changes of sessions that sound. Seconds are on the session's clock."""

from collections.abc import Iterable
from typing import Literal

import msgspec
import sqlalchemy as sa

from library.track import Record
from playlists.playlist import Playlist
from soundscape.stores import pulse
from soundscape.stores.tables import change_table

Kind = Literal["extend", "bring_back", "skip", "pause", "go_on", "replace", "keep_end"]
"""``keep_end`` is ours: after a skip, what makes the music last as long as before."""
State = Literal["planned", "rendering", "sent", "done", "failed", "dropped"]
TAKEN_IN = "Taken into the change after it."
"""The words of a change that was dropped because the next one wishes what it wished, and more."""
UNDER_WAY = ("planned", "rendering", "sent")


class Change(Record, frozen=True, kw_only=True):
    """One change, as it stands."""

    change_id: str
    session_id: str
    kind: Kind
    minutes: float | None = None
    """Of an extension."""
    state: State
    at_s: float
    first_at_s: float
    infusion_s: float
    """How long the infusion, and the music after it, are with this change and all before it."""
    tail_s: float
    source_id: str
    """The list, and its revision, whose wishes and pieces the rest follows."""
    source_revision: int
    mixdown_ids: tuple[str, ...] = ()
    """The files made for it, the newest last; one that came too late is followed by another."""
    job_id: str | None = None
    moved: int = 0
    words: str = ""
    asked_by: str
    asked_ms: int
    sent_ms: int | None = None
    done_ms: int | None = None

    @property
    def mixdown_id(self) -> str | None:
        """The file to go on with."""
        return self.mixdown_ids[-1] if self.mixdown_ids else None

    @property
    def under_way(self) -> bool:
        """Whether it is still to come."""
        return self.state in UNDER_WAY


FIELDS = [change_table.c[name] for name in Change.__struct_fields__]
"""All but the music it departs from, which is long and seldom wanted."""


def put_new(connection: sa.Connection, change: Change, base: Playlist) -> None:
    """Store a new change. ``base`` is the music as it is up to there."""
    connection.execute(sa.insert(change_table).values(**_values(change), base=_text(base)))
    pulse.raise_(connection, "desk")


def put(connection: sa.Connection, change: Change, base: Playlist | None = None) -> None:
    """Store what is new of a change, and of the music it departs from where that is given."""
    values = _values(change) | ({} if base is None else {"base": _text(base)})
    connection.execute(sa.update(change_table).where(change_table.c.change_id == change.change_id).values(**values))
    pulse.raise_(connection, "desk")


def find(connection: sa.Connection, change_id: str) -> Change | None:
    """One change, if it is known."""
    return next(iter(_select(connection, change_table.c.change_id == change_id)), None)


def of_session(connection: sa.Connection, session_id: str) -> list[Change]:
    """All changes of a session, in the order in which they were asked for."""
    return _select(connection, change_table.c.session_id == session_id)


def base_of(connection: sa.Connection, change_id: str) -> Playlist:
    """The music that a change departs from; for a skip, the music with it."""
    query = sa.select(change_table.c.base).where(change_table.c.change_id == change_id)
    return msgspec.json.decode(connection.execute(query).scalar_one(), type=Playlist)


def _select(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> list[Change]:
    query = sa.select(*FIELDS).where(condition).order_by(change_table.c.asked_ms, change_table.c.change_id)
    return list(_changes(connection.execute(query).mappings()))


def _changes(rows: Iterable[sa.RowMapping]) -> Iterable[Change]:
    for row in rows:
        yield Change(**{**row, "mixdown_ids": tuple(msgspec.json.decode(row["mixdown_ids"], type=list[str]))})


def _values(change: Change) -> dict[str, object]:
    values = {name: getattr(change, name) for name in change.__struct_fields__}
    return values | {"mixdown_ids": msgspec.json.encode(change.mixdown_ids).decode()}


def _text(playlist: Playlist) -> str:
    return msgspec.json.encode(playlist, order="deterministic").decode()
