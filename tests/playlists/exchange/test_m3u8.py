"""The list that people take home names no place of ours; lists of other programs are read as they mean them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playlists.exchange.entry import Entry, Listing
from playlists.exchange.m3u8 import write_names
from playlists.exchange.writing import write_listing
from tests.playlists.exchange.made import read


def test_what_is_written():
    text = write_names(
        "Slow water",
        [Entry(title="Für Élise", artist="L. v. B.", length_s=181.6), Entry(title="Rain", artist="", length_s=60)],
    )
    assert text == (
        "#EXTM3U\n#PLAYLIST:Slow water\n#EXTINF:182,L. v. B. - Für Élise\nL. v. B. - Für Élise\n#EXTINF:60,Rain\nRain\n"
    )


def test_a_list_of_nothing_is_a_list():
    assert write_names("", []) == "#EXTM3U\n#PLAYLIST:Untitled\n"


def test_a_name_is_no_path_and_no_address():
    text = write_names(
        "x", [Entry(title="../../etc/passwd", artist="", length_s=1), Entry(title="http://a/b", artist="", length_s=1)]
    )
    entries = [line for line in text.splitlines() if not line.startswith("#")]
    assert entries == ["-..-etc-passwd", "http---a-b"]


@given(st.lists(st.tuples(st.text(), st.text(), st.floats(0, 1e5)), max_size=5), st.text())
def test_whatever_a_name_holds_the_lines_stay_in_pairs(pieces, title):
    entries = [Entry(title=name, artist=artist, length_s=seconds) for name, artist, seconds in pieces]
    lines = write_names(title, entries).split("\n")
    assert len(lines) == 3 + 2 * len(entries)
    for remark, entry in zip(lines[2:-1:2], lines[3::2], strict=True):
        assert remark.startswith("#EXTINF:")
        assert entry
        assert not entry.startswith("#")
        assert not set(entry) & set("/\\:\r\n")


def test_a_list_to_take_home_reads_back_as_names():
    text = write_names("x", [Entry(title="Für Élise", artist="L. v. B.", length_s=181.6), Entry(title="Rain")])
    assert read(text.encode(), "a.m3u8").entries == (
        Entry(title="Für Élise", artist="L. v. B.", length_s=182.0),
        Entry(title="Rain"),
    )


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_what_other_programs_write(end):
    lines = [
        "#EXTM3U",
        "#EXTENC: UTF-8",
        "#PLAYLIST: Evening ",
        "#EXTGRP:Calm",
        "#EXTALB:Bagatelles",
        '#EXTINF:181 tvg-id="1,2" group-title="a - b", Trio  A - Für - Élise',
        "#EXTVLCOPT:network-caching=1000",
        "# a remark",
        "",
        r"C:\Music\élise.flac",
        "#EXTINF:-1,Rain",
        "rain.flac",
        "../plain - file.ogg",
    ]
    found = read(end.join(lines).encode(), "a.m3u8")
    assert found.title == "Evening"
    assert found.entries == (
        Entry(
            title="Für - Élise",
            artist="Trio A",
            album="Bagatelles",
            length_s=181.0,
            location=r"C:\Music\élise.flac",
        ),
        Entry(title="Rain", location="rain.flac"),
        Entry(location="../plain - file.ogg"),
    )
    assert found.remarks == ()


def test_a_title_that_is_the_name_of_its_file_keeps_the_file():
    (entry,) = read(b"#EXTM3U\n#EXTINF:5,song.mp3\nsong.mp3\n", "a.m3u8").entries
    assert entry.location == "song.mp3"


def test_words_that_only_resemble_ours_are_passed_over():
    found = read(b"#EXTM3U\n#NOTE:x\n#PAGE:https://example.org/\n#NO-FILE:\n#SOUNDSCAPE-EXTALB:y\na.mp3\n", "a.m3u8")
    assert found.entries == (Entry(location="a.mp3"),)


def test_a_piece_without_its_line_is_kept():
    found = read(b"#EXTM3U\n#EXTINF:5,A - B\n#EXTINF:6,C - D\nd.mp3\n#EXTINF:7,E", "a.m3u8")
    assert [(entry.title, entry.location) for entry in found.entries] == [("B", None), ("D", "d.mp3"), ("E", None)]


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("https://example.org/a.mp3", "https://example.org/a.mp3"),
        ("HTTP://example.org/a.mp3", "http://example.org/a.mp3"),
        ("sftp://server/a.mp3", None),
        ("spotify:track:1", None),
        ("data:audio/wav;base64,AAAA", None),
        ("javascript:alert(1)", None),
        ("rtsp://a/b", None),
        ("file:http://example.org/a.mp3", None),
    ],
)
def test_an_address_is_no_sound(address, page):
    found = read(f"#EXTM3U\n#EXTINF:5,A - B\n{address}\n{address}\n".encode(), "a.m3u8")
    assert [(entry.location, entry.page) for entry in found.entries] == [(None, page)] * 2
    assert found.remarks == (f"An address on the net is no source of sound here: line 3, {address} and 1 more.",)


def test_a_file_whose_name_begins_like_a_remark_stays_a_file():
    text = write_listing(Listing(entries=(Entry(title="a", location="#1.flac"),)), "m3u8").decode()
    assert "\n./#1.flac\n" in text


def test_a_path_that_another_program_would_take_for_an_address_begins_here():
    text = write_listing(Listing(entries=(Entry(title="a", location="re:member/1.flac"),)), "m3u8").decode()
    assert "\n./re:member/1.flac\n" in text


def paths(*lines: str) -> list[str | None]:
    """What the entries of a list are read as."""
    return [entry.location for entry in read("\n".join(["#EXTM3U", *lines]).encode(), "a.m3u").entries]


def test_paths_as_vlc_writes_them_are_decoded():
    lines = ["#EXTINF:181,Ebb - Tide", "Ebb/01%20Tide.flac", "../Caf%C3%A9%2C%20100%25.flac", "plain.flac"]
    assert paths(*lines, "file:///srv/a%20b.flac") == [
        "Ebb/01 Tide.flac",
        "../Café, 100%.flac",
        "plain.flac",
        "/srv/a b.flac",
    ]


@pytest.mark.parametrize("other", ["a b.flac", "é.flac", "a,b.flac", "a%zz.flac", "100%", "a%E9.flac", r"C:\a.flac"])
def test_one_path_that_is_not_encoded_says_that_none_is(other):
    assert paths("100%25.flac", other) == ["100%25.flac", other]


def test_a_list_of_ours_says_where_its_percent_signs_are_letters():
    listing = Listing(entries=(Entry(title="a", location="100%25.flac"), Entry(title="b", location="b.flac")))
    data = write_listing(listing, "m3u8")
    assert b"#SOUNDSCAPE-PLAIN-PATHS:" in data
    assert read(data, "a.m3u8") == listing
    (encoded, _) = read(data.replace(b"#SOUNDSCAPE-PLAIN-PATHS:", b"#"), "a.m3u8").entries
    assert encoded.location == "100%.flac"
