"""The shapes that carry a meaning in every picture, so that none is told by its colour alone.

A triangle is a sudden rise, a diamond a singing voice, a square speech, a cross damage; a verdict has a tick, a
triangle or a cross.
Conventions: a mark is drawn around or below the point given, at most 12 units wide.
"""

from collections.abc import Sequence
from typing import Final

from library.drawing import Drawing, Point, Row
from library.lettering import width
from library.track import Status, VocalKind

MARK = 9.0
"""Width of a mark."""
LABEL = 11.0
"""Size of the text beside it."""
VERDICT_ROLE: Final[dict[Status, str]] = {"cleared": "accent", "review": "warn", "refused": "alarm"}
VERDICT_WORD: Final[dict[Status, str]] = {"cleared": "Cleared", "review": "To review", "refused": "Refused"}


def startle(drawing: Drawing, tip: Point) -> None:
    """A triangle whose tip points at the moment."""
    x, y = tip
    drawing.path([(x, y), (x + MARK / 2, y + MARK), (x - MARK / 2, y + MARK)], fill="alarm", closed=True)


def voice(drawing: Drawing, centre: Point, kind: VocalKind) -> None:
    """A diamond for singing, a square for speech."""
    (x, y), r = centre, MARK / 2
    corners = [(x, y - r), (x + r, y), (x, y + r), (x - r, y)]
    if kind == "speech":
        r *= 0.8
        corners = [(x - r, y - r), (x + r, y - r), (x + r, y + r), (x - r, y + r)]
    drawing.path(corners, fill="warn", closed=True)


def voice_segment(drawing: Drawing, from_x: float, to_x: float, y: float, kind: VocalKind) -> None:
    """How long a voice lasts, as a bar with its mark in the middle."""
    drawing.rect(from_x, y - 1.5, max(1.0, to_x - from_x), 3.0, "warn")
    voice(drawing, ((from_x + to_x) / 2, y), kind)


def voice_block(drawing: Drawing, from_x: float, to_x: float, floor: float, high: float, kind: VocalKind) -> None:
    """How long a voice lasts and how likely it is, as a block on the floor with its mark in the middle."""
    wide = max(1.0, to_x - from_x)
    drawing.rect(from_x, floor - high, wide, high, "warn", **{"fill-opacity": 0.35})
    drawing.rect(from_x, floor - high, wide, 2.0, "warn")
    voice(drawing, ((from_x + to_x) / 2, floor - high / 2), kind)


def damage(drawing: Drawing, centre: Point) -> None:
    """A cross."""
    (x, y), r = centre, MARK / 2
    drawing.line((x - r, y - r), (x + r, y + r), "alarm", 2.0)
    drawing.line((x - r, y + r), (x + r, y - r), "alarm", 2.0)


def startle_lane(
    drawing: Drawing, y: float, left: float, right: float, rises: Sequence[tuple[float, float, str]]
) -> None:
    """Triangles with their tips at ``(x, y)`` for each (x, jump in LU, label), the labels beneath.

    The largest jumps are labelled first; a label that has no room is left out, its triangle never is.
    """
    row = Row(left, right)
    for x, _, label in sorted(rises, key=lambda rise: -rise[1]):
        startle(drawing, (x, y))
        wide = width(label, LABEL)
        begin = min(max(x - wide / 2, left), right - wide)
        if row.take(begin, wide):
            drawing.text((begin + wide / 2, y + MARK + 12), label, size=LABEL, anchor="middle")


def verdict(drawing: Drawing, centre: Point, status: Status) -> None:
    """A tick, a triangle with a bar in it, or a cross, each in its colour."""
    (x, y), role = centre, VERDICT_ROLE[status]
    if status == "cleared":
        drawing.path([(x - 6, y), (x - 2, y + 4.5), (x + 6, y - 5)], stroke=role, thick=2.5)
    elif status == "review":
        drawing.path([(x, y - 6), (x + 7, y + 6), (x - 7, y + 6)], stroke=role, thick=2.0, closed=True)
        drawing.line((x, y - 1.5), (x, y + 3), role, 2.0)
    else:
        drawing.line((x - 5, y - 5), (x + 5, y + 5), role, 2.5)
        drawing.line((x - 5, y + 5), (x + 5, y - 5), role, 2.5)
