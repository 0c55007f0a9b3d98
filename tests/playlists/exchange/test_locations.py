"""A location is text: compared by its end, never followed, never outside."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playlists.exchange.locations import page_of, parts_of, place_of, same_file, uri_of
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
def test_a_path_is_the_same_file_after_it_was_an_address(path):
    place = place_of(path, uri=False)
    if place.path is not None:
        back = place_of(uri_of(place.path), uri=True).path
        assert back is not None
        assert back.replace("\\", "/").lower() == place.path.replace("\\", "/").lower()


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
