"""The job that brings the library up to date with a folder. One that was cut off goes on where it ended."""

import time
from functools import partial
from pathlib import Path

from library.audio import readable
from library.catalogue import Catalogue
from library.scan import Outcome, scan
from library.store import writing
from soundscape.running import Done, Running
from soundscape.stores import pulse
from soundscape.stores.jobs import Arguments

PULSE_EVERY_S = 1.0


def scan_folder(job: Running, arguments: Arguments) -> Done:
    """Measure what is new in ``arguments["folder"]``.

    The result is ``{measured, unchanged, failed: [{path, code, message}]}``; a file known by another name counts as
    unchanged.
    """
    catalogue = Catalogue(job.engine)
    measured = unchanged = 0
    failed: list[dict[str, str | None]] = []
    pulsed_s = time.monotonic()
    job.tell(0.0, "Looking at the files")
    for outcome in scan(Path(str(arguments["folder"])), catalogue):
        if outcome.did == "failed":
            path = readable(outcome.path)
            failed.append({"path": path, "code": outcome.error_code, "message": outcome.error_message})
        measured += outcome.did == "measured"
        unchanged += outcome.did in ("unchanged", "known")
        if outcome.did != "unchanged" and time.monotonic() - pulsed_s >= PULSE_EVERY_S:
            pulsed_s = time.monotonic()
            _pulse(job)
        job.tell(outcome.done / outcome.total, partial(_words, catalogue, outcome))
    _pulse(job)
    words = [f"{measured} measured", f"{unchanged} unchanged", *([f"{len(failed)} failed"] if failed else [])]
    return Done({"measured": measured, "unchanged": unchanged, "failed": failed}, f"{', '.join(words)}.")


def _words(catalogue: Catalogue, outcome: Outcome) -> str:
    """As in "12 of 57: Title: cleared"."""
    title = readable(Path(outcome.path).name)
    if outcome.did == "measured" and outcome.track_id is not None:
        title = catalogue.track(outcome.track_id).tags.title or title
    return f"{outcome.done} of {outcome.total}: {title}: {outcome.status or outcome.did}"


def _pulse(job: Running) -> None:
    with writing(job.engine) as connection:
        pulse.raise_(connection, "library")
