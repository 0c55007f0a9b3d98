"""Which track of Spotify's is a recording? Asked by ISRC, the one name of a recording that a file's tags and Spotify
share; titles are not searched for, since what is alike need not be the piece that was heard.

Source: `/search` of the Spotify Web API.
"""

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from playlists.exchange.entry import Entry
from playlists.exchange.identifiers import isrc_of
from soundscape.spotify.address import track_page
from soundscape.spotify.calls import Calls
from soundscape.spotify.reading import Piece, whole

AT_ONCE = 5
"""Answers looked at: Spotify may list a recording once for each album it is on."""


class Tracks(msgspec.Struct):
    """What was found."""

    items: list[Piece | None] = []


class Answer(msgspec.Struct):
    """The answer to a search."""

    tracks: Tracks | None = None


def with_pages(calls: Calls, entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """The entries, each with the page of the track that Spotify has under its ISRC; where it has none, with its own.

    Raises
    ------
    SpotifyNotConnected, SpotifyRefused, SpotifyTooOften, SpotifyUnavailable
    """
    found = []
    for number, entry in enumerate(entries, 1):
        isrc = isrc_of(entry.isrc)
        if isrc is not None:
            calls.patience.tell(0.0, f"Looking for piece {number} of {len(entries)} at Spotify.")
            entry = replace(entry, page=_page_of(calls, isrc) or entry.page)
        found.append(entry)
    return tuple(found)


def _page_of(calls: Calls, isrc: str) -> str | None:
    answer = calls.ask(
        f"looking for the recording {isrc}",
        lambda client: client.search(f"isrc:{isrc}", limit=AT_ONCE, type="track"),
    )
    tracks = whole(answer, Answer).tracks
    for piece in () if tracks is None else tracks.items:
        if piece and piece.id and piece.external_ids and isrc_of(piece.external_ids.isrc) == isrc:
            return track_page(piece.id)
    return None
