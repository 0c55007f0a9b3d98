"""Where a list may come from besides a file, and whether that is set up here: the one door to the Spotify adapter."""

import re
from collections.abc import Callable

import sqlalchemy as sa

from playlists.exchange.entry import Listing
from soundscape.errors import NoSource
from soundscape.stores import settings

CLIENT_ID = "spotify_client_id"
PLAYLIST = re.compile(r"https://open\.spotify\.com/(?:intl-\w+/)?playlist/\w+(?:\?\S*)?|spotify:playlist:\w+")
NOT_SET = (
    "No Spotify app is set. A clinic uses an app of its own: an administrator enters its client id. Lists in files can "
    "be brought in without it."
)


def client_id(connection: sa.Connection) -> str | None:
    """The id of the clinic's own Spotify app, if one is set."""
    found = settings.get(connection, CLIENT_ID)
    return None if found is None or not found.value else found.value


def is_playlist(address: str) -> bool:
    """Whether this is the address of a playlist that could be read."""
    return PLAYLIST.fullmatch(address) is not None


def check(connection: sa.Connection, address: str) -> None:
    """Make sure that a list can be asked for at this address.

    Raises
    ------
    NoSource
    """
    if not is_playlist(address):
        raise NoSource(f"{address[:200]!r} is no address of a Spotify playlist. Copy it from Spotify's share menu.")
    if client_id(connection) is None:
        raise NoSource(NOT_SET)


def read(engine: sa.Engine, address: str, tell: Callable[[float, str], None]) -> Listing:
    """The list at an address, without any sound.

    Raises
    ------
    NoSource
    """
    with engine.connect() as connection:
        check(connection, address)
    tell(0.0, "Asking Spotify")
    raise NoSource("This installation cannot read from Spotify yet. Export the list to a file and bring that in.")
