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


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])) | st.text("'=+-@\t\r\n,;\" a")))
def test_texts_come_back_and_none_is_a_formula_wherever_it_is_divided(names):
    data = csv_of({"pieces": "Pieces", "name": "Name"}, [Row(name=name) for name in names]).decode()
    assert cells_of(data) == [["Pieces", "Name"], *(["", name] for name in names)]
    assert not formulas(data)


def formulas(data: str) -> list[str]:
    """What a spreadsheet may calculate, whichever separator it divides at; blanks and line ends may be dropped."""
    cells = [cell for by in ",;\t" for row in csv.reader(io.StringIO(data, newline=""), delimiter=by) for cell in row]
    return [cell for cell in cells if cell.lstrip(' "\t\r\n').startswith(("=", "+", "-", "@"))]


@pytest.mark.parametrize("name", ["Rain;=1+1", "Rain\t=1+1", "Rain; @x", 'Rain;"=1+1;', "a\n=1+1\nb", "a, b;=1+1"])
def test_what_follows_a_separator_inside_a_text_is_no_formula(name):
    data = csv_of(HEADINGS, [Row(name="First"), Row(name=name, artists=("A", "=1+1"))]).decode()
    assert not formulas(data)
    assert formulas(data.replace("'", ""))
    assert cells_of(data)[2] == [name, "", "A; =1+1"]


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


@pytest.mark.parametrize(
    ("heading", "cells", "lengths_s"),
    [
        ("Duration", ["181600", "60000", "8000"], [181.6, 60.0, 8.0]),
        ("Duration", ["181.6", "60"], [181.6, 60.0]),
        ("Duration", ["10800", "7200", "60"], [10800.0, 7200.0, 60.0]),
        ("Duration", ["3:02", "1:03:02"], [182.0, 3782.0]),
        ("Length", ["", "181600"], [None, 181.6]),
        ("Length (s)", ["181600"], [181600.0]),
        ("Duration (s)", ["181600"], [181600.0]),
    ],
)
def test_milliseconds_are_known_where_the_heading_names_no_unit(heading, cells, lengths_s):
    table = "\n".join([f"Title,{heading}", *(f"a,{cell}" for cell in cells)])
    assert [entry.length_s for entry in read(table.encode(), "a.csv").entries] == lengths_s


def test_a_quotation_mark_between_tabs_is_a_letter():
    rows = ['"Heroes" (Live)\tBowie', '"""Heroes"" (Live)"\t"Bowie, D."', '"\tx', '""\t""']
    found = read("\n".join(["Title\tArtist", *rows]).encode(), "a.tsv")
    assert [(entry.title, entry.artist) for entry in found.entries] == [
        ('"Heroes" (Live)', "Bowie"),
        ('"Heroes" (Live)', "Bowie, D."),
        ('"', "x"),
        ("", ""),
    ]


@pytest.mark.parametrize("first", ["sep=;\r\n", "\ufeffsep=;\n", '"sep=;"\r\n', "SEP=;\r"])
def test_the_line_in_which_excel_names_its_separator_is_used(first):
    found = read(f"{first}Title;A,b,c,d,Artist;Album\nRain;Ada;Calm\n".encode(), "a.csv")
    assert found.entries == (Entry(title="Rain", album="Calm"),)


def test_an_address_in_a_table_is_no_sound():
    found = read(b"Title,File\na,http://example.org/a\n", "a.csv")
    assert found.entries == (Entry(title="a", page="http://example.org/a"),)
    assert len(found.remarks) == 1


def test_a_column_that_may_hold_a_title_gives_way_to_the_one_that_does():
    for heading in ("Track,Title,Artist", "Title,Track,Artist"):
        row = "7,Rain,Ada" if heading.startswith("Track") else "Rain,7,Ada"
        assert read(f"{heading}\n{row}\nSnow\n".encode(), "a.csv").entries[0] == Entry(title="Rain", artist="Ada")
