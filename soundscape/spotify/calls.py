"""One job's calls to Spotify, through spotipy: with a token that is renewed once, patience, and a plain refusal.

spotipy knows the requests; it waits for nothing, retries nothing, and never sees the token (:mod:`.wire`).
"""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any, Protocol

import spotipy

from soundscape.errors import NoSuchSpotifyList, SpotifyNotConnected, SpotifyRefused, SpotifyUnavailable
from soundscape.spotify.connecting import AGAIN, Token
from soundscape.spotify.patience import Patience
from soundscape.spotify.place import Place
from soundscape.spotify.wire import Answered, Wire

Found = dict[str, Any]

LIMITS = (
    "An app in development mode, which every new app is, reads only lists that the connected account owns or works on, "
    "and serves at most 5 people (25 for apps from before February 2026), who are named on its page at Spotify; its "
    "owner needs Premium."
)


class NotTaken(SpotifyRefused):
    """What was sent is wrong, for example an id that Spotify does not have. Nothing of the request was done."""


class NotAllowed(SpotifyRefused):
    """This account, or this app, may not do it there; connecting again with the same rights does not help."""

    code = "spotify_not_allowed"


class Client(spotipy.Spotify):  # type: ignore[misc]
    """spotipy at an address that is told to it, and with what it asks otherwise than Spotify's interface has it."""

    def __init__(self, place: Place, wire: Wire) -> None:
        super().__init__(requests_session=wire, retries=0, status_retries=0)
        self.prefix = f"{place.api}/"

    def playlist_add_items(self, playlist_id: str, items: Sequence[str], position: int | None = None) -> Found:
        """Add tracks. spotipy sends a bare array, the interface has an object with ``uris``."""
        body: Found = {"uris": list(items)} | ({} if position is None else {"position": position})
        added: Found = self._post(f"playlists/{playlist_id}/items", payload=body)
        return added


class Tokens(Protocol):
    """Who keeps the token: the vault."""

    def token(self, place: Place) -> Token:
        """As it is stored."""

    def renewed(self, place: Place, patience: Patience, used: Token) -> Token:
        """Another than the one that was used."""


class Calls:
    """What reading and writing ask through; close it at the end.

    Raises
    ------
    SpotifyNotConnected
        Nobody has connected an account.
    """

    def __init__(self, place: Place, tokens: Tokens, patience: Patience) -> None:
        self.patience = patience
        self._place = place
        self._tokens = tokens
        self._token = tokens.token(place)
        self._wire = Wire(place, place.api, lambda: self._token.access)
        self._client = Client(place, self._wire)

    def __enter__(self) -> "Calls":
        return self

    def __exit__(self, *_: object) -> None:
        self._wire.close()

    def ask(self, about: str, request: Callable[[Client], Found | None], *, repeatable: bool = True) -> Found:
        """The answer to one request ``about`` a thing, which the messages name.

        Raises
        ------
        SpotifyNotConnected, SpotifyRefused, NoSuchSpotifyList, SpotifyTooOften, SpotifyUnavailable
        MaybeDone
            Only of a request that is not ``repeatable``.
        """
        try:
            try:
                return self._asked(request, repeatable)
            except Answered as refusal:
                if refusal.status != HTTPStatus.UNAUTHORIZED:
                    raise
                self._token = self._tokens.renewed(self._place, self.patience, self._token)
                return self._asked(request, repeatable)
        except Answered as refusal:
            raise _said(refusal, about) from None

    def _asked(self, request: Callable[[Client], Found | None], repeatable: bool) -> Found:
        found = self.patience.ask(lambda: request(self._client), repeatable=repeatable)
        if found is None:  # what spotipy makes of an answer that it cannot read
            raise SpotifyUnavailable("Spotify's answer cannot be read. Nothing is lost; try again later.")
        return found


def _said(refusal: Answered, about: str) -> Exception:
    """What a refusal means for people, and what they can do."""
    match refusal.status:
        case HTTPStatus.BAD_REQUEST:
            return NotTaken(_refused(refusal, about))
        case HTTPStatus.UNAUTHORIZED:
            return SpotifyNotConnected(f"Spotify does not accept the connection, also not a renewed one. {AGAIN}")
        case HTTPStatus.FORBIDDEN if "scope" in refusal.error:
            return SpotifyRefused(f"The connected account has not allowed this: {about}. {AGAIN}")
        case HTTPStatus.FORBIDDEN:
            return NotAllowed(
                f"Spotify does not allow this: {about}. {LIMITS} Copy the pieces into a new list of the connected "
                "account and take that, or add whoever connected to the app's users at Spotify."
            )
        case HTTPStatus.NOT_FOUND:
            return NoSuchSpotifyList(
                f"Spotify has nothing there: {about}. The list was deleted, is private, or is one that Spotify makes "
                "itself, which it shows to no app. Copy its pieces into a new list of the connected account."
            )
    return SpotifyRefused(_refused(refusal, about))


def _refused(refusal: Answered, about: str) -> str:
    return f"Spotify refused this: {about} (status {refusal.status}). Nothing was changed by it."
