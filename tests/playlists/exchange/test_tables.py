"""A spreadsheet reads what is written as what it says and calculates nothing; tables of other tools are read."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from library.track import Record
from playlists.exchange.entry import Entry
from playlists.exchange.tables import cells_of, csv_of
from tests.playlists.exchange.made import read


class Row(Record, frozen=True, kw_only=True):
    """As a page shows it."""

    name: str
    pieces: int | None = None
    artists: tuple[str, ...] = ()


HEADINGS = {"name": "Name", "pieces": "Pieces", "artists": "Artists"}


def test_what_is_written():
    rows = [Row(name='Slow "water", 1', pieces=12, artists=("A", "B")), Row(name="=1+1")]
    assert csv_of(HEADINGS, rows).decode() == (
        '\ufeffName,Pieces,Artists\r\n"Slow ""water"", 1",12,A; B\r\n\'=1+1,,\r\n'
    )


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])) | st.text("'=+-@\t\r\n,;\"a")))
def test_texts_come_back_and_none_is_a_formula(names):
    data = csv_of({"name": "Name", "pieces": "Pieces"}, [Row(name=name) for name in names]).decode()
    assert cells_of(data) == [["Name", "Pieces"], *([name, ""] for name in names)]
    for (cell, _), name in zip(list(csv.reader(io.StringIO(data, newline="")))[1:], names, strict=True):
        assert cell[:1] not in set("=+-@\t\r\n")
        assert cell.removeprefix("'") in {name, name.removeprefix("'")}


def test_a_number_below_zero_stays_a_number():
    assert b"-3" in csv_of({"pieces": "Pieces"}, [Row(name="", pieces=-3)])
    assert b"'" not in csv_of({"pieces": "Pieces"}, [Row(name="", pieces=-3)])


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_tables_of_other_tools_are_read(separator):
    rows = [
        ["Track URI", "Track Name", "Artist Name(s)", "Album Name", "Duration (ms)", "ISRC"],
        ["spotify:track:1", "Für Élise", "L. v. B.", "Bagatelles", "181600", "DEA123456789"],
        ["spotify:local:1", "Rain", "", "", "", ""],
    ]
    data = "\n".join(separator.join(row) for row in rows).encode()
    assert read(data, "a.csv").entries == (
        Entry(title="Für Élise", artist="L. v. B.", album="Bagatelles", length_s=181.6, isrc="DEA123456789"),
        Entry(title="Rain"),
    )


@pytest.mark.parametrize(
    ("written", "length_s"),
    [
        ("181.6", 181.6),
        ('"181,6"', 181.6),
        ("3:02", 182.0),
        ("1:03:02", 3782.0),
        ("", None),
        ("long", None),
        ("nan", None),
    ],
)
def test_lengths_as_people_write_them(written, length_s):
    assert read(f"Title,Length\na,{written}\n".encode(), "a.csv").entries[0].length_s == length_s


def test_an_address_in_a_table_is_no_sound():
    found = read(b"Title,File\na,http://example.org/a\n", "a.csv")
    assert found.entries == (Entry(title="a", page="http://example.org/a"),)
    assert len(found.remarks) == 1


def test_a_column_that_may_hold_a_title_gives_way_to_the_one_that_does():
    for heading in ("Track,Title,Artist", "Title,Track,Artist"):
        row = "7,Rain,Ada" if heading.startswith("Track") else "Rain,7,Ada"
        assert read(f"{heading}\n{row}\nSnow\n".encode(), "a.csv").entries[0] == Entry(title="Rain", artist="Ada")
