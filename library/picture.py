"""What was measured of one track, at one look: its energy and loudness over time, and all that speaks against it.

Energy stands above loudness above voices, on one axis of time in the track. What lies outside the music is dimmed,
quiet spans are brackets, a sudden rise is a triangle with its jump, a voice a bar with its mark; the verdict is beside
the title and its reasons beneath. Where a measure is unknown the picture says so and why.

Conventions: times in seconds in the track; energy on 0..1; loudness in LUFS, drawn from -60 to 0.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from library import marks
from library.drawing import Drawing, Point, Row, sampled, ticks
from library.lettering import clean, width, wrapped
from library.summary import name_of, who
from library.track import Analysis, Curve, Track
from library.verdict import clock

WIDTH, LEFT, RIGHT = 1200.0, 64.0, 1176.0
ROOM = RIGHT - LEFT
ENERGY_TOP, LOUDNESS_TOP, PLOT_HIGH = 104.0, 268.0, 120.0
LOUDNESS_FLOOR_LUFS = -60.0
"""Quieter is silence to a listener; the curve is drawn along the floor."""
VOICE_Y = LOUDNESS_TOP + PLOT_HIGH + 46
AXIS_Y = VOICE_Y + 28
NOTES_TOP = AXIS_Y + 64
LINE_HIGH, MOST_LINES = 20.0, 3
UNIT = re.compile("_(s|hz|bpm|lufs|lu|dbtp)$")
"""What a field's name tells a machine and not a reader."""


def title_of(track: Track) -> str:
    """What to call a track: its title, else its file's name, else the beginning of its id."""
    return name_of(track.tags, track.paths[0] if track.paths else "", track.track_id)


def artist_of(track: Track) -> str:
    """Its artist, or nothing."""
    return who(track.tags)


def tempo_words(analysis: Analysis) -> str:
    """The tempo as people say it."""
    if analysis.pulse == "free":
        return "free pulse"
    return "tempo unknown" if analysis.tempo_bpm is None else f"{analysis.tempo_bpm:.0f} bpm"


def track_picture(track: Track) -> str:
    """Draw one track.

    Returns
    -------
    str
        An SVG document, the same for the same track.
    """
    drawing = Drawing(WIDTH, title_of(track), _description(track))
    _heading(drawing, track)
    scale = _Scale(track.analysis.duration_s)
    _energy(drawing, track.analysis, scale)
    _loudness(drawing, track.analysis, scale)
    _voices(drawing, track.analysis, scale)
    _edges(drawing, track.analysis, scale)
    _axis(drawing, scale)
    return drawing.svg(_notes(drawing, track))


@dataclass(frozen=True)
class _Scale:
    """Seconds in the track to x."""

    duration_s: float

    def __call__(self, at_s: float) -> float:
        return LEFT + ROOM * min(1.0, max(0.0, at_s / self.duration_s)) if self.duration_s > 0 else LEFT


def _heading(drawing: Drawing, track: Track) -> None:
    role, word = marks.VERDICT_ROLE[track.verdict.status], marks.VERDICT_WORD[track.verdict.status]
    marks.verdict(drawing, (RIGHT - 7, 32), track.verdict.status)
    drawing.text((RIGHT - 24, 38), word, size=16, fill=role, anchor="end", bold=True)
    room = RIGHT - 24 - 24 - 24 - width(word, 17)
    drawing.text((24, 38), title_of(track), size=20, bold=True, room=room)
    drawing.text((24, 62), " · ".join(filter(None, [artist_of(track), *_facts(track.analysis)])), room=RIGHT - 24)


def _facts(analysis: Analysis) -> list[str]:
    tempo = tempo_words(analysis)
    if tempo.endswith("bpm") and analysis.tempo_alternative_bpm is not None:
        tempo += f" or {analysis.tempo_alternative_bpm:.0f}"
    return [
        clock(analysis.duration_s),
        tempo,
        analysis.key or "key unknown",
        "energy unknown" if analysis.energy is None else f"energy {analysis.energy:.2f}",
        "loudness unknown" if analysis.loudness_lufs is None else f"{_signed(analysis.loudness_lufs)} LUFS",
        "peak unknown" if analysis.true_peak_dbtp is None else f"true peak {_signed(analysis.true_peak_dbtp)} dBTP",
    ]


def _signed(value: float) -> str:
    return f"{value:.1f}".replace("-", "−")


def _description(track: Track) -> str:
    analysis, verdict = track.analysis, track.verdict
    events = analysis.startle.events if analysis.startle else ()
    by = f" by {artist_of(track)}" if artist_of(track) else ""
    return " ".join(
        [
            f"{title_of(track)}{by}: {', '.join(_facts(analysis))}.",
            f"{marks.VERDICT_WORD[verdict.status]}. " + " ".join(f"{reason}." for reason in verdict.reasons),
            f"{len(events)} sudden rises, {len(analysis.vocals.segments)} stretches of voice.",
        ]
    )


def _plot(
    drawing: Drawing,
    analysis: Analysis,
    scale: _Scale,
    *,
    field: str,
    name: str,
    top: float,
    marks_at: tuple[tuple[float, str], ...],
    height_of: Callable[[float], float],
) -> None:
    """A named panel with its grid and its curve, or the reason why there is none."""
    drawing.rect(LEFT, top, ROOM, PLOT_HIGH, "band1")
    for value, label in marks_at:
        drawing.line((LEFT, height_of(value)), (RIGHT, height_of(value)), "line", 0.75)
        drawing.text((LEFT - 8, height_of(value) + 4), label, size=12, fill="muted", anchor="end")
    drawing.text((LEFT, top - 8), name, fill="muted")
    curve: Curve | None = getattr(analysis, field)
    points = sampled(curve, 0.0, analysis.duration_s, int(ROOM)) if curve else []
    if points:
        drawing.path([(scale(at_s), height_of(value)) for at_s, value in points], stroke="accent", thick=2)
    else:
        why = f"Unknown: {analysis.unknown.get(field, 'not measured')}"
        drawing.text((LEFT + 12, top + PLOT_HIGH / 2 + 4), why, fill="warn", room=ROOM - 24)


def _energy(drawing: Drawing, analysis: Analysis, scale: _Scale) -> None:
    def height_of(energy: float) -> float:
        return ENERGY_TOP + PLOT_HIGH * (1.0 - min(1.0, max(0.0, energy)))

    grid = ((0.0, "0"), (0.5, "0.5"), (1.0, "1"))
    name = "Energy, from 0 (a held drone) to 1 (an orchestra in battle)"
    _plot(drawing, analysis, scale, field="energy_curve", name=name, top=ENERGY_TOP, marks_at=grid, height_of=height_of)


def _loudness(drawing: Drawing, analysis: Analysis, scale: _Scale) -> None:
    def height_of(lufs: float) -> float:
        return LOUDNESS_TOP + PLOT_HIGH * min(1.0, max(0.0, lufs / LOUDNESS_FLOOR_LUFS))

    grid = ((0.0, "0"), (-20.0, "−20"), (-40.0, "−40"), (-60.0, "−60"))
    name = "Loudness in LUFS, its whole dashed; quiet spans are brackets, sudden rises triangles"
    _plot(
        drawing,
        analysis,
        scale,
        field="loudness_curve",
        name=name,
        top=LOUDNESS_TOP,
        marks_at=grid,
        height_of=height_of,
    )
    if analysis.loudness_lufs is not None:
        level = height_of(analysis.loudness_lufs)
        drawing.line((LEFT, level), (RIGHT, level), "muted", 1.5, "5 5")
    for span in analysis.quiet_spans:
        _quiet(drawing, scale(span.from_s), scale(span.to_s))
    events = analysis.startle.events if analysis.startle else ()
    rises = [(scale(e.at_s), e.jump_lu, f"{e.jump_lu:.0f} LU at {clock(e.at_s)}") for e in events]
    marks.startle_lane(drawing, LOUDNESS_TOP + PLOT_HIGH + 4, LEFT, RIGHT, rises)


def _quiet(drawing: Drawing, from_x: float, to_x: float) -> None:
    """A bracket on the floor; even a short span has a width."""
    floor = LOUDNESS_TOP + PLOT_HIGH
    to_x = max(to_x, from_x + 2)
    corners: list[Point] = [(from_x, floor - 14), (from_x, floor - 2), (to_x, floor - 2), (to_x, floor - 14)]
    drawing.path(corners, stroke="warn", thick=2)


def _voices(drawing: Drawing, analysis: Analysis, scale: _Scale) -> None:
    """The lane of voices: each stretch with its mark, the likeliest labelled first."""
    segments = analysis.vocals.segments
    drawing.text((LEFT - 8, VOICE_Y + 4), "voice", size=12, fill="muted", anchor="end")
    drawing.line((LEFT, VOICE_Y), (RIGHT, VOICE_Y), "line", 0.75)
    if not segments:
        unknown = f"unknown: {analysis.unknown.get('vocals', 'not measured')}"
        words = unknown if analysis.vocals.verdict == "unknown" else "none found"
        drawing.text((LEFT, VOICE_Y + 18), words, size=12, fill="muted", room=ROOM)
    row = Row(LEFT, RIGHT)
    for segment in sorted(segments, key=lambda segment: -segment.probability):
        from_x, to_x = scale(segment.from_s), scale(segment.to_s)
        marks.voice_segment(drawing, from_x, to_x, VOICE_Y, segment.kind)
        label, middle = f"{segment.kind} {segment.probability:.2f}", (from_x + to_x) / 2
        if row.take_text(middle, label, marks.LABEL, "middle"):
            drawing.text((middle, VOICE_Y + 18), label, size=marks.LABEL, anchor="middle")


def _edges(drawing: Drawing, analysis: Analysis, scale: _Scale) -> None:
    """Dim what lies before and after the music, and mark its edges."""
    for edge_s, outer_s in ((analysis.music_from_s, 0.0), (analysis.music_to_s, analysis.duration_s)):
        if edge_s is None:
            continue
        left, right = sorted((scale(edge_s), scale(outer_s)))
        for top in (ENERGY_TOP, LOUDNESS_TOP):
            drawing.rect(left, top, right - left, PLOT_HIGH, "ground", **{"fill-opacity": 0.6})
            drawing.line((scale(edge_s), top), (scale(edge_s), top + PLOT_HIGH), "ink", 1.5, "2 3")


def _axis(drawing: Drawing, scale: _Scale) -> None:
    for at_s in ticks(scale.duration_s, ROOM):
        drawing.line((scale(at_s), AXIS_Y), (scale(at_s), AXIS_Y + 5), "muted")
        drawing.text((scale(at_s), AXIS_Y + 20), clock(at_s), size=12, fill="muted", anchor="middle")
    drawing.line((LEFT, AXIS_Y), (RIGHT, AXIS_Y), "muted")
    drawing.text(
        ((LEFT + RIGHT) / 2, AXIS_Y + 38), "minutes and seconds in the track", size=12, fill="muted", anchor="middle"
    )


def _notes(drawing: Drawing, track: Track) -> float:
    """The reasons of the verdict and what is unknown, a few lines each; returns where the picture ends."""
    y = NOTES_TOP
    paragraphs = [(reason, "ink") for reason in track.verdict.reasons]
    paragraphs += [(sentence, "muted") for sentence in _unknowns(track.analysis)]
    for paragraph, fill in paragraphs or [("Nothing speaks against it.", "muted")]:
        drawing.rect(LEFT, y - 7, 5, 5, fill)
        for line in wrapped(clean(paragraph), 13, ROOM - 16, MOST_LINES):
            drawing.text((LEFT + 16, y), line, fill=fill, room=ROOM - 16)
            y += LINE_HIGH
    return y + 8


def _unknowns(analysis: Analysis) -> list[str]:
    """One sentence for each reason why something is unknown, naming all that it explains."""
    fields: dict[str, list[str]] = {}
    for field, reason in sorted(analysis.unknown.items()):
        fields.setdefault(reason, []).append(UNIT.sub("", field).replace("_", " "))
    return [f"not known: {', '.join(names)} ({reason})" for reason, names in fields.items()]
