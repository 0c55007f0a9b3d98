"""The one door to the Spotify adapter: whether it can be used here, for whom, and with which patience."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import sqlalchemy as sa

from library.clock import Clock
from playlists.exchange.entry import Listing
from soundscape.config import Config
from soundscape.spotify.address import playlist_id
from soundscape.spotify.calls import Calls
from soundscape.spotify.patience import Patience
from soundscape.spotify.place import Place, for_a_page, place_of
from soundscape.spotify.reading import read_playlist
from soundscape.spotify.vault import Vault
from soundscape.stores.connections import Connection

State = Literal["no app", "not connected", "connected"]
Tell = Callable[[float, str], None]


class Installation(Protocol):
    """What the app's parts and a running job both have."""

    @property
    def config(self) -> Config: ...
    @property
    def engine(self) -> sa.Engine: ...
    @property
    def data(self) -> Path: ...
    @property
    def clock(self) -> Clock: ...


@dataclass(frozen=True)
class Door:
    """The way of one installation to its Spotify app."""

    config: Config
    engine: sa.Engine
    data: Path
    clock: Clock

    @classmethod
    def of(cls, here: Installation) -> "Door":
        """Of an app's parts, or of a job."""
        return cls(here.config, here.engine, here.data, here.clock)

    @property
    def vault(self) -> Vault:
        """Who keeps the connection."""
        return Vault(self.engine, self.data, self.clock)

    @property
    def place(self) -> Place:
        """Where Spotify is asked.

        Raises
        ------
        SpotifyNotSetUp, BadConfiguration
        """
        return place_of(self.config)

    def connection(self) -> Connection | None:
        """The connection of the app that is set, if there is one."""
        found = self.vault.connection()
        return found if found is not None and found.client_id == self.config.spotify_client_id else None

    def state(self) -> State:
        """How far it is set up; asks nobody."""
        if self.config.spotify_client_id is None:
            return "no app"
        return "not connected" if self.connection() is None else "connected"

    def check(self) -> None:
        """Make sure that a job can be asked for; asks nobody elsewhere.

        Raises
        ------
        SpotifyNotSetUp, BadConfiguration, SpotifyNotConnected
        """
        self.vault.token(self.place)

    def calls(self, tell: Tell, stopping: threading.Event) -> Calls:
        """To ask through while a job runs, or a command.

        Raises
        ------
        SpotifyNotSetUp, BadConfiguration, SpotifyNotConnected
        """
        place = self.place
        return Calls(place, self.vault, Patience(place, tell, stopping, self.clock))

    def finish(self, *, kept: str | None, came: str | None, code: str, by: str) -> None:
        """Connect with what a person came back with, while their page waits: one attempt, a few seconds.

        Raises
        ------
        SpotifyNotSetUp, BadConfiguration, SpotifyNotConnected, SpotifyRefused, SpotifyUnavailable, SpotifyTooOften
        """
        place = for_a_page(self.place)
        patience = Patience(place, lambda _share, _words: None, threading.Event(), self.clock)
        self.vault.finish(place, patience, kept=kept, came=came, code=code, by=by)

    def read(self, address: str, tell: Tell, stopping: threading.Event) -> Listing:
        """The list at an address, without any sound.

        Raises
        ------
        NotASpotifyList, SpotifyNotSetUp, BadConfiguration, SpotifyNotConnected, SpotifyRefused, NoSuchSpotifyList,
        SpotifyTooOften, SpotifyUnavailable
        """
        playlist_id(address)
        with self.calls(tell, stopping) as calls:
            return read_playlist(calls, address)
