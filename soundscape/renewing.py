"""Is the certificate that is served still the one that should be? Looked at while the service runs, without a break.

Our own is made anew 30 days before it ends (tls.py); the clinic's own may be replaced by its files at any time. Either
way a second answering process is started with it, both answer for a moment, and the first one ends (overlapping.py).
The authority stays, so that no device need be touched. Open streams are cut, and come back.
"""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from playlists.errors import PlaylistError
from soundscape.errors import ServiceError
from soundscape.tls import Certificate

LOOK_EVERY_S = 6 * 3600.0
"""Judgement: a certificate ends on a day; the clinic's own is replaced weeks before."""


class Renewal:
    """Looks after the certificate of a running server.

    Parameters
    ----------
    look
        Gives the certificate for a time, made or renewed where it is our own; raises :class:`ServiceError`.
    swap
        Starts to answer with what the files hold now, and ends what answered before; raises where that cannot be, so
        that what answers goes on.
    say
        Told what a person should know.
    """

    def __init__(
        self,
        look: Callable[[datetime], Certificate | None],
        swap: Callable[[], None],
        say: Callable[[str], None],
        every_s: float = LOOK_EVERY_S,
    ) -> None:
        self._look, self._swap, self._say, self._every_s = look, swap, say, every_s
        self._closed = threading.Event()
        self._told = ""

    def start(self, served: Certificate | None) -> None:
        """Begin to look, with what is served now; over plain HTTP there is nothing to look after."""
        if served is not None:
            threading.Thread(target=self._run, args=(_bytes_of(served.cert_path),), daemon=True).start()

    def close(self) -> None:
        """Look no more."""
        self._closed.set()

    def _run(self, served: bytes) -> None:
        while not self._closed.wait(self._every_s):
            try:
                found = self._look(datetime.now(UTC))
                if found is None or (now := _bytes_of(found.cert_path)) == served:
                    continue
                self._swap()
            except (ServiceError, PlaylistError, OSError) as error:  # what is served goes on; a person has to see to it
                self._tell(f"The certificate cannot be renewed, and the one from before is used: {error}")
                continue
            served = now
            day = datetime.fromtimestamp(found.expires_ms / 1000, UTC)
            self._tell(
                found.said or f"The certificate in {found.cert_path} is another one now, good until {day:%Y-%m-%d}."
            )

    def _tell(self, words: str) -> None:
        if words != self._told:
            self._told = words
            self._say(words)


def _bytes_of(path: Path) -> bytes:
    return path.read_bytes()
