"""Is there enough cleared music at each intensity? What the templates wish, against what the library has.

Conventions: energy in 0..1, times in minutes. A track counts in the band of its mean energy with its whole length. What
a template wishes in a band is how long its arc stays there at the template's own length; the hungriest template counts.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from library.drawing import Drawing
from library.listing import Cleared
from playlists.arc import PHASES, Template

EDGES = (0.2, 0.3, 0.4, 0.5)
"""Between the bands. Templates run from 0.1 to 0.46; wider bands would hide a hole, narrower ones ask for more than a
fit does, which places a track within 0.1 of the arc (judgement)."""
HOP_S = 5.0
LEAST_SHARE = 0.1
"""A phase is named with a band if it makes at least this share of its minutes (judgement)."""
VARIETY = 3
"""Sessions' worth of music that a band should hold, so that a choice is left (judgement)."""

WIDE, LEFT, RIGHT, TOP, LINE = 400.0, 80.0, 296.0, 14.0, 36.0


@dataclass(frozen=True)
class Band:
    """One stretch of intensity."""

    words: str
    have_min: float
    wished_min: float
    template: str
    """Title of the template that wishes most here; empty where none wishes anything."""
    phases: tuple[str, ...]

    @property
    def state(self) -> str:
        """``enough``, ``thin``, ``short`` or ``unused``."""
        if not self.wished_min:
            return "unused"
        if self.have_min < self.wished_min:
            return "short"
        return "thin" if self.have_min < VARIETY * self.wished_min else "enough"

    @property
    def sentence(self) -> str:
        """What it means, as people say it."""
        if self.state == "unused":
            return f"No template wishes energy {self.words}; you have {_minutes(self.have_min)}."
        wish = f"{_joined(self.phases)} of “{self.template}” wish{'es' * (len(self.phases) == 1)} "
        wish += f"{_minutes(self.wished_min)} of energy {self.words}"
        have = f"you have {_minutes(self.have_min)}" if self.have_min >= 0.5 else "you have none"
        close = {"short": "Add or clear some.", "thin": "Little choice is left.", "enough": ""}[self.state]
        return f"{wish[0].upper()}{wish[1:]}: {have}. {close}".strip()


def bands(tracks: Iterable[Cleared], templates: Mapping[str, Template]) -> list[Band]:
    """Every band, the calmest first."""
    have = np.zeros(len(EDGES) + 1)
    for track in tracks:
        have[np.searchsorted(EDGES, track.energy, side="right")] += track.duration_s / 60
    wishes = [_wishes(template) for template in templates.values()]
    found = []
    for index, minutes in enumerate(have):
        template, wished, phases = max(
            ((title, total[index], names[index]) for title, total, names in wishes), key=lambda wish: wish[1]
        )
        words = _words(index)
        found.append(Band(words, float(minutes), float(wished), template if wished else "", phases))
    return found


def picture(found: Sequence[Band]) -> str:
    """The bands as bars, each with the wish as a line across it."""
    most = VARIETY * max(band.wished_min for band in found)
    drawing = Drawing(WIDE, "Cleared music at each intensity", " ".join(band.sentence for band in found))
    for index, band in enumerate(found):
        _bar(drawing, band, TOP + index * LINE, most)
    y = TOP + len(found) * LINE + 12
    drawing.rect(LEFT, y - 9, 14, 9, "accent")
    drawing.text((LEFT + 20, y), "cleared", size=12, fill="muted")
    drawing.line((LEFT + 82, y - 13), (LEFT + 82, y + 3), "ink", 2.5)
    drawing.text((LEFT + 90, y), "wished by one session", size=12, fill="muted")
    return drawing.svg(y + 14)


def _bar(drawing: Drawing, band: Band, y: float, most: float) -> None:
    def at(minutes: float) -> float:
        return LEFT + (RIGHT - LEFT) * min(1.0, minutes / most)

    high = 20.0
    drawing.text((LEFT - 10, y + 15), band.words, fill="ink", anchor="end", room=LEFT - 10)
    drawing.rect(LEFT, y, RIGHT - LEFT, high, "band1", rx=3)
    fill = {"enough": "accent", "thin": "accent", "short": "alarm", "unused": "line"}[band.state]
    drawing.rect(LEFT, y, at(band.have_min) - LEFT, high, fill, rx=3)
    if band.have_min > most:  # the bar goes on beyond the picture
        drawing.path([(RIGHT, y), (RIGHT + 8, y + high / 2), (RIGHT, y + high)], fill=fill, closed=True)
    if band.wished_min:
        drawing.line((at(band.wished_min), y - 4), (at(band.wished_min), y + high + 4), "ink", 2.5)
    label, fill = f"{_whole(band.have_min)} min", "ink"
    if band.state == "short":  # in words too, never by the colour alone
        label, fill = f"{math.floor(band.have_min)} of {math.ceil(band.wished_min)} min", "alarm"
    drawing.text((WIDE - 4, y + 15), label, anchor="end", fill=fill, room=WIDE - RIGHT - 16)


def _wishes(template: Template) -> tuple[str, list[float], list[tuple[str, ...]]]:
    """A template's minutes in each band, and the phases that they come from."""
    arc = template.scaled(template.infusion_min * 60)
    times_s = np.arange(len(arc.wished(HOP_S))) * HOP_S
    index = np.searchsorted(EDGES, arc.wished(HOP_S), side="right")
    minutes = np.zeros((len(EDGES) + 1, len(PHASES)))
    for at_s, band in zip(times_s, index, strict=True):
        minutes[band, PHASES.index(arc.phase_at(at_s))] += HOP_S / 60
    totals = minutes.sum(axis=1)
    names = [
        tuple(phase for phase, share in zip(PHASES, row, strict=True) if share > LEAST_SHARE * total)
        for row, total in zip(minutes, totals, strict=True)
    ]
    return template.title, [float(total) for total in totals], names


def _words(index: int) -> str:
    if index == 0:
        return f"below {EDGES[0]}"
    if index == len(EDGES):
        return f"above {EDGES[-1]}"
    return f"{EDGES[index - 1]} to {EDGES[index]}"


def _minutes(minutes: float) -> str:
    return f"{_whole(minutes)} minute{'' if round(minutes) == 1 else 's'}"


def _whole(minutes: float) -> str:
    return f"{round(minutes):,}"


def _joined(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
