"""A location is text: compared by its end, never followed, never outside."""

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playlists.exchange import identifiers
from playlists.exchange.identifiers import content_of, isrc_of, recording_of
from playlists.exchange.locations import NO_SOUND, Place, page_of, parts_of, path_of, place_of, same_file, uri_of
from tests.playlists.exchange.made import PATHS


@pytest.mark.parametrize(
    ("location", "known", "same"),
    [
        ("/mnt/nas/Music/Artist/Album/01.flac", "Artist/Album/01.flac", True),
        ("/mnt/nas/Artist/Album/01.flac", "/srv/music/Artist/Album/01.flac", True),
        (r"C:\Music\ARTIST\Album\01.FLAC", "artist/album/01.flac", True),
        ("../Album/01.flac", "/srv/music/Artist/Album/01.flac", True),
        ("Album/x/../01.flac", "/srv/music/Artist/Album/01.flac", True),
        ("Cafe\u0301/01.flac", "/srv/Café/01.flac", True),
        ("01.flac", "01.flac", True),
        ("01.flac", "/srv/music/Artist/Album/01.flac", False),
        ("/a/Disc 1/01.flac", "/b/Disc 1/01.flac", False),
        ("Artist/Album/01.flac", "Artist/Album/02.flac", False),
        ("Artist/Album/1.flac", "Artist/Album/01.flac", False),
        ("..", "..", False),
        ("/", "/", False),
    ],
)
def test_the_same_file_by_its_end(location, known, same):
    assert same_file(location, known) is same
    assert same_file(known, location) is same


@given(st.text() | PATHS)
def test_no_name_on_the_way_leads_elsewhere(path):
    assert not {"", ".", ".."} & set(parts_of(path))


def test_what_climbs_above_its_beginning_counts_from_there():
    assert parts_of("../../etc/passwd") == ("etc", "passwd")
    assert parts_of(r"C:\Music\Calm\a.flac") == ("Music", "Calm", "a.flac")


@given(PATHS)
def test_a_path_is_the_same_after_it_was_an_address(path):
    assert place_of(uri_of(path), uri=True) == place_of(path, uri=False) == Place(path=path)


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("re:member/02.flac", "re:member/02.flac"),
        ("./re:member/02.flac", "re:member/02.flac"),
        ("Data: Kyrie.flac", "Data: Kyrie.flac"),
        ("./data:1/a.flac", "./data:1/a.flac"),
        (".//./http://a/b", "./http://a/b"),
        ("./C:/a.flac", "./C:/a.flac"),
        (" ././../a.flac ", "../a.flac"),
        ("C:/a.flac", "C:/a.flac"),
        ("./", None),
        ("smb://nas/Music/01%20Tide.flac", "//nas/Music/01 Tide.flac"),
        ("smb://ward;me:secret@nas/Music/a.flac", "//nas/Music/a.flac"),
    ],
)
def test_a_colon_makes_no_address(written, path):
    assert place_of(written, uri=False) == Place(path=path)


@pytest.mark.parametrize(
    "written",
    [
        "x-new://a/b",
        "HTTP://a/b",
        "http:/a",
        "data:audio/wav;base64,A",
        "JavaScript:alert(1)",
        "spotify:track:1",
        "urn:a",
    ],
)
@pytest.mark.parametrize("uri", [True, False])
def test_an_address_is_never_a_path(written, uri):
    assert place_of(written, uri=uri).path is None
    assert place_of(written, uri=uri).refused == NO_SOUND
    assert path_of(written) is None


def test_the_letters_of_an_address_hidden_in_a_path_are_no_path():
    assert place_of("http%3A//example.org/a", uri=True).refused == NO_SOUND


@pytest.mark.parametrize("judge", [page_of, content_of, isrc_of, recording_of, lambda text: identifiers.read([text])])
def test_what_is_far_too_long_is_not_worked_on(judge):
    """A letter beyond Latin in it, so that every copy costs four bytes a letter."""
    text = "http://a/\U0001f3b5" + "x" * 1_000_000
    tracemalloc.start()
    try:
        assert judge(text) in {None, identifiers.Identifiers()}
        assert tracemalloc.get_traced_memory()[1] < 100_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("written", "page"),
    [
        ("https://example.org/a b", "https://example.org/a%20b"),
        ("https://example.org/é?q=1#x", "https://example.org/%C3%A9?q=1#x"),
        ("https://example.org/100%", "https://example.org/100%25"),
        ('https://example.org/"><script>', "https://example.org/%22%3E%3Cscript%3E"),
        ("javascript:alert(1)", None),
        ("http://", None),
        ("http://[", None),
        ("http://a:b/", None),
        ("ftp://example.org/", None),
        ("", None),
    ],
)
def test_a_page_is_a_clean_address(written, page):
    assert page_of(written) == page
    assert page_of(page) == page
