"""The plain form of an entry: what every format can carry, so that whatever is written reads back the same.

A name is one line without control letters (:func:`library.lettering.clean`), a note may have several. A length is in
whole milliseconds; none is known where it is not above zero. What is no valid identifier, path or page is None.
"""

import math

from library.lettering import clean
from playlists.exchange.bounds import MOST_S, bounded
from playlists.exchange.entry import Entry, Listing
from playlists.exchange.identifiers import content_of, isrc_of, recording_of
from playlists.exchange.locations import page_of, path_of


def name_of(text: str | None, what: str = "A name") -> str:
    """Text on one line, white space folded; :class:`TextTooLong` beyond the bound."""
    return clean(bounded(text or "", what))


def note_of(text: str | None) -> str:
    """Text on several lines, each folded; empty ones around it are dropped."""
    return "\n".join(map(clean, bounded(text or "", "A note").splitlines())).strip("\n")


def length_of(seconds: float | None) -> float | None:
    """A length in seconds to the millisecond, or None for what is no length."""
    if seconds is None or not math.isfinite(seconds) or not 0 < seconds <= MOST_S:
        return None
    return round(seconds, 3) or None


def tidied(entry: Entry) -> Entry:
    """The plain form of an entry."""
    return Entry(
        title=name_of(entry.title, "A title"),
        artist=name_of(entry.artist, "An artist"),
        album=name_of(entry.album, "An album"),
        note=note_of(entry.note),
        length_s=length_of(entry.length_s),
        isrc=isrc_of(entry.isrc),
        recording_id=recording_of(entry.recording_id),
        content_id=content_of(entry.content_id),
        location=path_of(entry.location),
        page=page_of(entry.page),
        missing=name_of(entry.missing, "A reason") or None,
    )


def tidied_list(listing: Listing) -> Listing:
    """The plain form of a list; its remarks are about how it was read, and stay behind."""
    return Listing(
        title=name_of(listing.title, "The list's title"),
        creator=name_of(listing.creator, "The list's creator"),
        note=note_of(listing.note),
        entries=tuple(map(tidied, listing.entries)),
    )
