"""An hour in real time, thirty rooms at once, and how soon a press is heard. By `make reliability` alone."""

import random
import secrets
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from playwright.sync_api import Playwright

from library.store import writing
from playlists.playlist import Request
from soundscape import accounts
from soundscape.parts import now_ms
from soundscape.stores import standing
from soundscape.stores.standing import BED
from tests.reliability import judge
from tests.reliability.conftest import MakeTablet
from tests.reliability.protocol import Client
from tests.reliability.proxy import Proxy
from tests.reliability.room import Heard, Room
from tests.soundscape.house import PASSWORD
from tests.waiting import until
from tests.walk.clinic import Service

pytestmark = pytest.mark.long
Note = Callable[[str, object], None]
Staff = Callable[[str, str, dict[str, object]], None]
HOUR = Request(infusion_s=2400.0, tail_s=900.0)
MIB = 1 << 20
ROOMS, MINUTES = 29, 10.0
LEVELS_DB = [-6.0 - step for step in range(1, 30)]


@pytest.fixture(scope="module")
def full_room(service: Service, network: Proxy, make_tablet: MakeTablet, tmp_path_factory) -> Iterator[Room]:
    """A room with a list of 55 minutes."""
    room = Room("Room 3", service, network, make_tablet("hour"), HOUR)
    room.folder = tmp_path_factory.mktemp("heard")
    room.pair()
    yield room
    room.over()
    room.tablet.close()


@pytest.fixture
def staff(full_room: Room, playwright: Playwright) -> Iterator[Staff]:
    """Somebody at the desk, signed in; what is pressed goes to the server as from the desk's page."""
    room, name = full_room, f"desk-{secrets.token_hex(3)}"
    context = playwright.request.new_context(base_url=room.service.address)
    with writing(room.house.engine) as connection:
        _, code = accounts.make(connection, name, "admin", by="test", now_ms=now_ms())

    def token() -> str:
        return context.get("/sign-in").text().split('name="csrf-token" content="')[1].split('"')[0]

    assert context.post("/first", form={"code": code, "password": PASSWORD, "csrf_token": token()}).ok
    headers = {"X-CSRFToken": token()}

    def press(method: str, address: str, body: dict[str, object]) -> None:
        answer = context.fetch(f"/api/v1{address}", method=method, data=body, headers=headers)
        assert answer.ok, answer.text()

    yield press
    context.dispose()


def test_a_press_is_heard_within_a_second(full_room: Room, staff: Staff, record_property: Note) -> None:
    room, found = full_room, []
    for _ in range(10):
        with writing(room.house.engine) as connection:
            standing.remove(connection, BED)  # what sounds before would be heard instead
        room.begin()
        room.tablet.let_play(3.0)
        pressed = room.mark()
        staff("POST", f"/sessions/{room.session_id}/start", {})
        room.tablet.let_play(6.0)
        # A list may begin as softly as it likes, so the music's own beginning counts and not when it is loud enough.
        place = judge.place_of(room.tablet.heard(pressed.heard_s), room.music, at_s=3.5, about_s=2.5)
        assert place.likeness > judge.ALIKE
        found.append(place.at_s - place.place_s)
        room.over()
    record_property("returned_s", max(found))
    assert max(found) <= 1.0, found


def test_fifty_five_minutes_in_real_time(full_room: Room, record_property: Note) -> None:
    room = full_room
    room.over()
    room.begin()
    room.tablet.close()
    room.until_shown("lost", 20.0)
    room.tablet.open_alone()
    room.until_shown("Ready", 30.0)
    room.start(play_s=10.0)
    begun = room.mark()
    room.tablet.let_play(50.0)
    after_a_minute = most = room.tablet.memory_bytes()
    left_s = room.music_s - room.clock_s(room.mark()) - 20.0
    for _ in range(int(left_s / 30.0)):
        room.tablet.let_play(30.0)
        most = max(most, room.tablet.memory_bytes())
    end = room.mark()
    heard = Heard(room, begun)
    steady = heard.steady(begun, end, room.clock_s(begun), moves_s=0.1)
    at_end = judge.place_of(heard.sound, heard.music, heard.at(end) - 4.0, room.clock_s(end) - 4.0)
    at_begin = judge.place_of(heard.sound, heard.music, heard.at(begun), room.clock_s(begun))
    drift_s = (at_end.place_s - at_begin.place_s) - (end.at_s - begun.at_s) + 4.0
    for name, value in steady.told().items():
        record_property(name, value)
    record_property("drift_ms", abs(drift_s) * 1000)
    record_property("memory_mib", (most - after_a_minute) / MIB)
    assert abs(drift_s) <= 0.1
    assert most - after_a_minute <= 20 * MIB
    room.tablet.let_play(room.music_s - room.clock_s(room.mark()) + 5.0)
    room.until_told("ended")
    room.session_id, room.begun = "", False
    room.tablet.close()
    room.tablet.open()


def test_thirty_rooms_on_one_server_for_ten_minutes(full_room: Room, staff: Staff, record_property: Note) -> None:
    room = full_room
    room.over()
    clients = [
        Client(room.service.port, room.another(f"Ward {number:02}"), events=number % 2 == 0) for number in range(ROOMS)
    ]
    for client in clients:
        client.start()
    try:
        acknowledged = _busy(room, clients, staff)
    finally:
        for client in clients:
            client.stop()
    assert [words for client in clients for words in client.failures] == []
    for events, limit_s in ((False, 3.0), (True, 0.5)):
        times = [took for of, took in acknowledged if of.events is events]
        assert len(times) > 100
        p99_s = float(np.quantile(times, 0.99))
        record_property("events_p99_ms" if events else "reports_p99_ms", p99_s * 1000)
        assert p99_s <= limit_s


def _busy(room: Room, clients: list[Client], staff: Staff) -> list[tuple[Client, float]]:
    """Ten minutes of presses over HTTP while the one browser plays and is recorded; how long each took to arrive."""
    running = {}
    for client, room_id in zip(clients, room.others, strict=True):
        wanted = {"room_id": room_id, "playlist_id": room.playlist_id}
        session_id = room.call("POST", "/sessions", wanted)["session"]["session_id"]
        room.call("POST", f"/sessions/{session_id}/start", {})
        running[client] = session_id
    room.begin()
    room.start(play_s=10.0)
    begun, chosen, found = room.mark(), random.Random(7), []
    levels: dict[Client, float] = {}
    end_s = time.monotonic() + MINUTES * 60
    while time.monotonic() < end_s:
        client = chosen.choice(clients)
        before = max(client.seen)
        pressed_s = time.monotonic()
        # Another than the last one: a press that changes nothing is told to nobody.
        levels[client] = chosen.choice([level_db for level_db in LEVELS_DB if level_db != levels.get(client)])
        staff("PUT", f"/sessions/{running[client]}/level", {"level_db": levels[client]})
        until(lambda: max(client.seen) > before, 15.0, "the acknowledgement")  # noqa: B023
        found.append((client, client.seen[max(client.seen)] - pressed_s))
        time.sleep(0.3)
    end = room.mark()
    steady = Heard(room, begun).steady(begun, end, room.clock_s(begun))
    assert steady.hole_s <= 0.05
    return found
