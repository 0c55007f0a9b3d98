"""The list that people take home opens elsewhere and names no place of ours."""

from hypothesis import given
from hypothesis import strategies as st

from playlists.exchange.entry import Entry
from playlists.exchange.m3u8 import write_names


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
