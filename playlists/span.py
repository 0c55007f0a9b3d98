"""The stretch of a track that a list plays, in samples and in words; :mod:`library.span` says which it is."""

import math

from library.span import trims_s
from library.track import Analysis
from playlists.playlist import SAMPLE_RATE_HZ


def music_span(analysis: Analysis) -> tuple[int, int]:
    """First sample that is played, at 48 kHz, and how many whole seconds follow; (0, 0) where the edges are unknown."""
    if analysis.music_from_s is None or analysis.music_to_s is None:
        return 0, 0
    begin_s, end_s = trims_s(analysis)
    # A float's noise must not cost a sample.
    first = math.ceil((analysis.music_from_s + begin_s) * SAMPLE_RATE_HZ - 1e-3)
    last_s = min(analysis.music_to_s, analysis.duration_s) - end_s
    return first, max(0, math.floor(last_s * SAMPLE_RATE_HZ) - first) // SAMPLE_RATE_HZ


def trim_words(analysis: Analysis) -> str:
    """What is left out, as a clause; empty where nothing is."""
    parts = [
        f"its {edge} {seconds:.0f} s"
        for edge, seconds in zip(("first", "last"), trims_s(analysis), strict=True)
        if seconds
    ]
    return f"{' and '.join(parts)} left out for a silence there" if parts else ""
