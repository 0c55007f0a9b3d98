"""Faults that end the page: the music comes back by itself, in time, at the right place, softly; or asks for a tap."""

import itertools
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.reliability.room import Heard, Room
from tests.waiting import until

Note = Callable[[str, object], None]
GOING: dict[str, Callable[[Room], None]] = {
    "reloaded": lambda room: room.tablet.reload(),
    "tab crashed and reopened": lambda room: room.tablet.crash_and_reopen(),
    "browser killed and restarted": lambda room: room.tablet.kill_and_open(),
}
LONG = pytest.mark.long
JUDGED_S = 12.0
"""After a page came back: five seconds at most until it sounds, a ramp, and a while to judge."""
Case = tuple[str, str]
RELOADED, CRASHED, KILLED = GOING


def cases(*short: Case) -> list[Any]:
    """All of them; those that are not named take long."""
    return [
        pytest.param(*case, id=f"{case[0]}, server {case[1]}", marks=[] if case in short else [LONG])
        for case in itertools.product(GOING, ("up", "down"))
    ]


@pytest.mark.parametrize(("how", "server"), cases((RELOADED, "up")))
def test_the_music_comes_back(room: Room, how: str, server: str, record_property: Note) -> None:
    room.playing()
    if server == "down":
        room.service.kill()
    gone = room.mark()
    GOING[how](room)
    back = room.tablet.back
    room.tablet.let_play(back.heard_s - room.mark().heard_s + JUDGED_S)
    end = room.mark()
    if server == "down":
        room.service.start()
    found = Heard(room, gone).returned(gone, back, end)
    record_property("returned_s", found.late_s)
    record_property("hole_ms", found.after.hole_s * 1000)
    record_property("rise_lu", found.after.rise_lu)
    room.until_shown("Playing", 15.0)
    assert room.told_since(gone).count("sound_on") == 1


def test_both_sides_killed_come_back(room: Room, record_property: Note) -> None:
    room.playing()
    gone = room.mark()
    room.service.kill()
    room.tablet.kill()
    room.service.start()
    room.tablet.open()
    back = room.tablet.back
    room.tablet.let_play(JUDGED_S)
    end = room.mark()
    record_property("returned_s", Heard(room, gone).returned(gone, back, end).late_s)
    room.until_shown("Playing", 15.0)
    assert room.told_since(gone).count("sound_on") == 1


@pytest.mark.parametrize(("how", "server"), cases((KILLED, "up")))
def test_without_the_right_to_play_it_asks_for_a_tap(
    room_without_autoplay: Room, how: str, server: str, record_property: Note
) -> None:
    room = room_without_autoplay
    room.playing()
    if server == "down":
        room.service.kill()
    gone = room.mark()
    GOING[how](room)
    if server == "down":
        room.service.start()
    room.until_shown("needs_tap", 30.0)
    shown_s = time.time()
    first_s = until(lambda: room.network.first_answer_s("/report", room.tablet.back.at_s), 5.0, "the answer")
    assert first_s is not None
    desk_s = max(0.0, shown_s - first_s)
    assert desk_s <= 2.0
    record_property("desk_s", desk_s)
    room.tablet.tap()
    tapped = room.mark()
    room.until_shown("Playing", 10.0)
    room.tablet.let_play(8.0)
    Heard(room, gone).returned(gone, tapped, room.mark())
