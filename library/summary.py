"""What a list shows of a track, made from its tags and its analysis; :mod:`library.catalogue` keeps it beside them.

Texts are clean (:func:`library.lettering.clean`) and of a length that a list can bear.
"""

from pathlib import PurePath

from library.lettering import clean
from library.track import Analysis, Tags

LONGEST = 200
"""Letters kept of a title, an artist or an album (judgement: no shelf writes longer ones)."""


def name_of(tags: Tags, path: str, track_id: str) -> str:
    """What to call a track: its title, else its file's name, else the beginning of its id."""
    return (clean(tags.title or "") or clean(PurePath(path).stem) or track_id[:12])[:LONGEST]


def who(tags: Tags) -> str:
    """Its artist, or nothing."""
    return clean(tags.artist or "")[:LONGEST]


def texts(tags: Tags, path: str, track_id: str) -> dict[str, object]:
    """Its names, and ``words``: what a search looks through, folded so that case does not matter."""
    title, artist, album = name_of(tags, path, track_id), who(tags), clean(tags.album or "")[:LONGEST]
    return {"title": title, "artist": artist, "words": " ".join((title, artist, album)).casefold()[: 3 * LONGEST]}


def measures(analysis: Analysis) -> dict[str, object]:
    """What can be sorted by."""
    return {
        "duration_s": analysis.duration_s,
        "energy": analysis.energy,
        "tempo_bpm": analysis.tempo_bpm,
        "pulse": analysis.pulse,
        "vocals": analysis.vocals.verdict,
    }
