"""A room check: asked at the desk, run by the tablet, finished by somebody who listened; what it means."""

import pytest
from msgspec.structs import replace

from soundscape.checked import ByHand, CheckDetail, NetworkFound, RoomCheck, StorageFound
from soundscape.findings import findings
from tests.soundscape.house import House

GOOD = CheckDetail(
    check_id="0" * 16,
    left_dbfs=-32.0,
    left_other_dbfs=-90.0,
    right_dbfs=-32.1,
    right_other_dbfs=None,
    cap_dbfs=-32.0,
    cap_db=-6.0,
    storage=StorageFound(usage=1 << 20, quota=4 << 30, persisted=True),
    wake_lock=True,
    autoplay=True,
    network=NetworkFound(trips=10, lost=0, median_ms=8.0, worst_ms=30.0),
    battery=0.9,
    charging=False,
)
HEARD = ByHand(left=True, right=True, reminder=True, by="anna", at_ms=2)


def found(by_hand=HEARD, **other):
    check = RoomCheck(check_id="0" * 16, asked_ms=0, by="anna", found_ms=1, detail=replace(GOOD, **other))
    return findings(replace(check, by_hand=by_hand))


def test_a_good_room_has_nothing_to_see_to():
    assert {finding.how for finding in found()} == {"good"}
    assert findings(RoomCheck(check_id="0" * 16, asked_ms=0, by="anna")) == []


@pytest.mark.parametrize(
    ("how", "words", "case"),
    [
        ("warn", "Not heard on the left", {"by_hand": replace(HEARD, left=False)}),
        ("warn", "Not heard on the right", {"by_hand": replace(HEARD, right=False)}),
        ("warn", "Turn Do not disturb on", {"by_hand": replace(HEARD, reminder=False)}),
        ("unknown", "Nobody has said yet", {"by_hand": None}),
        ("warn", "on both sides", {"left_other_dbfs": -40.0}),
        ("unknown", "could not be measured", {"right_dbfs": None}),
        ("warn", "need a tap", {"autoplay": False}),
        ("warn", "12 dB off", {"cap_dbfs": -20.0}),
        ("warn", "Only 300 MiB free", {"storage": StorageFound(usage=0, quota=300 << 20, persisted=True)}),
        ("warn", "may delete", {"storage": StorageFound(usage=0, quota=4 << 30, persisted=False)}),
        ("unknown", "does not say how much", {"storage": None}),
        ("warn", "may go dark", {"wake_lock": False}),
        ("unknown", "Whether the screen", {"wake_lock": None}),
        ("warn", "network here is poor", {"network": NetworkFound(trips=10, lost=2, median_ms=9.0, worst_ms=30.0)}),
        ("warn", "No answer came", {"network": NetworkFound(trips=10, lost=10)}),
        ("warn", "put it on its charger", {"battery": 0.4}),
        ("good", "charging", {"battery": 0.4, "charging": True}),
        ("unknown", "does not tell its battery", {"battery": "unknown"}),
    ],
)
def test_each_thing_is_said_as_what_it_means(how, words, case):
    assert [each.how for each in found(**case) if words in each.words] == [how]
    assert len([each for each in found(**case) if each.how != "good"]) == (how != "good")


@pytest.fixture
def house(tmp_path):
    return House(tmp_path)


def answered(house, tablet, check_id, **other):
    detail = {
        "check_id": check_id,
        "left_dbfs": -32.0,
        "left_other_dbfs": -200,
        "right_dbfs": -32.0,
        "cap_dbfs": -32.0,
        "cap_db": -6.0,
        "storage": {"usage": 0, "quota": 4 << 30, "persisted": False},
        "wake_lock": True,
        "autoplay": True,
        "network": {"trips": 10, "lost": 0, "median_ms": 5.5, "worst_ms": 9},
        "battery": 1,
        "charging": True,
        "outputs": 2,
        **other,
    }
    event = {"event_id": f"checked-{check_id}", "at_ms": house.clock(), "kind": "checked", "detail": detail}
    return tablet.report("empty", events=[event])


def test_a_check_counts_once_the_tablet_has_measured_and_a_person_has_listened(house):
    room_id, nurse = house.room(), house.staff("clinician")
    tablet = house.tablet(room_id)
    assert tablet.report()["check"] is None
    asked = nurse.call("POST", f"/rooms/{room_id}/check").json
    assert (asked["state"], asked["checked_ms"]) == ("asked", None)
    order = tablet.report()["check"]
    assert order == {"check_id": asked["check_id"], "asked_ms": house.clock()}
    house.clock.wait(9)
    assert answered(house, tablet, order["check_id"])["check"] is None
    seen = nurse.call("GET", f"/rooms/{room_id}/check").json
    assert (seen["state"], seen["checked_ms"]) == ("listened", None)
    assert seen["findings"][0]["how"] == "warn"
    assert "may delete the music" in seen["findings"][0]["words"]
    said = {"left": True, "right": True, "reminder": True}
    done = nurse.call("PUT", f"/rooms/{room_id}/check/{order['check_id']}", said).json
    assert (done["state"], done["checked_ms"]) == ("done", house.clock())
    assert nurse.call("GET", "/rooms").json[0]["checked_ms"] == house.clock()
    page = nurse.client.get("/desk").text
    assert "Room checked at" in page
    assert "Heard on the left." in page


def test_an_answer_told_twice_or_to_an_older_check_changes_nothing(house):
    room_id, nurse = house.room(), house.staff("clinician")
    tablet = house.tablet(room_id)
    first = nurse.call("POST", f"/rooms/{room_id}/check").json["check_id"]
    second = nurse.call("POST", f"/rooms/{room_id}/check").json["check_id"]
    answered(house, tablet, first)
    assert nurse.call("GET", f"/rooms/{room_id}/check").json["state"] == "asked"
    answered(house, tablet, second)
    answered(house, tablet, second, wake_lock=False)
    words = [each["words"] for each in nurse.call("GET", f"/rooms/{room_id}/check").json["findings"]]
    assert "The screen stays on." in words
    late = nurse.call("PUT", f"/rooms/{room_id}/check/{first}", {"left": True, "right": True, "reminder": True})
    assert (late.status_code, late.json["code"]) == (409, "wrong_state")


def test_a_check_that_no_tablet_answers_is_said_and_its_order_ends(house):
    room_id, nurse = house.room(), house.staff("clinician")
    without = nurse.call("POST", f"/rooms/{room_id}/check")
    assert (without.status_code, without.json["code"]) == (409, "wrong_state")
    tablet = house.tablet(room_id)
    nurse.call("POST", f"/rooms/{room_id}/check")
    house.clock.wait(601)
    assert tablet.report()["check"] is None
    assert "The tablet did not answer." in nurse.client.get("/desk").text


def test_another_tablet_makes_a_room_unchecked(house):
    room_id, nurse = house.room(), house.staff("clinician")
    tablet = house.tablet(room_id)
    check_id = nurse.call("POST", f"/rooms/{room_id}/check").json["check_id"]
    answered(house, tablet, check_id)
    nurse.call("PUT", f"/rooms/{room_id}/check/{check_id}", {"left": True, "right": True, "reminder": True})
    house.tablet(room_id)
    assert nurse.call("GET", f"/rooms/{room_id}/check").json["state"] == "none"


def test_an_unchecked_room_is_said_before_the_start_and_after_it_without_an_alarm(house):
    room_id, playlist_id, nurse = house.room(), house.playlist(minutes=60), house.staff("clinician")
    house.mixdown(playlist_id)
    tablet = house.tablet(room_id)
    session = nurse.call("POST", "/sessions", {"room_id": room_id, "playlist_id": playlist_id}).json["session"]
    tablet.report("loading")
    page = nurse.client.get("/desk").text
    assert "Room not checked yet" in page
    assert "Not ready, not checked. Start anyway" in page
    nurse.call("POST", f"/sessions/{session['session_id']}/start", {})
    tablet.report("playing", position_s=1.0, level_dbfs=-26.0, gain_db=-6.0)
    page = nurse.client.get("/desk").text
    assert "This room was not checked today." in page
    assert "Needs you" not in page
    assert "data-alarm>" not in page
    assert nurse.call("POST", f"/rooms/{room_id}/check").status_code == 409
    alarms = nurse.call("GET", f"/sessions/{session['session_id']}/record").json["alarms"]
    assert [alarm["code"] for alarm in alarms] == ["unchecked"]


def test_the_rooms_page_has_the_check(house):
    room_id, admin = house.room(), house.staff("admin")
    assert "Pair a tablet first." in admin.client.get("/rooms").text
    house.tablet(room_id)
    assert "Check this room now" in admin.client.get("/rooms").text
