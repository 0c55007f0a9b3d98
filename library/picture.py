"""What was measured of one track, at one look: its panels over time, and all that speaks against it.

:func:`track_picture` stands alone: the verdict is beside the title, its reasons beneath. :func:`listening_picture` is
for a page that says those things itself; each of its moments has a number and takes a press.

Conventions: times in seconds in the track; the pictures' own units are those of an SVG as wide as its `WIDTH`.
"""

import re
from collections.abc import Sequence

from library import marks
from library.drawing import Drawing
from library.lettering import clean, width, wrapped
from library.moments import Moment
from library.panels import Layout, Panels
from library.summary import name_of, who
from library.track import Analysis, Track
from library.verdict import clock

WIDTH = 1200.0
LAYOUT = Layout(left=64.0, right=1176.0, top=104.0)
LISTENING_WIDTH = 960.0
LISTENING = Layout(left=44.0, right=944.0, top=62.0, high=96.0, flags=32.0)
"""Narrower, so that its letters are legible where a page has 800 px for it (judgement)."""
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
    Panels(drawing, track.analysis, LAYOUT).draw()
    return drawing.svg(_notes(drawing, track))


def listening_picture(track: Track, moments: Sequence[Moment]) -> str:
    """Draw one track to listen by: its panels, with a numbered flag above each moment.

    Each moment is a group with the class ``moment`` and its name in ``data-moment``.

    Returns
    -------
    str
        An SVG document, the same for the same track.
    """
    drawing = Drawing(LISTENING_WIDTH, title_of(track), _description(track))
    panels = Panels(drawing, track.analysis, LISTENING)
    panels.draw()
    panels.flags(moments)
    return drawing.svg(LISTENING.bottom)


def _heading(drawing: Drawing, track: Track) -> None:
    role, word = marks.VERDICT_ROLE[track.verdict.status], marks.VERDICT_WORD[track.verdict.status]
    right = LAYOUT.right
    marks.verdict(drawing, (right - 7, 32), track.verdict.status)
    drawing.text((right - 24, 38), word, size=16, fill=role, anchor="end", bold=True)
    room = right - 24 - 24 - 24 - width(word, 17)
    drawing.text((24, 38), title_of(track), size=20, bold=True, room=room)
    drawing.text((24, 62), " · ".join(filter(None, [artist_of(track), *_facts(track.analysis)])), room=right - 24)


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


def _notes(drawing: Drawing, track: Track) -> float:
    """The reasons of the verdict and what is unknown, a few lines each; returns where the picture ends."""
    y = LAYOUT.bottom + 20
    paragraphs = [(reason, "ink") for reason in track.verdict.reasons]
    paragraphs += [(sentence, "muted") for sentence in _unknowns(track.analysis)]
    for paragraph, fill in paragraphs or [("Nothing speaks against it.", "muted")]:
        drawing.rect(LAYOUT.left, y - 7, 5, 5, fill)
        for line in wrapped(clean(paragraph), 13, LAYOUT.room - 16, MOST_LINES):
            drawing.text((LAYOUT.left + 16, y), line, fill=fill, room=LAYOUT.room - 16)
            y += LINE_HIGH
    return y + 8


def _unknowns(analysis: Analysis) -> list[str]:
    """One sentence for each reason why something is unknown, naming all that it explains."""
    fields: dict[str, list[str]] = {}
    for field, reason in sorted(analysis.unknown.items()):
        fields.setdefault(reason, []).append(UNIT.sub("", field).replace("_", " "))
    return [f"not known: {', '.join(names)} ({reason})" for reason, names in fields.items()]
