"""How much may a list from elsewhere hold? Whoever wrote it, reading it takes bounded time and memory.

All bounds are judgement: far above what people keep in a list, far below what troubles a small computer.
"""

from playlists.exchange.errors import ListTooLarge, TextTooLong, TooManyEntries

MOST_BYTES = 32 << 20
MOST_ENTRIES = 20_000
MOST_LETTERS = 4_096
"""Of one name, note, path or address."""
MOST_PARTS = 2_000_000
"""Marks that make a parser build something: a line, an element, a list, a member. 100 for each of the most entries."""
MOST_S = 10 * 86_400.0
"""No piece of music is longer; such a length is taken as not told."""


def refuse_bytes(count: int, *, at_least: bool = False) -> None:
    """Raise :class:`ListTooLarge` for a file of so many bytes."""
    if count > MOST_BYTES:
        said = "more" if at_least else f"{count:,} bytes, more"
        raise ListTooLarge(
            f"The file has {said} than the {MOST_BYTES:,} bytes that a list may have. Choose the list itself, "
            "not the music, or divide it."
        )


def refuse_parts(data: bytes, marks: bytes) -> None:
    """Raise :class:`ListTooLarge` if these bytes occur more often than any honest list needs them."""
    count = sum(data.count(bytes([mark])) for mark in marks)
    if count > MOST_PARTS:
        raise ListTooLarge(
            f"The file is made of {count:,} parts; a list may have {MOST_PARTS:,}. Save it anew, or divide it."
        )


def refuse_entries(count: int) -> None:
    """Raise :class:`TooManyEntries` for a list of so many lines."""
    if count > MOST_ENTRIES:
        raise TooManyEntries(
            f"The list has {count:,} lines; at most {MOST_ENTRIES:,} are read at once. Divide it into shorter lists."
        )


def bounded(text: str, what: str) -> str:
    """The text itself, or :class:`TextTooLong`; ``what`` names it in the message."""
    if len(text) > MOST_LETTERS:
        raise TextTooLong(
            f"{what} has {len(text):,} letters and begins {text[:40]!r}; at most {MOST_LETTERS:,} are read. "
            "Shorten it in the program that wrote the list."
        )
    return text
