"""All SQL about tracks: what is known of each, and which files hold it.

A track outlives its files: retagged, moved or missing for a while, it keeps its analysis and everything later decided
about it. A file that could not be analysed keeps its error until the file changes. Where a person decided about a
track, that decision is the status that every query here goes by; what was measured is kept beneath it.
"""

from collections.abc import Iterable, Iterator, Sequence

import msgspec
import sqlalchemy as sa

from library import decisions, history, summary
from library.again import reconsidered
from library.clock import Clock, now_ms
from library.doubt import doubt
from library.history import PastAnalysis, PastDecision
from library.store import writing
from library.tables import (
    analysis_table,
    decision_table,
    effective_status,
    file_table,
    held,
    track_table,
    unknown,
    upsert,
)
from library.track import ANALYSIS_VERSION, Analysis, Record, Status, Tags, Track, Verdict
from library.waiting import waiting_table


class FileState(Record, frozen=True, kw_only=True):
    """A file as it lay on disk when it was last examined; unchanged means the same size and time."""

    path: str
    size_bytes: int
    modified_ns: int


class KnownFile(Record, frozen=True, kw_only=True):
    """What the catalogue holds of a file: its track, or the error that kept it from being one."""

    state: FileState
    track_id: str | None = None
    error_code: str | None = None
    error_message: str | None = None


class Catalogue:
    """The tracks and files of one database."""

    def __init__(self, engine: sa.Engine, clock: Clock = now_ms) -> None:
        self._engine = engine
        self._clock = clock

    @property
    def engine(self) -> sa.Engine:
        """The database."""
        return self._engine

    def files(self) -> dict[str, KnownFile]:
        """Every file, by its path."""
        with self._engine.connect() as connection:
            rows = connection.execute(sa.select(file_table)).all()
        return {
            row.path: KnownFile(
                state=FileState(path=row.path, size_bytes=row.size_bytes, modified_ns=row.modified_ns),
                track_id=row.track_id,
                error_code=row.error_code,
                error_message=row.error_message,
            )
            for row in rows
        }

    def measured_ids(self) -> frozenset[str]:
        """The tracks whose analysis is of the present version."""
        query = sa.select(track_table.c.track_id).where(track_table.c.analysis_version == ANALYSIS_VERSION)
        with self._engine.connect() as connection:
            return frozenset(connection.execute(query).scalars())

    def put_track(self, file: FileState, track_id: str, tags: Tags, analysis: Analysis, verdict: Verdict) -> Verdict:
        """Store a measured track and the file it was found in, in one transaction; return the verdict that was stored.

        It is another than the one given where an earlier version had cleared the track (:mod:`library.again`).
        """
        with writing(self._engine) as connection:
            verdict = _reconsidered(connection, track_id, verdict, analysis.analysis_version)
            anew = _differs(connection, track_id, analysis)
            values = {
                "tags": _text(tags),
                "analysis_version": analysis.analysis_version,
                "status": verdict.status,
                "reasons": _text(verdict.reasons),
                **summary.texts(tags, file.path, track_id),
                **summary.measures(analysis),
                "doubt": doubt(analysis, verdict),
            }
            upsert(connection, track_table, {"track_id": track_id}, values)
            upsert(connection, analysis_table, {"track_id": track_id}, {"body": _text(analysis)})
            history.put_analysis(connection, track_id, analysis, verdict, at_ms=self._clock(), anew=anew)
            _put_file(connection, file, track_id=track_id)
        return verdict

    def put_tags(self, file: FileState, track_id: str, tags: Tags) -> None:
        """A file of a track already measured: new place or new tags, the analysis stays."""
        values = {"tags": _text(tags), **summary.texts(tags, file.path, track_id)}
        with writing(self._engine) as connection:
            upsert(connection, track_table, {"track_id": track_id}, values)
            _put_file(connection, file, track_id=track_id)

    def put_error(self, file: FileState, code: str, message: str, *, ours: bool = False) -> None:
        """A file that could not be analysed: it holds no track any more.

        Unless the failure is ``ours`` (:mod:`library.again`) and the file is unchanged: what was measured of it once
        then stays in use.
        """
        outcome: dict[str, str | int] = {"error_code": code, "error_message": message}
        with writing(self._engine) as connection:
            row = connection.execute(sa.select(file_table).where(file_table.c.path == file.path)).first()
            unchanged = row is not None and (row.size_bytes, row.modified_ns) == (file.size_bytes, file.modified_ns)
            if ours and unchanged and row is not None and row.track_id is not None:
                outcome["track_id"] = row.track_id
            _put_file(connection, file, **outcome, tried_version=ANALYSIS_VERSION)

    def forget_files(self, paths: Iterable[str]) -> None:
        """Files that are no longer there; their tracks stay."""
        with writing(self._engine) as connection:
            for path in paths:
                connection.execute(sa.delete(file_table).where(file_table.c.path == path))

    def track(self, track_id: str) -> Track:
        """Return one track.

        Raises
        ------
        UnknownTrack
        """
        for track in self.some([track_id]):
            return track
        raise unknown(track_id)

    def some(self, track_ids: Sequence[str]) -> Iterator[Track]:
        """These tracks, as far as they are known."""
        for first in range(0, len(track_ids), AT_ONCE):
            batch = track_ids[first : first + AT_ONCE]
            yield from self._select(track_table.c.track_id.in_(batch), file_table.c.track_id.in_(batch))

    def marks(self) -> dict[str, int]:
        """For every track that some file still holds a number that changes whenever its record does.

        Far cheaper to read than the records, to see which of them to read again. Only good within one process.
        """
        files = (
            sa.select(
                file_table.c.track_id, sa.func.count().label("copies"), sa.func.min(file_table.c.path).label("path")
            )
            .group_by(file_table.c.track_id)
            .subquery()
        )
        measured = history.last_measured().subquery()
        query = (
            sa.select(track_table, *_DECISION, files.c.copies, files.c.path, measured.c.last)
            .join_from(track_table, files, files.c.track_id == track_table.c.track_id)
            .outerjoin(measured, measured.c.track_id == track_table.c.track_id)
            .outerjoin(decision_table, decision_table.c.track_id == track_table.c.track_id)
        )
        with self._engine.connect() as connection:
            return {row.track_id: hash(tuple(row)) for row in connection.execute(query)}

    def tracks(self, status: Status | None = None) -> Iterator[Track]:
        """Every track that some file still holds, ordered by id; of one status, decided or measured, if asked."""
        return self._select(held if status is None else sa.and_(held, effective_status == status))

    def analyses(self, track_id: str) -> list[PastAnalysis]:
        """What was measured of a track over time, the present analysis first; nothing of a track that is not known."""
        with self._engine.connect() as connection:
            return history.analyses(connection, track_id)

    def decisions(self, track_id: str) -> list[PastDecision]:
        """What people decided about a track over time, the newest first, also what was taken back."""
        with self._engine.connect() as connection:
            return history.decisions(connection, track_id)

    def _select(
        self, condition: sa.ColumnElement[bool], whose: sa.ColumnElement[bool] | None = None
    ) -> Iterator[Track]:
        """Tracks that meet a condition; ``whose`` says of which tracks the files are read, if not of all."""
        whose = file_table.c.track_id.is_not(None) if whose is None else whose
        with self._engine.connect() as connection:
            files = connection.execute(sa.select(file_table.c.track_id, file_table.c.path).where(whose)).all()
            rows = connection.execute(_TRACKS.where(condition).order_by(track_table.c.track_id))
            paths: dict[str, list[str]] = {}
            for track_id, path in files:
                paths.setdefault(track_id, []).append(path)
            for row in rows:
                yield _track(row, tuple(sorted(paths.get(row.track_id, ()))))


AT_ONCE = 500
"""Tracks asked for in one query: SQLite takes so many values and more."""
_DECISION = (
    decision_table.c.status.label("decided_status"),
    decision_table.c.reason,
    decision_table.c.may_preview,
    decision_table.c.decided_by,
    decision_table.c.decided_ms,
)
_TRACKS = (
    sa.select(track_table, analysis_table.c.body, effective_status.label("effective_status"), *_DECISION)
    .join_from(track_table, analysis_table)
    .outerjoin(decision_table, decision_table.c.track_id == track_table.c.track_id)
)


def _track(row: sa.Row[tuple[object, ...]], paths: tuple[str, ...]) -> Track:
    return Track(
        track_id=row.track_id,
        paths=paths,
        tags=msgspec.json.decode(row.tags, type=Tags),
        analysis=msgspec.json.decode(row.body, type=Analysis),
        verdict=Verdict(status=row.effective_status, reasons=msgspec.json.decode(row.reasons, type=tuple[str, ...])),
        decision=None if row.decided_ms is None else decisions.read(row, row.decided_status),
    )


def _text(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _put_file(connection: sa.Connection, file: FileState, **outcome: str | int) -> None:
    """Store a file's outcome; it waits no longer."""
    nothing = dict.fromkeys(("track_id", "error_code", "error_message", "tried_version"))
    values: dict[str, object] = {**nothing, **outcome}
    values |= {"size_bytes": file.size_bytes, "modified_ns": file.modified_ns}
    upsert(connection, file_table, {"path": file.path}, values)
    connection.execute(sa.delete(waiting_table).where(waiting_table.c.path == file.path))


def _differs(connection: sa.Connection, track_id: str, analysis: Analysis) -> bool:
    """Whether a track has another analysis of the same version, curves and all."""
    row = connection.execute(
        sa.select(track_table.c.analysis_version, analysis_table.c.body)
        .join_from(track_table, analysis_table, analysis_table.c.track_id == track_table.c.track_id)
        .where(track_table.c.track_id == track_id)
    ).first()
    if row is None or row.analysis_version != analysis.analysis_version:
        return False
    before = msgspec.json.decode(row.body, type=Analysis)
    return msgspec.structs.replace(before, analysis_seconds=analysis.analysis_seconds) != analysis


def _reconsidered(connection: sa.Connection, track_id: str, verdict: Verdict, version: int) -> Verdict:
    """The verdict, in the light of the one before where nobody has decided."""
    decided = sa.select(decision_table.c.status).where(decision_table.c.track_id == track_id)
    if connection.execute(decided).scalar() is not None:
        return verdict
    before = history.before(connection, track_id, version)
    return verdict if before is None else reconsidered(before.verdict, before.analysis_version, verdict, version)
