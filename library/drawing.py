"""The small vocabulary that all pictures of sound share: colours by role, shapes, text in its place, ticks of time.

A picture is one SVG: no script, no reference to anything outside, readable when printed and in a dark room. It is built
as an element tree, so whatever a title holds is text and never markup. A text that is given ``room`` is shortened to it
and also clipped to it, since fonts differ: two texts never overlap.

Conventions: x to the right, y downward; a baseline is where letters stand. Colours are named by role and come as
classes: a page whose policy forbids styles in the picture can serve :func:`stylesheet` itself. A page that holds the
picture sizes it by its class: a rule for every ``svg`` would reach the clipping boxes within.
"""

import math
import xml.etree.ElementTree as ET  # builds and never parses, so what others wrote cannot attack it
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from statistics import fmean
from typing import Final

from library.lettering import clean, fitted, isolated, width
from library.track import Curve

Point = tuple[float, float]

NAMESPACE = "http://www.w3.org/2000/svg"
CLASS = "soundscape-picture"
FONTS = 'system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif'

PALETTE: Final[dict[str, tuple[str, str]]] = {
    "ground": ("#0e1315", "#ffffff"),
    "raised": ("#1c262a", "#ffffff"),
    "line": ("#3b4b50", "#b4c4c1"),
    "ink": ("#e7edeb", "#14201e"),
    "muted": ("#a9bab7", "#475955"),
    "accent": ("#86cdbd", "#0f6857"),
    "warn": ("#f0bd68", "#7d4e00"),
    "alarm": ("#f08a76", "#a3301b"),
    "band1": ("#1b282e", "#eaf2f3"),
    "band2": ("#213238", "#dfecec"),
    "band3": ("#293d40", "#d2e4e2"),
    "band4": ("#223337", "#dfecea"),
    "band5": ("#1a262b", "#ecf2f3"),
}
"""Role -> (dark, light). The dark ones follow the project's look; a test holds every text to 4.5:1 on every ground."""

BANDS = tuple(role for role in PALETTE if role.startswith("band"))
TICK_STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)


def stylesheet() -> str:
    """The CSS of all pictures: dark by default, light where the reader prefers it or prints."""

    def rules(shade: int) -> str:
        return "".join(
            f".{CLASS} .f-{role}{{fill:{shades[shade]}}}.{CLASS} .s-{role}{{stroke:{shades[shade]}}}"
            for role, shades in PALETTE.items()
        )

    text = f".{CLASS} text{{font-family:{FONTS};font-variant-numeric:tabular-nums;white-space:pre;direction:ltr}}"
    return f"{text}{rules(0)}@media print,(prefers-color-scheme:light){{{rules(1)}}}"


class Drawing:
    """One picture under construction; its height is known when it is finished."""

    def __init__(self, width: float, title: str, description: str) -> None:
        self.width = width
        self._root = ET.Element("svg", {"xmlns": NAMESPACE, "class": CLASS, "role": "img"})
        ET.SubElement(self._root, "title").text = isolated(clean(title))
        ET.SubElement(self._root, "desc").text = isolated(clean(description))
        ET.SubElement(self._root, "style").text = stylesheet()
        self._at = self._root
        self._ground = ET.SubElement(self._root, "rect", {"width": number(width), "class": "f-ground"})

    @contextmanager
    def group(self, name: str, value: str) -> Iterator[None]:
        """What is drawn meanwhile belongs together: its class is ``name``, its ``data-name`` is ``value``."""
        outer = self._at
        self._at = ET.SubElement(outer, "g", {"class": name, f"data-{name}": value})
        try:
            yield
        finally:
            self._at = outer

    def rect(self, x: float, y: float, wide: float, high: float, fill: str, **more: float) -> None:
        """A filled rectangle; ``more`` are further attributes, ``rx=8`` for instance."""
        box = {"x": x, "y": y, "width": max(0.0, wide), "height": high}
        self._add("rect", box | more, fill=fill)

    def line(self, start: Point, end: Point, stroke: str, thick: float = 1.0, dashes: str = "") -> None:
        """A straight line."""
        ends = {"x1": start[0], "y1": start[1], "x2": end[0], "y2": end[1], "stroke-width": thick}
        self._add("line", ends, stroke=stroke, dashes=dashes)

    def path(
        self,
        points: Sequence[Point],
        *,
        fill: str | None = None,
        stroke: str | None = None,
        thick: float = 1.0,
        dashes: str = "",
        closed: bool = False,
        opacity: float | None = None,
    ) -> None:
        """A line through ``points``, or the shape they enclose."""
        data = "M" + "L".join(f"{number(x)} {number(y)}" for x, y in points) + "Z" * closed
        element = self._add("path", {}, fill=fill, stroke=stroke, dashes=dashes)
        element.set("d", data)
        if stroke:
            element.set("stroke-width", number(thick))
            element.set("stroke-linejoin", "round")
        if opacity is not None:
            element.set("fill-opacity", number(opacity))

    def text(
        self,
        at: Point,
        text: str,
        *,
        size: float = 13.0,
        fill: str = "ink",
        anchor: str = "start",
        room: float | None = None,
        bold: bool = False,
    ) -> None:
        """One line of text on its baseline; with ``room`` it is shortened and clipped to that width.

        ``anchor`` is SVG's: ``start``, ``middle`` or ``end`` of the text stands at ``at``, and the room extends from
        there as the text does.
        """
        words = clean(text)
        if room is not None:
            words = fitted(words, size * (1.06 if bold else 1.0), room)
        if not words:
            return
        parent, place = self._at, at
        if room is not None:
            shift = {"start": 0.0, "middle": room / 2, "end": room}[anchor]
            box = {"x": at[0] - shift, "y": at[1] - 1.2 * size, "width": room, "height": 1.6 * size}
            parent, place = self._add("svg", box), (shift, 1.2 * size)
        element = ET.SubElement(parent, "text", {"x": number(place[0]), "y": number(place[1]), "class": f"f-{fill}"})
        element.set("font-size", number(size))
        if anchor != "start":
            element.set("text-anchor", anchor)
        if bold:
            element.set("font-weight", "600")
        element.text = isolated(words)

    def svg(self, height: float) -> str:
        """The finished picture, ``height`` high. Its box scales to whatever it is put in."""
        self._root.set("viewBox", f"0 0 {number(self.width)} {number(height)}")
        self._ground.set("height", number(height))
        return ET.tostring(self._root, encoding="unicode") + "\n"

    def _add(
        self,
        tag: str,
        numbers: dict[str, float],
        *,
        fill: str | None = None,
        stroke: str | None = None,
        dashes: str = "",
    ) -> ET.Element:
        element = ET.SubElement(self._at, tag, {name: number(value) for name, value in numbers.items()})
        classes = [f"f-{fill}"] * bool(fill) + [f"s-{stroke}"] * bool(stroke)
        if classes:
            element.set("class", " ".join(classes))
        if stroke and not fill:
            element.set("fill", "none")  # SVG fills with black what is not told otherwise
        if dashes:
            element.set("stroke-dasharray", dashes)
        return element


class Row:
    """One line of labels in which none touches another: who asks first has the place."""

    def __init__(self, left: float, right: float, gap: float = 6.0) -> None:
        self.left, self.right, self.gap = left, right, gap
        self._taken: list[tuple[float, float]] = []

    def take(self, x: float, wide: float) -> bool:
        """Take ``x .. x + wide`` if it is free and within the row; else say no."""
        inside = self.left <= x and x + wide <= self.right
        free = all(x >= end + self.gap or x + wide + self.gap <= start for start, end in self._taken)
        if inside and free:
            self._taken.append((x, x + wide))
        return inside and free

    def take_text(self, x: float, text: str, size: float, anchor: str = "start") -> bool:
        """Take the place that ``text`` needs."""
        wide = width(text, size)
        return self.take(x - {"start": 0.0, "middle": wide / 2, "end": wide}[anchor], wide)


def number(value: float) -> str:
    """At most two decimals and no tail of noughts, so that equal pictures are equal text."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def ticks(length_s: float, room: float, apart: float = 60.0) -> list[int]:
    """Whole seconds from 0 to ``length_s`` in round steps, at least ``apart`` from each other in ``room``."""
    wished_s = length_s * apart / room
    step_s = next((step for step in TICK_STEPS_S if step >= wished_s), math.ceil(wished_s / 3600) * 3600)
    return list(range(0, math.floor(length_s) + 1, step_s))


def sampled(curve: Curve, from_s: float, to_s: float, most: int) -> list[Point]:
    """At most ``most`` points (time, value) of a curve between two times; each the mean of what it stands for."""
    first = max(0, math.ceil(from_s / curve.hop_s - 1e-9))
    last = min(len(curve.values), math.floor(to_s / curve.hop_s + 1e-9) + 1)
    stride = max(1, math.ceil((last - first) / max(1, most)))
    groups = [range(i, min(i + stride, last)) for i in range(first, last, stride)]
    return [(fmean(group) * curve.hop_s, fmean(curve.values[i] for i in group)) for group in groups]
