"""The audit trail: who did what, newest first, by pages, with what it changed in words."""

import pytest

from library.store import writing
from soundscape.routes.pages.audit import differences
from soundscape.stores import audit
from soundscape.stores.audit import AuditRow
from tests.soundscape.house import House


@pytest.fixture
def house(tmp_path):
    return House(tmp_path)


@pytest.fixture
def admin(house):
    return house.staff("admin")


def row(before, after):
    return AuditRow(audit_id=1, at_ms=0, actor="a", action="b", subject="c", before=before, after=after)


def test_differences_in_words():
    before = {"name": "Room 1", "cap_db": -6.0, "active": True, "alarms": ["lost"]}
    after = {"name": "Room 1", "cap_db": -9.5, "active": False, "minutes_ago": 0, "alarms": []}
    assert differences(row(before, after)) == [
        ("cap (dB)", "−6", "−9.5"),
        ("active", "yes", "no"),
        ("alarms", "lost", "none"),
        ("minutes ago", None, "0"),
    ]
    assert differences(row(None, None)) == []


def test_what_was_done_is_there_with_before_and_after(house, admin):
    room_id = house.room("Room <b>1</b>")
    admin.call("PATCH", f"/rooms/{room_id}", {"cap_db": -12.0})
    newest = admin.call("GET", "/audit").json[0]
    assert (newest["actor"], newest["action"], newest["subject"]) == (admin.name, "room changed", "Room <b>1</b>")
    assert (newest["before"]["cap_db"], newest["after"]["cap_db"]) == (-6.0, -12.0)
    page = admin.client.get("/audit").text
    assert "Room &lt;b&gt;1&lt;/b&gt;" in page
    assert "−12" in page


def test_filters_and_pages(house, admin):
    with writing(house.engine) as connection:
        for number in range(250):
            audit.record(connection, house.clock(), "anna" if number % 2 else "berta", f"act {number % 3}", str(number))
    found = admin.call("GET", "/audit?actor=anna&action=act+0&most=500").json
    assert {(each["actor"], each["action"]) for each in found} == {("anna", "act 0")}
    seen, before = [], ""
    while rows := admin.call("GET", f"/audit?actor=anna&most=50{before}").json:
        seen += [each["subject"] for each in rows]
        before = f"&before_id={rows[-1]['audit_id']}"
    assert seen == [str(number) for number in range(249, 0, -2)]
    page = admin.client.get("/audit?actor=anna").text
    older = page.split('href="/audit?actor=anna&amp;before_id=')[1].split('"')[0]
    assert ">49</td>" in admin.client.get(f"/audit?actor=anna&before_id={older}").text
    assert "Nothing of this kind was done" in admin.client.get("/audit?actor=nobody").text


@pytest.mark.parametrize("query", ["before_id=-1", "before_id=99999999999", "before_id=x", "actor=%00", "action=%ff"])
def test_a_strange_address_is_no_fault_of_ours(admin, query):
    assert admin.client.get(f"/audit?{query}").status_code == 200
    assert admin.call("GET", f"/audit?{query}").status_code in (200, 422)


@pytest.mark.parametrize("role", ["curator", "clinician"])
def test_only_administrators_see_it(house, role):
    staff = house.staff(role)
    assert staff.client.get("/audit").status_code == 403
    assert staff.call("GET", "/audit").status_code == 403
