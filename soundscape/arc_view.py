"""An arc as a page draws it at any width: numbers in percent of the width, lines in boxes that stretch.

The signs are those of :mod:`playlists.picture`: wished dashed, achieved solid, phases as quiet bands, each piece a bar
with its own energy. That picture scales as a whole, words too; on a phone they could not be read. Here words keep
their size, and the template decides which are shown.

Conventions: ``*_pct`` is percent of the session's length; lines are SVG path data in a box of 1000 x 100.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from library.drawing import number, sampled, ticks
from library.lettering import fitted
from library.picture import title_of
from library.track import Curve
from playlists.arc import Arc, Phase, Template
from playlists.piecelist import Heard
from playlists.playlist import Playlist

BOX_WIDE, BOX_HIGH = 1000.0, 100.0
POINTS = 240
LEAST_TOP = 0.5
"""The top of the drawing in intensity, at least: calm music looks calm."""
NARROW, WIDE = 360.0, 890.0
"""Ticks have room on a phone of this width; titles are drawn in bars only where a page is at least so wide."""
TITLE_SIZE, AIR = 12.0, 14.0
LEAST_LETTERS = 5
"""A title is shown whole or with at least so many letters; fewer tell nothing (judgement)."""


@dataclass(frozen=True)
class Band:
    """A phase."""

    name: str
    left_pct: float
    wide_pct: float


@dataclass(frozen=True)
class Tick:
    """A minute on the axis."""

    words: str
    left_pct: float


@dataclass(frozen=True)
class Bar:
    """A piece: where it stands, its title as far as a wide page has room for it, and its energy as an area."""

    number: int
    title: str
    left_pct: float
    wide_pct: float
    area: str


@dataclass(frozen=True)
class Fade:
    """A crossfade: where two bars overlap."""

    left_pct: float
    wide_pct: float


@dataclass(frozen=True)
class Handle:
    """A point of the wished arc that can be moved: its minute in the template, and where it stands in the drawing."""

    number: int
    minute: float
    energy: float
    left_pct: float
    down_pct: float
    words: str
    """Its place and value as they are spoken."""


@dataclass(frozen=True)
class Handles:
    """All points of an arc, with what the page needs to say minutes and intensities of places in the drawing."""

    points: tuple[Handle, ...]
    top: float
    """The intensity at the top."""
    infusion_min: float
    tail_min: float
    """Minutes of the template, of which those before ``infusion_end_pct`` are the infusion's."""
    total_min: float
    """The session's own length."""
    rest: tuple[tuple[float, float], ...]
    """Points of a tail that is left out: they have no place in the drawing, but belong to the arc."""
    drawn: bool
    """Whether a person drew them."""


@dataclass(frozen=True)
class ArcView:
    """What the template draws; ``achieved`` and ``bars`` are empty where there is no list yet."""

    bands: tuple[Band, ...]
    ticks: tuple[Tick, ...]
    infusion_end_pct: float
    wished: str
    achieved: str = ""
    bars: tuple[Bar, ...] = ()
    fades: tuple[Fade, ...] = ()
    handles: Handles | None = None


def wished_view(template: Template, infusion_s: float, tail_s: float, *, drawn: bool) -> ArcView:
    """The arc of a list that is not built yet; ``drawn`` by a person, or the template's own.

    Raises
    ------
    BadRequest
        A length is out of range.
    """
    hop_s = 10.0
    arc = template.scaled(infusion_s, tail_s)
    wished = tuple(float(value) for value in arc.wished(hop_s))
    return ArcView(
        bands=_bands(arc.phases, arc.total_s),
        ticks=_ticks(arc.total_s),
        infusion_end_pct=100.0 * arc.infusion_s / arc.total_s,
        wished=_line(wished, hop_s, arc.total_s, _top(wished)),
        handles=_handles(template, arc, _top(wished), drawn),
    )


def list_view(
    playlist: Playlist,
    phases: Sequence[Phase],
    heard: Sequence[Heard],
    template: Template | None = None,
    *,
    drawn: bool = False,
) -> ArcView:
    """A list with its pieces; with the ``template`` of its arc, its points can be moved."""
    arc, total_s = playlist.arc, playlist.total_s
    top = _top((*arc.wished, *arc.achieved))
    return ArcView(
        bands=_bands(phases, total_s),
        ticks=_ticks(total_s),
        infusion_end_pct=100.0 * playlist.infusion_s / total_s,
        wished=_line(arc.wished, arc.hop_s, total_s, top),
        achieved=_line(arc.achieved, arc.hop_s, total_s, top),
        bars=tuple(_bar(piece, total_s, top) for piece in heard),
        fades=tuple(Fade(_pct(piece.starts_s / total_s), _pct(piece.item.fade_in_s / total_s)) for piece in heard[1:]),
        handles=None
        if template is None
        else _handles(template, template.scaled(playlist.infusion_s, playlist.tail_s), top, drawn),
    )


def _handles(template: Template, arc: Arc, top: float, drawn: bool) -> Handles:
    """The points of an arc, as handles."""
    last_min = template.infusion_min + (template.tail_min if arc.tail_s else 0.0)
    points = []
    for place, (minute, energy) in enumerate(template.points):
        if minute <= last_min:
            at_s = template.placed(minute, arc.infusion_s, arc.tail_s)
            left, down = _pct(at_s / arc.total_s), _pct(1 - min(1.0, energy / top))
            words = f"{energy:.2f} at minute {round(at_s / 60, 1):g}"
            points.append(Handle(place, minute, energy, left, down, words))
    rest = tuple(point for point in template.points if point[0] > last_min)
    return Handles(
        tuple(points), top, template.infusion_min, template.tail_min, round(arc.total_s / 60, 3), rest, drawn
    )


def _bands(phases: Sequence[Phase], total_s: float) -> tuple[Band, ...]:
    return tuple(
        Band(phase.name, _pct(phase.start / total_s), _pct((phase.end - phase.start) / total_s)) for phase in phases
    )


def _ticks(total_s: float) -> tuple[Tick, ...]:
    return tuple(Tick(f"{at_s / 60:g}", _pct(at_s / total_s)) for at_s in ticks(total_s, NARROW))


def _bar(piece: Heard, total_s: float, top: float) -> Bar:
    curve = piece.track.analysis.energy_curve if piece.track else None
    points = sampled(curve, piece.item.from_s, piece.item.to_s, POINTS // 4) if curve else []
    area = ""
    if len(points) > 1:
        first_s, last_s = points[0][0], points[-1][0]
        line = [
            (BOX_WIDE * (at_s - first_s) / (last_s - first_s), BOX_HIGH * (1 - min(1.0, value / top)))
            for at_s, value in points
        ]
        area = _path([(0.0, BOX_HIGH), *line, (BOX_WIDE, BOX_HIGH)]) + "Z"
    share = (piece.ends_s - piece.starts_s) / total_s
    return Bar(piece.number, _title(piece, share * WIDE - AIR), _pct(piece.starts_s / total_s), _pct(share), area)


def _title(piece: Heard, room: float) -> str:
    title = title_of(piece.track) if piece.track else ""
    shown = fitted(title, TITLE_SIZE, room)
    return shown if shown == title or len(shown) > LEAST_LETTERS else ""


def _line(values: Sequence[float], hop_s: float, total_s: float, top: float) -> str:
    points = sampled(Curve(hop_s=hop_s, values=tuple(values)), 0.0, total_s, POINTS)
    if not points:
        return ""
    # The last hop begins before the end; the line goes on to it.
    points.append((total_s, points[-1][1]))
    return _path([(BOX_WIDE * at_s / total_s, BOX_HIGH * (1 - min(1.0, value / top))) for at_s, value in points])


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{number(x)} {number(y)}" for x, y in points)


def _top(values: Sequence[float]) -> float:
    """The intensity at the top: a round tenth with some air."""
    return min(1.0, max(LEAST_TOP, math.ceil(max(values, default=0.0) * 10 + 0.5) / 10))


def _pct(share: float) -> float:
    return round(100.0 * share, 3)
