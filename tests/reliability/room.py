"""A room with a session in it, and what was heard there compared with what was decided."""

import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Page

from library.store import writing
from playlists import revisions, shelf
from playlists.fit import fit
from playlists.playlist import Playlist, Request
from soundscape import desk, jobs, rooms
from soundscape.desk import Card
from soundscape.parts import now_ms
from soundscape.stores import changes, sessions, standing
from soundscape.stores.changes import Change
from soundscape.stores.standing import BED
from soundscape.wished import Leg
from tests.reliability import judge
from tests.reliability.proxy import Proxy, Weather
from tests.reliability.tablet import Moment, Tablet
from tests.soundscape.house import House
from tests.waiting import until
from tests.walk.clinic import Service
from tests.walk.heard import RATE_HZ, Sound, decoded

LEVEL_DB = -6.0
RAMP_S = 3.0
TWELVE_MINUTES = Request(infusion_s=600.0, tail_s=120.0)
EDGE_S = 0.3
"""What is heard this long around a fault belongs neither to before nor to after."""
DYING_S = 0.4
"""The last buffers of a dying browser come in pieces: only a longer silence is its end."""
LAGS_S = 90.0
"""Music goes on where it broke off, so that it is later with each return."""
BEFORE_S = 2.5
"""So much from before a fault is judged with what came after: music that jumped would be found out."""


class Room:
    """Staff act through the API; the room is asked what it heard."""

    def __init__(
        self, name: str, service: Service, network: Proxy, tablet: Tablet, request: Request = TWELVE_MINUTES
    ) -> None:
        self.service, self.network, self.tablet = service, network, tablet
        self.house = House(service.data, clock=now_ms)  # type: ignore[arg-type]
        self.staff = self.house.staff("admin")
        self.name = name
        self.room_id = self.house.room(name, cap_db=LEVEL_DB)
        self.others: list[str] = []
        self.playlist_id = self.shelve(request)
        self.folder = tablet.folder
        self.session_id = ""
        self.begun = False
        self.judged: Moment | None = None
        """When the page was asked for whose music was recorded until now and is as it should be."""
        self.started: Moment

    def shelve(self, request: Request) -> str:
        """A signed list for such a session; its id."""
        tracks = list(self.house.parts.catalogue.tracks())
        with writing(self.house.engine) as connection:
            playlist_id = shelf.put_new(
                connection,
                title=f"{request.infusion_s / 60:.0f} minutes",
                note="",
                request=request,
                playlist=fit(tracks, request),
                offered=False,
                by="test",
                now_ms=now_ms(),
            )
            revisions.sign(connection, playlist_id, 1, note="", by="test", now_ms=now_ms())
        return playlist_id

    # What staff do

    def call(self, method: str, address: str, json: object = None) -> dict[str, Any]:
        """One operation of the API; its answer."""
        answer = self.staff.call(method, address, json)
        assert answer.status_code < 300, answer.text
        if not answer.data:
            return {}
        found: dict[str, Any] = answer.json
        return found

    def code(self) -> str:
        """A new pairing code."""
        with writing(self.house.engine) as connection:
            return rooms.new_code(connection, self.room_id, by="test", now_ms=now_ms())[0]

    def another(self, name: str) -> str:
        """A pairing code of another room, which is made with it."""
        self.others.append(self.house.room(name, cap_db=LEVEL_DB))
        with writing(self.house.engine) as connection:
            return rooms.new_code(connection, self.others[-1], by="test", now_ms=now_ms())[0]

    def pair(self) -> None:
        """Open the tablet and pair it, as staff do."""
        enter(self.tablet.open(), self.code())
        self.tablet.page.locator("body[data-say=empty]").wait_for()

    def another_file(self) -> bytes:
        """A real file of this clinic that is not the session's: the music for arrivals."""
        with self.house.engine.connect() as connection:
            stand = next(stand for stand in standing.list_all(connection) if stand.name == BED)
            return shelf.mixdown(connection, stand.mixdown_id).path.read_bytes()

    def make_standing(self) -> None:
        """What the service makes when it has been idle for a minute is made now; the list lies on the tablet."""
        for name in (TWELVE_MINUTES.template, BED):
            with writing(self.house.engine) as connection:
                jobs.submit(connection, "standing", {"name": name}, by="test", now_ms=now_ms())
        whole = "() => Object.values(window.soundscape.files).some(({ whole }) => whole)"
        self.tablet.page.wait_for_function(whole, timeout=180_000)

    def begin(self) -> None:
        """Assign the list, wait until the tablet holds it, and listen."""
        self.assign()
        self.until_ready()
        self.listen()

    def listen(self) -> None:
        """Record from now on."""
        self.tablet.listen(self.folder / f"{self.session_id}.pcm")

    def assign(self) -> None:
        """Plan a session."""
        wanted = {"room_id": self.room_id, "playlist_id": self.playlist_id}
        self.session_id = self.call("POST", "/sessions", wanted)["session"]["session_id"]

    def until_ready(self, within_s: float = 600.0) -> None:
        """Wait until the tablet holds the session's file, whole and verified."""
        whole = "id => window.soundscape?.ready && window.soundscape.wished.session?.session_id === id"
        self.tablet.page.wait_for_function(whole, arg=self.session_id, timeout=within_s * 1000)

    def start(self, play_s: float = 8.0, minutes_ago: float = 0.0) -> None:
        """Start the infusion and let it play for a while."""
        self.call("POST", f"/sessions/{self.session_id}/start", {"minutes_ago": minutes_ago})
        self.started = self.mark()
        self.minutes_ago = minutes_ago
        self.begun = True
        self.until_shown("Playing")
        self.tablet.let_play(play_s)

    def playing(self, needs_s: float = 60.0) -> None:
        """A session plays, steadily, and does so for this long: the one that plays already, or a new one."""
        if self.begun and self.clock_s(self.mark()) + needs_s < self.music_s and "Playing" in self._shown():
            full = f"() => window.soundscape.sound.gain_db > {LEVEL_DB - 0.1}"
            self.tablet.page.wait_for_function(full, timeout=20_000)
            if self.judged != self.tablet.back:
                self.listen()
                self.tablet.let_play(BEFORE_S + 1.0)
            self.judged = None
            return
        self.over()
        self.begin()
        self.start(play_s=10.0)

    def over(self) -> None:
        """Take the session away and wait until nothing sounds."""
        self.fair()
        self.tablet.deafen()
        self.judged = None
        if self.session_id:
            self.call("POST", f"/sessions/{self.session_id}/abort")
            gone = "body[data-say=empty], body[data-say=stopped]"
            self.tablet.page.locator(gone).wait_for(timeout=60_000)
        self.session_id, self.begun = "", False

    def fair(self) -> None:
        """The network is as it should be."""
        self.network.weather = Weather()
        self.network.instead = lambda _path, _body: None

    # What is known

    def mark(self) -> Moment:
        """Now."""
        return self.tablet.now()

    def card(self) -> Card:
        """What the desk shows of the room now."""
        with self.house.engine.connect() as connection:
            cards = desk.cards(connection, self.house.parts.templates, now_ms())
        return next(card for card in cards if card.room.room_id == self.room_id)

    def until_shown(self, word: str, within_s: float = 8.0) -> float:
        """Wait until the desk shows a state or an alarm, its word or its code; how long that took."""
        from_s = time.monotonic()
        until(lambda: word in self._shown(), within_s, f"{word!r} at the desk (at first it shows {self._shown()})")
        return time.monotonic() - from_s

    def _shown(self) -> list[str]:
        card = self.card()
        return [card.pill[1], *(alarm.code for alarm in card.alarms)]

    def clock_s(self, mark: Moment) -> float:
        """Where the infusion's clock is at a moment."""
        return mark.at_s - self.started.at_s + self.minutes_ago * 60

    def told(self) -> list[str]:
        """The kinds of everything in the session's log, in the order of time."""
        return self.told_since(Moment(0.0, 0.0))

    def told_since(self, moment: Moment) -> list[str]:
        """The same since a moment."""
        with self.house.engine.connect() as connection:
            log = sessions.log_of(connection, self.session_id)
        return [row.kind for row in log if row.at_ms >= moment.at_s * 1000]

    def change(self, change_id: str) -> Change:
        """What became of a change."""
        with self.house.engine.connect() as connection:
            found = changes.find(connection, change_id)
        assert found is not None
        return found

    def until_moved(self, change_id: str, within_s: float) -> None:
        """Wait until a change was put off to a later seam."""
        until(lambda: self.change(change_id).moved > 0, within_s, "a later seam")

    @property
    def playlist(self) -> Playlist:
        """The session as it was assigned."""
        with self.house.engine.connect() as connection:
            return shelf.at(connection, self.playlist_id, 1).playlist

    def leg(self, change_id: str) -> Leg:
        """What the tablet was told of a change."""
        return next(leg for leg in self.card().room.wished.then if leg.change_id == change_id)

    def until_told(self, kind: str, within_s: float = 20.0) -> None:
        """Wait until the session's record has it."""
        until(lambda: kind in self.told(), within_s, f"{kind!r} in the record")

    @property
    def file(self) -> Path:
        """The session file."""
        with self.house.engine.connect() as connection:
            found = shelf.mixdown_of(connection, self.playlist_id, 1)
        assert found is not None
        return found.path

    @property
    def music(self) -> Sound:
        """The session file, decoded."""
        return _decoded(self.file)

    @property
    def music_s(self) -> float:
        """How long the session is."""
        return len(self.music) / RATE_HZ


@cache
def _decoded(path: Path) -> Sound:
    return decoded(path, 4 * 3600.0)


def decoded_file(room: Room, mixdown_id: str) -> Sound:
    """Another file that the room was told of, decoded."""
    with room.house.engine.connect() as connection:
        return _decoded(shelf.mixdown(connection, mixdown_id).path)


def enter(page: Page, code: str) -> None:
    """Pair a page with its room; one that was removed from it is opened anew for that."""
    if not page.get_by_label("Code of six digits").is_visible():
        page.reload()
    page.get_by_label("Code of six digits").fill(code)
    page.get_by_role("button", name="Pair").click()


@dataclass(frozen=True)
class Steady:
    """Music as it should be: its place at the beginning, its gain, and the worst that was heard."""

    place_s: float
    gain_db: float
    hole_s: float
    rise_lu: float
    moved_s: float

    def told(self) -> dict[str, float]:
        """As the table has it."""
        return {"hole_ms": self.hole_s * 1000, "rise_lu": self.rise_lu, "moved_ms": self.moved_s * 1000}


@dataclass(frozen=True)
class Return:
    """How music came back: seconds after the page did, the place in the music, the length of the ramp."""

    late_s: float
    place_s: float
    ramp_s: float
    after: Steady


class Heard:
    """What was heard from a moment on, judged."""

    def __init__(self, room: Room, begin: Moment, music: Sound | None = None) -> None:
        self.room = room
        self.music = room.music if music is None else music
        self.zero_s = max(0.0, begin.heard_s - BEFORE_S - 0.5)
        self.sound = room.tablet.heard(self.zero_s)

    def at(self, moment: Moment) -> float:
        """A moment as a second of what was taken."""
        return moment.heard_s - self.zero_s

    def steady(
        self,
        begin: Moment,
        end: Moment,
        about_s: float,
        reach_s: float = LAGS_S,
        level_db: float = LEVEL_DB,
        moves_s: float = 0.05,
    ) -> Steady:
        """Judge what was heard between two moments, outside every ramp.

        One piece of music, at one place, at one level, nowhere above the cap, without a hole, without a rise.
        """
        from_s, to_s = self.at(begin) + EDGE_S, self.at(end) - EDGE_S
        windows = np.arange(from_s, to_s - 2.0, 2.0)
        assert len(windows), "nothing to judge"
        first = judge.music_at(self.sound, self.music, from_s, about_s + EDGE_S, reach_s)
        found = [
            first,
            *(judge.music_at(self.sound, self.music, at_s, first.place_s + at_s - from_s, 6.0) for at_s in windows[1:]),
        ]
        offsets = np.array([one.place_s - one.at_s for one in found])
        gains = np.array([one.gain_db for one in found])
        assert min(one.likeness for one in found) > 0.9, found
        assert np.ptp(offsets) < moves_s, f"the music moved: {offsets}"
        assert gains.max() <= LEVEL_DB + 0.5, f"above the cap: {gains}"
        assert abs(np.median(gains) - level_db) < 0.5, f"not at its level: {gains}"
        place_s = float(np.median(offsets)) + from_s
        hole_s = judge.longest_hole_s(self.sound, self.music, from_s, to_s, place_s, level_db)
        assert hole_s <= 0.05, f"a hole of {hole_s:.3f} s"
        rise_lu = judge.worst_rise_lu(self.sound, self.music, from_s, to_s, place_s)
        assert rise_lu <= 6.0, f"a rise of {rise_lu:.1f} LU in 1 s"
        return Steady(place_s - EDGE_S, float(np.median(gains)), hole_s, rise_lu, float(np.ptp(offsets)))

    def returned(self, gone: Moment, back: Moment, end: Moment) -> Return:
        """Judge how the music came back after the page, the tab or the browser had gone.

        Within 5 s of the page's return; where it broke off less 2 s after a short absence, else where the infusion's
        clock is; rising over at least 3 s and never above its level; then as steady as before.
        """
        silent_s = judge.silence_after_s(self.sound, self.at(gone), DYING_S)
        sounds_s = judge.first_audible_s(self.sound, silent_s)
        assert sounds_s is not None, "nothing was heard any more"
        late_s = sounds_s - self.at(back)
        assert late_s <= 5.0, f"silent for {late_s:.1f} s"
        before_s = self.at(gone) - BEFORE_S
        was = judge.music_at(self.sound, self.music, before_s, self.room.clock_s(gone) - BEFORE_S, LAGS_S)
        assert was.likeness > 0.9, f"other music before: {was}"
        broke_off_s, clock_s = was.place_s + BEFORE_S, self.room.clock_s(back) + late_s
        later_s = sounds_s + RAMP_S + 1.0
        about_s = (broke_off_s + clock_s) / 2 + RAMP_S + 1.0
        found = judge.music_at(self.sound, self.music, later_s, about_s, (clock_s - broke_off_s) / 2 + 8.0)
        assert found.likeness > 0.9, f"other music: {found}"
        place_s = found.place_s - (later_s - sounds_s)
        near, far = broke_off_s - 4.0 < place_s < broke_off_s + 0.5, abs(place_s - clock_s) < 1.5
        assert near or far, f"at {place_s:.1f} s; it broke off at {broke_off_s:.1f} s, the clock is at {clock_s:.1f} s"
        ramp_s = judge.ramp_s(self.sound, self.music, sounds_s, place_s, LEVEL_DB)
        assert ramp_s >= RAMP_S - 0.2, f"a ramp of {ramp_s:.2f} s"
        after = Moment(back.at_s + late_s + RAMP_S + 1.0, later_s + self.zero_s)
        return Return(late_s, place_s, ramp_s, self.steady(after, end, place_s + RAMP_S + 1.0))

    def longest_silence_s(self, begin: Moment, end: Moment) -> float:
        """The longest silence between two moments, whatever plays."""
        return judge.longest_silence_s(self.sound, self.at(begin), self.at(end))

    def falls_silent(self, gone: Moment, within_s: float) -> float:
        """How long the music still sounded; it may not break off, nor go on."""
        silent_s = judge.silence_after_s(self.sound, self.at(gone)) - self.at(gone)
        assert silent_s <= within_s, f"it sounded for {silent_s:.1f} s"
        return silent_s
