"""The job that measures again: what an older version of the analysis measured, or named files that failed.

One file at a time, and what is stale makes way for any other job: a scan that somebody asked for comes first. Tracks
stay in use meanwhile, by what the older version found (:mod:`library.again`).
"""

from library.catalogue import Catalogue
from library.examining import examine
from library.progress import stale_files
from library.store import writing
from library.waiting import StoredLine
from soundscape import measuring
from soundscape.file_names import path_of
from soundscape.kinds.heeding import Heeding, MakesWay
from soundscape.kinds.telling import Telling
from soundscape.running import Done, Running
from soundscape.stores.jobs import Arguments


def measure_again(job: Running, arguments: Arguments) -> Done:
    """Measure ``arguments["files"]``, names in hex; without them all that is stale.

    The result is ``{measured, unchanged, failed: [{path, code, message}], left}``.
    """
    named = arguments.get("files")
    heeding = Heeding(job, yields=not isinstance(named, list))
    telling = Telling(job, heeding)
    heeding.begin()
    if isinstance(named, list):
        paths = [path_of(str(file)) for file in named]
    else:
        with job.engine.connect() as connection:
            paths = stale_files(connection)
    line = StoredLine(job.engine, job.job_id)
    words = ""
    try:
        for outcome in examine(paths, Catalogue(job.engine), workers=1, line=line, wishes=heeding.wishes):
            telling.of(outcome)
    except MakesWay:
        with writing(job.engine) as connection:
            measuring.begin(connection, by=measuring.BY_ITSELF, now_ms=job.clock(), after=job.job_id)
        words = " The rest goes on after the job that came between."
    telling.changed()
    result: dict[str, object] = {
        "measured": telling.measured,
        "unchanged": telling.unchanged,
        "failed": telling.failed,
        "left": len(paths) - telling.count,
    }
    return Done(result, telling.words + words)
