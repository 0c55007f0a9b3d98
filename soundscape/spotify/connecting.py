"""How a clinic's Spotify account is connected: an authorization code with PKCE (RFC 7636), and which scopes.

No secret of the app is needed. The exchange is our own few lines, since spotipy's writes the code, the verifier and the
refresh token into its debug log. The caller keeps ``state`` in the person's session and hands back both what that held
and what came in the address; the verifier never leaves the server.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass, field
from urllib.parse import urlencode

from soundscape import secret
from soundscape.errors import SpotifyNotConnected, SpotifyRefused, SpotifyUnavailable
from soundscape.spotify.patience import Patience
from soundscape.spotify.place import Place, is_safe
from soundscape.spotify.wire import Answered, Wire

SCOPES = ("playlist-read-private", "playlist-read-collaborative", "playlist-modify-private")
"""Reading the account's own lists and those it works on; writing private ones, for a take-home list."""
AGAIN = "Connect again on the Spotify page of the administration."


@dataclass(frozen=True)
class Begun:
    """What a connection begins with: where the person is sent, and what is kept until they come back."""

    url: str = field(repr=False)
    state: str = field(repr=False)
    verifier: str = field(repr=False)


@dataclass(frozen=True)
class Token:
    """What opens the account: for an hour, and what gives the next one. Never shown."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)


class GrantEnded(SpotifyNotConnected):
    """Spotify says that this grant is no longer valid: `invalid_grant`, RFC 6749, 5.2."""


def begin(place: Place, redirect_uri: str) -> Begun:
    """Where to send the person who connects.

    Raises
    ------
    SpotifyRefused
        The service's own address is one that Spotify does not send anybody back to.
    """
    if not is_safe(redirect_uri):
        raise SpotifyRefused(
            f"Spotify sends nobody back to {redirect_uri}: open Soundscape by its https:// address and connect there."
        )
    state, verifier = secret.new_token(), secret.new_token()
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    query = {
        "response_type": "code",
        "client_id": place.client_id,
        "redirect_uri": redirect_uri,
        "scope": " ".join(SCOPES),
        "state": state,
        "code_challenge_method": "S256",
        "code_challenge": challenge,
    }
    return Begun(f"{place.accounts}/authorize?{urlencode(query)}", state, verifier)


def same_state(kept: str | None, came: str | None) -> bool:
    """Whether who comes back is who was sent: the state in their session is the state in the address."""
    return bool(kept) and bool(came) and hmac.compare_digest(str(kept).encode(), str(came).encode())


def finish(place: Place, patience: Patience, *, code: str, verifier: str, redirect_uri: str) -> Token:
    """The token for the code that the person came back with.

    Raises
    ------
    GrantEnded
        The code is too old, or was used.
    SpotifyRefused, SpotifyUnavailable, SpotifyTooOften
    """
    body = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "client_id": place.client_id,
        "code_verifier": verifier,
    }
    return _token(_exchange(place, patience, body), refresh=None)


def renew(place: Place, patience: Patience, token: Token) -> Token:
    """The next token; Spotify may or may not give another refresh token with it.

    Raises
    ------
    GrantEnded
        The connection is over: it was ended at Spotify, or this refresh token was used before.
    SpotifyRefused, SpotifyUnavailable, SpotifyTooOften
        It may go on later.
    """
    body = {"grant_type": "refresh_token", "refresh_token": token.refresh, "client_id": place.client_id}
    return _token(_exchange(place, patience, body), refresh=token.refresh)


def _exchange(place: Place, patience: Patience, body: dict[str, str]) -> dict[str, object]:
    with Wire(place, place.accounts) as wire:
        try:
            # Sent again also after a cut: if it was heeded the first time, its answer is lost to us in any case.
            answer: dict[str, object] = patience.ask(lambda: wire.post(f"{place.accounts}/api/token", data=body).json())
        except Answered as refusal:
            if refusal.error == "invalid_grant":
                raise GrantEnded(f"Spotify no longer accepts this connection. {AGAIN}") from None
            raise SpotifyRefused(
                f"Spotify does not accept the app {place.client_id} (status {refusal.status}). Compare "
                "spotify_client_id in the settings, and the redirect address, with the app's page at Spotify."
            ) from None
    return answer


def _token(answer: dict[str, object], refresh: str | None) -> Token:
    access, refresh_now = answer.get("access_token"), answer.get("refresh_token", refresh)
    if not isinstance(access, str) or not isinstance(refresh_now, str):
        raise SpotifyUnavailable("Spotify's answer holds no token. Nothing was changed; try again later.")
    return Token(access, refresh_now)
