"""Which stretch of a track is played? Its music, less an end or a beginning that a silence cuts off from the rest.

Inner silences are dead air. One near an edge is trimmed away with what lies beyond it, where that loses little music
for the silence it saves; nobody hears a piece broken off, since it is silent there. What stays silent speaks against a
track (:mod:`library.verdict`) and costs in a list (:mod:`playlists.cost`).

Conventions: times in seconds in the track; compared as whole hundredths, which is how silences are measured.
"""

import itertools

from library.track import Analysis, Span

MOST_TRIMMED_S = 15
"""All that may be trimmed from one track, both ends together. Judgement: half a minute would be another piece."""
SILENCE_WORTH = 10
"""Seconds of music given up at most for each second of silence that goes with them. Judgement: a rest of half a second
before the last chord is kept, two seconds before some noise are not."""


def trims_s(analysis: Analysis) -> tuple[float, float]:
    """What is trimmed at the beginning and at the end; 0.0 each for nearly every track."""
    edges = _edges(analysis) if analysis.quiet_spans else None
    if edges is None:
        return 0.0, 0.0
    first, last = edges
    silences = [(_hundredths(span.from_s), _hundredths(span.to_s)) for span in analysis.quiet_spans]
    begins = [0, *(to - first for _, to in silences if to > first)]
    ends = [0, *(last - at for at, _ in silences if at < last)]

    def price(trims: tuple[int, int]) -> tuple[int, int]:
        begin, end = trims
        return begin + end + SILENCE_WORTH * _silent(silences, first + begin, last - end), begin + end

    allowed = [(b, e) for b, e in itertools.product(begins, ends) if b + e <= 100 * MOST_TRIMMED_S]
    begin, end = min(allowed, key=price)
    return begin / 100, end / 100


def quiet_s(analysis: Analysis) -> float:
    """Seconds of silence within what is played."""
    edges = _edges(analysis) if analysis.quiet_spans else None
    if edges is None:
        return 0.0
    begin_s, end_s = trims_s(analysis)
    silences = [(_hundredths(span.from_s), _hundredths(span.to_s)) for span in analysis.quiet_spans]
    return _silent(silences, edges[0] + _hundredths(begin_s), edges[1] - _hundredths(end_s)) / 100


def silences_left(analysis: Analysis) -> list[Span]:
    """The silences within what is played."""
    edges = _edges(analysis) if analysis.quiet_spans else None
    if edges is None:
        return list(analysis.quiet_spans)
    begin_s, end_s = trims_s(analysis)
    first, last = edges[0] + _hundredths(begin_s), edges[1] - _hundredths(end_s)
    return [s for s in analysis.quiet_spans if _hundredths(s.to_s) > first and _hundredths(s.from_s) < last]


def _edges(analysis: Analysis) -> tuple[int, int] | None:
    if analysis.music_from_s is None or analysis.music_to_s is None:
        return None
    return _hundredths(analysis.music_from_s), _hundredths(min(analysis.music_to_s, analysis.duration_s))


def _hundredths(seconds: float) -> int:
    return round(seconds * 100)


def _silent(silences: list[tuple[int, int]], first: int, last: int) -> int:
    """How much of the silences lies between two times, all in hundredths."""
    return sum(max(0, min(to, last) - max(at, first)) for at, to in silences)
