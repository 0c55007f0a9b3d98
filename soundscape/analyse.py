"""Measure named files afresh, without a library: the use case behind ``analyse``."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from library.audio import readable
from library.errors import LibraryError
from library.track import Record, Track
from library.verdict import judge
from library.workers import Examined, cores, examine_all


class Finding(Record, frozen=True, kw_only=True):
    """What came of one file: the track, or the error that kept it from being one."""

    path: str
    track: Track | None = None
    error_code: str | None = None
    error_message: str | None = None


def analyse_files(files: Sequence[Path], *, workers: int | None = None) -> Iterator[Finding]:
    """Yield a finding for each file, in the order of completion; one bad file stops nothing."""
    for path, result in examine_all([str(file) for file in files], frozenset(), workers or cores()):
        yield _finding(path, result)


def _finding(path: str, result: Examined | BaseException) -> Finding:
    if isinstance(result, LibraryError):
        return Finding(path=path, error_code=result.code, error_message=str(result))
    if isinstance(result, BaseException) or result.analysis is None:
        return Finding(path=path, error_code="analysis_failed", error_message=f"{readable(path)}: {result!r}")
    track = Track(
        track_id=result.track_id,
        paths=(path,),
        tags=result.tags,
        analysis=result.analysis,
        verdict=judge(result.analysis),
    )
    return Finding(path=path, track=track)
