"""A clinic that asks a Spotify which the test scripts."""

import threading
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa
from msgspec.structs import replace

from playlists.exchange.entry import Listing
from soundscape.spotify.calls import Calls
from soundscape.spotify.patience import Patience
from soundscape.spotify.place import Place
from soundscape.spotify.reading import read_playlist
from soundscape.spotify.vault import Vault
from tests.soundscape.spotify.elsewhere import CODE, LIST, Elsewhere

REDIRECT = "https://soundscape.example/spotify/callback"
NOW_MS = 1_795_000_000_000


@dataclass
class Clinic:
    """One installation: what it says, and how it asks."""

    spotify: Elsewhere
    place: Place
    engine: sa.Engine
    data: Path
    now_ms: int = NOW_MS
    said: list[tuple[float, str]] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.vault = Vault(self.engine, self.data, lambda: self.now_ms)

    def hurried(self, **changed: object) -> None:
        self.place = replace(self.place, **changed)

    def progress(self, share: float, words: str) -> None:
        self.said.append((share, words))

    def patience(self) -> Patience:
        return Patience(self.place, self.progress, self.stopping, lambda: self.now_ms)

    def connect(self) -> None:
        begun = self.vault.begin(self.place, REDIRECT)
        self.spotify.challenge = begun.url.partition("code_challenge=")[2]
        self.vault.finish(self.place, self.patience(), kept=begun.state, came=begun.state, code=CODE, by="anna")

    def calls(self) -> Calls:
        return Calls(self.place, self.vault, self.patience())

    @property
    def words(self) -> str:
        return " ".join(words for _, words in self.said)


def read(clinic: Clinic, address: str = LIST) -> Listing:
    with clinic.calls() as calls:
        return read_playlist(calls, address)
