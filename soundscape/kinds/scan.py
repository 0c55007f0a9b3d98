"""The job that brings the library up to date with a folder. One that was cut off goes on where it ended."""

from library.catalogue import Catalogue
from library.scan import scan
from library.store import writing
from library.waiting import StoredLine
from soundscape import imports, scans
from soundscape.kinds.heeding import Heeding
from soundscape.kinds.telling import Telling
from soundscape.measuring import BY_ITSELF
from soundscape.running import Done, Running
from soundscape.stores.jobs import Arguments


def scan_folder(job: Running, arguments: Arguments) -> Done:
    """Measure what is new in the folder that ``arguments`` name.

    The result is ``{measured, unchanged, failed: [{path, code, message}]}``; a file known by another name counts as
    unchanged.
    """
    heeding = Heeding(job)
    telling = Telling(job, heeding)
    heeding.begin()
    job.tell(0.0, "Looking at the files")
    folder, line = scans.folder_of(arguments), StoredLine(job.engine, job.job_id)
    for outcome in scan(folder, Catalogue(job.engine), line=line, wishes=heeding.wishes):
        telling.of(outcome)
    telling.changed()
    _match_lists(job)
    result: dict[str, object] = {
        "measured": telling.measured,
        "unchanged": telling.unchanged,
        "failed": telling.failed,
    }
    return Done(result, telling.words)


def _match_lists(job: Running) -> None:
    """Have lists from elsewhere matched with what the library is now."""
    with job.engine.connect() as connection:
        stale = imports.any_stale(connection)
    if stale:
        with writing(job.engine) as connection:
            imports.match_again(connection, by=BY_ITSELF, now_ms=job.clock())
