"""How often is Spotify asked again, and how long is waited? In sight of whoever asked, who can stop it meanwhile.

spotipy would wait by itself, silently, and for as long as it is told to; so its own attempts are switched off.
"""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TypeVar

from library.clock import Clock
from soundscape.errors import SpotifyTooOften, SpotifyUnavailable
from soundscape.running import JobInterrupted
from soundscape.spotify.place import Place
from soundscape.spotify.wire import Answered, Unreached

T = TypeVar("T")
Progress = Callable[[float, str], None]
"""Told how far it is, 0..1, and in words; may raise to stop the whole."""
TELL_EVERY_S = 0.25


class MaybeDone(SpotifyUnavailable):
    """The same, but what was asked may have been done all the same."""


class Patience:
    """The attempts of one job.

    Parameters
    ----------
    progress
        Hears how far it is, and how long is waited still.
    stopping
        Set when the worker shall stop.
    clock
        Milliseconds since 1970, to say when something may be tried again.
    """

    def __init__(self, place: Place, progress: Progress, stopping: threading.Event, clock: Clock) -> None:
        self._place = place
        self._progress = progress
        self._stopping = stopping
        self._clock = clock
        self._share = 0.0
        self._waited_s = 0.0

    def tell(self, share: float, words: str) -> None:
        """Say how far it is.

        Raises
        ------
        JobInterrupted
            The worker shall stop; or whatever ``progress`` raises.
        """
        self._share = share
        self._progress(share, words)
        if self._stopping.is_set():
            raise JobInterrupted

    def ask(self, request: Callable[[], T], *, repeatable: bool = True) -> T:
        """The answer to a request, which is sent again after a passing failure.

        One that is not ``repeatable`` is sent again only where Spotify surely did not heed it.

        Raises
        ------
        Answered
            What trying again does not change.
        MaybeDone
            It failed in passing and is not repeatable.
        SpotifyUnavailable, SpotifyTooOften
        """
        failures = waits = 0
        while True:
            try:
                return request()
            except Unreached as fault:
                words = str(fault)
            except Answered as answer:
                if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
                    self._wait(answer.wait_s, waits)
                    waits += 1
                    continue
                if answer.status < 500:
                    raise
                words = f"It has a fault of its own just now (status {answer.status})."
            if not repeatable:
                raise MaybeDone(f"Spotify did not answer. {words} Try again later: what is done is not done twice.")
            if failures + 1 == self.attempts:
                raise SpotifyUnavailable(
                    f"Spotify did not answer, also not at attempt {failures + 1}. {words} Nothing is lost; try again "
                    "later."
                )
            self.pause(failures, words)
            failures += 1

    @property
    def attempts(self) -> int:
        """How often something is tried at most."""
        return len(self._place.pauses_s) + 1

    def pause(self, failures: int, words: str) -> None:
        """Longer after each failure."""
        self._rest(self._place.pauses_s[failures], f"Spotify did not answer. {words} It is asked again")

    def _wait(self, wished_s: float | None, waits: int) -> None:
        """As long as Spotify wishes; where it does not say, longer every time."""
        wait_s = min(2.0**waits, self._place.longest_wait_s) if wished_s is None else wished_s
        too_long = wait_s > self._place.longest_wait_s or self._waited_s + wait_s > self._place.all_waits_s
        if too_long or waits == self._place.most_waits:
            raise SpotifyTooOften(
                "Spotify was asked too often by this app and wants no more requests until "
                f"{_when(self._clock() + int(wait_s * 1000))}. Nothing is lost; try again then."
            )
        self._waited_s += wait_s
        self._rest(wait_s, "Spotify asks us to wait. It goes on")

    def _rest(self, seconds: float, words: str) -> None:
        end_s = time.monotonic() + seconds
        while (left_s := end_s - time.monotonic()) > 0:
            self.tell(self._share, f"{words} in {max(1, round(left_s))} s.")
            self._stopping.wait(min(left_s, TELL_EVERY_S))
        self.tell(self._share, "Spotify is asked again.")


def _when(at_ms: int) -> str:
    """The server's own wall clock, which is the clinic's: `21 Nov 2026, 10:42`."""
    return f"{datetime.fromtimestamp(at_ms / 1000, UTC).astimezone():%-d %b %Y, %H:%M}"
