"""JSPF as other programs write it: one text where a list belongs, members of their own, nothing."""

import json

import pytest

from playlists.exchange.entry import Entry, Listing
from playlists.exchange.writing import write_listing
from tests.playlists.exchange.made import FULL, read

LISTENBRAINZ = {
    "playlist": {
        "title": "Evening",
        "creator": "listener",
        "annotation": None,
        "date": "2024-01-01T00:00:00+00:00",
        "extension": {"https://musicbrainz.org/doc/jspf#playlist": {"public": True}},
        "track": [
            {
                "title": "Für Élise",
                "creator": "L. v. B.",
                "album": "Bagatelles",
                "duration": 181600,
                "identifier": ["https://musicbrainz.org/recording/0a1b2c3d-1111-2222-3333-444455556666"],
                "extension": {"https://musicbrainz.org/doc/jspf#track": {"added_by": "listener"}},
            },
            {
                "title": 1984,
                "identifier": "urn:isrc:DEA123456789",
                "location": "music/a%20b.flac",
                "duration": "60000.4",
                "meta": [{"x": 1}, "y"],
            },
            {"title": None, "location": [None, "http://example.org/a"], "meta": {"x": "y"}},
            None,
        ],
    }
}


def test_what_listenbrainz_and_others_write():
    found = read(json.dumps(LISTENBRAINZ).encode(), "a.jspf")
    assert (found.title, found.creator, found.note) == ("Evening", "listener", "")
    assert found.entries == (
        Entry(
            title="Für Élise",
            artist="L. v. B.",
            album="Bagatelles",
            length_s=181.6,
            recording_id="0a1b2c3d-1111-2222-3333-444455556666",
        ),
        Entry(title="1984", isrc="DEA123456789", location="music/a b.flac", length_s=60.0),
        Entry(page="http://example.org/a"),
        Entry(missing="The list has an empty place here"),
    )
    assert found.remarks == ("An address on the net is no source of sound here: piece 3, http://example.org/a.",)


def test_what_is_written_has_the_fields_that_the_description_gives():
    playlist = json.loads(write_listing(FULL, "jspf"))["playlist"]
    assert set(playlist) == {"title", "creator", "annotation", "track"}
    first, _, missing, _ = playlist["track"]
    assert first["duration"] == 181600
    assert first["location"] == ["file:///music/F%C3%BCr%20%C3%89lise%20%231.flac"]
    assert first["identifier"][0] == "urn:isrc:DEA123456789"
    assert missing["meta"] == [{"urn:x-soundscape:missing": "A podcast's episode"}]


@pytest.mark.parametrize("value", [True, ["b"], {"a": 1}, [[[]]]])
@pytest.mark.parametrize("field", ["title", "creator", "album", "annotation", "info", "duration"])
def test_a_field_that_is_no_text_costs_that_field_alone(field, value):
    track = {"title": "Rain", "creator": "Ada", "duration": 60000, "location": "a.flac"} | {field: value}
    found = read(json.dumps({"playlist": {"track": [track]}}).encode(), "a.jspf")
    whole = {"title": "Rain", "artist": "Ada", "length_s": 60.0, "location": "a.flac"}
    lost = {"title": "title", "creator": "artist", "duration": "length_s"}.get(field)
    assert found.entries == (Entry(**{name: told for name, told in whole.items() if name != lost}),)
    assert found.remarks == (f"A field that is no text where one belongs was left out: piece 1, {field}.",)


def test_places_and_names_that_are_no_texts_are_left_out():
    track = {"title": "Rain", "location": [{"a": 1}, "a.flac"], "identifier": {"isrc": "x"}, "meta": 7}
    found = read(json.dumps({"playlist": {"title": ["x"], "track": [track]}}).encode(), "a.jspf")
    assert found.entries == (Entry(title="Rain", location="a.flac"),)
    assert found.remarks == ("A field that is no text where one belongs was left out: title and 2 more.",)


def test_a_list_without_pieces_is_a_list():
    assert read(b'{"playlist":{"title":"Empty","track":null}}', "a.jspf") == Listing(title="Empty")
