"""What the tablet keeps, or cannot: only whole and unharmed music is ever ready or played."""

import re
from collections.abc import Callable

import pytest

from tests.reliability.proxy import Weather
from tests.reliability.room import Heard, Room
from tests.reliability.test_faults import unharmed

Note = Callable[[str, object], None]
IN_STORE = """async (change) => {
  const open = indexedDB.open("soundscape-room");
  const database = await new Promise(done => { open.onsuccess = () => done(open.result) });
  const work = database.transaction("chunks", "readwrite");
  const chunks = work.objectStore("chunks");
  if (change === "lose") chunks.clear();
  const asked = chunks.getAllKeys();
  const spoiled = new Blob([new Uint8Array(1 << 20).fill(77)]);
  asked.onsuccess = () => { for (const key of asked.result) if (change === "spoil") chunks.put(spoiled, key) };
  await new Promise(done => { work.oncomplete = done });
  database.close();
}"""
SESSION_FILE = "/mixdowns/[^/]+$"


def hand_out_another_file(room: Room) -> None:
    """What a cache does that kept the file of another day: real music, as long as was asked for, but not this one."""
    kept = room.another_file()

    def instead(path: str, body: bytes) -> bytes | None:
        return kept[: len(body)] if re.search(SESSION_FILE, path) else None

    room.network.instead = instead


BAD: dict[str, Callable[[Room], None]] = {
    "wrong bytes": lambda room: setattr(room.network, "weather", Weather("corrupt", SESSION_FILE)),
    "an old file": hand_out_another_file,
    "stalling": lambda room: setattr(room.network, "weather", Weather("stall", SESSION_FILE)),
    "reset": lambda room: setattr(room.network, "weather", Weather("reset", SESSION_FILE)),
    "500s": lambda room: setattr(room.network, "weather", Weather("error", SESSION_FILE)),
}


@pytest.mark.long
@pytest.mark.parametrize("how", BAD)
def test_a_file_that_comes_broken_is_never_ready_and_comes_whole_in_the_end(
    room: Room, how: str, record_property: Note
) -> None:
    room.over()
    room.assign()
    room.until_ready()
    BAD[how](room)
    room.tablet.page.evaluate(IN_STORE, "lose")
    room.tablet.reload()
    room.tablet.page.wait_for_function("() => window.soundscape?.held && !window.soundscape.ready")
    room.tablet.page.wait_for_timeout(6_000)
    assert not room.tablet.state()["ready"]
    assert not room.card().sentence.startswith("All ")
    room.fair()
    room.until_ready(60.0)
    room.listen()
    room.start(play_s=10.0)
    begun = room.mark()
    room.tablet.let_play(4.0)
    unharmed(room, begun, record_property)


@pytest.mark.long
@pytest.mark.parametrize("change", ["lose", "spoil"])
def test_what_was_thrown_away_or_spoiled_while_it_plays_is_fetched_again(
    room: Room, change: str, record_property: Note
) -> None:
    room.playing()
    begun = room.mark()
    room.tablet.page.evaluate(IN_STORE, change)
    room.tablet.let_play(4.0)
    unharmed(room, begun, record_property)
    gone = room.mark()
    room.tablet.reload()
    back = room.tablet.back
    room.tablet.let_play(14.0)
    found = Heard(room, gone).returned(gone, back, room.mark())
    record_property("returned_s", found.late_s)


@pytest.mark.long
def test_storage_that_is_thrown_away_is_told(room: Room, record_property: Note) -> None:
    room.playing()
    begun = room.mark()
    # Without a network nothing is fetched again before somebody has seen it.
    room.network.weather = Weather("error", SESSION_FILE)
    room.tablet.page.evaluate(IN_STORE, "lose")
    record_property("desk_s", room.until_shown("storage"))
    room.network.weather = Weather()
    room.tablet.let_play(3.0)
    unharmed(room, begun, record_property)


FULL = """async () => {
  const open = indexedDB.open("something-else");
  open.onupgradeneeded = () => open.result.createObjectStore("things");
  const database = await new Promise(done => { open.onsuccess = () => done(open.result) });
  const put = (size) => new Promise((done, full) => {
    const work = database.transaction("things", "readwrite");
    work.objectStore("things").put(new Blob([new Uint8Array(size)]), crypto.randomUUID());
    work.oncomplete = done;
    work.onabort = () => full(work.error);
  });
  for (const size of [16 << 20, 1 << 20, 1 << 16]) {
    for (let error = null; !error;) {
      error = await put(size).then(() => null, (found) => found);
      if (error && error.name !== "QuotaExceededError") throw error;
    }
  }
  database.close();
}"""
FREE = """() => new Promise(done => { indexedDB.deleteDatabase("something-else").onsuccess = () => done(null) })"""


@pytest.mark.parametrize("then", ["reloaded", pytest.param("tried again", marks=pytest.mark.long)])
def test_storage_that_is_full_is_told_and_the_room_is_not_ready(room: Room, then: str, record_property: Note) -> None:
    room.over()
    room.assign()
    room.until_ready()
    room.network.weather = Weather("error", SESSION_FILE)
    room.tablet.page.evaluate(IN_STORE, "lose")
    record_property("desk_s", room.until_shown("storage"))
    room.tablet.page.evaluate(FULL)
    room.network.weather = Weather()
    room.tablet.page.wait_for_function("() => window.soundscape.problems.includes('no_storage')", timeout=45_000)
    room.tablet.page.wait_for_function("() => !window.soundscape.ready", timeout=20_000)
    room.tablet.page.evaluate(FREE)
    if then == "reloaded":
        room.tablet.reload()
    room.until_ready(90.0)
    over = "() => !['no_storage', 'evicted'].some((code) => window.soundscape?.problems.includes(code))"
    room.tablet.page.wait_for_function(over, timeout=120_000)
