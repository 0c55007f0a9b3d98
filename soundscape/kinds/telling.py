"""What a job that measures says of itself: how far it is, what it did, and that the library has changed."""

import time
from functools import partial
from pathlib import Path

from library.audio import readable
from library.catalogue import Catalogue
from library.examining import Outcome
from library.store import writing
from soundscape.kinds.heeding import Heeding
from soundscape.running import Running
from soundscape.stores import pulse

PULSE_EVERY_S = 1.0


class Telling:
    """Counts outcomes and tells them."""

    def __init__(self, job: Running, heeding: Heeding) -> None:
        self._job, self._heeding = job, heeding
        self._catalogue = Catalogue(job.engine)
        self._pulsed_s = time.monotonic()
        self.measured = self.unchanged = 0
        self.failed: list[dict[str, str | None]] = []

    @property
    def count(self) -> int:
        """Outcomes so far."""
        return self.measured + self.unchanged + len(self.failed)

    @property
    def words(self) -> str:
        """``3 measured, 12 unchanged, 1 failed.``; what there is none of is left out, but not the first."""
        found = [f"{self.measured} measured"]
        found += [f"{self.unchanged} unchanged"] if self.unchanged else []
        found += [f"{len(self.failed)} failed"] if self.failed else []
        return f"{', '.join(found)}."

    def of(self, outcome: Outcome) -> None:
        """Tell one outcome.

        Raises
        ------
        JobStopped
        """
        if outcome.did == "failed":
            path = readable(outcome.path)
            self.failed.append({"path": path, "code": outcome.error_code, "message": outcome.error_message})
        self.measured += outcome.did == "measured"
        self.unchanged += outcome.did in ("unchanged", "known")
        if outcome.did != "unchanged" and time.monotonic() - self._pulsed_s >= PULSE_EVERY_S:
            self.changed()
        self._heeding.progress = outcome.done / outcome.total
        self._job.tell(self._heeding.progress, partial(self._words_of, outcome))

    def changed(self) -> None:
        """Let pages fetch the library again."""
        self._pulsed_s = time.monotonic()
        with writing(self._job.engine) as connection:
            pulse.raise_(connection, "library")

    def _words_of(self, outcome: Outcome) -> str:
        """As in "12 of 57: Title: cleared"."""
        title = readable(Path(outcome.path).name)
        if outcome.did == "measured" and outcome.track_id is not None:
            title = self._catalogue.track(outcome.track_id).tags.title or title
        return f"{outcome.done} of {outcome.total}: {title}: {outcome.status or outcome.did}"
