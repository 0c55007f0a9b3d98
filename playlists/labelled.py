"""Does other software read from the written file what was written about it?

The title and the chapters are read with mutagen, which had no part in writing them; a WAV's title with FFmpeg, since
mutagen does not look where WAV keeps it. A WAV has no chapters; the stored list knows them.
"""

from pathlib import Path

import av
import mutagen

from playlists.errors import MixdownRejected
from playlists.labels import Labels
from playlists.playlist import SAMPLE_RATE_HZ

NEAR_S = 0.001
"""Vorbis comments hold milliseconds."""

Chapters = list[tuple[float, str]]


def refuse_unless_labelled(path: Path, labels: Labels) -> None:
    """Raise :class:`MixdownRejected` for another title, or a chapter with another name or more than 1 ms away."""
    title, chapters = _of_wav(path) if path.suffix.lower() == ".wav" else _by_mutagen(path)
    if title != labels.title:
        raise MixdownRejected(f"The file calls itself {title!r} instead of {labels.title!r}.")
    if chapters is None:
        return
    planned = [(chapter.begin / SAMPLE_RATE_HZ, chapter.title) for chapter in labels.chapters]
    if len(chapters) != len(planned):
        raise MixdownRejected(f"The file has {len(chapters)} chapters instead of {len(planned)}.")
    for (at_s, name), (planned_s, planned_name) in zip(chapters, planned, strict=True):
        if name != planned_name or abs(at_s - planned_s) > NEAR_S:
            raise MixdownRejected(
                f"A chapter is {name!r} at {at_s:.3f} s instead of {planned_name!r} at {planned_s:.3f} s."
            )


def _of_wav(path: Path) -> tuple[str | None, None]:
    with av.open(str(path)) as container:
        return container.metadata.get("title"), None


def _by_mutagen(path: Path) -> tuple[str | None, Chapters]:
    try:
        file = mutagen.File(path)
    except mutagen.MutagenError as error:
        raise MixdownRejected(f"Other software cannot read what the file says of itself: {error}") from error
    tags = file.tags or {}
    if path.suffix.lower() == ".m4a":
        title, chapters = tags.get("\xa9nam"), [(chapter.start, chapter.title) for chapter in file.chapters or ()]
    else:
        title = tags.get("title")
        numbered = sorted(key.lower() for key in tags.keys() if key.lower().startswith("chapter") and key[7:].isdigit())  # noqa: SIM118 - these tags iterate as pairs
        chapters = [(_seconds(tags[key][0]), tags[f"{key}name"][0]) for key in numbered]
    return (title[0] if title else None), chapters


def _seconds(clock: str) -> float:
    """Of ``00:01:11.500``."""
    hours, minutes, seconds = clock.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)
