"""A library as a person leafs through it: searched, filtered, sorted, a page at a time. All SQL about such lists.

Only tracks that some file still holds are listed. Status is the one that counts: a person's decision, else what was
measured. Nothing here reads an analysis, so a page of ten thousand tracks costs milliseconds.
"""

from collections.abc import Sequence
from typing import Any, Literal, get_args

import msgspec
import sqlalchemy as sa

from library.errors import UnknownTrack
from library.lettering import clean
from library.rights import PreviewRight, stated_right
from library.tables import decision_table, effective_status, file_table, held, track_table
from library.track import ANALYSIS_VERSION, Pulse, Record, Status, Tags, VocalVerdict

Sort = Literal["title", "artist", "length", "energy", "tempo"]
SORTS: tuple[Sort, ...] = get_args(Sort)
STATUSES: tuple[Status, ...] = get_args(Status)
MOST_WORDS = 8
"""Words of a search that count."""


class Entry(Record, frozen=True, kw_only=True):
    """One row."""

    track_id: str
    title: str
    artist: str
    duration_s: float
    energy: float | None
    tempo_bpm: float | None
    pulse: Pulse | None
    vocals: VocalVerdict
    status: Status
    measured_status: Status
    reasons: tuple[str, ...]
    preview_right: PreviewRight
    decided_by: str | None
    """Who decided the status, if anybody did."""
    doubt: float
    """How urgently a person should look (:mod:`library.doubt`), by what was measured."""
    analysis_version: int

    @property
    def stale(self) -> bool:
        """Whether an older version of the analysis measured it, whose result counts until it is measured again."""
        return self.analysis_version != ANALYSIS_VERSION


class FailedFile(Record, frozen=True, kw_only=True):
    """A file that could not be analysed."""

    path: str
    code: str
    message: str
    in_use: bool = False
    """Whether an older version measured it and its result stays in use: the failure was ours (:mod:`library.again`)."""


class Decided(Record, frozen=True, kw_only=True):
    """A track that a person decided about, and when."""

    track_id: str
    title: str
    decided_ms: int


class Cleared(Record, frozen=True, kw_only=True):
    """What a cleared track gives to a session."""

    energy: float
    duration_s: float


def counts(connection: sa.Connection, search: str = "") -> dict[Status, int]:
    """How many of the tracks that fit a search are of each status."""
    query = (
        sa.select(effective_status, sa.func.count())
        .select_from(_JOINED)
        .where(held, *_fits(search))
        .group_by(effective_status)
    )
    found = {row[0]: row[1] for row in connection.execute(query)}
    return {status: found.get(status, 0) for status in STATUSES}


def page(
    connection: sa.Connection,
    *,
    search: str = "",
    status: Status | None = None,
    sort: Sort = "title",
    descending: bool = False,
    offset: int = 0,
    limit: int = 50,
) -> list[Entry]:
    """One page of the tracks that fit: every word of ``search`` in title, artist or album, whatever its case.

    What is unknown, an energy or a tempo, comes last in both directions; equals are ordered by title.
    """
    column = _ORDER[sort]
    order = [sa.case((column.is_(None), 1), else_=0), column.desc() if descending else column, track_table.c.words]
    query = (
        _ROWS.where(held, *_fits(search), *([] if status is None else [effective_status == status]))
        .order_by(*order, track_table.c.track_id)
        .offset(offset)
        .limit(limit)
    )
    return [_entry(row) for row in connection.execute(query)]


def review_queue(connection: sa.Connection, *, offset: int = 0, limit: int = 50) -> list[Entry]:
    """Tracks for a person to hear and decide about, the most urgent first; equals are ordered by title."""
    order = (track_table.c.doubt.desc(), track_table.c.words, track_table.c.track_id)
    query = _ROWS.where(held, effective_status == "review").order_by(*order).offset(offset).limit(limit)
    return [_entry(row) for row in connection.execute(query)]


def last_decided(connection: sa.Connection, by: str, since_ms: int) -> Decided | None:
    """The newest decision of a person that still stands and is not older than ``since_ms``."""
    query = (
        sa.select(track_table.c.track_id, track_table.c.title, decision_table.c.decided_ms)
        .join_from(decision_table, track_table)
        .where(decision_table.c.status.is_not(None), decision_table.c.decided_by == by)
        .where(decision_table.c.decided_ms >= since_ms)
        .order_by(decision_table.c.decided_ms.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    return None if row is None else Decided(track_id=row.track_id, title=row.title, decided_ms=row.decided_ms)


def cleared(connection: sa.Connection) -> list[Cleared]:
    """Energy and length of every cleared track whose energy is known."""
    query = sa.select(track_table.c.energy, track_table.c.duration_s).select_from(_JOINED)
    query = query.where(held, effective_status == "cleared", track_table.c.energy.is_not(None))
    return [Cleared(energy=energy, duration_s=duration_s) for energy, duration_s in connection.execute(query)]


def failed(connection: sa.Connection, most: int) -> tuple[int, list[FailedFile]]:
    """How many files could not be analysed, and the first of them by path."""
    broken = file_table.c.error_code.is_not(None)
    count = connection.execute(sa.select(sa.func.count()).select_from(file_table).where(broken)).scalar_one()
    rows = connection.execute(sa.select(file_table).where(broken).order_by(file_table.c.path).limit(most))
    return count, [
        FailedFile(path=row.path, code=row.error_code, message=row.error_message or "", in_use=row.track_id is not None)
        for row in rows
    ]


def paths_of(connection: sa.Connection, track_id: str) -> list[str]:
    """The files of a track, sorted; none while they are away.

    Raises
    ------
    UnknownTrack
    """
    known = sa.select(track_table.c.track_id).where(track_table.c.track_id == track_id)
    if connection.execute(known).first() is None:
        raise UnknownTrack(f"{track_id}: no such track in the library.")
    query = sa.select(file_table.c.path).where(file_table.c.track_id == track_id)
    return sorted(connection.execute(query).scalars())


def title_in(connection: sa.Connection, track_id: str) -> str:
    """What a track is called; the beginning of its id if it is not known."""
    query = sa.select(track_table.c.title).where(track_table.c.track_id == track_id)
    return connection.execute(query).scalar() or track_id[:12]


def measured_status(connection: sa.Connection, track_id: str) -> Status | None:
    """What was measured, whatever a person decided since; None if the track is not known."""
    query = sa.select(track_table.c.status).where(track_table.c.track_id == track_id)
    return connection.execute(query).scalar()


_JOINED = track_table.outerjoin(decision_table)
_ROWS: sa.Select[Any] = sa.select(
    track_table.c.track_id,
    track_table.c.title,
    track_table.c.artist,
    track_table.c.tags,
    track_table.c.duration_s,
    track_table.c.energy,
    track_table.c.tempo_bpm,
    track_table.c.pulse,
    track_table.c.vocals,
    track_table.c.reasons,
    track_table.c.doubt,
    track_table.c.analysis_version,
    track_table.c.status.label("measured_status"),
    effective_status.label("effective_status"),
    decision_table.c.status.label("decided_status"),
    decision_table.c.decided_by,
    decision_table.c.may_preview,
).select_from(_JOINED)
_ORDER: dict[Sort, sa.ColumnElement[object]] = {
    "title": track_table.c.words,  # begins with the title, folded
    "artist": sa.func.nullif(sa.func.lower(track_table.c.artist), ""),
    "length": track_table.c.duration_s,
    "energy": track_table.c.energy,
    "tempo": track_table.c.tempo_bpm,
}


def _fits(search: str) -> Sequence[sa.ColumnElement[bool]]:
    words = clean(search).casefold().split()[:MOST_WORDS]
    return [track_table.c.words.contains(word, autoescape=True) for word in words]


def _entry(row: sa.Row[Any]) -> Entry:
    return Entry(
        track_id=row.track_id,
        title=row.title or row.track_id[:12],
        artist=row.artist,
        duration_s=row.duration_s,
        energy=row.energy,
        tempo_bpm=row.tempo_bpm,
        pulse=row.pulse,
        vocals=row.vocals,
        status=row.effective_status,
        measured_status=row.measured_status,
        reasons=msgspec.json.decode(row.reasons, type=tuple[str, ...]),
        preview_right=stated_right(msgspec.json.decode(row.tags, type=Tags), row.may_preview),
        decided_by=row.decided_by if row.decided_status is not None else None,
        doubt=row.doubt,
        analysis_version=row.analysis_version,
    )
