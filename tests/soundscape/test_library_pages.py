"""The library's pages through the real app: what each role sees, odd addresses, hostile tags, designed emptiness."""

import re
from html.parser import HTMLParser

import pytest
from msgspec.structs import replace

from benchmarks.made_up_tracks import make_track
from library.catalogue import FileState
from library.track import ANALYSIS_VERSION, Startle, StartleEvent, Tags, Verdict, Vocals, VocalSegment
from soundscape import coverage
from tests.soundscape.house import House
from tests.soundscape.shelf_house import first_id, put_tags, scanned_house

SCRIPT = "<script>alert(1)</script>"
ODD = (
    *("page=0", "page=-1", "page=x", "page=99999999999999999999", "page=%C2%B2", "page="),
    *("status=perhaps", "status=", "sort=colour", "sort=", "q=" + "x" * 5000, "q=%00", "q=%FF%FE", "q=%25_%5C"),
    *("q[]=1&status[]=2", "q=a&q=b"),
)


@pytest.fixture
def house(scanned, tmp_path):
    return scanned_house(scanned, tmp_path / "data")


KNOWN = frozenset(
    """lang charset name content href rel type src class id value role method action for maxlength required autocomplete
    viewbox width height d focusable preserveaspectratio x y x1 x2 y1 y2 fill stroke stroke-width stroke-linejoin rx
    stroke-dasharray fill-opacity font-size font-weight text-anchor points xmlns scope form controls preload selected
    checked multiple accept tabindex disabled max""".split()  # noqa: SIM905
)
"""Attributes that our pages use; whatever else there is came out of a tag."""


class Elements(HTMLParser):
    """What a browser finds in a page: its elements, their attributes, where its scripts come from."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags, self.attributes, self.scripts = set(), set(), []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attributes}
        if tag == "script":
            self.scripts.append(dict(attributes).get("src") or "")


def put(house, track_id, *, path=None, tags=None, status="cleared", reasons=(), **changes):
    """A made-up track in the library."""
    track = make_track(track_id)
    state = FileState(path=path or f"/nowhere/{track_id}.flac", size_bytes=1, modified_ns=1)
    analysis = replace(track.analysis, **changes)
    house.parts.catalogue.put_track(
        state, track_id, tags or track.tags, analysis, Verdict(status=status, reasons=reasons)
    )


def page(browser, address="/library"):
    answer = browser.client.get(address)
    assert answer.status_code == 200, address
    return answer.text


def test_an_empty_library_says_what_to_do_to_those_who_can(tmp_path):
    house = House(tmp_path)
    curator, clinician = page(house.staff("curator")), page(house.staff("clinician"))
    assert "No music yet" in curator
    assert "Add music" in curator
    assert "No music yet" in clinician
    assert "Add music" not in clinician
    assert "ask who looks after the library" in clinician


def test_the_list_shows_each_track_in_words(house):
    text = page(house.staff("clinician"), "/library?q=piece+9")
    assert text.count('<tr id="track-') == 1
    for words in ("Piece 9", "Artist 4", "Cleared", "no voice"):
        assert words in text
    assert re.search(r'class="right numbers">1:32<', text)


def test_search_that_finds_nothing_says_so_and_leads_back(house):
    text = page(house.staff("clinician"), "/library?q=%3Cb%3Enothing&status=refused")
    assert "Nothing fits" in text
    assert "&lt;b&gt;nothing" in text
    assert "Show all 12" in text


def test_filters_keep_the_search_and_count_within_it(house):
    text = page(house.staff("clinician"), "/library?q=piece&sort=calm")
    assert "/library?q=piece&amp;status=refused&amp;sort=calm" in text


@pytest.mark.parametrize("query", ODD)
def test_odd_addresses_are_pages_too(house, query):
    page(house.staff("curator"), f"/library?{query}")


def test_a_thousand_tracks_are_leafed_through(house):
    for number in range(120):
        put(house, f"{number:064x}", tags=Tags(title=f"Made {number:03}"))
    browser = house.staff("clinician")
    seen = []
    for number in (1, 2, 3):
        text = page(browser, f"/library?q=made&page={number}")
        assert f"Page {number} of 3, 120 tracks" in text
        seen += re.findall(r"<bdi>(Made \d+)</bdi></a>", text)
    assert seen == [f"Made {number:03}" for number in range(120)]
    assert "Page 3 of 3" in page(browser, "/library?q=made&page=900")


def test_what_a_curator_may_change_a_clinician_only_sees(house):
    (house.data / "music").mkdir()
    curator, clinician = house.staff("curator"), house.staff("clinician")
    track_id = first_id(curator)
    for words in ("Save the decision", "preview-right", "data-api"):
        assert words in page(curator, f"/library/{track_id}")
        assert words not in page(clinician, f"/library/{track_id}")
    for words in ('id="upload"', 'name="folder"', "preview-rights"):
        assert words in page(curator)
        assert words not in page(clinician)


def test_a_decision_is_shown_with_its_reason_and_what_was_measured(house):
    curator = house.staff("curator")
    track_id = first_id(curator)
    body = {"status": "refused", "reason": f"too well known {SCRIPT}"}
    assert curator.call("PUT", f"/tracks/{track_id}/decision", body).status_code == 200
    text = page(house.staff("clinician"), f"/library/{track_id}")
    assert f"Refused by {curator.name}" in text
    assert "too well known &lt;script&gt;" in text
    assert "Measured:" in text
    assert f"by {curator.name}" in page(curator, "/library?status=refused")


def test_the_history_says_who_decided_what_and_by_which_version_it_was_measured(house):
    curator = house.staff("curator")
    track_id = first_id(curator)
    assert "Nobody has decided anything" in page(curator, f"/library/{track_id}")
    put(house, track_id, path=house.parts.catalogue.track(track_id).paths[0], analysis_version=0, reasons=("loud",))
    decided = []
    for status, reason in (("review", "not sure"), ("refused", f"a choir {SCRIPT}")):
        house.clock.wait(60)
        body = {"status": status, "reason": reason}
        decided.append(curator.call("PUT", f"/tracks/{track_id}/decision", body).json["decision"]["decided_ms"])
    house.clock.wait(60)
    curator.call("POST", f"/tracks/{track_id}/decision/undo", {"decided_ms": decided[-1]})
    text = page(house.staff("clinician"), f"/library/{track_id}")
    history = text.split('id="history"')[1]
    assert history.count(f", {curator.name}<") == 4
    assert "took the decision back" in history
    assert history.count("counts again:") == 1
    assert "a choir &lt;script&gt;" in history
    assert "version 0 of the measures" in history
    assert f"version {ANALYSIS_VERSION} of the measures" in history
    assert "It counts until the track is measured again" in history


def test_doubtful_moments_can_be_heard_from_just_before(house):
    vocals = Vocals(
        verdict="review", share=0.1, segments=(VocalSegment(from_s=61.0, to_s=64.0, kind="singing", probability=0.55),)
    )
    startle = Startle(score=12.0, events=(StartleEvent(at_s=1.0, jump_lu=12.0, kind="hit"),))
    file = next(iter(house.parts.catalogue.files()))
    put(house, "a" * 64, path=file, status="review", vocals=vocals, startle=startle, reasons=("perhaps a voice",))
    text = page(house.staff("clinician"), f"/library/{'a' * 64}")
    for name, begins in (("hit-1000", "0.0"), ("singing-61000", "59.0")):
        assert f'moments/{name}" data-name="{name}" data-from="{begins}"' in text
        assert f'data-moment="{name}"' in text
    assert "a sudden hit of 12 LU" in text
    assert "perhaps a voice" in text


@pytest.mark.parametrize(
    "title",
    [SCRIPT, "x" * 1_000_000, "\u202egnp.exe", "</title><img src=x onerror=alert(1)>", '" onclick="x', "\x00\x1b"],
)
def test_a_hostile_tag_is_harmless_on_both_pages(house, title):
    browser = house.staff("curator")
    track_id = first_id(browser)
    put_tags(house, track_id, title=title, artist=title, rights=title, album=title)
    for text in (page(browser), page(browser, f"/library/{track_id}")):
        found = Elements(text)
        assert "img" not in found.tags
        assert all(name in KNOWN or name.startswith(("data-", "aria-")) for name in found.attributes)
        assert all(source.startswith("/static/") for source in found.scripts)
        assert "\u202e" not in text
        assert len(text) < 300_000


def test_no_style_and_no_script_stands_in_the_pages(house):
    browser = house.staff("curator")
    for text in (page(browser), page(browser, f"/library/{first_id(browser)}")):
        assert "<style" not in text
        assert not re.search(r"\sstyle=", text)
        assert not re.search(r"<script(?![^>]*\ssrc=)", text)
        assert 'href="/pictures.css"' in text


def test_files_that_cannot_be_used_are_listed_in_words(house):
    state = FileState(path="/music/<b>.mp3", size_bytes=1, modified_ns=1)
    house.parts.catalogue.put_error(state, "unreadable_audio", "/music/<b>.mp3: no audio in this file.")
    text = page(house.staff("curator"))
    assert "1 file cannot be used" in text
    assert "/music/&lt;b&gt;.mp3: no audio in this file." in text


def test_coverage_says_what_is_missing_and_for_whom(house):
    text = page(house.staff("clinician"))
    assert "Is there enough music?" in text
    assert re.search(r"wish(es)? \d+ minutes of energy", text)


def cleared(*pairs):
    return [coverage.Cleared(energy=energy, duration_s=minutes * 60.0) for energy, minutes in pairs]


def test_each_template_wishes_its_whole_length(house):
    only = {"iv40": house.parts.templates["iv40"]}
    found = coverage.bands([], only)
    assert sum(band.wished_min for band in found) == pytest.approx(55.0, abs=0.1)
    assert [band.state for band in found] == ["short", "short", "short", "short", "unused"]
    assert found[0].phases == ("settle", "tail")


def test_a_band_is_short_thin_or_enough(house):
    only = {"iv40": house.parts.templates["iv40"]}
    wished = coverage.bands([], only)[0].wished_min
    for minutes, state in ((wished - 1, "short"), (wished + 1, "thin"), (3 * wished + 1, "enough")):
        assert coverage.bands(cleared((0.1, minutes)), only)[0].state == state
    assert [round(band.have_min) for band in coverage.bands(cleared((0.2, 7), (0.9, 2)), only)] == [0, 7, 0, 0, 2]
    assert "you have none" in coverage.bands([], only)[0].sentence


def test_the_drawing_holds_any_amount(house):
    many = coverage.bands(cleared((0.1, 1e6), (0.35, 0.2)), house.parts.templates)
    assert "1,000,000 min" in coverage.picture(many)
