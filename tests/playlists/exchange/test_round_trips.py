"""What a format can carry comes back from it, whatever a list holds."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from lxml import etree

from playlists.exchange.entry import Entry, Listing
from playlists.exchange.errors import ExchangeError, UnwritablePath
from playlists.exchange.locations import path_of
from playlists.exchange.tidy import tidied_list
from playlists.exchange.writing import FORMATS, KINDS, Format, write_listing
from tests.playlists.exchange.made import FULL, LISTINGS, PATHS, TEXTS, read

SCHEMA = etree.RelaxNG(etree.parse(Path(__file__).with_name("xspf-1.rng")))


def expected(listing: Listing, form: Format) -> Listing:
    """The plain form, as far as the format carries it; of paths, what was put in."""
    plain = tidied_list(listing)
    entries = tuple(
        msgspec.structs.replace(entry, location=given.location)
        for entry, given in zip(plain.entries, listing.entries, strict=True)
    )
    return Listing(entries=entries) if form == "csv" else msgspec.structs.replace(plain, entries=entries)


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


def located(location: str) -> Listing:
    """A list of one file."""
    return Listing(entries=(Entry(title="Unfold", location=location),))


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    "location",
    [
        "re:member/02 unfold.flac",
        "./data:1/a.flac",
        "./http://a/b.flac",
        "./C:/a.flac",
        "a:b.flac",
        ":a",
        "100%25.flac",
    ],
)
def test_a_colon_or_a_percent_sign_loses_no_path(form, location):
    found = read(write_listing(located(location), form), f"list{KINDS[form].ending}")
    assert [entry.location for entry in found.entries] == [location]
    assert found.remarks == ()


@pytest.mark.parametrize("form", FORMATS)
@given(location=(TEXTS | PATHS).filter(bool))
def test_a_path_is_written_or_refused_and_never_left_out(form, location):
    try:
        data = write_listing(located(location), form)
    except UnwritablePath:
        assert path_of(location) is None
    else:
        (entry,) = read(data, f"list{KINDS[form].ending}").entries
        assert entry.location is not None


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("location", ["/m/caf\udce9.flac", "/m/a\nb.flac", "/" + "x" * 5_000, "http://example.org/a"])
def test_what_no_list_can_hold_is_refused_in_words(form, location):
    with pytest.raises(UnwritablePath, match="cannot stand in a list") as refused:
        write_listing(located(location), form)
    assert str(refused.value).isascii()
    assert len(str(refused.value)) < 600


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
