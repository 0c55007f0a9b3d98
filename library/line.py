"""What is measured next? A line of files that are drawn one at a time, so that its order may change under way.

Those under way are remembered: where measuring is held, they come first when it goes on.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator


class Held(Exception):
    """Measuring shall rest: raised by :attr:`Wishes.look`, never seen outside."""


class Line:
    """A line in memory, first come first served."""

    def __init__(self) -> None:
        self._rest: deque[str] = deque()
        self._under_way: dict[str, None] = {}

    def fill(self, paths: Iterable[str]) -> None:
        """Let these wait, and nothing else."""
        self._rest = deque(paths)
        self._under_way.clear()

    def __iter__(self) -> Iterator[str]:
        """Draw until nothing waits."""
        while (path := self._next()) is not None:
            self._under_way[path] = None
            yield path

    def done(self, path: str) -> None:
        """Its outcome is stored."""
        self._under_way.pop(path, None)

    def drop(self, path: str) -> None:
        """It has no outcome that could be stored, and waits no longer."""
        self.done(path)

    def put_back(self) -> None:
        """Those under way wait again, first."""
        self._rest.extendleft(reversed(self._under_way))
        self._under_way.clear()

    def _next(self) -> str | None:
        return self._rest.popleft() if self._rest else None


def nothing() -> None:
    """Wish nothing."""


class Wishes:
    """How whoever measures is asked to rest or to stop.

    Parameters
    ----------
    look
        Called many times a second while files are measured; raises `Held` to let measuring rest, or anything else to
        end it. What was under way is lost and measured again.
    hold
        Called after `Held`; returns when measuring shall go on.
    """

    def __init__(self, look: Callable[[], None] = nothing, hold: Callable[[], None] = nothing) -> None:
        self.look = look
        self.hold = hold
