"""One room, and more than one page or tablet in it; a tablet whose right is taken."""

from collections.abc import Callable

import pytest

from tests.reliability.conftest import MakeTablet
from tests.reliability.room import Heard, Room, enter
from tests.reliability.test_faults import unharmed

Note = Callable[[str, object], None]


def test_a_second_page_on_the_same_tablet_stays_silent(room: Room, record_property: Note) -> None:
    room.playing()
    begun = room.mark()
    second = room.tablet.page.context.new_page()
    second.goto(room.tablet.address)
    second.get_by_text("The player is open in another tab").wait_for()
    room.tablet.page.bring_to_front()
    room.tablet.let_play(4.0)
    second.close()
    unharmed(room, begun, record_property)


def test_a_tablet_whose_right_is_taken_falls_silent_softly_and_the_desk_knows(
    room: Room, record_property: Note
) -> None:
    room.playing()
    gone = room.mark()
    room.call("POST", f"/rooms/{room.room_id}/revoke")
    record_property("desk_s", room.until_shown("no_tablet"))
    room.tablet.let_play(12.0)
    heard = Heard(room, gone)
    room.call("POST", f"/sessions/{room.session_id}/abort")
    room.session_id, room.begun = "", False
    enter(room.tablet.page, room.code())
    room.tablet.page.locator("body[data-say=empty], body[data-say=stopped]").wait_for()
    assert heard.falls_silent(gone, 11.0) >= 2.8, "with its next report, by a ramp of eight seconds"


@pytest.mark.long
def test_a_second_tablet_takes_the_room_over(room: Room, make_tablet: MakeTablet, record_property: Note) -> None:
    room.playing(120.0)
    first, second = room.tablet, make_tablet("second")
    gone = room.mark()
    enter(second.open(), room.code())
    room.until_shown("Playing", 40.0)
    first.let_play(14.0)  # it goes by a ramp of eight seconds, while the other one may sound already
    after = room.mark()
    first.let_play(8.0)
    end = room.mark()
    heard = Heard(room, gone)
    silence_s = heard.longest_silence_s(gone, end)
    steady = heard.steady(after, end, room.clock_s(after), reach_s=3.0)
    for name, value in steady.told().items():
        record_property(name, value)
    record_property("returned_s", silence_s)
    assert silence_s <= 5.0
    assert abs(steady.place_s - room.clock_s(after)) < 1.5
    room.tablet.deafen()
    second.close()
    enter(room.tablet.page, room.code())
    room.tablet.page.locator("body[data-say=playing]").wait_for(timeout=60_000)
    room.over()
