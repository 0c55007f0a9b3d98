"""What a format can carry comes back from it, whatever a list holds."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from lxml import etree

from playlists.exchange.entry import Entry, Listing
from playlists.exchange.errors import ExchangeError
from playlists.exchange.locations import place_of, uri_of
from playlists.exchange.tidy import tidied_list
from playlists.exchange.writing import FORMATS, KINDS, Format, write_listing
from tests.playlists.exchange.made import FULL, LISTINGS, read

SCHEMA = etree.RelaxNG(etree.parse(Path(__file__).with_name("xspf-1.rng")))


def expected(listing: Listing, form: Format) -> Listing:
    """The plain form, as far as the format carries it."""
    plain = tidied_list(listing)
    if form == "csv":
        return Listing(entries=plain.entries)
    return (
        plain
        if form in {"m3u8", "json"}
        else msgspec.structs.replace(plain, entries=tuple(map(addressed, plain.entries)))
    )


def addressed(entry: Entry) -> Entry:
    """In an address, Windows' separators and the letters of a drive have one form."""
    if entry.location is None:
        return entry
    return msgspec.structs.replace(entry, location=place_of(uri_of(entry.location), uri=True).path)


@pytest.mark.parametrize("form", FORMATS)
def test_a_full_list_comes_back_whole(form):
    found = read(write_listing(FULL, form), f"list{KINDS[form].ending}")
    assert found == (Listing(entries=FULL.entries) if form == "csv" else FULL)


@pytest.mark.parametrize("form", FORMATS)
@given(listing=LISTINGS)
def test_whatever_it_holds_it_comes_back_in_its_plain_form(form, listing):
    assert read(write_listing(listing, form), f"list{KINDS[form].ending}") == expected(listing, form)


@given(LISTINGS)
def test_the_plain_form_is_plain(listing):
    assert tidied_list(tidied_list(listing)) == tidied_list(listing)


@given(LISTINGS)
def test_what_is_written_as_xspf_is_xspf(listing):
    SCHEMA.assertValid(etree.fromstring(write_listing(listing, "xspf")))


def test_the_schema_refuses_what_is_none():
    """So that the test above can fail."""
    broken = write_listing(FULL, "xspf").replace(b"<duration>", b"<duration>-")
    assert not SCHEMA.validate(etree.fromstring(broken))
    assert not SCHEMA.validate(etree.fromstring(write_listing(FULL, "xspf").replace(b"<album>", b"<record/><album>")))


@pytest.mark.parametrize("form", [form for form in FORMATS if form != "csv"])
@pytest.mark.parametrize("ending", ["", ".txt", ".csv", ".m3u", ".xspf", ".jspf"])
def test_a_format_is_known_by_its_beginning(form, ending):
    assert read(write_listing(FULL, form), f"list{ending}") == FULL


@pytest.mark.parametrize("form", FORMATS)
def test_a_file_cut_anywhere_is_read_or_refused(form):
    whole = write_listing(FULL, form)
    refused = sum(not readable(whole[:length], f"list{KINDS[form].ending}") for length in range(len(whole)))
    assert refused >= (len(whole) - 2 if form in {"xspf", "jspf", "json"} else 1)


def readable(data: bytes, name: str) -> bool:
    """Whether it is read; nothing but our own refusals may come."""
    try:
        read(data, name)
    except ExchangeError:
        return False
    return True
