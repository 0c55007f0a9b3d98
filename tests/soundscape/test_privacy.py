"""What is stored is listed with its reason; nothing can be typed about a patient; no secret reaches a log."""

import inspect
import json
import logging
import re
import urllib.error
import urllib.request
from pathlib import Path

import msgspec
import pytest

from library.store import metadata, writing
from soundscape import accounts
from soundscape.routes import preview as preview_routes
from tests.soundscape.house import PASSWORD, House
from tests.soundscape.served import served

ROOT = Path(__file__).resolve().parents[2]
PRIVACY = (ROOT / "docs" / "privacy.md").read_text()
TEMPLATES = sorted((ROOT / "soundscape" / "templates").glob("*.html"))
SCRIPTS = sorted((ROOT / "soundscape" / "static").rglob("*.js"))

PATIENT = "Anna Maria Cruz, born 3.12.80"
"""What must not be typed anywhere; a field that could take it needs a reason below."""

TYPED = {
    ("sign_in.html", "name"): "the staff's own name for signing in",
    ("accounts.html", "name"): "the staff's own name for signing in",
    ("first.html", "code"): "a one-time login, compared and never stored",
    ("rooms.html", "name"): "the room's name, by an administrator",
    ("desk.html", "name"): "the first room's name, by an administrator",
    ("library.html", "q"): "a search, never stored",
    ("track.html", "reason"): "why a track was cleared or refused, by a curator, about the music",
    ("_asked.html", "title"): "the list's title, by a curator",
    ("_asked.html", "note"): "the clinic's words about the list's music",
    ("_sign.html", "note"): "words about the music of a version, by who signs it off",
    ("_asked.html", "after"): "four letters and digits of a session; other words are refused",
    ("imports.html", "url"): "the address of a playlist; any other is refused",
    ("import.html", "q"): "a search, never stored",
    ("room.html", "code"): "six digits, compared and never stored",
}
"""(template, field) of every text field, with why it is there."""

SENT = {
    "accounts.name": "the staff's own name for signing in",
    "rooms.name": "the room's name, by an administrator",
    "playlists.title": "the list's title, by a curator",
    "playlists.note": "the clinic's words about the list's music",
    "playlists.template": "the name of an arc; an unknown one is refused",
    "playlists.exclude_artists[]": "artists of the library, by a curator",
    "previews.template": "the name of an arc; an unknown one is refused",
    "previews.playlist_ids[]": "ids of ours; an unknown one is refused",
    "sessions.room_id": "an id of ours; an unknown one is refused",
    "sessions.playlist_id": "an id of ours; an unknown one is refused",
    "player.mixdown_id": "an id of ours, told back by a paired tablet",
    "player.change_id": "an id of ours, told back by a paired tablet",
    "player.files[].mixdown_id": "an id of ours, told back by a paired tablet",
    "player.holds.mixdown_id": "an id of ours, told back by a paired tablet",
    "player.events[].mixdown_id": "an id of ours, told back by a paired tablet",
    "player.events[].session_id": "an id of ours, told back by a paired tablet",
    "tracks.reason": "why a track was cleared or refused, by a curator, about the music",
    "imports.title": "the list's title, by a curator",
    "imports.note": "the clinic's words about the list's music",
    "imports.template": "the name of an arc; an unknown one is refused",
    "imports.exclude_artists[]": "artists of the library, by a curator",
    "scans.folder": "a folder of the server; one that the settings do not allow is refused",
}
"""Every string of a request's body that could hold such words, by subject and field, with why it is there."""

PREVIEW_SENT = {
    ("Opening", "secret"): "compared, and stored nowhere but in the patient's own cookie",
    ("Choosing", "playlist_id"): "an id of ours; one that is not offered is refused",
}


def test_every_stored_field_is_listed_with_why_and_how_long():
    listed = {}
    for table, section in re.findall(r"^### `(\w+)`$(.*?)(?=^#|\Z)", PRIVACY, flags=re.M | re.S):
        rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (.+?) \| (.+?) \|$", section, flags=re.M)
        listed[table] = {row[0] for row in rows}
    stored = {table.name: {column.name for column in table.columns} for table in metadata.sorted_tables}
    assert listed == stored


def test_everything_kept_in_browsers_is_listed():
    python = "\n".join(path.read_text() for path in (ROOT / "soundscape").rglob("*.py"))
    for name in re.findall(r'(?:PREVIEW_COOKIE = |"SESSION_COOKIE_NAME": )"(\w+)"', python):
        assert f"`{name}`" in PRIVACY
    assert re.findall(r"\.set_cookie\(\s*([\w\"]+)", python) == ["PREVIEW_COOKIE"]
    scripts = {path: path.read_text() for path in SCRIPTS if "vendor" not in path.parts}
    for path, text in scripts.items():
        for kept in ("localStorage", "sessionStorage", "document.cookie", "getDirectory("):
            assert kept not in text, f"{path} keeps something with {kept}: list it in docs/privacy.md"
    assert {path.name for path, text in scripts.items() if "indexedDB" in text} == {"database.js"}
    assert {path.name for path, text in scripts.items() if re.search(r"\bcaches\b", text)} == {"room-sw.js"}
    assert 'NAME = "soundscape-room"' in next(text for path, text in scripts.items() if path.name == "database.js")
    for name in ("`soundscape-room`", "`room-`"):
        assert name in PRIVACY


def text_fields():
    """(template, name) of every field into which text can be typed."""
    for path in TEMPLATES:
        for tag, attributes in re.findall(r"<(input|textarea)\b([^>]*)>", path.read_text()):
            kind = re.search(r'\btype="?([\w{]+)', attributes)
            name = re.search(r'\bname="([^"]*)"', attributes)
            if name and (tag == "textarea" or kind is None or kind[1] in ("text", "search", "email", "tel", "url")):
                yield path.name, name[1]


def test_every_text_field_of_every_page_has_a_reason():
    assert set(text_fields()) == set(TYPED)
    for path in (*TEMPLATES, *SCRIPTS):
        text = path.read_text()
        assert "contenteditable" not in text.lower(), path
        assert not re.search(r"createElement\(.(input|textarea)", text), path


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    return House(tmp_path_factory.mktemp("privacy"))


def open_strings(house):
    """``subject.field`` of every string in a request's body that would take a patient's name."""
    described = house.app.test_client().get("/api/v1/openapi.json").json
    schemas = described["components"]["schemas"]

    def walk(schema, path):
        if "$ref" in schema:
            schema = schemas[schema["$ref"].rsplit("/", 1)[1]]
        for name, part in schema.get("properties", {}).items():
            yield from walk(part, f"{path}.{name}")
        if "items" in schema:
            yield from walk(schema["items"], f"{path}[]")
        for part in (*schema.get("allOf", ()), *schema.get("oneOf", ()), *schema.get("anyOf", ())):
            yield from walk(part, path)
        if isinstance(schema.get("additionalProperties"), dict):
            yield from walk(schema["additionalProperties"], f"{path}.*")
        if schema.get("type") == "string" and takes(schema):
            yield path

    for address, operations in described["paths"].items():
        for operation in operations.values():
            if isinstance(operation, dict):
                for content in operation.get("requestBody", {}).get("content", {}).values():
                    yield from walk(content["schema"], address.split("/")[3])


def takes(schema):
    if "enum" in schema or schema.get("format") == "binary":
        return False
    return re.search(schema.get("pattern", "").replace(r"\Z", "$"), PATIENT) is not None


def test_every_string_that_the_api_takes_has_a_reason(house):
    assert set(open_strings(house)) == set(SENT)


def test_the_patients_page_takes_no_text():
    records = [
        found
        for _, found in inspect.getmembers(preview_routes, inspect.isclass)
        if issubclass(found, msgspec.Struct) and found.__module__ == preview_routes.__name__
    ]
    assert records
    for found in records:
        for field in msgspec.structs.fields(found):
            if field.type is str or getattr(field.type, "__metadata__", None):
                assert (found.__name__, field.name) in PREVIEW_SENT, f"why may {field.name} be text?"


def test_a_session_takes_no_name_and_says_none(house):
    nurse = house.staff("clinician")
    wanted = {"room_id": house.room(), "playlist_id": house.playlist()}
    refused = nurse.call("POST", "/sessions", {**wanted, "name": PATIENT})
    assert refused.status_code == 422
    session = nurse.call("POST", "/sessions", wanted).json["session"]
    assert re.fullmatch(r"[2-9B-DF-HJ-NP-TV-Y]{4}", session["code"])


def test_no_secret_reaches_a_log(tmp_path, caplog):
    """Every flow that carries a secret, against a real server, with every logger at its most talkative."""
    house = House(tmp_path)
    caplog.set_level(logging.DEBUG)
    with writing(house.engine) as connection:
        one_time = accounts.first_login(connection, house.clock())
    admin = house.nobody()
    form = {"code": one_time, "password": PASSWORD, "csrf_token": admin.token()}
    assert admin.client.post("/first", data=form).status_code == 302
    cookie = admin.client.get_cookie("soundscape_session").value
    room_id, playlist_id = house.room(), house.playlist()
    pairing = admin.call("POST", f"/rooms/{room_id}/code").json["code"]
    link = admin.call("POST", "/previews", {"playlist_ids": [playlist_id], "veiled": False}).json["secret"]
    with served(house) as address:
        token = send(f"{address}/api/v1/player/pair", {"code": pairing})["token"]
        bearer = {"Authorization": f"Bearer {token}"}
        send(f"{address}/api/v1/player/report", {"state": "empty", "revision": 1}, bearer)
        send(f"{address}/preview/open", {"secret": link})
        with pytest.raises(urllib.error.HTTPError) as refused:
            send(f"{address}/api/v1/player/pair", {"code": pairing})
        refused.value.close()
        admin.call("POST", f"/rooms/{room_id}/revoke")
        with pytest.raises(urllib.error.HTTPError) as refused:
            send(f"{address}/api/v1/player/report", {"state": "empty", "revision": 1}, bearer)
        refused.value.close()
    assert "POST /api/v1/player/pair" in caplog.text, "the server's own log is not captured"
    plain = one_time.replace("-", "")
    for secret in (one_time, plain, pairing, link, token, cookie, PASSWORD):
        assert secret not in caplog.text


def test_no_secret_is_stored_as_it_is(tmp_path):
    house = House(tmp_path)
    with writing(house.engine) as connection:
        one_time = accounts.first_login(connection, house.clock())
    admin = house.staff("admin")
    room_id = house.room()
    pairing = admin.call("POST", f"/rooms/{room_id}/code").json["code"]
    token = house.tablet(room_id).headers["Authorization"].removeprefix("Bearer ")
    link = admin.call("POST", "/previews", {"playlist_ids": [house.playlist()], "veiled": False}).json["secret"]
    with house.engine.connect() as connection:
        stored = [
            str(value)
            for table in metadata.sorted_tables
            for row in connection.execute(table.select())
            for value in row
        ]
    for secret in (one_time, one_time.replace("-", ""), token, link, PASSWORD):
        assert not any(secret in value for value in stored)
    assert pairing not in stored


def send(address, body, headers=None):
    request = urllib.request.Request(
        address, json.dumps(body).encode(), {"Content-Type": "application/json", **(headers or {})}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        text = answer.read()
    return json.loads(text) if text else None
