"""What a refusal, a broken request and a failing database become: an answer that says so, never an exception."""

import pytest
import sqlalchemy as sa

from soundscape import errors
from tests.soundscape.house import House

JUNK = {"Authorization": "Bearer junk"}


@pytest.fixture
def house(tmp_path, monkeypatch):
    monkeypatch.setattr("library.store.BUSY_TIMEOUT_S", 0)
    return House(tmp_path)


@pytest.fixture
def admin(house):
    return house.staff("admin")


def is_whole(answer, status):
    """A page, or problem details, with the strict policy; nothing half made."""
    assert answer.status_code == status, answer.text
    assert "script-src 'self';" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    if answer.mimetype == "application/problem+json":
        assert set(answer.json) == {"type", "title", "status", "detail", "code"}
    else:
        assert "</html>" in answer.text


@pytest.mark.parametrize(("address", "status"), [("/desk", 401), ("/nothing", 404), ("/sign-in", 401), ("/room", 200)])
def test_a_token_of_no_room_gets_a_page_as_everybody_does(house, address, status):
    is_whole(house.nobody().client.get(address, headers=JUNK), status)


@pytest.mark.parametrize("address", ["/api/v1/rooms", "/api/v1/player/report"])
def test_a_token_of_no_room_is_refused_by_the_api(house, address):
    answer = house.nobody().client.open(address, method="GET" if "rooms" in address else "POST", headers=JUNK)
    is_whole(answer, 401)
    assert answer.json["code"] == "device_revoked"


def lock(house: House) -> sa.Connection:
    """Hold the database as a backup tool does: nobody else can even read."""
    house.engine.dispose()
    connection = sa.create_engine(f"sqlite:///{house.data / 'soundscape.db'}").connect()
    for statement in ("PRAGMA locking_mode=EXCLUSIVE", "BEGIN EXCLUSIVE"):
        connection.exec_driver_sql(statement)
    return connection


@pytest.mark.parametrize("address", ["/desk", "/library", "/", "/api/v1/rooms"])
def test_a_locked_database_is_said_and_logged(house, admin, caplog, address):
    connection = lock(house)
    is_whole(admin.client.get(address), 503)
    assert "locked" in caplog.text
    connection.close()


def test_a_locked_database_leaves_what_needs_none(house, admin):
    connection = lock(house)
    is_whole(house.nobody().client.get("/nothing"), 404)
    is_whole(admin.client.get("/nothing"), 404)
    connection.close()


def test_a_change_that_finds_the_database_locked_can_be_tried_again(house, admin):
    connection = house.engine.connect().execution_options(writing=True)
    connection.exec_driver_sql("SELECT 1")
    answer = admin.call("POST", "/rooms", {"name": "Room 1"})
    is_whole(answer, 503)
    assert answer.json["code"] == "database_busy"
    connection.rollback()
    connection.close()
    assert admin.call("POST", "/rooms", {"name": "Room 1"}).status_code == 201


@pytest.mark.parametrize("address", ["/desk", "/api/v1/rooms"])
def test_a_database_that_is_damaged_while_we_run_is_said(house, admin, address):
    house.engine.dispose()
    for path in house.data.glob("soundscape.db*"):
        path.write_bytes(b"no database " * 1000)
    is_whole(admin.client.get(address), 503)


def test_of_two_who_take_a_name_at_once_the_second_is_told(house):
    answer = errors.answer_of(sa.exc.IntegrityError("INSERT", {}, Exception("UNIQUE constraint failed: room.name")))
    assert answer is not None
    assert (answer.status, answer.code) == (409, "conflict")


def test_no_parameter_of_a_statement_is_in_an_error(house):
    with house.engine.connect() as connection, pytest.raises(sa.exc.OperationalError) as failed:
        connection.execute(sa.text("SELECT :secret FROM nowhere"), {"secret": "hush"})
    assert "hush" not in str(failed.value)


BODIES = {
    "deep": b"[" * 200_000,
    "half of a character": b'{"code": "\\ud800"}',
    "half of a character as a name": b'{"\\ud800": 1, "code": "123456"}',
    "a number of 6,000 digits": b'{"code": ' + b"9" * 6000 + b"}",
    "not a number": b'{"code": NaN}',
    "not UTF-8": b'{"code": "\xff"}',
    "cut": b'{"code": "12',
    "a link's secret that is not UTF-8": b'{"secret": "\xff"}',
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("address", ["/api/v1/player/pair", "/preview/open"])
def test_what_is_no_json_is_refused(house, address, body):
    is_whole(house.nobody().client.post(address, data=body, content_type="application/json"), 400)


def test_half_of_a_character_is_refused_wherever_an_id_may_stand(house, admin):
    room_id, half = house.room(), "\\ud800"
    tablet = house.tablet(room_id)
    head = {"X-CSRFToken": admin.token()}
    for address, body in (
        ("/sessions", f'{{"room_id": "{room_id}", "playlist_id": "{half}"}}'),
        ("/previews", f'{{"playlist_ids": ["{half}"]}}'),
    ):
        answer = admin.client.post(f"/api/v1{address}", data=body, content_type="application/json", headers=head)
        is_whole(answer, 400)
    body = f'{{"state": "empty", "revision": 1, "holds": {{"mixdown_id": "{half}", "bytes_verified": 0, "bytes": 0}}}}'
    answer = tablet.client.post(
        "/api/v1/player/report", data=body, content_type="application/json", headers=tablet.headers
    )
    is_whole(answer, 400)


def test_a_job_that_is_stored_is_answered_for_though_no_queue_takes_its_id(house, admin, caplog):
    playlist_id = house.playlist()
    (house.data / "queue-files.db").mkdir()
    answer = admin.call("POST", f"/playlists/{playlist_id}/mixdown")
    assert answer.status_code == 200, answer.text
    job_id = answer.json["job_id"]
    assert admin.call("GET", f"/jobs/{job_id}").json["state"] == "queued"
    assert "queue" in caplog.text


def test_a_session_file_that_cannot_be_read_is_gone(house, admin):
    mixdown_id = house.mixdown(house.playlist())
    path = next((house.data / "mixdowns").iterdir())
    path.unlink()
    path.mkdir()
    is_whole(admin.client.get(f"/api/v1/media/mixdowns/{mixdown_id}"), 410)


def test_a_value_that_the_database_cannot_hold_is_refused():
    answer = errors.answer_of(sa.exc.DataError("INSERT", {}, Exception("text fields cannot contain NUL bytes")))
    assert answer is not None
    assert (answer.status, answer.code) == (422, "bad_value")


def test_what_is_wrong_in_our_sql_stays_a_defect():
    assert errors.answer_of(sa.exc.ProgrammingError("SELEC", {}, Exception("syntax error"))) is None
