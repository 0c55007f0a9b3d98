"""The API of the library: the list, one track, decisions, rights to preview, and its sound."""

from urllib.parse import quote

import pytest

from tests.soundscape.shelf_house import audited, first_id, pulses, put_tags, scanned_house

UNKNOWN = "f" * 64


@pytest.fixture
def house(scanned, tmp_path):
    return scanned_house(scanned, tmp_path / "data")


@pytest.fixture
def curator(house):
    return house.staff("curator")


@pytest.fixture
def clinician(house):
    return house.staff("clinician")


def decide(browser, track_id, status, reason="heard it whole"):
    return browser.call("PUT", f"/tracks/{track_id}/decision", {"status": status, "reason": reason})


def test_the_list_is_searched_sorted_and_paged(clinician):
    found = clinician.call("GET", "/tracks?search=piece&sort=energy&descending=true&limit=5&offset=1").json
    assert found["counts"] == {"cleared": 12, "review": 0, "refused": 0}
    energies = [track["energy"] for track in found["tracks"]]
    assert len(energies) == 5
    assert energies == sorted(energies, reverse=True)
    assert clinician.call("GET", "/tracks?search=nothing+of+that").json["tracks"] == []


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=x", "offset=-1", "sort=colour", "status=perhaps", "search=" + "x" * 201]
)
def test_a_question_that_makes_no_sense_is_a_problem_with_a_reason(clinician, query):
    answer = clinician.call("GET", f"/tracks?{query}")
    assert answer.status_code == 422
    assert query.split("=")[0] in answer.json["detail"]


def test_a_decision_stands_above_the_measure_and_back_again(house, curator):
    track_id = first_id(curator)
    before = pulses(house)
    refused = decide(curator, track_id, "refused", "the bell at 0:40 startles")
    assert (refused.status_code, refused.json["status"]) == (200, "refused")
    assert refused.json["decision"]["decided_by"] == curator.name
    assert curator.call("GET", "/tracks").json["counts"] == {"cleared": 11, "review": 0, "refused": 1}
    back = decide(curator, track_id, None, "the bell is gone in this recording")
    assert (back.json["status"], back.json["decision"]) == ("cleared", None)
    assert pulses(house) == before + 2
    newest, first = audited(house, "track decided")
    assert first.after == {"status": "refused", "reason": "the bell at 0:40 startles"}
    assert newest.before == {**first.after, "by": curator.name}
    assert newest.after["status"] == "as measured"


def test_of_two_who_decide_the_last_counts_and_the_trail_holds_both(house, curator):
    track_id, other = first_id(curator), house.staff("curator")
    decide(curator, track_id, "refused", "too bright")
    found = decide(other, track_id, "review", "I am not sure").json
    assert (found["status"], found["decision"]["decided_by"]) == ("review", other.name)
    assert [(row.actor, row.after["status"]) for row in audited(house, "track decided")] == [
        (other.name, "review"),
        (curator.name, "refused"),
    ]


@pytest.mark.parametrize(
    "body",
    [
        {"status": "refused"},
        {"reason": "why"},
        {"status": "refused", "reason": ""},
        {"status": "refused", "reason": "   "},
        {"status": "refused", "reason": "x" * 301},
        {"status": "refused", "reason": 7},
        {"status": "perhaps", "reason": "why"},
        {"status": "cleared", "reason": "why", "patient": "somebody"},
    ],
)
def test_a_decision_without_a_good_reason_changes_nothing(house, curator, body):
    track_id = first_id(curator)
    assert curator.call("PUT", f"/tracks/{track_id}/decision", body).status_code == 422
    assert audited(house, "track decided") == []


def test_the_right_to_preview_of_one_and_of_many(house, curator):
    ids = [track["track_id"] for track in curator.call("GET", "/tracks?limit=3").json["tracks"]]
    one = curator.call("PUT", f"/tracks/{ids[0]}/preview-right", {"may_preview": True}).json
    assert (one["preview_right"], one["status"]) == ("yes", "cleared")
    body = {"track_ids": ids, "may_preview": False}
    assert curator.call("POST", "/tracks/preview-rights", body).status_code == 204
    assert [t["preview_right"] for t in curator.call("GET", "/tracks?limit=4").json["tracks"]] == [
        *("no",) * 3,
        "not stated",
    ]
    assert len(audited(house, "preview right")) == 4
    as_stated = curator.call("PUT", f"/tracks/{ids[0]}/preview-right", {"may_preview": None}).json
    assert (as_stated["preview_right"], as_stated["decision"]) == ("not stated", None)


def test_of_many_all_or_none(house, curator):
    body = {"track_ids": [first_id(curator), UNKNOWN], "may_preview": True}
    assert curator.call("POST", "/tracks/preview-rights", body).status_code == 404
    assert audited(house, "preview right") == []
    for bad in ([], ["../x"], "x", [first_id(curator)] * 501):
        body = {"track_ids": bad, "may_preview": True}
        assert curator.call("POST", "/tracks/preview-rights", body).status_code == 422


def test_a_clinician_looks_and_changes_nothing(house, clinician):
    track_id = first_id(clinician)
    assert clinician.call("GET", f"/tracks/{track_id}").json["analysis"]["energy_curve"]["values"]
    assert decide(clinician, track_id, "refused").status_code == 403
    assert clinician.call("PUT", f"/tracks/{track_id}/preview-right", {"may_preview": True}).status_code == 403
    body = {"track_ids": [track_id], "may_preview": True}
    assert clinician.call("POST", "/tracks/preview-rights", body).status_code == 403
    assert clinician.call("POST", "/scans", {"folder": "/"}).status_code == 403
    assert clinician.call("GET", "/folders").status_code == 403
    assert clinician.call("POST", "/uploads").status_code == 403
    assert audited(house, "track decided") == []


@pytest.mark.parametrize("name", [UNKNOWN, "x", "%00", "..%2F..%2Fetc", "é" * 64, "F" * 64])
def test_what_is_no_track_is_not_found(curator, name):
    assert curator.call("GET", f"/tracks/{quote(name, safe='%')}").status_code == 404
    assert curator.call("GET", f"/media/tracks/{quote(name, safe='%')}").status_code == 404
    assert decide(curator, quote(name, safe="%"), "refused").status_code == 404
    assert curator.client.get(f"/library/{quote(name, safe='%')}").status_code == 404


def test_staff_hear_a_track_in_ranges_and_nobody_else_does(house, clinician, pieces):
    found = clinician.call("GET", "/tracks?search=piece+3").json["tracks"][0]["track_id"]
    address = f"/api/v1/media/tracks/{found}"
    whole = (pieces / "03.flac").read_bytes()
    answer = clinician.client.get(address)
    assert (answer.status_code, answer.mimetype, answer.data) == (200, "audio/flac", whole)
    answer.close()
    part = clinician.client.get(address, headers={"Range": "bytes=100-299"})
    assert (part.status_code, part.data) == (206, whole[100:300])
    assert part.headers["Content-Range"] == f"bytes 100-299/{len(whole)}"
    beyond = clinician.client.get(address, headers={"Range": f"bytes={len(whole)}-"})
    assert beyond.status_code == 416
    again = clinician.client.get(address, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    head = clinician.client.head(address)
    assert (head.status_code, head.content_length, head.data) == (200, len(whole), b"")
    assert house.nobody().client.get(address).status_code == 401
    assert house.tablet(house.room()).get(address).status_code == 403


def test_a_file_that_is_gone_is_said_to_be_gone(house, curator, tmp_path, pieces):
    track_id = first_id(curator)
    catalogue = house.parts.catalogue
    known = catalogue.files()[catalogue.track(track_id).paths[0]]
    catalogue.forget_files([known.state.path])
    assert curator.call("GET", f"/media/tracks/{track_id}").status_code == 410
    page = curator.client.get(f"/library/{track_id}")
    assert page.status_code == 200
    assert "No file of this track is where it was" in page.text
    assert "<audio" not in page.text


def test_a_hostile_title_stays_text_in_the_api(house, curator):
    track_id = first_id(curator)
    put_tags(house, track_id, title="\u202e<script>alert(1)</script>" + "x" * 400, artist="\x1b\x00")
    row = curator.call("GET", f"/tracks/{track_id}")
    assert row.status_code == 200
    assert row.json["title"].startswith("<script>alert(1)</script>xxx")
    listed = curator.call("GET", "/tracks?search=%3Cscript%3E").json["tracks"][0]
    assert len(listed["title"]) == 200
    assert decide(curator, track_id, "refused", "no").status_code == 200
    assert "\u202e" not in audited(house, "track decided")[0].subject
