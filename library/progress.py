"""How far is the measuring? What is measured, what an older version measured, and how fast it goes. All SQL about it.

Only tracks that some file still holds count. Nothing here reads an analysis.
"""

from itertools import pairwise
from statistics import median

import sqlalchemy as sa

from library.history import analysis_history_table
from library.tables import file_table, held, track_table
from library.track import ANALYSIS_VERSION, Record

PACE_FROM = 30
"""The pace is that of so many tracks measured last: it follows a change from short to long pieces within minutes."""


class Counts(Record, frozen=True, kw_only=True):
    """How many tracks and files are in which state."""

    measured: int
    """Tracks, by the present version of the analysis."""
    stale: int
    """Tracks, by an older one; its result counts until they are measured again."""
    failed: int
    """Files."""


class Stale(Record, frozen=True, kw_only=True):
    """A track that an older version measured."""

    track_id: str
    title: str
    analysis_version: int


def counts(connection: sa.Connection) -> Counts:
    """How many there are."""
    by_version = sa.select(track_table.c.analysis_version, sa.func.count()).where(held)
    found = {row[0]: row[1] for row in connection.execute(by_version.group_by(track_table.c.analysis_version))}
    broken = sa.select(sa.func.count()).select_from(file_table).where(file_table.c.error_code.is_not(None))
    measured = found.pop(ANALYSIS_VERSION, 0)
    failed = connection.execute(broken).scalar_one()
    return Counts(measured=measured, stale=sum(found.values()), failed=failed)


def stale(connection: sa.Connection, most: int) -> list[Stale]:
    """The first of the tracks that an older version measured, by title."""
    table = track_table
    query = sa.select(table.c.track_id, table.c.title, table.c.analysis_version).where(_STALE, held)
    rows = connection.execute(query.order_by(table.c.words, table.c.track_id).limit(most))
    return [
        Stale(track_id=row.track_id, title=row.title or row.track_id[:12], analysis_version=row.analysis_version)
        for row in rows
    ]


def stale_files(connection: sa.Connection) -> list[str]:
    """A file of each stale track, the oldest version first; none that this version has tried in vain."""
    file = file_table.c
    query = (
        sa.select(file.track_id, file.path)
        .join(track_table, track_table.c.track_id == file.track_id)
        .where(_STALE, sa.or_(file.tried_version.is_(None), file.tried_version != ANALYSIS_VERSION))
        .order_by(track_table.c.analysis_version, track_table.c.words, file.path)
    )
    one_each: dict[str, str] = {}
    for track_id, path in connection.execute(query):
        one_each.setdefault(track_id, path)
    return list(one_each.values())


def pace_s(connection: sa.Connection, since_ms: int) -> float | None:
    """Seconds from one measured track to the next, since a time; None where too few were measured to tell.

    The median, so that a pause does not count.
    """
    at = analysis_history_table.c.measured_ms
    query = sa.select(at).where(at >= since_ms).order_by(at.desc()).limit(PACE_FROM)
    times = list(connection.execute(query).scalars())
    return median(later - earlier for later, earlier in pairwise(times)) / 1000 if len(times) > 2 else None


_STALE = track_table.c.analysis_version != ANALYSIS_VERSION
