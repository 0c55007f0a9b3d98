"""A take-home list is private, holds every piece once, and is written once whatever becomes of the answers."""

import pytest

from playlists.exchange.entry import Entry
from soundscape.errors import NothingForSpotify, SpotifyListChanged, SpotifyRefused, SpotifyUnavailable
from soundscape.running import JobInterrupted
from soundscape.spotify.writing import TAKE_HOME, Wanted, write_playlist
from tests.soundscape.spotify import elsewhere
from tests.soundscape.spotify.elsewhere import status, text, track_id

CREATE, ADD = "POST /v1/me/playlists", "POST /v1/playlists"
LOST = [elsewhere.cut, elsewhere.gone, status(502), text(b"<html>")]
"""Ways in which an answer does not arrive."""


def entries(count):
    return [Entry(title=f"Piece {n}", page=f"https://open.spotify.com/track/{track_id(n)}?si=1") for n in range(count)]


def uris(count):
    return [f"spotify:track:{track_id(n)}" for n in range(count)]


@pytest.fixture
def write(connected):
    """Write, and remember what was made."""
    remembered = []

    def remember(playlist_id, meant):
        remembered.append(playlist_id)
        written.meant = meant

    def written(count=3, *, more=(), playlist_id=None, **changed):
        wanted = Wanted(**{"title": "Calm at home", "entries": [*entries(count), *more], "mark": "K7PX2B9M"} | changed)
        with connected.calls() as calls:
            return write_playlist(calls, wanted, remember=remember, playlist_id=playlist_id)

    written.remembered = remembered
    return written


def test_a_list_is_private_and_says_what_it_is_for(connected, write):
    written = write(3)
    (made,) = connected.spotify.own
    assert (made["name"], made["public"], made["collaborative"]) == ("Calm at home", False, False)
    assert made["description"] == f"{TAKE_HOME} (K7PX2B9M)"
    assert "own listening" in made["description"]
    assert made["uris"] == uris(3)
    assert written.address == f"https://open.spotify.com/playlist/{made['id']}"
    assert (written.written, written.left_out, write.remembered) == (3, (), [made["id"]])


def test_two_hundred_and_fifty_pieces_go_in_order_a_hundred_at_once(connected, write):
    assert write(250).written == 250
    assert connected.spotify.own[0]["uris"] == uris(250)
    assert [len(body["uris"]) for body in connected.spotify.bodies[1:]] == [100, 100, 50]
    assert "200 of 250 pieces are written." in connected.words


def test_pieces_that_spotify_does_not_know_are_told_back(connected, write):
    strangers = [
        Entry(title="Ours", isrc="DEX260000001"),
        Entry(title="Album", page=f"https://open.spotify.com/album/{track_id(1)}"),
        Entry(title="Elsewhere", page=f"https://example.org/track/{track_id(1)}"),
    ]
    written = write(1, more=strangers)
    assert written.left_out == tuple(strangers)
    assert connected.spotify.own[0]["uris"] == uris(1)


@pytest.mark.parametrize("gone", [{0}, {99}, {3, 4, 97}, {100, 149}, set(range(100, 150))], ids=len)
def test_a_piece_that_spotify_no_longer_has_is_left_out_and_the_others_are_written_in_order(connected, write, gone):
    connected.spotify.unknown = {uris(150)[number] for number in gone}
    written = write(150)
    (made,) = connected.spotify.own
    assert made["uris"] == [uri for number, uri in enumerate(uris(150)) if number not in gone]
    assert [entry.title for entry in written.left_out] == [f"Piece {number}" for number in sorted(gone)]
    assert written.written == 150 - len(gone)
    assert len(connected.spotify.bodies) < 80


def test_where_spotify_has_none_of_the_pieces_that_is_said_and_it_ends(connected, write):
    connected.spotify.unknown = set(uris(3))
    with pytest.raises(NothingForSpotify, match="took none of the 3 pieces"):
        write(3)
    (made,) = connected.spotify.own
    assert made["uris"] == []


@pytest.mark.parametrize("gone", [0, 1, 2])
def test_a_later_attempt_knows_what_was_left_out(connected, write, gone):
    connected.spotify.unknown = {uris(5)[gone]}

    def stopping_once_it_is_known(_share, _words):
        if len(write.remembered) == 2:
            connected.stopping.set()

    connected.progress = stopping_once_it_is_known
    with pytest.raises(JobInterrupted):
        write(5)
    del connected.progress
    connected.stopping.clear()
    (made,) = connected.spotify.own
    assert len(made["uris"]) == gone
    written = write(entries=write.meant, playlist_id=made["id"])
    assert made["uris"] == [uri for number, uri in enumerate(uris(5)) if number != gone]
    assert [entry.title for entry in written.left_out] == [f"Piece {gone}"]


def test_without_any_piece_no_list_is_made(connected, write):
    with pytest.raises(NothingForSpotify, match="None of the 1 pieces of Calm at home"):
        write(0, more=[Entry(title="Ours")])
    assert connected.spotify.asked == []


def test_long_and_broken_words_are_brought_into_what_spotify_takes(connected, write):
    write(1, title="Calm\nagain " * 30, description="For\r\nyou " * 90)
    (made,) = connected.spotify.own
    assert len(made["name"]) <= 100
    assert len(made["description"]) <= 300
    assert made["description"].endswith("(K7PX2B9M)")
    assert "\n" not in made["name"] + made["description"]


@pytest.mark.parametrize("heeded", [True, False])
@pytest.mark.parametrize("act", LOST)
def test_a_lost_answer_makes_no_second_list_and_writes_no_piece_twice(connected, write, act, heeded):
    connected.spotify.fail(CREATE, act, heeded=heeded)
    connected.spotify.fail(ADD, act, heeded=heeded)
    assert write(150).written == 150
    (made,) = connected.spotify.own
    assert made["uris"] == uris(150)


@pytest.mark.parametrize("heeded", [True, False])
@pytest.mark.parametrize("pieces_before", [0, 100, 200])
def test_a_later_attempt_goes_on_with_the_list_that_was_remembered(connected, write, heeded, pieces_before):
    def stopping_then(_share, _words):
        if connected.spotify.own and len(connected.spotify.own[0]["uris"]) == pieces_before:
            connected.stopping.set()

    connected.progress = stopping_then
    with pytest.raises(JobInterrupted):
        write(250)
    del connected.progress
    connected.stopping.clear()
    (made,) = connected.spotify.own
    assert len(made["uris"]) == pieces_before
    connected.spotify.fail(ADD, elsewhere.cut, heeded=heeded)
    assert write(250, playlist_id=made["id"]).playlist_id == made["id"]
    assert write.remembered == [made["id"]]
    assert made["uris"] == uris(250)
    assert connected.spotify.own == [made]


def test_a_lasting_fault_is_said_and_nothing_is_written_twice(connected, write):
    connected.spotify.fail(ADD, elsewhere.cut, times=4)
    with pytest.raises(SpotifyUnavailable, match="not done twice"):
        write(3)
    assert write(3, playlist_id=write.remembered[0]).written == 3
    assert connected.spotify.own[0]["uris"] == uris(3)


def test_a_list_that_somebody_changed_is_said(connected, write):
    answer = connected.spotify.answer

    def meddled(method, path, query, body):
        if method == "POST" and path.endswith("items"):
            connected.spotify.own[0]["uris"].append("spotify:track:another")
        return answer(method, path, query, body)

    connected.spotify.answer = meddled
    with pytest.raises(SpotifyListChanged, match="holds 4 pieces instead of 3"):
        write(3)


def test_a_wish_to_wait_is_heeded_while_writing(connected, write):
    connected.spotify.fail(CREATE, status(429, Retry_After="0"))
    connected.spotify.fail(ADD, status(429, Retry_After="0"))
    write(3)
    assert connected.spotify.own[0]["uris"] == uris(3)


def test_an_account_that_may_not_write_is_told_so(connected, write):
    connected.spotify.fail(CREATE, status(403, b'{"error": {"message": "Insufficient client scope"}}'))
    with pytest.raises(SpotifyRefused, match="making the playlist Calm at home"):
        write(3)


def test_an_answer_that_names_no_list_is_no_list(connected, write):
    connected.spotify.fail(CREATE, text(b'{"id": "../me"}'))
    with pytest.raises(SpotifyUnavailable, match="names no list"):
        write(3)
    assert write.remembered == []
