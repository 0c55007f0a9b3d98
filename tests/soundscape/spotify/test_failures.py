"""Each way in which Spotify can fail us ends in a plain message, in bounded time and memory, and nothing is lost."""

import socket
import threading
import time
import tracemalloc
from datetime import datetime
from email.utils import formatdate

import pytest

from soundscape.config import Config
from soundscape.errors import (
    BadConfiguration,
    NoSuchSpotifyList,
    ServiceError,
    SpotifyNotConnected,
    SpotifyNotSetUp,
    SpotifyRefused,
    SpotifyTooOften,
    SpotifyUnavailable,
    answer_of,
)
from soundscape.running import JobInterrupted
from soundscape.spotify.place import place_of
from tests.soundscape.spotify import elsewhere
from tests.soundscape.spotify.asking import NOW_MS, read
from tests.soundscape.spotify.elsewhere import LIST, status, text, track

ITEMS = f"GET /v1/playlists/{LIST}/items"
TOKEN = "POST /accounts/api/token"
TEN_HOURS_S = 36_000


def refused(clinic, kind: type[ServiceError], http: int) -> str:
    """What is said; it is one plain answer of the service's, and holds no token."""
    with pytest.raises(kind) as error:
        read(clinic)
    answer = answer_of(error.value)
    assert answer is not None
    assert answer.status == http
    assert "of-the-clinic" not in answer.detail
    assert answer.detail.endswith(".")
    return answer.detail


def test_an_expired_token_is_renewed_once_and_nobody_notices(connected):
    connected.spotify.access.clear()
    assert len(read(connected).entries) == 2
    assert connected.spotify.asked.count(TOKEN) == 1


def test_a_token_that_expires_half_way_loses_no_line(connected):
    connected.spotify.lines = [track(number) for number in range(120)]
    connected.spotify.on_page = lambda offset: connected.spotify.access.clear() if offset == 0 else None
    assert [entry.title for entry in read(connected).entries] == [f"Piece {number}" for number in range(120)]


def test_a_renewed_token_that_is_refused_too_asks_to_connect_again(connected):
    connected.spotify.fail("GET /v1/playlists", status(401), times=2)
    assert "Connect again" in refused(connected, SpotifyNotConnected, 409)
    assert connected.vault.connection() is not None


def test_a_connection_that_was_ended_at_spotify_is_forgotten(connected):
    connected.spotify.access.clear()
    connected.spotify.refresh = "another"
    assert "no longer accepts this connection" in refused(connected, SpotifyNotConnected, 409)
    assert connected.vault.connection() is None
    assert "No Spotify account is connected." in refused(connected, SpotifyNotConnected, 409)
    assert connected.spotify.asked.count(TOKEN) == 1


@pytest.mark.parametrize("act", [status(503), status(500, b"<html>"), elsewhere.gone, text(b"<html>")])
def test_a_passing_fault_of_the_accounts_throws_no_connection_away(connected, act):
    connected.spotify.access.clear()
    connected.spotify.fail(TOKEN, act, times=4)
    refused(connected, SpotifyUnavailable, 503)
    assert connected.vault.connection() is not None
    assert len(read(connected).entries) == 2


def test_an_app_that_spotify_does_not_know_is_said_and_the_connection_kept(connected):
    connected.spotify.access.clear()
    connected.spotify.fail(TOKEN, status(400, b'{"error": "invalid_client"}'))
    assert "spotify_client_id" in refused(connected, SpotifyRefused, 403)
    assert connected.vault.connection() is not None


def test_403_explains_what_an_app_in_development_may_not(connected):
    connected.spotify.fail(ITEMS, status(403, b'{"error": {"status": 403, "message": "Forbidden"}}'))
    said = refused(connected, SpotifyRefused, 403)
    assert "development mode" in said
    assert "at most 5 people" in said
    assert "Copy the pieces into a new list" in said
    assert LIST in said


def test_403_for_want_of_a_right_asks_to_connect_again(connected):
    connected.spotify.fail(ITEMS, status(403, b'{"error": {"message": "Insufficient client scope"}}'))
    assert "has not allowed this" in refused(connected, SpotifyRefused, 403)


def test_404_says_which_list_and_why_it_may_be(connected):
    connected.spotify.fail(ITEMS, status(404))
    said = refused(connected, NoSuchSpotifyList, 404)
    assert LIST in said
    assert "deleted, is private" in said


def test_another_refusal_names_its_status(connected):
    connected.spotify.fail(ITEMS, status(418, b"[[["))
    assert "status 418" in refused(connected, SpotifyRefused, 403)


def test_a_wish_to_wait_a_second_is_heeded_and_seen(connected):
    connected.spotify.fail(ITEMS, status(429, Retry_After="1"))
    begun_s = time.monotonic()
    assert len(read(connected).entries) == 2
    assert time.monotonic() - begun_s >= 1.0
    assert "Spotify asks us to wait. It goes on in 1 s." in connected.words


@pytest.mark.parametrize("dated", [False, True])
def test_a_wish_to_wait_ten_hours_ends_at_once_with_the_time(connected, dated):
    header = formatdate(time.time() + TEN_HOURS_S, usegmt=True) if dated else str(TEN_HOURS_S)
    connected.spotify.fail(ITEMS, status(429, Retry_After=header))
    begun_s = time.monotonic()
    said = refused(connected, SpotifyTooOften, 429)
    assert time.monotonic() - begun_s < 5.0
    when = datetime.fromtimestamp(NOW_MS / 1000 + TEN_HOURS_S).astimezone()
    assert f"{when:%-d %b %Y, %H:}" in said


@pytest.mark.parametrize("header", ["9" * 4_000, "-1", "soon", "", "٣"])
def test_a_wish_to_wait_that_makes_no_sense_is_survived(connected, header):
    connected.hurried(longest_wait_s=0.05)
    connected.spotify.fail(ITEMS, status(429, Retry_After=header.encode().decode("latin-1")))
    connected.spotify.fail(ITEMS, status(429), times=30)
    refused(connected, SpotifyTooOften, 429)


def test_one_job_waits_so_long_in_all(connected):
    connected.hurried(all_waits_s=2.5)
    connected.spotify.fail(ITEMS, status(429, Retry_After="1"), times=3)
    refused(connected, SpotifyTooOften, 429)
    assert connected.words.count("Spotify is asked again.") == 2


def test_waiting_can_be_ended(connected):
    connected.spotify.fail(ITEMS, status(429, Retry_After="50"))
    threading.Timer(0.3, connected.stopping.set).start()
    begun_s = time.monotonic()
    with pytest.raises(JobInterrupted):
        read(connected)
    assert time.monotonic() - begun_s < 5.0


@pytest.mark.parametrize(
    "act",
    [
        status(500),
        status(502, b"<html>bad gateway</html>"),
        status(503, b"\xff\xfe"),
        elsewhere.cut,
        elsewhere.gone,
        text(b'{"items": ['),
        text(b"<html>Please sign in to the network</html>", "text/html"),
        text(b"[1, 2]"),
        text(b"[" * 200_000),
        text(b"null"),
        text(b""),
    ],
)
def test_a_passing_fault_is_tried_again_and_a_lasting_one_said(connected, act):
    connected.spotify.fail(ITEMS, act, times=2)
    assert len(read(connected).entries) == 2
    assert "It is asked again" in connected.words
    connected.spotify.asked.clear()
    connected.spotify.fail(ITEMS, act, times=4)
    assert "at attempt 4" in refused(connected, SpotifyUnavailable, 503)
    assert connected.spotify.asked.count(ITEMS) == 4


def test_an_answer_that_breaks_off_is_said(connected):
    connected.hurried(pauses_s=())
    connected.spotify.fail(ITEMS, elsewhere.cut)
    assert "The answer broke off." in refused(connected, SpotifyUnavailable, 503)


@pytest.mark.parametrize("body", [b"{}", b'{"items": 7}', b'{"items": null}', b'{"items": [], "total": "many"}'])
def test_an_answer_of_another_shape_is_no_empty_list(connected, body):
    connected.spotify.fail(ITEMS, text(body))
    assert "not as its interface describes it" in refused(connected, SpotifyUnavailable, 503)


@pytest.mark.parametrize(
    "act", [elsewhere.silent, elsewhere.dripping, elsewhere.dripping_headers], ids=lambda act: act.__name__
)
def test_what_is_too_slow_is_given_up(connected, act):
    connected.hurried(read_s=0.3, total_s=0.5, pauses_s=())
    connected.spotify.fail(ITEMS, act)
    begun_s = time.monotonic()
    assert "too long to answer" in refused(connected, SpotifyUnavailable, 503)
    assert time.monotonic() - begun_s < 5.0


def test_a_name_that_is_looked_up_for_too_long_is_given_up(connected, monkeypatch):
    """A resolver that does not answer cannot be had for a test; it holds up whoever asks it in just this call."""

    def late(*_, **__):
        connected.spotify.released.wait(10)
        return []

    connected.hurried(total_s=0.5, pauses_s=())
    monkeypatch.setattr(socket, "getaddrinfo", late)
    begun_s = time.monotonic()
    assert "too long to answer" in refused(connected, SpotifyUnavailable, 503)
    assert time.monotonic() - begun_s < 5.0


@pytest.mark.parametrize("act", [elsewhere.endless, elsewhere.bomb], ids=lambda act: act.__name__)
def test_a_gigabyte_is_not_read(connected, act):
    connected.hurried(pauses_s=())
    connected.spotify.fail(ITEMS, act)
    tracemalloc.start()
    try:
        assert "far too long" in refused(connected, SpotifyUnavailable, 503)
        assert tracemalloc.get_traced_memory()[1] < 100 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_nobody_is_followed_elsewhere(connected, code):
    connected.hurried(pauses_s=())
    with elsewhere.running() as other:
        connected.spotify.fail(ITEMS, status(code, Location=f"{other.address}/v1/playlists/{LIST}/items"))
        assert "another address, which is refused" in refused(connected, SpotifyUnavailable, 503)
        assert other.asked == []


def test_without_network_it_is_said(connected):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        connected.hurried(api=f"http://127.0.0.1:{free.getsockname()[1]}/v1")
        assert "cannot be reached from here" in refused(connected, SpotifyUnavailable, 503)
    connected.hurried(api="https://api.spotify.invalid/v1", pauses_s=())
    assert "cannot be reached from here" in refused(connected, SpotifyUnavailable, 503)


def test_a_connection_that_is_not_safe_is_not_used(connected):
    connected.hurried(api=connected.place.api.replace("http:", "https:"), pauses_s=())
    assert "not safe" in refused(connected, SpotifyUnavailable, 503)
    assert connected.spotify.asked == []


@pytest.mark.parametrize("address", ["http://api.example", "http://localhost/v1", "ftp://127.0.0.1", "api.spotify.com"])
def test_an_address_that_others_could_listen_to_is_refused(address):
    for key in ("spotify_api", "spotify_accounts"):
        with pytest.raises(BadConfiguration, match=key):
            place_of(Config(spotify_client_id="app", **{key: address}))


def test_without_an_app_of_its_own_nothing_is_set_up():
    with pytest.raises(SpotifyNotSetUp, match="spotify_client_id"):
        place_of(Config())
    assert place_of(Config(spotify_client_id="app", spotify_api="http://127.0.0.1:9/")).api == "http://127.0.0.1:9"
