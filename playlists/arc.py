"""How intense should the music be at each moment of the session?

A *template* names five phases and a few points of wished intensity, in minutes from "infusion started". Scaled to the
prescribed length it becomes an *arc*: the phases of the infusion stretch with the infusion, the tail with the tail.

Conventions: intensity is the absolute energy of :mod:`library.track`, 0..1; an arc's times are seconds on the session's
clock. Shape and boundaries: ``templates.toml``, which says where they come from.
"""

import itertools
import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy

from playlists.errors import BadRequest

PHASES = ("settle", "rise", "plateau", "descent", "tail")
SHIPPED = Path(__file__).with_name("templates.toml")

MIN_INFUSION_S, MAX_INFUSION_S = 10 * 60.0, 240 * 60.0
"""Judgement: shorter is no infusion, longer than four hours is no single sitting."""
MAX_TAIL_S = 120 * 60.0
"""Judgement: effects fade within 30-60 minutes of the end; twice that leaves room."""

MOST_POINTS = 40
"""Judgement: more points than anyone draws; each is a place where the curve may bend."""


@dataclass(frozen=True)
class Phase:
    """A named stretch; minutes in a template, seconds in an arc."""

    name: str
    start: float
    end: float


@dataclass(frozen=True)
class Arc:
    """The wished intensity of one session. ``points`` are (second, intensity), rising in time."""

    infusion_s: float
    tail_s: float
    phases: tuple[Phase, ...]
    points: tuple[tuple[float, float], ...]

    @property
    def total_s(self) -> float:
        """The length of the session in seconds."""
        return self.infusion_s + self.tail_s

    def wished(self, hop_s: float) -> npt.NDArray[np.float64]:
        """Wished intensity, 0..1, at ``0, hop_s, 2 * hop_s ...`` before the end; shape ``(ceil(total_s / hop_s),)``.

        PCHIP keeps the curve between its points: it never overshoots a peak that the clinic set.
        """
        times_s = np.arange(math.ceil(self.total_s / hop_s - 1e-9)) * hop_s
        x, y = zip(*self.points, strict=True)
        return np.asarray(
            np.clip(scipy.interpolate.PchipInterpolator(x, y)(np.minimum(times_s, self.total_s)), 0.0, 1.0)
        )

    def phase_at(self, t_s: float) -> str:
        """Name of the phase that second ``t_s`` lies in; times outside the session take the nearest phase."""
        return next((phase.name for phase in self.phases if t_s < phase.end), self.phases[-1].name)


@dataclass(frozen=True)
class Template:
    """An arc before it is scaled; phases and points in minutes, as in the file."""

    name: str
    title: str
    phases: tuple[Phase, ...]
    points: tuple[tuple[float, float], ...]

    @property
    def infusion_min(self) -> float:
        """Minutes of infusion the template was drawn for."""
        return self.phases[-1].start

    @property
    def tail_min(self) -> float:
        """Minutes of recovery the template was drawn for."""
        return self.phases[-1].end - self.phases[-1].start

    def drawn(self, points: Sequence[tuple[float, float]]) -> "Template":
        """The same phases with an arc that a person drew: (minute, intensity), in the minutes of this template.

        Raises
        ------
        BadRequest
            Points that do not run over the whole template in the order of time, or an intensity outside 0..1.
        """
        drawn = tuple((float(minute), float(energy)) for minute, energy in points)
        if len(drawn) > MOST_POINTS:
            raise BadRequest(f"An arc has at most {MOST_POINTS} points, not {len(drawn)}.")
        _check_points(self.name, drawn, self.phases[-1].end)
        return replace(self, points=drawn)

    def scaled(self, infusion_s: float, tail_s: float | None = None) -> Arc:
        """The arc of a session of this length.

        Parameters
        ----------
        infusion_s
            Length of the infusion, 600 .. 14400 s; the four phases before the tail stretch with it.
        tail_s
            Length of the recovery after it, 0 .. 7200 s; ``None`` takes the template's own minutes, unscaled.

        Raises
        ------
        BadRequest
            A length is out of range.
        """
        tail_s = self.tail_min * 60.0 if tail_s is None else tail_s
        if not MIN_INFUSION_S <= infusion_s <= MAX_INFUSION_S:
            raise BadRequest(f"An infusion lasts 10 to 240 minutes, not {infusion_s / 60:g}.")
        if not 0.0 <= tail_s <= MAX_TAIL_S:
            raise BadRequest(f"A tail lasts 0 to 120 minutes, not {tail_s / 60:g}.")
        phases = tuple(
            Phase(p.name, self.placed(p.start, infusion_s, tail_s), self.placed(p.end, infusion_s, tail_s))
            for p in self.phases
        )
        # A tail of 0 s folds its points into one.
        points = {self.placed(minute, infusion_s, tail_s): energy for minute, energy in reversed(self.points)}
        return Arc(infusion_s, tail_s, tuple(p for p in phases if p.end > p.start), tuple(sorted(points.items())))

    def placed(self, minute: float, infusion_s: float, tail_s: float) -> float:
        """The second of a session of this length at which a minute of the template is."""
        if minute <= self.infusion_min:
            return minute / self.infusion_min * infusion_s
        return infusion_s + (minute - self.infusion_min) / self.tail_min * tail_s


def load_templates(path: Path | None = None) -> dict[str, Template]:
    """The shipped templates by name, with those of a clinic's own file added or put in their place.

    Raises
    ------
    BadRequest
        The file is no TOML, or a template in it makes no sense; the message names the value.
    """
    templates = _read(SHIPPED)
    return templates if path is None else templates | _read(path)


def named(name: str, templates: Mapping[str, Template] | None = None) -> Template:
    """The template called ``name``, from ``templates`` or the shipped ones."""
    known = load_templates() if templates is None else templates
    if name not in known:
        raise BadRequest(f"There is no template {name!r}; there are {', '.join(sorted(known))}.")
    return known[name]


def _read(path: Path) -> dict[str, Template]:
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8")).get("template", [])
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadRequest(f"Templates cannot be read from {path}: {error}") from error
    templates: dict[str, Template] = {}
    for table in tables:
        template = _template(table)
        if template.name in templates:
            raise BadRequest(f"Two templates in {path} are named {template.name!r}.")
        templates[template.name] = template
    return templates


def _template(table: Mapping[str, Any]) -> Template:
    """One checked template from its TOML table."""
    name = table.get("name")
    if not isinstance(name, str) or not name:
        raise BadRequest(f"A template needs a name, not {name!r}.")
    try:
        phases = tuple(Phase(str(p["name"]), float(p["from_min"]), float(p["to_min"])) for p in table["phases"])
        points = tuple((float(minute), float(energy)) for minute, energy in table["points"])
    except (KeyError, TypeError, ValueError) as error:
        raise BadRequest(f"Template {name!r} lacks a value or holds one of the wrong kind: {error}.") from error
    _check_phases(name, phases)
    _check_points(name, points, phases[-1].end)
    return Template(name, str(table.get("title", name)), phases, points)


def _check_phases(name: str, phases: tuple[Phase, ...]) -> None:
    names = tuple(phase.name for phase in phases)
    if names != PHASES:
        raise BadRequest(f"Template {name!r} must have the phases {', '.join(PHASES)}, not {', '.join(names)}.")
    expected = 0.0
    for phase in phases:
        if phase.start != expected:
            raise BadRequest(f"Template {name!r}: {phase.name} starts at minute {phase.start:g}, not {expected:g}.")
        if not phase.start < phase.end < math.inf:
            raise BadRequest(f"Template {name!r}: {phase.name} ends at minute {phase.end:g}, not after its start.")
        expected = phase.end


def _check_points(name: str, points: tuple[tuple[float, float], ...], end_min: float) -> None:
    minutes = [minute for minute, _ in points]
    if len(points) < 2 or minutes[0] != 0.0 or minutes[-1] != end_min:
        raise BadRequest(f"Template {name!r}: points run from minute 0 to {end_min:g}, not over {minutes}.")
    for before, after in itertools.pairwise(minutes):
        if not before < after:
            raise BadRequest(f"Template {name!r}: the point at minute {after:g} is not after {before:g}.")
    for minute, energy in points:
        if not 0.0 <= energy <= 1.0:
            raise BadRequest(f"Template {name!r}: intensity {energy:g} at minute {minute:g} is outside 0..1.")
