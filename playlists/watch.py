"""How far is a long piece of work, and should it stop?

A share from 0 to 1 goes out and never goes back; the wish to stop comes in.
"""

from collections.abc import Callable

from playlists.errors import PlaylistError


class MixdownCancelled(PlaylistError):
    """Somebody asked to stop; nothing was kept."""

    code = "mixdown_cancelled"


class Watch:
    """The progress of passes over ``total`` samples each."""

    def __init__(
        self, total: int, progress: Callable[[float], None] | None, cancelled: Callable[[], bool] | None
    ) -> None:
        self._total, self._progress, self._cancelled = total, progress, cancelled
        self._share = 0.0

    def stage(self, share: float) -> Callable[[int], None]:
        """Begin a pass over the session that takes this share of the work left; returns what to tell each count to.

        Shares of what is left, because only the file shows whether it must be rendered again.
        """
        begin, span, done = self._share, share * (1.0 - self._share), 0

        def tick(count: int) -> None:
            nonlocal done
            done += count
            self._share = begin + span * min(done / self._total, 1.0)
            if self._progress is not None:
                self._progress(self._share)
            if self._cancelled is not None and self._cancelled():
                raise MixdownCancelled(f"Stopped at {self._share:.0%}.")

        return tick

    def done(self) -> None:
        """Say that nothing is left."""
        if self._progress is not None:
            self._progress(1.0)
