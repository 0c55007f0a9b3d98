"""Which playlist, or which track, does an address of Spotify's name?

As the app and the web page hand them out: `https://open.spotify.com/playlist/<id>?si=...`, with `intl-de/` or `embed/`
in front, and `spotify:playlist:<id>`. Ids are 22 letters and digits.
"""

import re
from urllib.parse import urlsplit

from library.lettering import clean
from soundscape.errors import NotASpotifyList

ID = r"[0-9A-Za-z]{22}"
PLAIN = re.compile(ID)
URI = re.compile(rf"spotify:(?:user:[^:]+:)?(?P<kind>[a-z]+):(?P<id>{ID})")
PATH = re.compile(rf"/(?:intl-[a-z-]+/)?(?:embed/)?(?:user/[^/]+/)?(?P<kind>[a-z]+)/(?P<id>{ID})/?")
HOSTS = {"open.spotify.com", "play.spotify.com"}
KINDS = {
    "album": "an album",
    "artist": "an artist",
    "track": "a single track",
    "show": "a podcast",
    "episode": "an episode",
}
SHOWN = 80


def playlist_id(text: str) -> str:
    """The id of the playlist that an address, or an id alone, names.

    Raises
    ------
    NotASpotifyList
        Says what it names instead.
    """
    text = text.strip()
    if PLAIN.fullmatch(text):
        return text
    kind, found = _parts(text)
    if kind == "playlist":
        return found
    said = f"It names {KINDS[kind]}. " if kind in KINDS else ""
    raise NotASpotifyList(
        f"{clean(text[:SHOWN])} is not the address of a Spotify playlist. {said}In Spotify open the playlist and take "
        "Share, Copy link to playlist: it begins with https://open.spotify.com/playlist/."
    )


def track_uri(page: str | None) -> str | None:
    """What Spotify calls the track of this page, `spotify:track:<id>`; None where the page is no track of Spotify's."""
    kind, found = _parts(page or "")
    return f"spotify:track:{found}" if kind == "track" else None


def playlist_page(found: str) -> str:
    """The address of a playlist for people."""
    return f"https://open.spotify.com/playlist/{found}"


def track_page(found: str) -> str:
    """The address of a track for people."""
    return f"https://open.spotify.com/track/{found}"


def _parts(text: str) -> tuple[str, str]:
    """Kind and id, both empty where the text is no address of Spotify's."""
    if match := URI.fullmatch(text):
        return match["kind"], match["id"]
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
    except ValueError:
        return "", ""
    if parts.scheme in {"http", "https"} and parts.netloc.lower() in HOSTS and (match := PATH.fullmatch(parts.path)):
        return match["kind"], match["id"]
    return "", ""
