"""What is on a playlist of Spotify's? Names, lengths and ISRC of each line, in order, and what cannot be matched.

Every line of the list becomes an entry: a podcast's episode, a track that is gone and a line that Spotify says nothing
of say so in ``missing``. A local file is a piece of music; only its names are known. A track that Spotify no longer
plays, but names, may well be owned: it is an entry like any other, and a remark says so. Lengths are seconds.
Source: `/playlists/{id}` and `/playlists/{id}/items` of the Spotify Web API; fields may be missing and others may come.
"""

import html
from functools import partial
from typing import TypeVar

import msgspec

from library.lettering import clean
from library.track import Record
from playlists.exchange.entry import Entry, Listing
from soundscape.errors import SpotifyUnavailable
from soundscape.spotify.address import playlist_id, playlist_page, track_page
from soundscape.spotify.calls import Calls, Client, Found

T = TypeVar("T")
PAGE = 50
"""The most that the interface gives at once."""
LONGEST_MS = 86_400_000
"""A day: what claims to be longer, or lasts no time, says nothing of its length."""
MOST = 11_000
"""Entries that are read (Spotify's own lists end at 10,000)."""
MOST_NAMED = 20
"""Lines that a remark names (judgement: it is one sentence)."""
KINDS = ("track", "episode")
HEAD = "id,name,description,owner(display_name),snapshot_id"
GONE = "Spotify says nothing of this line: what was here is gone."
EPISODE = "A podcast's episode, no piece of music."
UNREADABLE = "What Spotify says of this line cannot be read."


class Named(msgspec.Struct):
    """An artist, an album, a podcast."""

    name: str | None = None


class ExternalIds(msgspec.Struct):
    """What others call a recording."""

    isrc: str | None = None


class Piece(msgspec.Struct):
    """A track or an episode, as far as Spotify says anything of it."""

    type: str | None = None
    id: str | None = None
    name: str | None = None
    duration_ms: float | None = None
    artists: list[Named | None] | None = None
    album: Named | None = None
    show: Named | None = None
    external_ids: ExternalIds | None = None
    is_local: bool | None = None
    is_playable: bool | None = None


class Line(msgspec.Struct):
    """One line of a list; ``track`` is what ``item`` was called until February 2026."""

    item: Piece | None = None
    track: Piece | None = None
    is_local: bool | None = None


class Page(msgspec.Struct):
    """Some lines, as they came: one that cannot be read must not hide the others."""

    items: list[object]
    total: int | None = None
    next: str | None = None


class Owner(msgspec.Struct):
    """Whose list it is."""

    display_name: str | None = None


class Head(msgspec.Struct):
    """The list itself."""

    name: str | None = None
    description: str | None = None
    owner: Owner | None = None
    snapshot_id: str | None = None


def read_playlist(calls: Calls, address: str) -> Listing:
    """The playlist at an address or of an id, whole.

    Raises
    ------
    NotASpotifyList
        The address names something else.
    SpotifyNotConnected, SpotifyRefused, NoSuchSpotifyList, SpotifyTooOften, SpotifyUnavailable
        Nothing is half read: there is a listing or an error.
    """
    found = playlist_id(address)
    about = f"reading the playlist {playlist_page(found)}"
    calls.patience.tell(0.0, "Spotify is asked for the list.")
    head = _head(calls, found, about)
    entries, remarks = _entries(calls, found, about)
    if _head(calls, found, about).snapshot_id != head.snapshot_id:
        remarks.append("The list was changed at Spotify while it was read. Read it again to be sure of its lines.")
    return Listing(
        title=clean(head.name or ""),
        creator=clean((head.owner and head.owner.display_name) or ""),
        note=clean(html.unescape(head.description or "")),  # Spotify writes it as HTML
        entries=tuple(entries),
        remarks=tuple(remarks),
    )


def _head(calls: Calls, found: str, about: str) -> Head:
    answer = calls.ask(about, lambda client: client.playlist(found, fields=HEAD, additional_types=KINDS))
    return whole(answer, Head)


def _entries(calls: Calls, found: str, about: str) -> tuple[list[Entry], list[str]]:
    """All lines, by number: an address that the answer names is not followed."""
    entries: list[Entry] = []
    unplayable: list[int] = []
    while True:
        page = whole(calls.ask(about, partial(_page, found=found, offset=len(entries))), Page)
        for place, line in enumerate(map(_read, page.items), len(entries) + 1):
            entries.append(line.entry)
            unplayable += [place] if line.unplayable else []
        total = len(entries) if page.total is None else page.total
        more = page.next is not None if page.total is None else len(entries) < total
        if not page.items or not more or len(entries) >= MOST:
            break
        calls.patience.tell(min(1.0, len(entries) / max(1, total)), f"{len(entries)} of {total} lines are read.")
    del entries[MOST:]
    remarks = _unplayable([place for place in unplayable if place <= MOST])
    if len(entries) < total:
        remarks.append(f"Spotify says that the list has {total} lines; it gave {len(entries)}.")
    return entries, remarks


def _unplayable(places: list[int]) -> list[str]:
    if not places:
        return []
    named = ", ".join(map(str, places[:MOST_NAMED])) + (" and others" if len(places) > MOST_NAMED else "")
    return [f"Spotify no longer plays {len(places)} of these, or not in the account's country: line {named}."]


def _page(client: Client, *, found: str, offset: int) -> Found | None:
    page: Found | None = client.playlist_items(found, limit=PAGE, offset=offset, additional_types=KINDS)
    return page


class _Read(Record, frozen=True, kw_only=True):
    """A line as an entry, and whether Spotify names a track there that it does not play."""

    entry: Entry
    unplayable: bool = False


def entry_of(line: object) -> Entry:
    """What Spotify says of one line of a list."""
    return _read(line).entry


def _read(line: object) -> _Read:
    try:
        read = msgspec.convert(line, Line | None)
    except msgspec.ValidationError:
        return _Read(entry=Entry(missing=UNREADABLE))
    piece = None if read is None else read.item or read.track
    if read is None or piece is None:
        return _Read(entry=Entry(missing=GONE))
    names = [clean(artist.name) for artist in piece.artists or () if artist and artist.name]
    local = bool(read.is_local or piece.is_local)
    track = piece.type != "episode"
    entry = Entry(
        title=clean(piece.name or ""),
        artist=", ".join(names) or clean((piece.show and piece.show.name) or ""),
        album=clean((piece.album and piece.album.name) or ""),
        length_s=_length_s(piece.duration_ms),
        isrc=(piece.external_ids and piece.external_ids.isrc) or None,
        page=track_page(piece.id) if piece.id and track and not local else None,
        missing=_missing(piece, track=track),
    )
    return _Read(entry=entry, unplayable=entry.missing is None and not local and piece.is_playable is False)


def _length_s(duration_ms: float | None) -> float | None:
    return duration_ms / 1000 if duration_ms is not None and 0 < duration_ms < LONGEST_MS else None


def _missing(piece: Piece, *, track: bool) -> str | None:
    if not track:
        return EPISODE
    return None if clean(piece.name or "") else GONE


def whole(answer: Found, kind: type[T]) -> T:
    """An answer as what it should be.

    Raises
    ------
    SpotifyUnavailable
    """
    try:
        return msgspec.convert(answer, kind)
    except msgspec.ValidationError as error:
        raise SpotifyUnavailable(
            f"Spotify's answer is not as its interface describes it ({error}). Nothing is lost; try again later."
        ) from error
