"""How does text that somebody else wrote stay harmless, legible and inside its place in a picture?

Titles and artists come from files and may hold anything: control characters that XML forbids, any script in either
direction, a thousand letters. Conventions: sizes and widths in the picture's units; widths are estimates on the wide
side, since the picture does not know which font will draw it.
"""

import itertools
import re
import unicodedata
from collections.abc import Iterator

ELLIPSIS = "…"
ISOLATE, POP_ISOLATE = "\u2068", "\u2069"
SPACED = frozenset({"Cc", "Zl", "Zp"})
"""Control characters and line ends become spaces: words stay apart."""
DROPPED = frozenset({"Cs", "Cn", "Co"})
"""Lone surrogates and non-characters are not XML; unassigned and private ones have no shape to show."""
DIRECTIONS = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
"""Marks that turn the direction of what follows; a name may not turn its neighbours."""
TURNED = re.compile("R([Rn]*R)?")
"""A stretch from right to left, in the letters of :func:`_kind`."""

NARROW, BROAD = frozenset(" ijltfrI.,:;'|!()[]·-/"), frozenset("mwMWOQ@%—…")
"""Latin letters well off the mean of DejaVu Sans, the broadest of the usual system fonts."""


def clean(text: str) -> str:
    """Drop what XML or the line cannot bear, and fold white space; nothing else changes."""
    kept = (" " if unicodedata.category(c) in SPACED else c for c in text if c not in DIRECTIONS)
    return " ".join("".join(c for c in kept if unicodedata.category(c) not in DROPPED).split())


def isolated(text: str) -> str:
    """``text`` with each stretch that runs from right to left between U+2068 and U+2069, so that it turns nothing else.

    A stretch reaches from its first such letter to its last and never across a letter of the other direction or a dot
    between two names: "title · artist (2)" keeps its order whatever the scripts.
    """
    kinds = "".join(_kind(c) for c in text)
    parts, done = [], 0
    for stretch in TURNED.finditer(kinds):
        parts += [text[done : stretch.start()], ISOLATE, text[stretch.start() : stretch.end()], POP_ISOLATE]
        done = stretch.end()
    return "".join(parts) + text[done:]


def width(text: str, size: float) -> float:
    """Estimated width of ``text`` set at ``size``, a little more than most fonts need."""
    return size * sum(_em(c) for c in text)


def fitted(text: str, size: float, room: float) -> str:
    """``text`` if it fits into ``room``, else its beginning and an ellipsis; empty where not even one letter fits."""
    if width(text, size) <= room:
        return text
    room -= width(ELLIPSIS, size)
    reach = list(itertools.accumulate(width(c, size) for c in text))
    kept = sum(1 for end in reach if end <= room)
    head = text[:kept].rstrip()
    return head + ELLIPSIS if head else ""


def wrapped(text: str, size: float, room: float, most_lines: int) -> list[str]:
    """``text`` broken at spaces into at most ``most_lines`` lines of ``room``; the last ends in an ellipsis if cut."""
    lines = list(_lines(text, size, room))
    if len(lines) > most_lines:
        lines[most_lines - 1 :] = [" ".join(lines[most_lines - 1 :])]
    return [fitted(line, size, room) for line in lines]


def _lines(text: str, size: float, room: float) -> Iterator[str]:
    line = ""
    for word in text.split():
        longer = f"{line} {word}" if line else word
        if line and width(longer, size) > room:
            yield line
            longer = word
        line = longer
    if line:
        yield line


def _em(c: str) -> float:
    """Width of one character as a share of the font size."""
    if unicodedata.category(c) in {"Mn", "Me", "Cf"}:
        return 0.0
    if unicodedata.east_asian_width(c) in {"W", "F"}:
        return 1.05
    if c in NARROW:
        return 0.38
    if c in BROAD:
        return 0.98
    if c.isascii():
        return 0.7 if c.isupper() else 0.61
    return 0.75


def _kind(c: str) -> str:
    """``R`` runs from right to left, ``L`` ends a stretch of such letters, ``n`` belongs to either side."""
    direction = unicodedata.bidirectional(c)
    return "R" if direction in {"R", "AL"} else "L" if direction == "L" or c == "·" else "n"
