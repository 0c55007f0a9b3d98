"""The review queue: who sees it, what is shown and heard, and decisions that nobody overwrites unseen."""

import io

import av
import numpy as np
import pytest
from msgspec.structs import replace

from library.audio import decode
from library.moments import moments
from library.track import Startle, StartleEvent
from soundscape import review
from tests.soundscape.doubtful import LENGTH_S, analysed, put_doubtful, title, track_id
from tests.soundscape.house import House, Ticking
from tests.soundscape.shelf_house import audited, pulses

SCRIPT = "<script>alert(1)</script>"
VOICE = "singing-20000"


@pytest.fixture
def house(tmp_path):
    house = House(tmp_path / "data", Ticking())
    put_doubtful(house, 10, sounding=1)
    return house


@pytest.fixture
def anna(house):
    return house.staff("curator")


@pytest.fixture
def berta(house):
    return house.staff("curator")


def page(browser, address="/library/review"):
    answer = browser.client.get(address)
    assert answer.status_code == 200, address
    return answer.text


def decide(browser, number, status, reason="heard it", **seen):
    return browser.call("PUT", f"/tracks/{track_id(number)}/decision", {"status": status, "reason": reason, **seen})


def undo(browser, number, decided_ms):
    return browser.call("POST", f"/tracks/{track_id(number)}/decision/undo", {"decided_ms": decided_ms})


def record(browser, number):
    return browser.call("GET", f"/tracks/{track_id(number)}").json


def test_only_who_keeps_the_library_reviews(house, anna):
    clinician = house.staff("clinician")
    assert clinician.client.get("/library/review").status_code == 403
    assert clinician.call("GET", "/review").status_code == 403
    assert "Review 10 tracks" in page(anna, "/library")
    assert "/library/review" not in page(clinician, "/library")


def test_the_worst_comes_first_with_its_picture_and_its_marks(anna):
    text = page(anna)
    assert "10 tracks wait for a person" in text
    assert f'data-track="{track_id(0)}" data-title="Harbour 1" data-seen="null" data-status="review"' in text
    assert text.count('class="moment" data-moment="') == 2
    for words in ("1 of 10", "singing, 9.5 s, probability 0.95", f"moments/{VOICE}", "−18.0 LUFS"):
        assert words in text
    waiting = anna.call("GET", "/review?limit=3").json
    assert (waiting["waiting"], len(waiting["tracks"])) == (10, 3)
    doubts = [track["doubt"] for track in anna.call("GET", "/review").json["tracks"]]
    assert doubts == sorted(doubts, reverse=True)
    assert waiting["tracks"][0]["title"] == title(0)


def test_the_list_beside_is_a_stretch_around_the_track(house, anna, monkeypatch):
    monkeypatch.setattr(review, "SHOWN", 4)
    monkeypatch.setattr(review, "BEFORE", 1)
    last = anna.call("GET", "/review").json["tracks"][5]["track_id"]
    text = page(anna, f"/library/review?track={last}")
    assert "6 of 10" in text
    assert '<ol start="5">' in text
    assert "4 before these" in text
    assert "2 after these" in text


def test_a_track_that_does_not_wait_is_shown_with_its_decision(anna):
    decide(anna, 3, "refused", f"it crackles {SCRIPT}")
    text = page(anna, f"/library/review?track={track_id(3)}")
    assert f"Refused by {anna.name}" in text
    assert "it crackles &lt;script&gt;" in text
    assert 'data-status="refused"' in text
    assert "9 tracks wait" in text


def test_the_page_names_the_last_decision_of_the_day_that_can_be_taken_back(house, anna, berta):
    first = decide(anna, 0, "cleared").json["decision"]["decided_ms"]
    second = decide(anna, 1, "refused").json["decision"]["decided_ms"]
    assert f'data-title="{title(1)}" data-ms="{second}"' in page(anna)
    assert "data-ms" not in page(berta)
    undo(anna, 1, second)
    assert f'data-title="{title(0)}" data-ms="{first}"' in page(anna)
    house.clock.wait(13 * 3600)
    assert "data-ms" not in page(house.staff("curator"))
    assert "data-ms" not in page(anna)


@pytest.mark.parametrize("query", ["track=" + "f" * 64, "track=x", "track=%00", "track=" + "é" * 64])
def test_an_unknown_track_is_not_found(anna, query):
    assert anna.client.get(f"/library/review?{query}").status_code == 404


def test_an_empty_queue_says_so_and_what_to_do_next(house, anna, tmp_path):
    for number in range(10):
        decide(anna, number, "cleared")
    text = page(anna)
    assert "Nothing waits" in text
    assert "has been decided by a person" in text
    assert "Nothing to review" in page(anna, "/library")
    assert "There is no music in the library yet" in page(House(tmp_path / "none").staff("curator"))


def test_what_another_decided_meanwhile_is_told_and_stays(house, anna, berta):
    before = pulses(house)
    done = decide(berta, 0, "refused", "a choir at 0:20", seen_ms=None)
    assert done.status_code == 200
    late = decide(anna, 0, "cleared", "lovely", seen_ms=None)
    assert (late.status_code, late.json["code"]) == (409, "decided_meanwhile")
    assert late.json["detail"].startswith(f"{berta.name} has refused this track meanwhile: “a choir at 0:20”.")
    assert record(anna, 0)["status"] == "refused"
    assert (pulses(house), len(audited(house, "track decided"))) == (before + 1, 1)
    seen_ms = record(anna, 0)["decision"]["decided_ms"]
    assert decide(anna, 0, "cleared", "a clarinet", seen_ms=seen_ms).json["status"] == "cleared"


def test_what_was_seen_may_have_been_taken_back(anna, berta):
    decided_ms = decide(berta, 0, "refused", seen_ms=None).json["decision"]["decided_ms"]
    assert undo(berta, 0, decided_ms).status_code == 200
    late = decide(anna, 0, "cleared", seen_ms=decided_ms)
    assert late.status_code == 409
    assert "taken back" in late.json["detail"]


def test_taken_back_leaves_what_was_measured(house, anna):
    before = record(anna, 0)
    decided = decide(anna, 0, "cleared", seen_ms=None).json["decision"]
    after = undo(anna, 0, decided["decided_ms"]).json
    assert (after["status"], after["decision"]) == (before["status"], None)
    assert [(past["status"], past["reason"]) for past in after["decisions"]] == [
        (None, "Taken back."),
        ("cleared", "heard it"),
    ]
    (row,) = audited(house, "decision undone")
    assert (row.actor, row.before["status"], row.after["status"]) == (anna.name, "cleared", "as measured")


def test_taken_back_brings_back_the_decision_before_as_it_was(anna, berta):
    decide(berta, 0, "review", "I am not sure")
    first = record(anna, 0)["decision"]
    for _ in range(2):  # a decision that counts again is found as well as one that was never undone
        mine = decide(anna, 0, "refused", seen_ms=first["decided_ms"]).json["decision"]
        back = undo(anna, 0, mine["decided_ms"]).json
        assert (back["status"], back["decision"]) == ("review", first)
    assert undo(berta, 0, first["decided_ms"]).json["decision"] is None


def test_only_the_decision_that_stands_can_be_taken_back(anna, berta):
    mine = decide(anna, 0, "cleared").json["decision"]
    decide(berta, 0, "refused", "a choir")
    late = undo(anna, 0, mine["decided_ms"])
    assert (late.status_code, late.json["code"]) == (409, "decided_meanwhile")
    assert record(anna, 0)["decision"]["decided_by"] == berta.name
    assert undo(anna, 1, 7).status_code == 409


def test_two_decisions_of_one_moment_are_two(tmp_path):
    house = House(tmp_path / "data")  # whose clock stands still
    put_doubtful(house, 1)
    anna, berta = house.staff("curator"), house.staff("curator")
    first = decide(anna, 0, "review", "I am not sure", seen_ms=None).json["decision"]
    second = decide(berta, 0, "refused", "a choir", seen_ms=first["decided_ms"]).json["decision"]
    assert decide(anna, 0, "cleared", seen_ms=first["decided_ms"]).status_code == 409
    assert undo(berta, 0, second["decided_ms"]).json["decision"] == first


def test_a_mark_is_heard_with_what_is_around_it_at_the_level_of_lists(house, anna):
    address = f"/api/v1/media/tracks/{track_id(0)}/moments/{VOICE}"
    answer = anna.client.get(address, buffered=True)
    assert (answer.status_code, answer.mimetype) == (200, "audio/mp4")
    (path,) = (house.data / "excerpts").iterdir()
    samples = np.concatenate(list(decode(path)), axis=1)
    assert samples.shape[1] / 48_000 == pytest.approx(2.0 + 9.5 + 1.0, abs=0.03)
    with av.open(io.BytesIO(answer.data)) as container:
        assert container.streams.audio[0].codec.name == "aac"
    middle = samples[:, 48_000:-48_000]
    level_db = 20 * np.log10(np.sqrt(np.mean(middle**2)))
    assert level_db == pytest.approx(-20.0, abs=3.0)
    assert np.abs(samples[:, :48]).max() < 0.01
    part = anna.client.get(
        f"/api/v1/media/tracks/{track_id(0)}/moments/{VOICE}", headers={"Range": "bytes=10-19"}, buffered=True
    )
    assert (part.status_code, part.data) == (206, answer.data[10:20])


@pytest.mark.parametrize("name", ["singing-1", "x", "..%2F..%2Fetc", "%00"])
def test_a_mark_that_is_not_there_is_not_found(anna, name):
    assert anna.client.get(f"/api/v1/media/tracks/{track_id(0)}/moments/{name}").status_code == 404


def test_a_mark_of_a_file_that_went_away_says_so(anna):
    assert anna.client.get(f"/api/v1/media/tracks/{track_id(5)}/moments/singing-45000").status_code == 410


def test_the_record_of_a_track_names_its_moments(anna):
    found = record(anna, 0)["moments"]
    assert [(each["name"], each["number"], each["kind"]) for each in found] == [
        (VOICE, 1, "singing"),
        ("speech-50000", 2, "speech"),
    ]


def test_hundreds_of_marks_are_a_page_of_bounded_size(house, anna):
    events = tuple(StartleEvent(at_s=i * LENGTH_S / 900, jump_lu=11.0, kind="hit") for i in range(900))
    catalogue = house.parts.catalogue
    track = catalogue.track(track_id(0))
    crowded = replace(analysed(1), startle=Startle(score=11.0, events=events))
    file = catalogue.files()[track.paths[0]]
    catalogue.put_track(
        file.state, track.track_id, track.tags, crowded, replace(track.verdict, reasons=("sudden",) * 900)
    )
    assert len(moments(crowded)) == 900
    text = page(anna, f"/library/review?track={track.track_id}")
    assert "891 more" in text
    assert len(text) < 900_000
