"""A session that was: the arc as it was planned, and beneath it, on the same clock, what was heard.

Sound is a bar, an interruption a gap with a triangle, quiet a hatched line: word, shape and colour, in `drawing`'s
vocabulary. Times in seconds on the session's clock; what was heard before the press of "infusion started" is left out.
"""

from collections.abc import Callable, Sequence

from library.drawing import BANDS, Drawing, Point, sampled, ticks
from library.track import Curve
from library.verdict import clock
from playlists.playlist import Playlist
from soundscape.record import SessionRecord

WIDTH, LEFT, RIGHT = 960.0, 24.0, 936.0
ARC_TOP, ARC_HIGH = 48.0, 130.0
HEARD_TOP, HEARD_HIGH = ARC_TOP + ARC_HIGH + 40.0, 22.0
AXIS = HEARD_TOP + HEARD_HIGH + 26.0
POINTS = 240

Phase = tuple[str, float, float]
Place = Callable[[float], float]


def record_picture(record: SessionRecord, playlist: Playlist, phases: Sequence[Phase]) -> str:
    """Draw what was planned and what was heard.

    Returns
    -------
    str
        An SVG document of `library.drawing`.
    """
    started_ms = record.started_ms or 0
    ends = [playlist.total_s, *((span.to_ms - started_ms) / 1000 for span in record.spans)]
    total_s = max(ends)

    def x(at_s: float) -> float:
        return LEFT + (RIGHT - LEFT) * min(1.0, max(0.0, at_s / total_s))

    def x_ms(at_ms: int) -> float:
        return x((at_ms - started_ms) / 1000)

    drawing = Drawing(WIDTH, f"Session {record.code}: planned and heard", _description(record))
    _key(drawing, record)
    for k, (name, from_s, to_s) in enumerate(phases):
        drawing.rect(x(from_s), ARC_TOP, x(to_s) - x(from_s), ARC_HIGH, BANDS[k % len(BANDS)])
        drawing.text((x(from_s) + 8, ARC_TOP + 18), name, fill="muted", room=max(0.0, x(to_s) - x(from_s) - 12))
    for values, stroke, thick, dashes in (
        (playlist.arc.wished, "muted", 2.0, "5 5"),
        (playlist.arc.achieved, "accent", 2.5, ""),
    ):
        points = _line(playlist, values, x)
        if points:
            drawing.path(points, stroke=stroke, thick=thick, dashes=dashes)
    drawing.text((LEFT, HEARD_TOP - 20), "heard in the room", fill="muted")
    for span in record.spans:
        drawing.rect(x_ms(span.from_ms), HEARD_TOP, x_ms(span.to_ms) - x_ms(span.from_ms), HEARD_HIGH, "accent")
    for stretch in record.quiet:
        to_ms = stretch.to_ms or record.until_ms or stretch.from_ms
        middle = HEARD_TOP + HEARD_HIGH + 7
        drawing.line((x_ms(stretch.from_ms), middle), (max(x_ms(stretch.from_ms) + 3, x_ms(to_ms)), middle), "warn", 4)
    for gap in record.interruptions:
        _gap(drawing, x_ms(gap.from_ms), x_ms(gap.to_ms))
    _clock(drawing, total_s, x)
    return drawing.svg(AXIS + 48)


def _line(playlist: Playlist, values: tuple[float, ...], x: Place) -> list[Point]:
    most = max(0.5, *playlist.arc.wished, *playlist.arc.achieved)
    found = sampled(Curve(hop_s=playlist.arc.hop_s, values=values), 0.0, playlist.total_s, POINTS)
    return [(x(at_s), ARC_TOP + ARC_HIGH * (1 - min(1.0, value / most) * 0.9)) for at_s, value in found]


def _gap(drawing: Drawing, left: float, right: float) -> None:
    """An interruption: an outline over its time, and a triangle that is seen however short it was."""
    wide = max(4.0, right - left)
    corners = [(left, HEARD_TOP), (left + wide, HEARD_TOP), (left + wide, HEARD_TOP + HEARD_HIGH)]
    drawing.path([*corners, (left, HEARD_TOP + HEARD_HIGH)], fill="ground", stroke="alarm", thick=1.5, closed=True)
    middle = left + wide / 2
    top = HEARD_TOP - 14
    drawing.path([(middle - 6, top + 11), (middle, top), (middle + 6, top + 11)], fill="alarm", closed=True)


def _key(drawing: Drawing, record: SessionRecord) -> None:
    x, y = LEFT, 26.0
    drawing.line((x, y - 4), (x + 26, y - 4), "muted", 2, "5 5")
    drawing.text((x + 34, y), "wished", fill="muted")
    drawing.line((x + 96, y - 4), (x + 122, y - 4), "accent", 2.5)
    drawing.text((x + 130, y), "planned", fill="muted")
    x += 200
    if record.interruptions:
        drawing.path([(x, y + 1), (x + 6, y - 10), (x + 12, y + 1)], fill="alarm", closed=True)
        drawing.text((x + 20, y), "interruption", fill="muted")
        x += 116
    if record.quiet:
        drawing.line((x, y - 4), (x + 22, y - 4), "warn", 4)
        drawing.text((x + 30, y), "quiet, to talk", fill="muted")


def _clock(drawing: Drawing, total_s: float, x: Place) -> None:
    drawing.line((LEFT, AXIS), (RIGHT, AXIS), "muted")
    for at_s in ticks(total_s, RIGHT - LEFT):
        drawing.line((x(at_s), AXIS), (x(at_s), AXIS + 5), "muted")
        words = f"{at_s // 60}" if at_s % 60 == 0 else clock(at_s)
        drawing.text((x(at_s), AXIS + 20), words, size=12, fill="muted", anchor="middle")
    words = "minutes from infusion started"
    drawing.text(((LEFT + RIGHT) / 2, AXIS + 38), words, size=12, fill="muted", anchor="middle")


def _description(record: SessionRecord) -> str:
    count = len(record.interruptions)
    often = {0: "without interruption", 1: "with one interruption"}.get(count, f"with {count} interruptions")
    return f"Heard for {clock(record.heard_s)}, {often}."
