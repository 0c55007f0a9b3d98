"""What staff press, doubled, late, out of order and old: the last one counts, softly, and nothing else is heard."""

import json
from collections.abc import Callable

import pytest

from tests.reliability.proxy import Weather
from tests.reliability.room import LEVEL_DB, Heard, Room
from tests.reliability.tablet import Moment
from tests.reliability.test_faults import unharmed

Note = Callable[[str, object], None]
RAMPED_S = 5.0


def press(room: Room, name: str, json: object = None, times: int = 2) -> None:
    """The same press, as often as a slow network or an impatient finger sends it."""
    for _ in range(times):
        room.call("PUT" if name in ("quiet", "level") else "POST", f"/sessions/{room.session_id}/{name}", json)


def kept_in(answers: list[bytes]) -> Callable[[str, bytes], bytes | None]:
    """Keep what the server answers to reports."""

    def keep(path: str, body: bytes) -> bytes | None:
        if path.endswith("/report"):
            answers.append(body)
        return None

    return keep


def with_orders_of(old: bytes) -> Callable[[str, bytes], bytes | None]:
    """The server's answers to reports with the orders of another day."""
    orders = {name: value for name, value in json.loads(old).items() if name in ("revision", "wished")}

    def change(path: str, body: bytes) -> bytes | None:
        return json.dumps(json.loads(body) | orders).encode() if path.endswith("/report") else None

    return change


def test_commands_that_come_doubled_and_late_end_as_the_last_one_says(room: Room, record_property: Note) -> None:
    room.playing()
    room.network.weather = Weather("fair", "/report", delay_s=2.5)
    press(room, "level", {"level_db": LEVEL_DB - 6.0})
    press(room, "quiet", {"quiet": True})
    press(room, "quiet", {"quiet": False})
    press(room, "level", {"level_db": LEVEL_DB - 2.0})
    room.tablet.let_play(6.0 + RAMPED_S)
    begun = room.mark()
    room.tablet.let_play(5.0)
    heard = Heard(room, begun)
    steady = heard.steady(begun, room.mark(), room.clock_s(begun), level_db=LEVEL_DB - 2.0)
    record_property("rise_lu", steady.rise_lu)
    room.network.weather = Weather()
    press(room, "level", {"level_db": LEVEL_DB})
    assert "sound_off" not in room.told_since(begun)


@pytest.mark.long
def test_orders_from_before_the_start_take_nothing_away(room: Room, record_property: Note) -> None:
    room.over()
    room.assign()
    room.until_ready()
    answers: list[bytes] = []
    room.network.instead = kept_in(answers)
    room.tablet.page.wait_for_timeout(4_500)
    room.network.instead = lambda _path, _body: None
    room.listen()
    room.start(play_s=10.0)
    begun = room.mark()
    room.network.instead = with_orders_of(answers[-1])
    room.tablet.let_play(8.0)
    unharmed(room, begun, record_property)


@pytest.mark.long
def test_a_piece_skipped_twice_and_late_gives_way_once(room: Room, record_property: Note) -> None:
    room.playing(200.0)
    begun = room.mark()
    change = {"kind": "skip", "change_id": "00000000000000f1"}
    press(room, "changes", change)
    room.until_told("change_done", 30.0)
    room.tablet.let_play(11.0)
    end = room.mark()
    heard, leg, told = Heard(room, begun), room.leg(change["change_id"]), room.told_since(begun)
    room.over()
    after = Moment(end.at_s - 5.0, end.heard_s - 5.0)
    there_s = room.clock_s(after) - leg.at_s + leg.from_s
    steady = heard.steady(after, end, there_s)
    record_property("off_s", abs(steady.place_s - there_s))
    assert heard.longest_silence_s(begun, end) <= 0.05
    assert told.count("change_done") == 1
