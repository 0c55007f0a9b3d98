"""The pages of lists from elsewhere, as they are served."""

import re
import time

import msgspec
import sqlalchemy as sa

from library.store import writing
from library.tables import file_table
from playlists.exchange.entry import Entry, Listing
from playlists.exchange.matching import Index
from soundscape.stores import imports as store
from tests.soundscape.elsewhere import brought_in, m3u8, send, work
from tests.soundscape.shelf_house import pulses

MOST_SECONDS = 2.0
"""Of processor time for one look and one answer; on a slow machine it is a quarter."""
ATTACK = "</title><script>alert(1)</script>\u202e" + "W" * 9999
LIST = m3u8(
    ("Artist 1", "Piece 1", 65.0, "1"),
    ("Somebody", "Piece 2", 68.0, "2"),
    ("Somebody", "Piece 3", 68.0, "3"),
    ("Nobody", "Nothing", 9.0, "4"),
)


def page(browser, shown, query=""):
    answer = browser.client.get(f"/imports/{shown['import_id']}{query}")
    assert answer.status_code == 200, answer.text
    return answer.text


def question(text):
    """What is asked about a line."""
    return text[text.index('<div id="doubt"') : text.index('<section id="built"')]


def asked_about(text):
    """The place of the line in doubt, and how many are; None where none is."""
    asked = question(text)
    place = re.search(r'name="place" data-type="number" value="(\d+)"', asked)
    return place and (int(place[1]), int(re.search(r"(\d+) in doubt", asked)[1]))


def followed(text):
    """The topics that a page follows."""
    return set(" ".join(re.findall(r'data-live="([^"]*)"', text)).split())


def test_the_shelf_leads_to_lists_from_elsewhere(curator):
    assert 'href="/imports"' in curator.client.get("/playlists").text
    assert "Choose a file to begin" in curator.client.get("/imports").text


def test_a_list_that_waits_shows_its_progress_and_can_be_stopped(clinic, curator):
    sent = send(curator, "a.m3u8", LIST).json
    text = page(curator, sent)
    assert "<progress" in text
    assert f"/api/v1/jobs/{sent['job_id']}/cancel" in text
    assert "Build with these" not in text
    assert "The worker is not running" in curator.client.get("/imports").text


def test_counts_and_lines_are_shown_and_the_missing_can_be_shopped_for(clinic, curator):
    text = page(curator, brought_in(clinic, curator, "a.m3u8", LIST))
    for words in ("1 owned", "2 in doubt", "1 missing", "Shopping list (CSV)", "Build with these"):
        assert words in text


def test_doubtful_lines_are_asked_about_one_by_one_with_both_to_hear(clinic, curator):
    shown = brought_in(clinic, curator, "a.m3u8", LIST)
    first = page(curator, shown)
    assert asked_about(first) == (2, 2)
    assert first.count("<audio") == 1
    assert "This line has no sound here" in first
    assert asked_about(page(curator, shown, "?at=3")) == (3, 2)
    assert asked_about(page(curator, shown, "?at=99")) == (2, 2)
    for query in ("?at=x", "?at=-1&without=7", "?at=2&without=99", "?at=2&without=x"):
        assert asked_about(page(curator, shown, query))[0] == 2
    curator.call("POST", f"/imports/{shown['import_id']}/answers", {"place": 2, "track_id": None})
    after = page(curator, shown)
    assert asked_about(after) == (3, 1)
    assert f"{curator.name} said so." in after


def test_what_is_asked_stays_and_its_answer_leads_to_the_next(clinic, curator):
    shown = brought_in(clinic, curator, "a.m3u8", LIST)
    asked = question(page(curator, shown, "?at=2"))
    assert asked.startswith('<div id="doubt">')
    assert asked.count('data-then="?at=3"') == 2
    assert asked.count("data-live") == asked.count('id="left"') == 1
    assert " autofocus" in asked
    assert " autofocus" not in page(curator, shown)
    for place in (2, 3):
        curator.call("POST", f"/imports/{shown['import_id']}/answers", {"place": place, "track_id": None})
    assert question(page(curator, shown)).startswith('<div id="doubt" data-live="imports">')
    assert "Nothing is in doubt." in question(page(curator, shown, "?at=2"))


def test_an_answer_reads_its_own_line_alone(clinic, curator, monkeypatch):
    address = f"/imports/{brought_in(clinic, curator, 'a.m3u8', LIST)['import_id']}/answers"
    monkeypatch.setattr(store, "lines", None)  # whatever read them all would fail
    assert curator.call("POST", address, {"place": 1, "track_id": None}).json["verdict"] == "missing"
    assert curator.call("DELETE", f"{address}/1").json["verdict"] == "owned"


def test_what_is_owned_can_be_denied_and_what_is_missing_found(clinic, curator):
    entries = (
        Entry(title="Piece 1", artist="Artist 1", length_s=65.0),
        Entry(title="Nothing", artist="Nobody"),
        Entry(title="Talk", missing="A podcast's episode."),
    )
    shown = brought_in(clinic, curator, "a.json", msgspec.json.encode(Listing(entries=entries)))
    text = page(curator, shown)
    assert 'aria-labelledby="not-1 piece-1">Not this one<' in text
    assert 'aria-labelledby="find-2 piece-2">Find it<' in text
    assert "?find=3" not in text
    nothing = question(page(curator, shown, "?find=2"))
    assert 'value="Nothing"' in nothing
    assert "No track of your library" in nothing
    found = question(page(curator, shown, "?find=2&q=PIECE+7"))
    track_id = next(track.track_id for track in clinic.tracks if track.tags.title == "Piece 7")
    assert re.findall(r'name="track_id" value="(\w+)"', found) == [track_id]
    for query in ("?find=3", "?find=99", "?find=-1", "?find=x"):
        assert "Which track is it?" not in page(curator, shown, query)
    assert len(page(curator, shown, f"?find=2&q={'%00%F0%9F%8E%B5W' * 500}")) < 50_000
    nurse = clinic.staff("clinician")
    assert "Which track is it?" not in page(nurse, shown, "?find=2")
    assert "Find it" not in page(nurse, shown)
    assert "Not this one" not in page(nurse, shown)


def test_jobs_are_followed_only_while_the_list_is_read_or_matched_again(clinic, curator):
    sent = send(curator, "a.m3u8", LIST).json
    assert followed(page(curator, sent)) == followed(curator.client.get("/imports").text) == {"imports", "jobs"}
    work(clinic, sent["job_id"])
    assert followed(page(curator, sent)) == followed(curator.client.get("/imports").text) == {"imports"}
    with writing(clinic.engine) as connection:
        connection.execute(sa.delete(file_table).where(file_table.c.track_id == clinic.tracks[0].track_id))
    before = pulses(clinic, "imports")
    job_id = curator.call("POST", "/imports/matching").json["job_id"]
    assert pulses(clinic, "imports") > before  # pages that are open learn of the job
    assert followed(page(curator, sent)) == {"imports", "jobs"}
    work(clinic, job_id)
    assert followed(page(curator, sent)) == {"imports"}


def test_a_line_with_a_page_offers_it_and_no_sound(clinic, curator):
    entry = Entry(title="Piece 2", artist="Somebody", length_s=68.0, page="https://open.spotify.com/track/1")
    text = page(curator, brought_in(clinic, curator, "a.json", msgspec.json.encode(Listing(entries=(entry,)))))
    assert '<a href="https://open.spotify.com/track/1" rel="noreferrer noopener" target="_blank">' in text


def test_a_page_that_is_no_address_is_no_link(clinic, curator):
    entry = Entry(title="Piece 2", artist="Somebody", length_s=68.0, page="javascript:alert(1)")
    text = page(curator, brought_in(clinic, curator, "a.json", msgspec.json.encode(Listing(entries=(entry,)))))
    assert "javascript:" not in text


def test_names_that_are_attacks_stay_words(clinic, curator):
    entries = (Entry(title=ATTACK, artist=ATTACK, missing="<script>alert(1)</script>"), Entry(title=ATTACK))
    listing = Listing(title=ATTACK, remarks=("<b>bold</b>",), entries=entries)
    shown = brought_in(clinic, curator, "<i>.json", msgspec.json.encode(listing))
    for text in (page(curator, shown), page(curator, shown, "?find=2")):
        assert "<script>alert" not in text
        assert "<b>bold" not in text


def test_a_clinician_is_offered_nothing_to_change(clinic, curator):
    shown = brought_in(clinic, curator, "a.m3u8", LIST)
    nurse = clinic.staff("clinician")
    text = page(nurse, shown)
    assert "This is it" not in text
    assert "Build with these" not in text
    assert "From a file" not in nurse.client.get("/imports").text


def test_5000_lines_of_which_many_are_owned_or_in_doubt_are_shown_at_once(clinic, curator, monkeypatch):
    kinds = (("Artist 1", "Piece 1", 65.0), ("Somebody", "Piece 2", 68.0), ("Nobody", "Nothing", 9.0))
    said = [kinds[n % 3] for n in range(5000)]
    listing = Listing(entries=tuple(Entry(artist=artist, title=name, length_s=s) for artist, name, s in said))
    shown = brought_in(clinic, curator, "a.json", msgspec.json.encode(listing))
    assert shown["counts"] == {"owned": 1667, "doubtful": 1667, "missing": 1666}
    monkeypatch.setattr(Index, "match", None)  # whatever matched in a request would fail
    begun_s = time.process_time()
    text = page(curator, shown)
    answered = curator.call("POST", f"/imports/{shown['import_id']}/answers", {"place": 2, "track_id": None})
    assert time.process_time() - begun_s < MOST_SECONDS
    assert answered.json["verdict"] == "missing"
    assert len(text) < 500_000
    assert "and 1,167 more" in text
    assert asked_about(page(curator, shown, "?at=3")) is None  # all of them name the same piece


def test_a_list_whose_library_has_changed_says_so_and_is_matched_again(clinic, curator):
    shown = brought_in(clinic, curator, "a.m3u8", LIST)
    assert "The library has changed" not in page(curator, shown)
    track = next(track for track in clinic.tracks if track.tags.title == "Piece 4")
    with writing(clinic.engine) as connection:
        connection.execute(sa.delete(file_table).where(file_table.c.track_id == track.track_id))
    assert "Match again" in page(curator, shown)
    assert "Match again" not in page(clinic.staff("clinician"), shown)
    job_id = curator.call("POST", "/imports/matching").json["job_id"]
    text = page(curator, shown)
    assert 'aria-label="Matching again"' in text
    assert "Match again" not in text
    work(clinic, job_id)
    assert "The library has changed" not in page(curator, shown)


def test_the_lists_page_hands_it_on(clinic, curator):
    text = curator.client.get(f"/playlists/{clinic.shelved('Slow water')}").text
    assert 'id="export-format"' in text
