"""The arc alone, small: wished dashed, achieved solid, the phases as quiet bands, the place now as a line.

The same signs as the large picture (:mod:`playlists.picture`), for a card on which one looks from afar.
"""

from library.drawing import BANDS, Drawing, sampled
from library.track import Curve
from library.verdict import clock
from playlists.picture import Phase
from playlists.playlist import Playlist

WIDTH, HEIGHT = 480.0, 108.0
AIR = 6.0
LEAST_TOP = 0.5
"""The top of the drawing in intensity, at least: calm music looks calm."""
POINTS = 160


def arc_sketch(playlist: Playlist, phases: list[Phase], *, at_s: float | None = None) -> str:
    """Draw a playlist's arc.

    Parameters
    ----------
    playlist
        Its `arc` and `total_s` are drawn.
    phases
        (name, from_s, to_s) in their order.
    at_s
        Where the music is, seconds on the session's clock; no line if None.

    Returns
    -------
    str
        An SVG document, the same for the same playlist and place.
    """
    where = "" if at_s is None else f"; the music is at {clock(at_s)}"
    about = f"{clock(playlist.total_s)} in all, {clock(playlist.infusion_s)} of infusion{where}."
    drawing = Drawing(WIDTH, "Intensity over the session, wished and achieved", about)
    most = max(LEAST_TOP, *playlist.arc.wished, *playlist.arc.achieved)

    def x(second: float) -> float:
        return WIDTH * min(1.0, max(0.0, second / playlist.total_s))

    def y(intensity: float) -> float:
        return AIR + (HEIGHT - 2 * AIR) * (1.0 - intensity / most)

    for k, (_, from_s, to_s) in enumerate(phases):
        drawing.rect(x(from_s), 0, x(to_s) - x(from_s), HEIGHT, BANDS[k % len(BANDS)])
    arc = playlist.arc
    for values, stroke, thick, dashes in ((arc.wished, "muted", 1.5, "4 5"), (arc.achieved, "accent", 2.5, "")):
        points = sampled(Curve(hop_s=arc.hop_s, values=values), 0.0, playlist.total_s, POINTS)
        drawing.path([(x(second), y(value)) for second, value in points], stroke=stroke, thick=thick, dashes=dashes)
    if at_s is not None:
        drawing.line((x(at_s), 0), (x(at_s), HEIGHT), "ink", 2.5)
    return drawing.svg(HEIGHT)
