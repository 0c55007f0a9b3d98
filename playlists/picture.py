"""A session at one look: the wished arc and the achieved one, the pieces that make it, and what could startle.

The wished arc is dashed, the achieved one solid, over the phases as quiet bands. Beneath, on the same clock, each piece
is a bar whose sides are its fades, so that two bars cross where two pieces do; sudden rises and voices stand under the
second in which they are heard. A numbered list tells of each piece; a bar too narrow for words keeps its number.

Conventions: times in seconds on the session's clock, 0 at "infusion started"; intensity as energy, 0..1.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from library import marks
from library.drawing import BANDS, Drawing, Point, Row, sampled, ticks
from library.lettering import fitted, width
from library.picture import artist_of, title_of
from library.track import Curve, Track
from library.verdict import clock
from playlists.piecelist import Heard, draw_list, precise, summary
from playlists.playlist import Playlist

WIDTH, LEFT, RIGHT = 1200.0, 56.0, 1176.0
ROOM = RIGHT - LEFT
FLAGS_Y, ARC_TOP, ARC_HIGH = 98.0, 108.0, 200.0
BARS_TOP, BAR_HIGH = ARC_TOP + ARC_HIGH + 16, 88.0
CURVE_HIGH = 28.0
WORDS_ROOM = 60.0
"""A bar with less room than this, about seven letters, keeps only its number. Judgement."""
STARTLE_HIGH, VOICE_HIGH = 30.0, 18.0
FADE_STEPS = 6

Phase = tuple[str, float, float]


@dataclass(frozen=True)
class _Scale:
    """The session's clock to x, and intensity to the share of a plot's height."""

    total_s: float
    most: float

    def x(self, at_s: float) -> float:
        return LEFT + ROOM * min(1.0, max(0.0, at_s / self.total_s))

    def share(self, intensity: float) -> float:
        return min(1.0, max(0.0, intensity / self.most))


def session_picture(playlist: Playlist, tracks: Mapping[str, Track], phases: Sequence[Phase]) -> str:
    """Draw a playlist.

    Parameters
    ----------
    playlist
        What :func:`playlists.fit.fit` found.
    tracks
        The tracks by id; one that is missing is drawn without its curve and named as no longer in the library.
    phases
        (name, from_s, to_s) in their order, from 0 to ``playlist.total_s``.

    Returns
    -------
    str
        An SVG document, the same for the same playlist.
    """
    heard = [Heard(k, item, tracks.get(item.track_id)) for k, item in enumerate(playlist.items, start=1)]
    drawing = Drawing(WIDTH, f"Playlist {playlist.template}: {_headline(playlist)}", summary(heard, phases))
    drawing.text((24, 38), _headline(playlist), size=19, bold=True, room=RIGHT - 24)
    _key(drawing, heard)
    scale = _Scale(playlist.total_s, _most(playlist))
    voices = any(piece.voices for piece in heard)
    startles = any(piece.rises for piece in heard)
    lanes_top = BARS_TOP + BAR_HIGH + 6
    axis_y = lanes_top + STARTLE_HIGH * startles + VOICE_HIGH * voices
    _bands(drawing, scale, phases, axis_y)
    _infusion_end(drawing, scale, playlist)
    _arc(drawing, scale, playlist)
    _bars(drawing, scale, heard)
    _startles(drawing, scale, heard, lanes_top)
    _voices(drawing, scale, heard, lanes_top + STARTLE_HIGH * startles + VOICE_HIGH / 2)
    _clock(drawing, scale, playlist.total_s, axis_y)
    return drawing.svg(draw_list(drawing, heard, playlist.notes, axis_y + 76, RIGHT))


def _headline(playlist: Playlist) -> str:
    pieces = len(playlist.items)
    parts = [
        f"{precise(playlist.total_s)} exactly",
        f"{precise(playlist.infusion_s)} infusion + {precise(playlist.tail_s)} tail",
        f"{pieces} piece" + "s" * (pieces != 1),
    ]
    if playlist.gap is not None:
        percent = max(0.1, playlist.gap * 100)
        parts.append(f"at most {percent:.1f} % from the best possible" if playlist.gap else "proved the best possible")
    return " · ".join(parts)


def _most(playlist: Playlist) -> float:
    """The intensity at the top of the arc: a round tenth with some air, 0.5 at least so that calm looks calm."""
    highest = max((*playlist.arc.wished, *playlist.arc.achieved), default=0.0)
    return min(1.0, max(0.5, math.ceil(highest * 10 + 0.5) / 10))


def _key(drawing: Drawing, heard: Sequence[Heard]) -> None:
    """What the lines and shapes mean, as far as they are there."""
    y, x = 66.0, 24.0

    def entry(wide: float, words: str) -> float:
        drawing.text((x + wide + 8, y), words, fill="muted")
        return x + wide + 8 + width(words, 13) + 20

    drawing.line((x, y - 4), (x + 26, y - 4), "muted", 2, "5 5")
    x = entry(26, "wished intensity")
    drawing.line((x, y - 4), (x + 26, y - 4), "accent", 2.5)
    x = entry(26, "achieved")
    for corners in ([(x, y + 1), (x, y - 10), (x + 20, y + 1)], [(x + 6, y + 1), (x + 26, y - 10), (x + 26, y + 1)]):
        drawing.path(corners, stroke="muted", closed=True)
    x = entry(26, "crossfade, to scale")
    if any(piece.rises for piece in heard):
        marks.startle(drawing, (x + 5, y - 9))
        x = entry(10, "sudden rise, in LU")
    kinds = {segment.kind for piece in heard for segment in piece.voices}
    if "singing" in kinds:
        marks.voice(drawing, (x + 5, y - 4), "singing")
        x = entry(10, "perhaps singing")
    if "speech" in kinds:
        marks.voice(drawing, (x + 5, y - 4), "speech")
        x = entry(10, "perhaps speech")
    if heard and all(piece.proved_calm for piece in heard):
        drawing.text((x, y), "No sudden rise and no voice was found in what is played.", fill="muted")


def _bands(drawing: Drawing, scale: _Scale, phases: Sequence[Phase], bottom: float) -> None:
    for k, (name, from_s, to_s) in enumerate(phases):
        left, right = scale.x(from_s), scale.x(to_s)
        drawing.rect(left, ARC_TOP, right - left, bottom - ARC_TOP, BANDS[k % len(BANDS)])
        if len(fitted(name, 13, right - left - 12)) > 2:
            drawing.text((left + 8, ARC_TOP + 19), name, fill="muted", room=right - left - 12)


def _arc(drawing: Drawing, scale: _Scale, playlist: Playlist) -> None:
    def y(intensity: float) -> float:
        return ARC_TOP + ARC_HIGH * (1.0 - scale.share(intensity))

    step = 0.1 if scale.most <= 0.6 else 0.2
    for k in range(1 + round(scale.most / step)):
        if k * step <= scale.most:
            drawing.line((LEFT, y(k * step)), (RIGHT, y(k * step)), "line", 0.5)
            drawing.text((LEFT - 8, y(k * step) + 4), f"{k * step:.1f}", size=12, fill="muted", anchor="end")
    arc = playlist.arc
    for values, stroke, thick, dashes in ((arc.wished, "muted", 2.0, "5 5"), (arc.achieved, "accent", 2.5, "")):
        points = sampled(Curve(hop_s=arc.hop_s, values=values), 0.0, playlist.total_s, int(ROOM / 2))
        if points:
            drawing.path([(scale.x(at_s), y(v)) for at_s, v in points], stroke=stroke, thick=thick, dashes=dashes)


def _bars(drawing: Drawing, scale: _Scale, heard: Sequence[Heard]) -> None:
    above = Row(LEFT - 8, RIGHT + 8, gap=3)
    outlines = [_outline(scale, piece) for piece in heard]
    for outline in outlines:
        drawing.path(outline, fill="raised", closed=True, opacity=0.8)
    for piece, outline in zip(heard, outlines, strict=True):
        _curve(drawing, scale, piece)
        drawing.path(outline, stroke="muted", thick=0.75, closed=True)
        _label(drawing, scale, piece, above)


def _label(drawing: Drawing, scale: _Scale, piece: Heard, above: Row) -> None:
    """What a bar has room for between its fades: words, its number, or the number above it unless that is taken."""
    left = scale.x(piece.starts_s + piece.item.fade_in_s) + 6
    right = scale.x(piece.ends_s - piece.item.fade_out_s) - 6
    middle, number = (left + right) / 2, str(piece.number)
    if right - left >= WORDS_ROOM:
        for line, (words, size, fill) in enumerate(_words(piece, right - left)):
            drawing.text((left, BARS_TOP + 18 + 16 * line), words, size=size, fill=fill, room=right - left)
    elif right - left + 6 >= width(number, 12):
        drawing.text((middle, BARS_TOP + 18), number, size=12, anchor="middle")
    elif above.take_text(middle, number, 10, "middle"):
        drawing.text((middle, BARS_TOP - 4), number, size=10, anchor="middle")


def _words(piece: Heard, room: float) -> list[tuple[str, float, str]]:
    """Number and title, artist, and the times, or only the first where both have no room; with size and colour."""
    title = title_of(piece.track) if piece.track else "not in the library"
    by = artist_of(piece.track) if piece.track else ""
    times = piece.times if width(piece.times, 11) <= room else clock(piece.starts_s)
    return [(f"{piece.number} {title}", 13, "ink"), *([(by, 12, "muted")] if by else []), (times, 11, "muted")]


def _outline(scale: _Scale, piece: Heard) -> list[Point]:
    """A bar whose height is the piece's level: its sides are the equal-power fades, to scale."""
    rise = [k / FADE_STEPS for k in range(FADE_STEPS + 1)]
    bottom, item = BARS_TOP + BAR_HIGH, piece.item
    sides = [(piece.starts_s + part * item.fade_in_s, part) for part in rise]
    sides += [(piece.ends_s - part * item.fade_out_s, part) for part in reversed(rise)]
    return [(scale.x(at_s), bottom - BAR_HIGH * math.sin(part * math.pi / 2)) for at_s, part in sides]


def _curve(drawing: Drawing, scale: _Scale, piece: Heard) -> None:
    """The piece's own energy along the bottom of its bar, on the arc's scale."""
    curve = piece.track.analysis.energy_curve if piece.track else None
    room = scale.x(piece.ends_s) - scale.x(piece.starts_s)
    points = sampled(curve, piece.item.from_s, piece.item.to_s, int(room)) if curve else []
    bottom = BARS_TOP + BAR_HIGH - 2
    line = [(scale.x(piece.session_s(at_s)), bottom - CURVE_HIGH * scale.share(value)) for at_s, value in points]
    if line:
        drawing.path([(line[0][0], bottom), *line, (line[-1][0], bottom)], fill="accent", closed=True, opacity=0.25)
        drawing.path(line, stroke="accent", thick=1.25)


def _startles(drawing: Drawing, scale: _Scale, heard: Sequence[Heard], y: float) -> None:
    rises = [
        (scale.x(piece.session_s(e.at_s)), e.jump_lu, f"{e.jump_lu:.0f} LU") for piece in heard for e in piece.rises
    ]
    marks.startle_lane(drawing, y, LEFT, RIGHT, rises)


def _voices(drawing: Drawing, scale: _Scale, heard: Sequence[Heard], y: float) -> None:
    for piece in heard:
        for segment in piece.voices:
            from_x, to_x = (scale.x(piece.session_s(at_s)) for at_s in (segment.from_s, segment.to_s))
            marks.voice_segment(drawing, from_x, to_x, y, segment.kind)


def _infusion_end(drawing: Drawing, scale: _Scale, playlist: Playlist) -> None:
    """The moments that matter, above the arc; the end of the infusion has the first place and a line of its own."""
    end_x = scale.x(playlist.infusion_s)
    drawing.line((end_x, FLAGS_Y - 10), (end_x, BARS_TOP + BAR_HIGH), "ink", 1.5)
    flags = Row(0, WIDTH, gap=16)
    for x, label, anchor in (
        (end_x - 8, f"infusion ends {precise(playlist.infusion_s)}", "end"),
        (LEFT, "infusion started", "start"),
        (RIGHT, f"music ends {precise(playlist.total_s)}", "end"),
    ):
        if flags.take_text(x, label, 13, anchor):
            drawing.text((x, FLAGS_Y), label, anchor=anchor)


def _clock(drawing: Drawing, scale: _Scale, total_s: float, y: float) -> None:
    """The axis in minutes."""
    drawing.line((LEFT, y), (RIGHT, y), "muted")
    for at_s in ticks(total_s, ROOM):
        drawing.line((scale.x(at_s), y), (scale.x(at_s), y + 5), "muted")
        minutes = f"{at_s // 60}" if at_s % 60 == 0 else clock(at_s)
        drawing.text((scale.x(at_s), y + 20), minutes, size=12, fill="muted", anchor="middle")
    words = "minutes from infusion started"
    drawing.text(((LEFT + RIGHT) / 2, y + 38), words, size=12, fill="muted", anchor="middle")
