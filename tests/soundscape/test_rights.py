"""Who may do what, over the app's own map: every route and operation, for every kind of caller.

The expectation is the table below, not the code's own: a right given to a role by mistake fails here. A view that
declares no right, or a path that is in no group of the table, fails too.
"""

import pytest
from flask import Flask

from soundscape import app as apps
from soundscape.rights import check_all, right_of
from tests.soundscape.house import House

STAFF = ("admin", "curator", "clinician")
ALLOWED = {
    "public": (*STAFF, "nobody", "device", "other device"),
    "signed_in": STAFF,
    "see_library": STAFF,
    "keep_library": ("admin", "curator"),
    "see_playlists": STAFF,
    "keep_playlists": ("admin", "curator"),
    "run_sessions": ("admin", "clinician"),
    "keep_rooms": ("admin",),
    "keep_accounts": ("admin",),
    "keep_connections": ("admin",),
    "see_audit": ("admin",),
    "device": ("device", "other device"),
    "preview": (),
}
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
STREAMS = ("api_events.stream", "api_player.events")
"""They never end; their refusals are tested, and that they open."""


@pytest.fixture(scope="module")
def house(tmp_path_factory) -> House:
    return House(tmp_path_factory.mktemp("rights"))


@pytest.fixture(scope="module")
def callers(house):
    """(client, headers of an honest page) for each kind of caller."""
    found = {}
    for role in STAFF:
        browser = house.staff(role)
        found[role] = (browser.client, {"X-CSRFToken": browser.token()})
    nobody = house.nobody()
    found["nobody"] = (nobody.client, {"X-CSRFToken": nobody.token()})
    for kind, room in (("device", "Room 1"), ("other device", "Room 2")):
        tablet = house.tablet(house.room(room))
        found[kind] = (tablet.client, tablet.headers)
    return found


def operations(app: Flask):
    """Every (endpoint, method, address) that the app answers, with made-up ids."""
    for rule in app.url_map.iter_rules():
        values = dict.fromkeys(rule.arguments, "0" * 16)
        with app.test_request_context():
            address = rule.rule
            for name, value in values.items():
                for kind in ("", "path:", "int:", "string:"):
                    address = address.replace(f"<{kind}{name}>", "1" if kind == "int:" else value)
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            yield rule.endpoint, method, address


def test_every_view_declares_a_right_that_is_known(house):
    rights = {endpoint: right_of(view) for endpoint, view in house.app.view_functions.items()}
    assert {right for right in rights.values() if right not in ALLOWED} == set(), rights


def test_an_app_with_a_view_without_a_right_does_not_start():
    app = Flask("open")
    app.add_url_rule("/open", view_func=lambda: "open")
    with pytest.raises(RuntimeError, match="static"):
        check_all(app)


@pytest.mark.parametrize("who", [*STAFF, "nobody", "device", "other device"])
def test_every_operation_for(who, house, callers):
    client, headers = callers[who]
    wrong = []
    for endpoint, method, address in operations(house.app):
        if endpoint == "sign_in.sign_out":
            continue  # it would sign this caller out
        needed = right_of(house.app.view_functions[endpoint])
        may = who in ALLOWED[needed]
        if endpoint in STREAMS and may:
            continue
        answer = client.open(address, method=method, headers={**headers, "Accept": "application/json"})
        problem = answer.get_json(silent=True) if answer.status_code in (401, 403) else None
        refused = (problem or {}).get("code") in ("not_signed_in", "not_allowed", "device_revoked")
        if endpoint.startswith("api_player.m") and may:
            refused = False  # by right it may ask; that it gets its own file alone is tested in test_sessions.py
        if refused == may or answer.status_code >= 500:
            wrong.append((method, address, needed, answer.status_code, answer.text[:200]))
        answer.close()
    assert wrong == []


@pytest.mark.parametrize("role", STAFF)
def test_no_change_without_the_proof_that_it_comes_from_our_page(role, house, callers):
    client, _ = callers[role]
    for endpoint, method, address in operations(house.app):
        needed = right_of(house.app.view_functions[endpoint])
        view = house.app.view_functions[endpoint]
        if method not in UNSAFE or role not in ALLOWED[needed] or not getattr(view, "csrf", True):
            continue
        answer = client.open(address, method=method, json={})
        assert (answer.status_code, "CSRF" in answer.text) == (400, True), (method, address, answer.text)


def test_a_streams_reader_is_let_in_by_right(house, callers):
    for who, address in (("clinician", "/api/v1/events?topics=desk,jobs"), ("device", "/api/v1/player/events")):
        client, headers = callers[who]
        answer = client.get(address, headers=headers, buffered=False)
        assert answer.status_code == 200
        assert next(answer.iter_encoded()) == b"retry: 2000\n\n"
        answer.close()


def test_the_preview_app_has_nothing_but_the_preview(house, tmp_path):
    app = apps.create_preview_app(tmp_path)
    reachable = {rule.rule for rule in app.url_map.iter_rules()}
    assert {rule for rule in reachable if not rule.startswith(("/preview", "/static/"))} == set()
    client = app.test_client()
    for _, method, address in operations(house.app):
        if not address.startswith(("/preview", "/static/")):
            assert client.open(address, method=method).status_code == 404, address


def test_a_strict_policy_is_on_every_page(house, callers):
    client, _ = callers["admin"]
    for endpoint, method, address in operations(house.app):
        if method == "GET" and endpoint not in STREAMS:
            policy = client.get(address).headers["Content-Security-Policy"]
            assert "script-src 'self';" in policy
            assert "unsafe" not in policy
