"""All SQL about tracks: what is known of each, and which files hold it.

A track outlives its files: retagged, moved or missing for a while, it keeps its analysis and everything later decided
about it. A file that could not be analysed keeps its error until the file changes.
"""

from collections.abc import Iterable, Iterator

import msgspec
import sqlalchemy as sa

from library.errors import UnknownTrack
from library.store import FilePath, metadata, writing
from library.track import ANALYSIS_VERSION, Analysis, Record, Status, Tags, Track, Verdict

track_table = sa.Table(
    "track",
    metadata,
    sa.Column("track_id", sa.String(64), primary_key=True),
    sa.Column("tags", sa.Text, nullable=False),
    sa.Column("analysis", sa.Text, nullable=False),
    sa.Column("analysis_version", sa.Integer, nullable=False),
    sa.Column("status", sa.String(16), nullable=False, index=True),
    sa.Column("reasons", sa.Text, nullable=False),
)
file_table = sa.Table(
    "file",
    metadata,
    sa.Column("path", FilePath, primary_key=True),
    sa.Column("size_bytes", sa.BigInteger, nullable=False),
    sa.Column("modified_ns", sa.BigInteger, nullable=False),
    sa.Column("track_id", sa.String(64), sa.ForeignKey("track.track_id"), nullable=True, index=True),
    sa.Column("error_code", sa.String(64), nullable=True),
    sa.Column("error_message", sa.Text, nullable=True),
)
decision_table = sa.Table(
    "decision",
    metadata,
    sa.Column("track_id", sa.String(64), sa.ForeignKey("track.track_id"), primary_key=True),
    sa.Column("status", sa.String(16), nullable=True),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("may_preview", sa.Boolean, nullable=True),
    sa.Column("decided_by", sa.String(80), nullable=False),
    sa.Column("decided_ms", sa.BigInteger, nullable=False),
)
"""What a person decided about a track; a later scan leaves it as it is."""


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

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

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

    def put_track(self, file: FileState, track_id: str, tags: Tags, analysis: Analysis, verdict: Verdict) -> None:
        """Store a measured track and the file it was found in, in one transaction."""
        values = {
            "tags": _text(tags),
            "analysis": _text(analysis),
            "analysis_version": analysis.analysis_version,
            "status": verdict.status,
            "reasons": _text(verdict.reasons),
        }
        with writing(self._engine) as connection:
            _upsert(connection, track_table, {"track_id": track_id}, values)
            _put_file(connection, file, track_id=track_id)

    def put_tags(self, file: FileState, track_id: str, tags: Tags) -> None:
        """A file of a track already measured: new place or new tags, the analysis stays."""
        with writing(self._engine) as connection:
            _upsert(connection, track_table, {"track_id": track_id}, {"tags": _text(tags)})
            _put_file(connection, file, track_id=track_id)

    def put_error(self, file: FileState, code: str, message: str) -> None:
        """A file that could not be analysed."""
        with writing(self._engine) as connection:
            _put_file(connection, file, error_code=code, error_message=message)

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
        for track in self._select(track_table.c.track_id == track_id):
            return track
        raise UnknownTrack(f"{track_id}: no such track in the catalogue. Scan the folder that holds it.")

    def tracks(self, status: Status | None = None) -> Iterator[Track]:
        """Every track that some file still holds, ordered by id; of one status if asked."""
        held = track_table.c.track_id.in_(sa.select(file_table.c.track_id))
        return self._select(held if status is None else sa.and_(held, track_table.c.status == status))

    def _select(self, condition: sa.ColumnElement[bool]) -> Iterator[Track]:
        with self._engine.connect() as connection:
            held = connection.execute(
                sa.select(file_table.c.track_id, file_table.c.path).where(file_table.c.track_id.is_not(None))
            ).all()
            rows = connection.execute(sa.select(track_table).where(condition).order_by(track_table.c.track_id))
            paths: dict[str, list[str]] = {}
            for track_id, path in held:
                paths.setdefault(track_id, []).append(path)
            for row in rows:
                yield Track(
                    track_id=row.track_id,
                    paths=tuple(sorted(paths.get(row.track_id, ()))),
                    tags=msgspec.json.decode(row.tags, type=Tags),
                    analysis=msgspec.json.decode(row.analysis, type=Analysis),
                    verdict=Verdict(status=row.status, reasons=msgspec.json.decode(row.reasons, type=tuple[str, ...])),
                )


def _text(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _put_file(connection: sa.Connection, file: FileState, **outcome: str) -> None:
    values: dict[str, object] = {"track_id": None, "error_code": None, "error_message": None, **outcome}
    values |= {"size_bytes": file.size_bytes, "modified_ns": file.modified_ns}
    _upsert(connection, file_table, {"path": file.path}, values)


def _upsert(connection: sa.Connection, table: sa.Table, key: dict[str, str], values: dict[str, object]) -> None:
    """Update the row with this key, or insert it; portable, and safe because a database has one scanner at a time."""
    ((column, value),) = key.items()
    updated = connection.execute(sa.update(table).where(table.c[column] == value).values(**values))
    if not updated.rowcount:
        connection.execute(sa.insert(table).values(**key, **values))
