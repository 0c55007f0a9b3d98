"""Live changes as they are heard: in time, late, broken and missing. The seam moves; the music never waits."""

import secrets
from collections.abc import Callable, Iterator

import pytest

from playlists.playlist import Request
from tests.reliability.proxy import Weather
from tests.reliability.room import Heard, Room, decoded_file
from tests.reliability.tablet import Moment
from tests.reliability.test_faults import unharmed
from tests.soundscape.clinic import excluding

Note = Callable[[str, object], None]
BEFORE_S = 80.0
"""How long before a seam the change is asked for."""
NEAR_S, LITTLE_S = 45.0, 400.0
"""The same where so little is left to be made, as there is after this second."""


def begin_before_a_seam(room: Room, after_s: float = 0.0, before_s: float = BEFORE_S) -> float:
    """A session that plays, shortly before one of its seams: the third or a later one, and after this second."""
    room.over()
    room.begin()
    seam_s = next(item.start_s for item in room.playlist.items[2:] if item.start_s > after_s)
    room.start(play_s=3.0, minutes_ago=(seam_s - before_s) / 60)
    return seam_s


def ask(room: Room, kind: str, **more: object) -> str:
    """Press for a change; its id."""
    change_id = secrets.token_hex(8)
    room.call("POST", f"/sessions/{room.session_id}/changes", {"change_id": change_id, "kind": kind, **more})
    return change_id


def extend(room: Room) -> str:
    """Five minutes longer; the change's id."""
    return ask(room, "extend", minutes=5)


def heard_around(room: Room, change_id: str, begun: Moment, record_property: Note) -> None:
    """Until the change is heard and a while longer: the old music, the seam, the new music, never a silence."""
    room.until_told("change_done", 330.0)
    room.tablet.let_play(11.0)
    end, change, leg = room.mark(), room.change(change_id), room.leg(change_id)
    heard = Heard(room, begun)
    silence_s = heard.longest_silence_s(begun, end)
    assert silence_s <= 0.05, f"a silence of {silence_s:.2f} s"
    after = Moment(end.at_s - 5.0, end.heard_s - 5.0)
    there_s = room.clock_s(after) - leg.at_s + leg.from_s
    steady = Heard(room, after, decoded_file(room, leg.mixdown.mixdown_id)).steady(after, end, there_s, reach_s=3.0)
    record_property("hole_ms", silence_s * 1000)
    record_property("rise_lu", steady.rise_lu)
    record_property("off_s", abs(steady.place_s - there_s))
    assert change.state == "done"


@pytest.mark.long
def test_a_successor_comes_in_time(room: Room, record_property: Note) -> None:
    begin_before_a_seam(room)
    begun = room.mark()
    heard_around(room, extend(room), begun, record_property)
    room.over()


@pytest.mark.long
def test_a_pause_of_the_infusion_is_made_up_for_unheard(room: Room, record_property: Note) -> None:
    begin_before_a_seam(room)
    begun = room.mark()
    ask(room, "pause")
    room.tablet.let_play(20.0)
    heard_around(room, ask(room, "go_on"), begun, record_property)
    room.over()


@pytest.mark.long
def test_another_list_takes_over_unheard(room: Room, record_property: Note) -> None:
    begin_before_a_seam(room)
    other = room.shelve(excluding(*(item.track_id for item in room.playlist.items[-2:])))
    begun = room.mark()
    heard_around(room, ask(room, "replace", playlist_id=other), begun, record_property)
    room.over()


@pytest.fixture
def longer_list(room: Room) -> Iterator[None]:
    """An infusion that may be cut short: the tail comes after ten minutes at the earliest."""
    room.over()
    was, room.playlist_id = room.playlist_id, room.shelve(Request(infusion_s=1200.0, tail_s=120.0))
    yield
    room.over()
    room.playlist_id = was


@pytest.mark.long
@pytest.mark.usefixtures("longer_list")
def test_a_patient_is_brought_back_without_a_silence(room: Room, record_property: Note) -> None:
    begin_before_a_seam(room, after_s=600.0 + BEFORE_S)
    begun = room.mark()
    heard_around(room, ask(room, "bring_back"), begun, record_property)


BAD = {
    "late": Weather("fair", "/mixdowns/", bytes_per_s=20_000.0),
    "corrupt": Weather("corrupt", "/mixdowns/"),
    "missing": Weather("error", "/mixdowns/"),
    "hanging": Weather("hang", "/mixdowns/"),
}


def test_a_successor_that_does_not_come_is_not_missed_at_its_seam(room: Room, record_property: Note) -> None:
    seam_s = begin_before_a_seam(room, after_s=LITTLE_S, before_s=NEAR_S)
    room.tablet.let_play(5.0)  # the ramp of its start, and what is judged from before
    begun = room.mark()
    room.network.weather = BAD["missing"]
    change_id = ask(room, "extend", minutes=1)
    assert room.change(change_id).at_s == pytest.approx(seam_s)
    room.until_moved(change_id, NEAR_S + 10.0)
    room.tablet.let_play(seam_s - room.clock_s(room.mark()) + 6.0)
    unharmed(room, begun, record_property)


@pytest.mark.long
@pytest.mark.parametrize("how", BAD)
def test_a_successor_that_does_not_come_moves_its_seam_and_is_heard_in_the_end(
    room: Room, how: str, record_property: Note
) -> None:
    begin_before_a_seam(room)
    begun = room.mark()
    room.network.weather = BAD[how]
    change_id = extend(room)
    room.until_moved(change_id, 330.0)
    room.network.weather = Weather()
    heard_around(room, change_id, begun, record_property)
    assert room.change(change_id).moved >= 1
    room.over()
