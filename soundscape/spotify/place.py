"""Where Spotify is asked, as which app, and how long it is waited for.

Both addresses are settings so that a test, or a clinic's own relay, can stand in their place. What is sent there opens
an account: so HTTPS, except within this machine.
"""

import ipaddress
from urllib.parse import urlsplit

from msgspec.structs import replace

from library.track import Record
from soundscape.config import Config
from soundscape.errors import BadConfiguration, SpotifyNotSetUp


class Place(Record, frozen=True, kw_only=True):
    """One installation's way to Spotify. Times are seconds; all of them are judgement.

    ``total_s`` is the most that one answer may take, ``pauses_s`` how long is paused before each further attempt, and
    ``longest_wait_s`` the longest wish to wait that is heeded: after a longer one a person had better come back. One
    job waits no more than ``all_waits_s``, for other lists wait behind it.
    """

    client_id: str
    api: str = "https://api.spotify.com/v1"
    accounts: str = "https://accounts.spotify.com"
    connect_s: float = 5.0
    read_s: float = 15.0
    total_s: float = 30.0
    pauses_s: tuple[float, ...] = (0.5, 2.0, 6.0)
    longest_wait_s: float = 60.0
    most_waits: int = 20
    all_waits_s: float = 120.0
    most_bytes: int = 8 << 20
    """A page of 50 pieces with all that Spotify says of them is about 0.4 MB."""


def place_of(config: Config) -> Place:
    """The way to Spotify that the settings name.

    Raises
    ------
    SpotifyNotSetUp
        The settings name no app of the clinic's.
    BadConfiguration
        An address would be asked without HTTPS.
    """
    if config.spotify_client_id is None:
        raise SpotifyNotSetUp(
            "No Spotify app is set: the settings name no spotify_client_id. docs/lists.md says how to get one."
        )
    for key, address in (("spotify_api", config.spotify_api), ("spotify_accounts", config.spotify_accounts)):
        if not is_safe(address):
            raise BadConfiguration(f"{key} is {address!r}; it must begin with https:// and name a host.")
    return Place(
        client_id=config.spotify_client_id,
        api=config.spotify_api.rstrip("/"),
        accounts=config.spotify_accounts.rstrip("/"),
    )


def for_a_page(place: Place) -> Place:
    """The same, for one request that a person's page waits for: one attempt of a few seconds, and no waiting."""
    return replace(place, connect_s=3.0, read_s=5.0, total_s=8.0, pauses_s=(), longest_wait_s=0.0, most_waits=0)


def is_safe(address: str) -> bool:
    """Whether nobody on the way can read what is sent there: HTTPS, or an address of this machine itself."""
    parts = urlsplit(address)
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(address)))


def is_loopback(address: str) -> bool:
    """Whether it is this machine by number; Spotify takes no `localhost`, for a name can be pointed elsewhere."""
    try:
        return ipaddress.ip_address(urlsplit(address).hostname or "").is_loopback
    except ValueError:
        return False
