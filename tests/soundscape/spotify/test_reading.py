"""A playlist is read whole: every line in order, what is no music said so, at any length."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playlists.exchange.entry import Entry
from soundscape.errors import NotASpotifyList
from soundscape.running import JobInterrupted
from soundscape.spotify import reading
from soundscape.spotify.address import playlist_id, track_uri
from soundscape.spotify.reading import entry_of
from tests.soundscape.spotify.asking import read
from tests.soundscape.spotify.elsewhere import LIST, track, track_id

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=4,
)
KEYS = ["item", "track", "is_local", "type", "id", "name", "duration_ms", "artists", "album", "external_ids", "isrc"]


@pytest.mark.parametrize(
    "address",
    [
        LIST,
        f" https://open.spotify.com/playlist/{LIST} ",
        f"https://open.spotify.com/playlist/{LIST}?si=0123456789abcdef&pi=x",
        f"https://open.spotify.com/intl-de/playlist/{LIST}?si=1",
        f"https://open.spotify.com/embed/playlist/{LIST}/",
        f"http://open.spotify.com/user/anna%20b/playlist/{LIST}#top",
        f"open.spotify.com/playlist/{LIST}",
        f"spotify:playlist:{LIST}",
        f"spotify:user:anna.b:playlist:{LIST}",
    ],
)
def test_a_playlist_is_known_by_each_of_its_addresses(address):
    assert playlist_id(address) == LIST


@pytest.mark.parametrize(
    ("address", "said"),
    [
        (f"https://open.spotify.com/album/{LIST}", "It names an album."),
        (f"https://open.spotify.com/intl-pt/track/{LIST}?si=2", "It names a single track."),
        (f"spotify:artist:{LIST}", "It names an artist."),
        (f"https://open.spotify.com.evil.example/playlist/{LIST}", "open.spotify.com.evil"),
        (f"https://anna@open.spotify.com@evil.example/playlist/{LIST}", "anna@"),
        (f"https://open.spotify.com/playlist/{LIST}/../../me", "begins with https"),
        ("https://open.spotify.com/playlist/short", "short is not"),
        ("https://spotify.link/AbCdEf", "Copy link to playlist"),
        ("https://[", "is not the address"),
        ("file:///etc/passwd", "is not the address"),
        ("", "is not the address"),
        ("x" * 100_000, "is not the address"),
    ],
)
def test_anything_else_is_refused_with_what_it_is(address, said):
    with pytest.raises(NotASpotifyList) as refused:
        playlist_id(address)
    assert said in str(refused.value)
    assert len(str(refused.value)) < 400


def test_a_list_is_read_with_everything_that_can_be_matched(connected):
    listing = read(connected)
    assert (listing.title, listing.note, listing.remarks) == ("Calm", "For Bo's & ours", ())
    assert listing.entries[1] == Entry(
        title="Piece 2",
        artist="Ana Light, Bo",
        album="Quiet",
        length_s=200.002,
        isrc="DEX260000002",
        page=f"https://open.spotify.com/track/{track_id(2)}",
    )
    assert track_uri(listing.entries[1].page) == f"spotify:track:{track_id(2)}"


def test_lines_that_are_no_music_stay_in_their_place_and_say_why(connected):
    episode = {
        "type": "episode",
        "id": track_id(9),
        "name": "On sleep",
        "show": {"name": "Talk"},
        "duration_ms": 60_000,
    }
    local = {"type": "track", "id": None, "uri": "spotify:local:Ana:Quiet:Rain:61", "name": "Rain", "is_local": True}
    connected.spotify.lines = [
        {"is_local": False, "item": None},
        None,
        {"item": episode},
        {"is_local": True, "item": local | {"artists": [{"name": "Ana"}], "duration_ms": 61_000}},
        track(6, name=""),
        {"item": {"name": 7}},
        track(8, added="later", artists=[None, {"name": None}, {"new": 1}], album=None, external_ids=None),
        {"track": track(9)["item"]},
    ]
    nothing, also_nothing, talk, rain, nameless, garbled, bare, older = read(connected).entries
    assert nothing == also_nothing == Entry(missing=reading.GONE)
    assert (talk.title, talk.artist, talk.missing, talk.page) == ("On sleep", "Talk", reading.EPISODE, None)
    assert rain == Entry(title="Rain", artist="Ana", length_s=61.0)
    assert nameless.missing == reading.GONE
    assert garbled == Entry(missing=reading.UNREADABLE)
    assert (bare.title, bare.artist, bare.album, bare.isrc, bare.missing) == ("Piece 8", "", "", None, None)
    assert older.title == "Piece 9"


def test_a_track_that_spotify_no_longer_plays_may_be_owned_and_is_matched_like_any_other(connected):
    connected.spotify.lines = [track(1), track(2, is_playable=False), track(3, is_playable=False, name="")]
    listing = read(connected)
    assert [(entry.title, entry.missing) for entry in listing.entries] == [
        ("Piece 1", None),
        ("Piece 2", None),
        ("", reading.GONE),
    ]
    assert listing.entries[1].page
    assert listing.remarks == ("Spotify no longer plays 1 of these, or not in the account's country: line 2.",)
    connected.spotify.lines = [track(number, is_playable=False) for number in range(30)]
    assert read(connected).remarks[0].endswith(" 19, 20 and others.")


def test_five_thousand_lines_are_read_page_by_page_with_progress(connected):
    connected.spotify.lines = [track(number) for number in range(5_000)]
    before = connected.spotify.connections
    listing = read(connected)
    assert [entry.title for entry in listing.entries] == [f"Piece {number}" for number in range(5_000)]
    assert connected.spotify.connections == before + 1
    assert connected.spotify.asked.count(f"GET /v1/playlists/{LIST}/items") == 100
    shares = [share for share, _ in connected.said]
    assert shares == sorted(shares)
    assert shares[50] == pytest.approx(0.5, abs=0.02)
    assert "2500 of 5000 lines are read." in connected.words


def test_reading_stops_between_pages(connected):
    connected.spotify.lines = [track(number) for number in range(500)]
    connected.spotify.on_page = lambda offset: connected.stopping.set() if offset == 100 else None
    with pytest.raises(JobInterrupted):
        read(connected)
    assert connected.spotify.asked.count(f"GET /v1/playlists/{LIST}/items") == 3


def test_whoever_hears_the_progress_can_end_it(connected):
    class Cancelled(Exception):
        pass

    def progress(share, _words):
        if share > 0:
            raise Cancelled

    connected.spotify.lines = [track(number) for number in range(500)]
    connected.progress = progress
    with pytest.raises(Cancelled):
        read(connected)


def test_a_change_meanwhile_is_said(connected):
    connected.spotify.on_page = lambda _offset: connected.spotify.head.update(snapshot_id="two")
    assert "was changed at Spotify while it was read" in read(connected).remarks[0]


def test_lines_that_spotify_counts_but_does_not_give_are_said(connected):
    def shrink(offset):
        if offset == 50:
            del connected.spotify.lines[50:]

    connected.spotify.lines = [track(number) for number in range(60)]
    answer = connected.spotify.answer

    def counted(*asked):
        code, content = answer(*asked)
        return code, content | ({"total": 60} if "items" in content else {})

    connected.spotify.on_page, connected.spotify.answer = shrink, counted
    listing = read(connected)
    assert len(listing.entries) == 50
    assert listing.remarks == ("Spotify says that the list has 60 lines; it gave 50.",)


def test_a_list_without_end_is_read_to_the_most_that_there_are(connected, monkeypatch):
    monkeypatch.setattr(reading, "MOST", 120)
    connected.spotify.lines = [track(number) for number in range(500)]
    listing = read(connected)
    assert len(listing.entries) == 120
    assert listing.remarks


def test_an_empty_list_is_one(connected):
    connected.spotify.lines = []
    assert read(connected).entries == ()


@given(JSON, st.dictionaries(st.sampled_from(KEYS), JSON | st.fixed_dictionaries({"name": JSON, "isrc": JSON})))
def test_no_line_whatever_it_holds_stops_the_others(any_line, piece):
    for line in (any_line, {"item": piece}, piece):
        entry = entry_of(line)
        assert entry.missing or entry.title
        assert entry.length_s is None or 0 < entry.length_s < 86_400
