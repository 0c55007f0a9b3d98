"""How one track went, on one axis of time: energy above loudness above voices, with all that speaks against it.

What lies outside the music is dimmed, quiet spans are brackets, a sudden rise is a triangle with its jump, damage a
cross; a stretch of voice is a block as high as it is likely, with its mark. Where a measure is unknown the panel says
so and why. A picture to listen by also has a flag for each numbered moment (`library.moments`), and takes a press on
each.

Conventions: times in seconds in the track; energy on 0..1; loudness in LUFS, drawn from -60 to 0.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from library import marks
from library.drawing import Drawing, Point, Row, sampled, ticks
from library.moments import Moment
from library.track import Analysis, Curve
from library.verdict import clock

LOUDNESS_FLOOR_LUFS = -60.0
"""Quieter is silence to a listener; the curve is drawn along the floor."""
VOICE_HIGH, FLAG = 40.0, 24.0
"""A flag is as large as the smallest thing a finger should have to hit (WCAG 2.2, 2.5.8)."""


@dataclass(frozen=True)
class Layout:
    """Where the panels stand: their left and right, the top of the first, the height of energy and loudness.

    ``flags`` is the height of a lane for flags, between the first panel's name and the panel.
    """

    left: float
    right: float
    top: float
    high: float = 120.0
    flags: float = 0.0

    @property
    def room(self) -> float:
        """The width of the time axis."""
        return self.right - self.left

    @property
    def loudness_top(self) -> float:
        """Where the loudness begins, below the energy and its own name."""
        return self.top + self.high + 44

    @property
    def voice_top(self) -> float:
        """Where the voices begin, below the loudness, its triangles and their labels."""
        return self.loudness_top + self.high + 60

    @property
    def axis_y(self) -> float:
        """The axis of time."""
        return self.voice_top + VOICE_HIGH + 24

    @property
    def bottom(self) -> float:
        """Where everything ends."""
        return self.axis_y + 44


@dataclass(frozen=True)
class Panels:
    """The panels of one track in one drawing."""

    drawing: Drawing
    analysis: Analysis
    layout: Layout

    def draw(self) -> None:
        """Draw them all."""
        self._energy()
        self._loudness()
        self._voices()
        self._edges()
        self._axis()

    def x(self, at_s: float) -> float:
        """Seconds in the track to x."""
        duration_s = self.analysis.duration_s
        share = min(1.0, max(0.0, at_s / duration_s)) if duration_s > 0 else 0.0
        return self.layout.left + self.layout.room * share

    def flags(self, moments: Sequence[Moment]) -> None:
        """A number above each numbered moment, and for every moment a place that takes a press."""
        top = self.layout.top - FLAG - 6
        places = self._apart([self.x(each.at_s) for each in moments if each.number is not None])
        for moment in moments:
            with self.drawing.group("moment", moment.name):
                from_x, to_x = self.x(moment.from_s), self.x(moment.to_s)
                wide = max(FLAG, to_x - from_x)
                column = (from_x + to_x - wide) / 2, self.layout.top
                self.drawing.rect(*column, wide, self.layout.axis_y - self.layout.top, "ground", **{"fill-opacity": 0})
                if moment.number is not None:
                    self._flag(places.pop(0), top, moment)

    def _flag(self, at_x: float, top: float, moment: Moment) -> None:
        """A round number; thin lines lead from it through energy and loudness to its moment."""
        middle = self.x(moment.at_s)
        self.drawing.line((at_x, top + FLAG), (middle, self.layout.top), "muted")
        for panel in (self.layout.top, self.layout.loudness_top):
            self.drawing.line((middle, panel), (middle, panel + self.layout.high), "muted", 1.0, "2 4")
        self.drawing.rect(at_x - FLAG / 2, top, FLAG, FLAG, "ink", rx=FLAG / 2)
        self.drawing.text((at_x, top + 17), str(moment.number), size=14, fill="ground", anchor="middle", bold=True)

    def _apart(self, wished: list[float]) -> list[float]:
        """Where flags stand that would stand at ``wished``: from left to right, none touching another, in the panel."""
        step, most = FLAG + 4, self.layout.right - FLAG / 2
        placed: list[float] = []
        for x in wished:
            placed.append(max(x, placed[-1] + step) if placed else max(x, self.layout.left + FLAG / 2))
        for index in range(len(placed) - 1, -1, -1):
            placed[index] = min(placed[index], most)
            most = placed[index] - step
        return placed

    def _plot(
        self,
        *,
        field: str,
        name: str,
        top: float,
        marks_at: tuple[tuple[float, str], ...],
        height_of: Callable[[float], float],
        above: float = 0.0,
        filled: bool = False,
    ) -> None:
        """A panel with its grid and its curve, or the reason why there is none; its name stands ``above`` higher."""
        drawing, left, right, high = self.drawing, self.layout.left, self.layout.right, self.layout.high
        drawing.rect(left, top, self.layout.room, high, "band1")
        for value, label in marks_at:
            drawing.line((left, height_of(value)), (right, height_of(value)), "line", 0.75)
            drawing.text((left - 8, height_of(value) + 4), label, size=12, fill="muted", anchor="end")
        drawing.text((left, top - 8 - above), name, fill="muted", room=self.layout.room)
        curve: Curve | None = getattr(self.analysis, field)
        points = sampled(curve, 0.0, self.analysis.duration_s, int(self.layout.room)) if curve else []
        if not points:
            why = f"Unknown: {self.analysis.unknown.get(field, 'not measured')}"
            drawing.text((left + 12, top + high / 2 + 4), why, fill="warn", room=self.layout.room - 24)
            return
        line = [(self.x(at_s), height_of(value)) for at_s, value in points]
        if filled:
            floor = [(line[-1][0], top + high), (line[0][0], top + high)]
            drawing.path([*line, *floor], fill="accent", closed=True, opacity=0.22)
        drawing.path(line, stroke="accent", thick=2)

    def _energy(self) -> None:
        top, high = self.layout.top, self.layout.high
        self._plot(
            field="energy_curve",
            name="Energy, from 0 (a held drone) to 1 (an orchestra in battle)",
            top=top,
            marks_at=((0.0, "0"), (0.5, "0.5"), (1.0, "1")),
            height_of=lambda energy: top + high * (1.0 - min(1.0, max(0.0, energy))),
            above=self.layout.flags,
        )

    def _loudness(self) -> None:
        top, high = self.layout.loudness_top, self.layout.high

        def height_of(lufs: float) -> float:
            return top + high * min(1.0, max(0.0, lufs / LOUDNESS_FLOOR_LUFS))

        self._plot(
            field="loudness_curve",
            name="Loudness in LUFS, as a whole dashed; brackets are quiet, triangles sudden rises, crosses damage",
            top=top,
            marks_at=((0.0, "0"), (-20.0, "−20"), (-40.0, "−40"), (-60.0, "−60")),
            height_of=height_of,
            filled=True,
        )
        if self.analysis.loudness_lufs is not None:
            level = height_of(self.analysis.loudness_lufs)
            self.drawing.line((self.layout.left, level), (self.layout.right, level), "muted", 1.5, "5 5")
        for span in self.analysis.quiet_spans:
            self._quiet(self.x(span.from_s), self.x(span.to_s))
        for at_s in self.analysis.damaged_at_s:
            marks.damage(self.drawing, (self.x(at_s), top + 10))
        events = self.analysis.startle.events if self.analysis.startle else ()
        rises = [(self.x(e.at_s), e.jump_lu, f"{e.jump_lu:.0f} LU at {clock(e.at_s)}") for e in events]
        marks.startle_lane(self.drawing, top + high + 4, self.layout.left, self.layout.right, rises)

    def _quiet(self, from_x: float, to_x: float) -> None:
        """A bracket on the floor; even a short span has a width."""
        floor = self.layout.loudness_top + self.layout.high
        to_x = max(to_x, from_x + 2)
        corners: list[Point] = [(from_x, floor - 14), (from_x, floor - 2), (to_x, floor - 2), (to_x, floor - 14)]
        self.drawing.path(corners, stroke="warn", thick=2)

    def _voices(self) -> None:
        """The map of voices: each stretch as high as it is likely, the likeliest labelled first."""
        vocals, drawing, layout = self.analysis.vocals, self.drawing, self.layout
        top, floor = layout.voice_top, layout.voice_top + VOICE_HIGH
        drawing.rect(layout.left, top, layout.room, VOICE_HIGH, "band1")
        for y, label in ((top, "1"), (floor, "0")):
            drawing.line((layout.left, y), (layout.right, y), "line", 0.75)
            drawing.text((layout.left - 8, y + 4), label, size=12, fill="muted", anchor="end")
        name = "Voices, as high as they are likely; a diamond is singing, a square is speech"
        drawing.text((layout.left, top - 8), name, fill="muted", room=layout.room)
        if not vocals.segments:
            unknown = f"Unknown: {self.analysis.unknown.get('vocals', 'not measured')}"
            words, fill = (unknown, "warn") if vocals.verdict == "unknown" else ("None found", "muted")
            drawing.text((layout.left + 12, top + VOICE_HIGH / 2 + 4), words, fill=fill, room=layout.room - 24)
        row = Row(layout.left, layout.right)
        for segment in sorted(vocals.segments, key=lambda segment: -segment.probability):
            from_x, to_x = self.x(segment.from_s), self.x(segment.to_s)
            marks.voice_block(drawing, from_x, to_x, floor, VOICE_HIGH * segment.probability, segment.kind)
            label, middle = f"{segment.kind} {segment.probability:.2f}", (from_x + to_x) / 2
            if row.take_text(middle, label, marks.LABEL, "middle"):
                drawing.text((middle, floor + 15), label, size=marks.LABEL, anchor="middle")

    def _edges(self) -> None:
        """Dim what lies before and after the music, and mark its edges."""
        high = self.layout.high
        for edge_s, outer_s in (
            (self.analysis.music_from_s, 0.0),
            (self.analysis.music_to_s, self.analysis.duration_s),
        ):
            if edge_s is None:
                continue
            left, right = sorted((self.x(edge_s), self.x(outer_s)))
            for top in (self.layout.top, self.layout.loudness_top):
                self.drawing.rect(left, top, right - left, high, "ground", **{"fill-opacity": 0.6})
                self.drawing.line((self.x(edge_s), top), (self.x(edge_s), top + high), "ink", 1.5, "2 3")

    def _axis(self) -> None:
        drawing, layout, y = self.drawing, self.layout, self.layout.axis_y
        for at_s in ticks(self.analysis.duration_s, layout.room):
            drawing.line((self.x(at_s), y), (self.x(at_s), y + 5), "muted")
            drawing.text((self.x(at_s), y + 20), clock(at_s), size=12, fill="muted", anchor="middle")
        drawing.line((layout.left, y), (layout.right, y), "muted")
        middle = (layout.left + layout.right) / 2
        drawing.text((middle, y + 38), "minutes and seconds in the track", size=12, fill="muted", anchor="middle")
