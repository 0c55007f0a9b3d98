"""Faults around a page that lives: nothing of them may be heard. The long ones run by `make reliability` alone."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.reliability.certificates import Certificate
from tests.reliability.proxy import Weather
from tests.reliability.room import BEFORE_S, Heard, Room
from tests.reliability.tablet import ASKABLE, Moment

Note = Callable[[str, object], None]
HIDDEN_S = 70.0
"""Longer than the minute after which a browser rarely wakes what nobody sees."""
SET_BACK = "() => { const now = Date.now; Date.now = () => now() - 3_600_000 }"
HIDE = (
    "() => { Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });"
    " document.dispatchEvent(new Event('visibilitychange')) }"
)


def weather(*args: object, **more: object) -> Callable[[Room], None]:
    """The network changes."""

    def change(room: Room) -> None:
        room.network.weather = Weather(*args, **more)  # type: ignore[arg-type]

    return change


SLOW = weather("fair", bytes_per_s=8_000.0, delay_s=2.0)


def fair(room: Room) -> None:
    """The network is as it should be."""
    room.network.weather = Weather()


def in_page(script: str) -> Callable[[Room], None]:
    """Something happens to the page that no test can bring about from outside: it is dispatched."""

    def act(room: Room) -> None:
        room.tablet.page.evaluate(script)

    return act


def cut_streams(times: int) -> Callable[[Room], None]:
    """The event stream breaks off again and again, each time as soon as it is there."""

    def cut(room: Room) -> None:
        done = 0
        while done < times:
            done += room.network.drop("/events")
            room.tablet.let_play(0.1)

    return cut


@dataclass(frozen=True)
class Fault:
    """What goes wrong, for how long, what ends it, and what the desk shows meanwhile."""

    name: str
    begins: Callable[[Room], None]
    ends: Callable[[Room], None] = fair
    lasts_s: float = 7.0
    shown: str = "Playing"
    long: bool = False
    needs_s: float = 60.0
    """How much music it takes."""


FAULTS = (
    Fault("server killed", lambda room: room.service.kill(), lambda room: room.service.start(), shown="lost"),
    Fault("network cut for 1 s", weather("cut"), lasts_s=1.0, long=True),
    Fault("network cut for 7 s", weather("cut"), shown="lost"),
    Fault("network cut for 30 s", weather("cut"), lasts_s=30.0, shown="lost", long=True),
    Fault("64 kb per s with 2 s delay", SLOW),
    Fault(
        "64 kb per s with 2 s delay for 60 s",
        SLOW,
        lasts_s=60.0,
        long=True,
        needs_s=120.0,
    ),
    Fault("answers stall", weather("stall")),
    Fault("connections reset", weather("reset"), long=True),
    Fault("answers corrupt", weather("corrupt"), long=True),
    Fault("500 to everything", weather("error"), shown="lost", long=True),
    Fault("server hangs", weather("hang"), long=True),
    Fault("event stream cut 5 times", cut_streams(5), lasts_s=0.0),
    Fault("event stream cut 500 times", cut_streams(500), lasts_s=0.0, long=True, needs_s=700.0),
    Fault("tab hidden (dispatched)", in_page(HIDE)),
)


@pytest.mark.parametrize(
    "fault", [pytest.param(one, marks=[pytest.mark.long] if one.long else [], id=one.name) for one in FAULTS]
)
def test_it_is_not_heard(room: Room, fault: Fault, record_property: Note) -> None:
    room.playing(fault.needs_s)
    begun = room.mark()
    fault.begins(room)
    room.tablet.let_play(fault.lasts_s)
    desk_s = room.until_shown(fault.shown)
    fault.ends(room)
    room.until_shown("Playing", 25.0)
    room.tablet.let_play(3.0)
    unharmed(room, begun, record_property)
    record_property("desk_s", fault.lasts_s + desk_s)


@pytest.mark.long
def test_a_tab_behind_another_one_is_not_heard(room: Room, record_property: Note) -> None:
    room.playing(180.0)
    room.tablet.close()
    room.until_shown("lost", 20.0)
    room.tablet.open_alone(ASKABLE)
    room.until_shown("Playing", 20.0)
    room.tablet.let_play(10.0)
    begun = room.mark()
    room.tablet.put_behind()
    room.tablet.let_play(HIDDEN_S)
    room.until_shown("Playing")
    unharmed(room, begun, record_property)
    (_, _), (since_s, state), *later = room.tablet.seen_or_hidden()
    assert state == "hidden"
    assert not later or later[0][0] - since_s > HIDDEN_S, later
    room.tablet.close()
    room.tablet.open()


def test_a_clock_set_back_an_hour_is_not_heard_and_told(room: Room, record_property: Note) -> None:
    room.playing()
    begun = room.mark()
    room.tablet.page.evaluate(SET_BACK)
    record_property("desk_s", room.until_shown("clock"))
    room.tablet.let_play(6.0)
    unharmed(room, begun, record_property)
    room.tablet.reload()
    room.until_shown("Playing", 15.0)


def test_an_expired_certificate_is_not_heard_and_told(
    room: Room, expired_certificate: Certificate, good_certificate: Certificate, record_property: Note
) -> None:
    room.playing()
    begun = room.mark()
    room.network.present(expired_certificate.path)
    room.network.drop()
    room.tablet.let_play(5.0)
    try:
        record_property("desk_s", 5.0 + room.until_shown("lost"))
    finally:
        room.network.present(good_certificate.path)
    room.until_shown("Playing", 25.0)
    unharmed(room, begun, record_property)


@pytest.mark.long
def test_a_network_that_is_cut_to_the_end_takes_nothing_from_the_music_nor_from_the_record(
    room: Room, record_property: Note
) -> None:
    room.over()
    room.begin()
    room.start(minutes_ago=(room.music_s - 45.0) / 60)
    begun = room.mark()
    room.network.weather = Weather("cut")
    room.tablet.let_play(20.0)
    record_property("desk_s", 20.0 + room.until_shown("lost"))
    end = room.mark()
    room.tablet.let_play(room.music_s - room.clock_s(end) + 3.0)
    heard = Heard(room, begun)
    steady = heard.steady(begun, end, room.clock_s(begun))
    silent_s = heard.falls_silent(end, room.music_s - room.clock_s(end) + 1.5)
    assert silent_s > room.music_s - room.clock_s(end) - 8.0, "the tail is part of it"
    fair(room)
    room.until_told("ended")
    for name, value in steady.told().items():
        record_property(name, value)
    room.session_id, room.begun = "", False


def test_headphones_that_go_silence_the_room_until_a_person_says_so(room: Room, record_property: Note) -> None:
    """Dispatched: this machine has no output whose removal its browser is told of."""
    room.playing()
    gone = room.mark()
    room.tablet.page.evaluate("() => navigator.mediaDevices.dispatchEvent(new Event('devicechange'))")
    record_property("desk_s", room.until_shown("output"))
    room.tablet.let_play(2.0)
    back = room.mark()
    room.call("POST", f"/rooms/{room.room_id}/output")
    room.until_shown("Playing", 10.0)
    room.tablet.let_play(8.0)
    end = room.mark()
    heard = Heard(room, gone)
    assert heard.falls_silent(gone, 1.5) > 0.1, "a ramp, and a short one"
    found = heard.returned(gone, back, end)
    record_property("returned_s", found.late_s)


def unharmed(room: Room, begun: Moment, record_property: Note) -> None:
    """The music went on as it had been before: at its place and its level; and the record says nothing else."""
    end = room.mark()
    before = Moment(begun.at_s - BEFORE_S, begun.heard_s - BEFORE_S)
    steady = Heard(room, before).steady(before, end, room.clock_s(before))
    assert "sound_off" not in room.told_since(begun), "the record says that it was off"
    room.judged = room.tablet.back
    for name, value in steady.told().items():
        record_property(name, value)
