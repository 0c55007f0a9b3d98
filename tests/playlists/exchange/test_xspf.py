"""XSPF as other programs write it: bases, several locations, elements of their own."""

import pytest

from playlists.exchange.entry import Entry
from tests.playlists.exchange.made import read

VLC = """<?xml version="1.0" encoding="UTF-8"?>
<playlist xmlns="http://xspf.org/ns/0/" xmlns:vlc="http://www.videolan.org/vlc/playlist/ns/0/" version="1">
  <title>Evening</title><creator>Ward 3</creator><annotation>Two
  lines</annotation>
  <trackList>
    <track>
      <location>file:///C:/Music/Gr%C3%BCn%20%231.flac</location>
      <title>Grün &amp; <![CDATA[<blau>]]></title><creator>Trio</creator><album>Calm</album>
      <annotation>soft</annotation><info>https://example.org/g?a=1&amp;b=2</info>
      <image>javascript:alert(1)</image><trackNum>7</trackNum><duration>181600</duration>
      <identifier>urn:isrc:DE-A12-34-56789</identifier><identifier>spotify:track:1</identifier>
      <identifier>http://musicbrainz.org/recording/0A1B2C3D-1111-2222-3333-444455556666</identifier>
      <extension application="http://www.videolan.org/vlc/playlist/0">
        <vlc:id>0</vlc:id><title>not this one</title><location>/not/this</location>
      </extension>
    </track>
    <vlc:track><vlc:title>nor this</vlc:title></vlc:track>
  </trackList>
  <extension application="x"><trackList><track><title>nor this</title></track></trackList></extension>
</playlist>"""


def test_what_vlc_writes():
    found = read(VLC.encode(), "a.xspf")
    assert (found.title, found.creator, found.note) == ("Evening", "Ward 3", "Two\nlines")
    assert found.entries == (
        Entry(
            title="Grün & <blau>",
            artist="Trio",
            album="Calm",
            note="soft",
            length_s=181.6,
            isrc="DEA123456789",
            recording_id="0a1b2c3d-1111-2222-3333-444455556666",
            location="C:/Music/Grün #1.flac",
            page="https://example.org/g?a=1&b=2",
        ),
    )
    assert found.remarks == ()


def track(inside: str, base: str = "") -> str:
    return (
        f'<playlist version="1" xmlns="http://xspf.org/ns/0/"{base}><trackList><track>{inside}</track></trackList>'
        "</playlist>"
    )


@pytest.mark.parametrize(
    ("base", "written", "path", "page"),
    [
        ("", "Music/a%20b.flac", "Music/a b.flac", None),
        ("file:///srv/lists/", "../a%20b.flac", "/srv/a b.flac", None),
        ("music/", "a.flac", "music/a.flac", None),
        ("https://example.org/x/", "a.flac", None, "https://example.org/x/a.flac"),
        ("https://example.org/", "file:///srv/a.flac", "/srv/a.flac", None),
        ("", "file://localhost/srv/a.flac", "/srv/a.flac", None),
        ("", "file://server/share/a.flac", "//server/share/a.flac", None),
        ("", r"C:\Music\100%.flac", r"C:\Music\100%.flac", None),
        ("", "http%3A//example.org/a", None, None),
        ("", "a%00.flac", None, None),
        ("", "a%E9.flac", None, None),
        ("http://[", "http://[", None, None),
        ("", "../../etc/passwd", "../../etc/passwd", None),
    ],
)
def test_a_location_is_read_below_its_base(base, written, path, page):
    found = read(track(f"<location>\n {written} </location>", f' xml:base="{base}"' if base else "").encode(), "a.xspf")
    assert [(entry.location, entry.page) for entry in found.entries] == [(path, page)]
    assert bool(found.remarks) == (path is None)


def test_the_first_location_that_is_a_file_counts():
    inside = "<location>http://example.org/a</location><location>a.flac</location><location>b.flac</location>"
    (entry,) = read(track(inside).encode(), "a.xspf").entries
    assert (entry.location, entry.page) == ("a.flac", "http://example.org/a")


def test_a_nearer_base_counts():
    inside = '<location xml:base="c/">a.flac</location>'
    (entry,) = read(track(inside, ' xml:base="file:///b/"').encode(), "a.xspf").entries
    assert entry.location == "/b/c/a.flac"


@pytest.mark.parametrize("start", ["<playlist>", '<x:playlist xmlns:x="http://xspf.org/ns/0/">'])
def test_a_namespace_may_be_missing_or_have_a_prefix(start):
    prefix = "x:" if "x:" in start else ""
    inside = "".join(f"<{prefix}{name}>" for name in ("trackList", "track", "title"))
    text = f"{start}{inside}a"
    for name in ("title", "track", "trackList", "playlist"):
        text += f"</{prefix}{name}>"
    assert [entry.title for entry in read(text.encode(), "a.xspf").entries] == ["a"]


@pytest.mark.parametrize("duration", ["", "3:01", "-5", "0", "9" * 400, "NaN"])
def test_a_length_that_is_none_is_not_told(duration):
    (entry,) = read(track(f"<duration>{duration}</duration>").encode(), "a.xspf").entries
    assert entry.length_s is None
