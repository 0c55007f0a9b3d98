"""By what is a piece known anywhere, and how is that written where a list has room for addresses only?

ISRC (ISO 3901), MusicBrainz's recording id (a UUID), and the content id of a track. As addresses: ``urn:isrc:`` of
RFC 3043, MusicBrainz's own address of a recording, and a name of our own for the content id. Reading takes what other
programs write too: hyphens in an ISRC, and addresses of MusicBrainz in either scheme.
"""

import re
from collections.abc import Iterable

from library.track import Record
from playlists.exchange.entry import Entry

ISRC = re.compile(r"[A-Z]{2}[A-Z0-9]{3}[0-9]{7}")
RECORDING = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
CONTENT = re.compile(r"[0-9a-f]{64}")
ISRC_URN = "urn:isrc:"
RECORDING_PAGE = "https://musicbrainz.org/recording/"
CONTENT_URN = "urn:x-soundscape:track:"
LONGEST = 100
MUSICBRAINZ = re.compile(r"https?://(?:www\.|beta\.)?musicbrainz\.org/recording/([0-9A-Fa-f-]{36})/?")


class Identifiers(Record, frozen=True, kw_only=True):
    """What identifies a piece; None where nothing does."""

    isrc: str | None = None
    recording_id: str | None = None
    content_id: str | None = None


def isrc_of(text: str | None) -> str | None:
    """An ISRC without hyphens and in capitals; None for what is none."""
    plain = re.sub(r"[\s\-.]", "", (text or "")[:LONGEST]).upper().removeprefix("ISRC").removeprefix(":")
    return plain if ISRC.fullmatch(plain) else None


def recording_of(text: str | None) -> str | None:
    """A MusicBrainz recording id in small letters, also out of its address; None for what is none."""
    plain = (text or "")[:LONGEST].strip().lower().rstrip("/").rpartition("/")[2]
    return plain if RECORDING.fullmatch(plain) else None


def content_of(text: str | None) -> str | None:
    """A track's id, 64 hexadecimal digits; None for what is none."""
    plain = (text or "")[:LONGEST].strip().lower()
    return plain if CONTENT.fullmatch(plain) else None


def uris_of(entry: Entry) -> list[str]:
    """The identifiers of an entry as addresses; what is not valid is left out."""
    told = (
        (ISRC_URN, isrc_of(entry.isrc)),
        (RECORDING_PAGE, recording_of(entry.recording_id)),
        (CONTENT_URN, content_of(entry.content_id)),
    )
    return [f"{start}{value}" for start, value in told if value]


def read(uris: Iterable[str]) -> Identifiers:
    """What the addresses identify; the first of each kind counts, others are not ours to judge and are passed over."""
    isrc = recording_id = content_id = None
    for uri in uris:
        text = uri.strip()[:LONGEST]
        page = MUSICBRAINZ.fullmatch(text)
        if page:
            recording_id = recording_id or recording_of(page[1])
        elif text.lower().startswith(ISRC_URN):
            isrc = isrc or isrc_of(text[len(ISRC_URN) :])
        elif text.lower().startswith(CONTENT_URN):
            content_id = content_id or content_of(text[len(CONTENT_URN) :])
    return Identifiers(isrc=isrc, recording_id=recording_id, content_id=content_id)
