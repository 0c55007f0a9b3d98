"""The names by which a recording is known anywhere: ISRC (ISO 3901) and MusicBrainz's recording id (a UUID)."""

import re

ISRC = re.compile(r"[A-Z]{2}[A-Z0-9]{3}[0-9]{7}")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
LONGEST = 100


def isrc_of(text: str | None) -> str | None:
    """An ISRC without hyphens and in capitals; None where ``text`` is none."""
    bare = re.sub(r"[\s\-.]", "", (text or "")[:LONGEST]).upper().removeprefix("ISRC").removeprefix(":")
    return bare if ISRC.fullmatch(bare) else None


def recording_of(text: str | None) -> str | None:
    """A MusicBrainz recording id in small letters, also out of its address; None where ``text`` is none."""
    bare = (text or "")[:LONGEST].strip().lower().rstrip("/").rpartition("/")[2]
    return bare if UUID.fullmatch(bare) else None
