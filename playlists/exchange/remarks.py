"""What of a list could not be taken over, in words: each cause once, with its first place and how many more."""

from library.lettering import clean


class Remarks:
    """Gathers while a list is read; a list of 20,000 addresses still gives one sentence."""

    def __init__(self) -> None:
        self._first: dict[str, str] = {}
        self._counts: dict[str, int] = {}

    def add(self, cause: str, place: str = "") -> None:
        """Something was left out for ``cause``, at ``place``."""
        if cause not in self._first:
            self._first[cause] = clean(place)
        self._counts[cause] = self._counts.get(cause, 0) + 1

    def told(self) -> tuple[str, ...]:
        """One sentence a cause, in the order in which they were met."""
        return tuple(self._sentence(cause, count) for cause, count in self._counts.items())

    def _sentence(self, cause: str, count: int) -> str:
        place = f": {self._first[cause]}" if self._first[cause] else ""
        more = f" and {count - 1:,} more" if count > 1 else ""
        return f"{cause}{place}{more}."
