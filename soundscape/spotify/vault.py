"""Who is connected, and with what: the tokens of the one Spotify account, sealed, and renewed by one at a time.

Spotify may give another refresh token whenever one is used, and the old one is void from then on. So who renews holds a
lock that all processes share, looks first whether another has done it, and stores what came before using it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import sqlalchemy as sa

from library.clock import Clock
from library.store import writing
from soundscape import pem, secret
from soundscape.errors import SpotifyNotConnected
from soundscape.spotify import connecting, seal
from soundscape.spotify.connecting import AGAIN, Begun, Token
from soundscape.spotify.patience import Patience
from soundscape.spotify.place import Place
from soundscape.stores import audit, connections
from soundscape.stores.connections import Connecting, Connection

NAME = "spotify"
TO_CONNECT_MS = 10 * 60_000
"""How long somebody may take at Spotify (judgement; its codes live as long)."""


class Vault:
    """The connection of one installation."""

    def __init__(self, engine: sa.Engine, data: Path, clock: Clock) -> None:
        self._engine = engine
        self._data = data
        self._clock = clock

    def connection(self) -> Connection | None:
        """Who connected and when, or None; asks nobody."""
        with self._engine.connect() as connection:
            return connections.get(connection, NAME)

    def begin(self, place: Place, redirect_uri: str) -> Begun:
        """Begin a connection: ``url`` is where to send the person, ``state`` is to be kept in their session."""
        begun = connecting.begin(place, redirect_uri)
        kept = Connecting(
            state_hash=secret.hashed(begun.state),
            sealed=seal.seal(self._data, begun.verifier),
            redirect_uri=redirect_uri,
            expires_ms=self._clock() + TO_CONNECT_MS,
        )
        with writing(self._engine) as connection:
            connections.begin(connection, kept, now_ms=self._clock())
        return begun

    def finish(
        self, place: Place, patience: Patience, *, kept: str | None, came: str | None, code: str, by: str
    ) -> None:
        """Connect with what the person came back with: the state that their session ``kept`` and that ``came``.

        Raises
        ------
        SpotifyNotConnected
            They are not who was sent, it is too long ago, or it was done already.
        SpotifyRefused, SpotifyUnavailable, SpotifyTooOften
        """
        begun = None
        if came is not None and connecting.same_state(kept, came):
            with writing(self._engine) as connection:
                begun = connections.take(connection, secret.hashed(came), now_ms=self._clock())
        if begun is None:
            raise SpotifyNotConnected(f"This answer of Spotify's belongs to nothing that was begun here. {AGAIN}")
        verifier = self._opened(begun.sealed)
        token = connecting.finish(place, patience, code=code, verifier=verifier, redirect_uri=begun.redirect_uri)
        made = self._sealed(token, client_id=place.client_id, by=by, since_ms=self._clock())
        with writing(self._engine) as connection:
            connections.put(connection, made)
            audit.record(connection, self._clock(), by, "connected", NAME, after={"client_id": place.client_id})

    def token(self, place: Place) -> Token:
        """The token as it is stored.

        Raises
        ------
        SpotifyNotConnected
            Nobody has connected, with another app, or the key is lost.
        """
        return self._token(self._here(place))

    def renewed(self, place: Place, patience: Patience, used: Token) -> Token:
        """Another token than the one that was used and refused.

        Raises
        ------
        SpotifyNotConnected
            Spotify says that the connection is over; it is forgotten here too.
        SpotifyRefused, SpotifyUnavailable, SpotifyTooOften
            It is kept.
        """
        with pem.alone(seal.folder_of(self._data)):
            here = self._here(place)
            stored = self._token(here)
            if stored != used:
                return stored
            try:
                token = connecting.renew(place, patience, used)
            except connecting.GrantEnded:
                with self._unless_changed(here) as connection:
                    self._remove(connection, by=NAME)
                raise
            made = self._sealed(token, client_id=here.client_id, by=here.connected_by, since_ms=here.connected_ms)
            with self._unless_changed(here) as connection:
                connections.put(connection, made)
            return token

    def forget(self, *, by: str) -> None:
        """End the connection here. At Spotify the person ends it themselves, on their account's page of apps."""
        with writing(self._engine) as connection:
            self._remove(connection, by=by)

    def _remove(self, connection: sa.Connection, *, by: str) -> None:
        connections.remove(connection, NAME)
        audit.record(connection, self._clock(), by, "disconnected", NAME)

    @contextmanager
    def _unless_changed(self, here: Connection) -> Iterator[sa.Connection]:
        """A transaction on the connection as it was read. Somebody may have ended it, or made another, while Spotify
        was asked: theirs stands.
        """
        with writing(self._engine) as connection:
            if connections.get(connection, NAME) != here:
                raise SpotifyNotConnected("The connection to Spotify was changed meanwhile. Try again.")
            yield connection

    def _here(self, place: Place) -> Connection:
        here = self.connection()
        if here is None:
            raise SpotifyNotConnected(f"No Spotify account is connected. {AGAIN}")
        if here.client_id != place.client_id:
            raise SpotifyNotConnected(f"The account was connected with another app, {here.client_id}. {AGAIN}")
        return here

    def _token(self, here: Connection) -> Token:
        return msgspec.json.decode(self._opened(here.sealed), type=Token)

    def _opened(self, sealed: str) -> str:
        try:
            return seal.opened(self._data, sealed)
        except seal.Unopened as error:
            raise SpotifyNotConnected(f"The key of the connection to Spotify is lost. {AGAIN}") from error

    def _sealed(self, token: Token, *, client_id: str, by: str, since_ms: int) -> Connection:
        return Connection(
            name=NAME,
            client_id=client_id,
            sealed=seal.seal(self._data, msgspec.json.encode(token).decode()),
            connected_by=by,
            connected_ms=since_ms,
            renewed_ms=self._clock(),
        )
