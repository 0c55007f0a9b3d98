"""A private playlist with the pieces of a session, for the patient's own listening at home; written once.

An answer can be lost though the request was heeded. So nothing is sent twice blindly: the list's id is handed to the
caller as soon as there is one, and how many pieces it holds is read back before more are added. Source: `/me/playlists`
and `/playlists/{id}/items` of the Spotify Web API.
"""

from collections.abc import Callable, Sequence
from functools import partial

from msgspec.structs import replace

from library.lettering import clean
from library.track import Record
from playlists.exchange.entry import Entry
from soundscape.errors import NothingForSpotify, SpotifyListChanged, SpotifyUnavailable
from soundscape.spotify.address import playlist_page, track_uri
from soundscape.spotify.calls import Calls, Client, Found, NotTaken
from soundscape.spotify.patience import MaybeDone

Remember = Callable[[str, Sequence[Entry]], None]
AT_ONCE = 100
"""The most that the interface takes in one request."""
TITLE_LENGTH, DESCRIPTION_LENGTH = 100, 300
TAKE_HOME = "The music of a session, for your own listening at home. No part of a treatment."
"""What the list says of itself, to the patient; nothing in it is about them."""


class Wanted(Record, frozen=True, kw_only=True):
    """What is to be written.

    ``mark`` is random and the same at every attempt to write this list; it stands in the description, so that a list
    whose id never reached us is found again. It must not be a session's code: the list is not stored here.
    """

    title: str
    entries: Sequence[Entry]
    mark: str
    description: str = TAKE_HOME


class Written(Record, frozen=True, kw_only=True):
    """The list as it stands at Spotify, and the entries that Spotify does not have."""

    playlist_id: str
    address: str
    written: int
    left_out: tuple[Entry, ...]


def write_playlist(calls: Calls, wanted: Wanted, *, remember: Remember, playlist_id: str | None = None) -> Written:
    """Write the list, or go on with the one that an earlier attempt began.

    Parameters
    ----------
    remember
        Is handed the list's id and the entries before anything is written, and again where Spotify has not what an
        entry names, which then has no page any more; the caller stores both.
    playlist_id
        What an earlier attempt remembered; ``wanted`` has the entries that it remembered.

    Raises
    ------
    NothingForSpotify
        No entry names a track of Spotify's by its page, or Spotify has none of those; no piece was written.
    SpotifyListChanged
        The list holds another number of pieces than was written.
    SpotifyNotConnected, SpotifyRefused, NoSuchSpotifyList, SpotifyTooOften, SpotifyUnavailable
        Call again with the id that was remembered: it goes on where it stopped.
    """
    if playlist_id is None:
        if not _uris(wanted.entries):
            raise NothingForSpotify(
                f"None of the {len(wanted.entries)} pieces of {wanted.title} is known to be on Spotify; no list was "
                "written."
            )
        calls.patience.tell(0.0, "Spotify is asked for a new list.")
        playlist_id = _created(calls, wanted)
        remember(playlist_id, wanted.entries)
    entries, address = _filled(calls, playlist_id, wanted.entries, remember), playlist_page(playlist_id)
    if not _uris(entries):
        raise NothingForSpotify(
            f"Spotify took none of the {len(entries)} pieces of {wanted.title}. The list {address} is empty: delete it "
            "there."
        )
    return Written(
        playlist_id=playlist_id,
        address=address,
        written=len(_uris(entries)),
        left_out=tuple(entry for entry in entries if track_uri(entry.page) is None),
    )


def _created(calls: Calls, wanted: Wanted) -> str:
    """The id of a new private list; of the one that is there, if an answer was lost and it is there after all."""
    title = clean(wanted.title)[:TITLE_LENGTH]
    mark = f"({wanted.mark})"
    description = f"{clean(wanted.description)[: DESCRIPTION_LENGTH - len(mark) - 1]} {mark}"
    about = f"making the playlist {title}"
    for failures in range(calls.patience.attempts):
        try:
            made = calls.ask(
                about,
                lambda client: client.current_user_playlist_create(title, public=False, description=description),
                repeatable=False,
            )
        except MaybeDone as error:
            if found := _found(calls, mark):
                return found
            if failures + 1 == calls.patience.attempts:
                raise
            calls.patience.pause(failures, str(error))
            continue
        return _id(made)
    raise AssertionError("the last attempt returns or raises")


def _found(calls: Calls, mark: str) -> str | None:
    """The list with this mark. Only the first 50 are looked at: new ones come first, and an empty one is no harm."""
    own = calls.ask("looking for the list", lambda client: client.current_user_playlists(limit=50))
    items = own.get("items")
    for item in items if isinstance(items, list) else ():
        if isinstance(item, dict) and mark in str(item.get("description") or ""):
            return _id(item)
    return None


def _id(made: dict[str, object]) -> str:
    found = made.get("id")
    if not isinstance(found, str) or not found.isalnum():
        raise SpotifyUnavailable("Spotify's answer names no list. Look whether an empty one was made, then try again.")
    return found


def _filled(calls: Calls, playlist_id: str, entries: Sequence[Entry], remember: Remember) -> Sequence[Entry]:
    """Write what is still to be written; the entries, without the page of those that Spotify has not."""
    about = f"adding to the playlist {playlist_page(playlist_id)}"
    done = _count(calls, playlist_id, about)
    failures, at_once = 0, AT_ONCE
    while done < len(uris := _uris(entries)):
        chunk = uris[done : done + at_once]
        calls.patience.tell(done / len(uris), f"{done} of {len(uris)} pieces are written.")
        try:
            calls.ask(about, partial(_add, playlist_id=playlist_id, uris=chunk), repeatable=False)
        except NotTaken:
            # One id that Spotify does not have is enough for it to take none of them, and it does not say which.
            at_once = max(1, len(chunk) // 2)
            if len(chunk) == 1:
                entries = [replace(entry, page=None) if track_uri(entry.page) in chunk else entry for entry in entries]
                remember(playlist_id, entries)
            continue
        except MaybeDone as error:
            if _count(calls, playlist_id, about) == done:
                failures += 1
                if failures == calls.patience.attempts:
                    raise
                calls.patience.pause(failures - 1, str(error))
                continue
        done += len(chunk)
        at_once = min(2 * at_once, AT_ONCE)
    holds = _count(calls, playlist_id, about)
    if holds != len(uris):
        raise SpotifyListChanged(
            f"The playlist {playlist_page(playlist_id)} holds {holds} pieces instead of {len(uris)}: somebody else "
            "changed it, or Spotify took some twice. Delete it there and write it again."
        )
    return entries


def _uris(entries: Sequence[Entry]) -> list[str]:
    """What Spotify calls the pieces that it is known to have, in their order."""
    return [uri for entry in entries if (uri := track_uri(entry.page)) is not None]


def _add(client: Client, *, playlist_id: str, uris: Sequence[str]) -> Found:
    return client.playlist_add_items(playlist_id, uris)


def _count(calls: Calls, playlist_id: str, about: str) -> int:
    found = calls.ask(about, lambda client: client.playlist_items(playlist_id, fields="total", limit=1))
    total = found.get("total")
    if not isinstance(total, int):
        raise SpotifyUnavailable("Spotify does not say how many pieces the list holds. Try again later.")
    return total
