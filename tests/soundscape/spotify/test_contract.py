"""Everything that we send through spotipy is in Spotify's published interface, and its own examples can be read.

The interface is ``schemas/spotify-web-api.yml`` of the shared test data. Stoplight Prism answers from it, and with
``--errors`` refuses what is not in it: 404 for another request, 422 for another body or parameter. It is installed by
``npm install --global @stoplight/prism-cli`` and started here on a free port.
"""

import socket
import subprocess

import pytest
import spotipy

from playlists.exchange.entry import Entry
from soundscape.errors import SpotifyListChanged
from soundscape.spotify import calls as calling
from soundscape.spotify.calls import Calls
from soundscape.spotify.connecting import Token
from soundscape.spotify.finding import with_pages
from soundscape.spotify.reading import read_playlist
from soundscape.spotify.wire import Answered, Wire
from soundscape.spotify.writing import Wanted, write_playlist
from tests import needs
from tests.soundscape.spotify.elsewhere import LIST, track_id
from tests.waiting import until


@pytest.fixture(scope="module")
def prism(test_data, tmp_path_factory):
    """The address of the mock."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [needs.program("prism"), "mock", "--errors", "--host", "127.0.0.1", "--port", str(port)]
    log = tmp_path_factory.mktemp("prism") / "log"
    with log.open("wb") as told:
        process = subprocess.Popen(
            [*command, str(test_data / "schemas" / "spotify-web-api.yml")], stdout=told, stderr=subprocess.STDOUT
        )
    try:
        until(lambda: process.poll() is not None or b"is listening" in log.read_bytes(), what="Prism")
        assert process.poll() is None, log.read_text()
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)


class Open:
    """A token that needs no account."""

    def token(self, _place):
        return Token("any", "any")

    def renewed(self, _place, _patience, _used):
        raise AssertionError("Prism accepts every token")


@pytest.fixture
def calls(prism, clinic):
    clinic.hurried(api=prism, read_s=60.0, total_s=60.0, pauses_s=())
    with Calls(clinic.place, Open(), clinic.patience()) as opened:
        yield opened


def test_the_example_of_a_playlist_is_read(calls):
    listing = read_playlist(calls, LIST)
    assert len(listing.entries) == 4  # its one line, as often as it says that there are lines
    assert listing.title
    assert {entry.title for entry in listing.entries} != {""}
    assert all(entry.missing is None for entry in listing.entries)


def test_a_recording_is_looked_for_as_the_interface_has_it(calls):
    """The example's track has another ISRC than was asked for, so it is not taken."""
    (entry,) = with_pages(calls, [Entry(title="A", isrc="GBAYE0000351")])
    assert entry.page is None


def test_everything_that_is_written_is_in_the_interface(calls):
    """Its example has four pieces in every list, so of five we say at the end that four are there."""
    entries = [Entry(title="A", page=f"https://open.spotify.com/track/{track_id(n)}") for n in range(5)]
    remembered = []
    wanted = Wanted(title="Calm", entries=entries, mark="K7PX2B9M")
    with pytest.raises(SpotifyListChanged, match="holds 4 pieces instead of 5"):
        write_playlist(calls, wanted, remember=lambda playlist_id, _: remembered.append(playlist_id))
    assert remembered
    assert calls.ask("looking", lambda client: client.current_user_playlists(limit=50))["items"]


@pytest.mark.parametrize(
    "request_of_spotipy",
    [
        lambda client: spotipy.Spotify.playlist_add_items(client, LIST, [f"spotify:track:{track_id(1)}"]),
        lambda client: client.playlist_items(LIST, limit=100),
        lambda client: client.current_user(),
        lambda client: client.tracks([track_id(1)]),
    ],
    ids=["a bare array of tracks", "a hundred lines at once", "me/", "tracks/?ids="],
)
def test_what_spotipy_has_otherwise_is_refused_by_the_interface(prism, clinic, request_of_spotipy):
    """Why `Client` overrides a request and others are not used; when one of these passes, an override may go."""
    clinic.hurried(api=prism)
    with Wire(clinic.place, prism, lambda: "any") as wire, pytest.raises(Answered) as refusal:
        request_of_spotipy(calling.Client(clinic.place, wire))
    assert refusal.value.status in {404, 422}
