"""Live changes: whole flows over the API, with real files made by a real worker and a scripted player in the room."""

import secrets
from collections.abc import Callable

import msgspec
import pytest

from library.store import writing
from playlists import shelf
from playlists.playlist import Playlist, Request
from playlists.seams import seams
from soundscape import planning
from soundscape.config import Config
from soundscape.errors import WrongState
from soundscape.scene import Scene, scene_of
from soundscape.stores import changes as change_store
from soundscape.stores import jobs as job_store
from soundscape.stores import sessions as session_store
from soundscape.stores.changes import Change
from soundscape.worker import Settings, Worker
from tests.soundscape.clinic import TEN_MINUTES, Clinic, excluding
from tests.soundscape.house import House
from tests.soundscape.scripted import Player


class Stage:
    """A clinic with a room in which a list of ten minutes plays, and a worker that is told when to work."""

    def __init__(self, clinic: Clinic, request: Request = TEN_MINUTES) -> None:
        self.house = clinic
        self.desk = clinic.staff("clinician")
        self.playlist_id = clinic.shelved("Slow water", request)
        clinic.mixdown(self.playlist_id)
        self.worker = Worker(Settings(data=clinic.data, config=Config(), queue="live", clock=clinic.clock))
        self.player, self.session_id = self.play("Room 1")

    def play(self, name: str) -> tuple[Player, str]:
        """A session under way in a room of this name."""
        room_id = self.house.room(name)
        player = Player(self.house, room_id)
        wanted = {"room_id": room_id, "playlist_id": self.playlist_id}
        session_id = self.desk.call("POST", "/sessions", wanted).json["session"]["session_id"]
        player.report()
        assert self.desk.call("POST", f"/sessions/{session_id}/start", {}).status_code == 200
        player.report()
        return player, session_id

    def close(self) -> None:
        self.worker._queue.close()
        self.worker._engine.dispose()

    def ask(self, kind: str, *, change_id: str | None = None, status: int = 201, **more) -> dict:
        body = {"change_id": change_id or secrets.token_hex(8), "kind": kind, **more}
        answer = self.desk.call("POST", f"/sessions/{self.session_id}/changes", body)
        assert answer.status_code == status, answer.text
        return answer.json

    def work(self) -> None:
        """Do the jobs that wait."""
        with self.house.engine.connect() as connection:
            waiting = job_store.waiting(connection, "live")
        for job_id in waiting:
            self.worker.do(job_id)

    def changes(self) -> list[dict]:
        with self.house.engine.connect() as connection:
            return msgspec.to_builtins(change_store.of_session(connection, self.session_id))

    def change(self, change: dict) -> dict:
        return next(found for found in self.changes() if found["change_id"] == change["change_id"])

    def now(self, step: Callable[[Scene, Change], None], change: dict) -> None:
        """Do something about a change as it is now."""
        with writing(self.house.engine) as connection:
            session = session_store.get(connection, self.session_id)
            found = change_store.find(connection, change["change_id"])
            assert found is not None
            step(scene_of(connection, session, self.house.clock()), found)

    def session(self) -> dict:
        return self.desk.call("GET", f"/sessions/{self.session_id}").json

    def planned(self) -> Playlist:
        with self.house.engine.connect() as connection:
            return shelf.get(connection, self.playlist_id).playlist

    def seam(self, number: int) -> float:
        return seams(self.planned())[number]

    def file(self, mixdown_id: str) -> shelf.ShelvedMixdown:
        with self.house.engine.connect() as connection:
            return shelf.mixdown(connection, mixdown_id)

    def logged(self, kind: str) -> list[dict]:
        with self.house.engine.connect() as connection:
            return [row.detail for row in session_store.log_of(connection, self.session_id) if row.kind == kind]


@pytest.fixture
def stage(scanned, tmp_path):
    found = Stage(Clinic(scanned, tmp_path))
    yield found
    found.close()


def test_an_extension_is_heard_from_the_next_good_seam_on_and_lasts_as_long_as_asked(stage):
    stage.player.jump(460)
    asked = stage.ask("extend", minutes=2)
    assert asked["state"] == "planned"
    assert asked["at_s"] in seams(stage.planned())
    assert asked["at_s"] > 460
    page = stage.desk.client.get("/desk").text
    assert "2 minutes more: joins at" in page
    assert all(f">{word}</button>" in page for word in ("Extend 10", "Bring back", "Skip", "Pause infusion"))
    stage.work()
    sent = stage.change(asked)
    assert sent["state"] == "sent"
    stage.player.report()
    leg = stage.player.wished["then"][0]
    assert (leg["change_id"], leg["at_s"], leg["from_s"]) == (asked["change_id"], asked["at_s"], 0.0)
    assert leg["at_s"] + leg["mixdown"]["total_s"] == 720.0
    stage.player.until(lambda: stage.player.heard)
    stage.player.run(2)
    done = stage.change(asked)
    assert (done["state"], done["moved"]) == ("done", 0)
    assert stage.session()["infusion_s"] == 720.0
    assert stage.logged("change_done")[0]["late_s"] < 4
    assert "2 minutes more: heard at" in stage.desk.client.get("/desk").text
    record = stage.desk.client.get(f"/records/{stage.session_id}").text
    assert "asked for 2 minutes more: planned for" in record
    assert "The longer music was heard." in record
    before, after = stage.planned(), stage.file(stage.player.file()["mixdown_id"]).playlist
    kept = [item.track_id for item in before.items if item.start_s < asked["at_s"]]
    assert [item.track_id for item in after.items][: len(kept)] == kept
    assert stage.ask("extend", minutes=1)["at_s"] in seams(after)


def test_a_press_sent_twice_is_one_and_a_second_takes_in_the_first(stage):
    stage.player.jump(380)
    first = stage.ask("extend", minutes=1, change_id="a" * 16)
    assert stage.ask("extend", minutes=1, change_id="a" * 16) == first
    assert stage.desk.call("GET", f"/sessions/{stage.session_id}/changes").json == [first]
    assert stage.session()["infusion_s"] == 660.0
    stage.house.clock.wait(1)
    second = stage.ask("extend", minutes=1)
    assert [change["state"] for change in stage.changes()] == ["dropped", "planned"]
    assert stage.session()["infusion_s"] == 720.0
    with stage.house.engine.connect() as connection:
        assert sorted(job.state for job in job_store.list_recent(connection)) == ["cancelled", "queued"]
    assert stage.change(second)["at_s"] == first["at_s"]


@pytest.mark.parametrize("harm", ["late", "corrupt"])
def test_a_file_that_is_not_whole_in_time_moves_to_the_next_seam_and_the_music_plays_on(stage, harm):
    """Late: the tablet is away until after the seam. Corrupt: a piece of it never verifies."""
    stage.player.jump(stage.seam(-3) - 40)
    asked = stage.ask("extend", minutes=1)
    assert asked["at_s"] == stage.seam(-3)
    stage.work()
    if harm == "late":
        stage.player.online = False
        stage.player.run(asked["at_s"] - stage.player.clock_s + 12)
        assert stage.player.leg is None
        stage.player.online = True
    else:
        stage.player.holds_back = {"all"}
    stage.player.until(lambda: stage.change(asked)["moved"])
    stage.player.holds_back = set()
    moved = stage.change(asked)
    assert moved["state"] == "planned"
    assert moved["at_s"] > moved["first_at_s"] == asked["at_s"]
    assert moved["words"]
    stage.work()
    stage.player.until(lambda: stage.player.heard)
    stage.player.run(2)
    done = stage.change(asked)
    assert (done["state"], done["moved"]) == ("done", 1)
    assert stage.player.leg["at_s"] + stage.player.leg["mixdown"]["total_s"] == 660.0
    assert stage.logged("change_done")[0]["late_s"] >= moved["at_s"] - asked["at_s"]


def test_a_file_that_cannot_be_made_fails_the_change_and_the_session_stays_as_long_as_it_was(stage):
    stage.player.jump(420)
    asked = stage.ask("extend", minutes=60)
    assert stage.session()["infusion_s"] == 600.0 + 3600
    stage.work()
    failed = stage.change(asked)
    assert failed["state"] == "failed"
    assert "of cleared music" in failed["words"]
    assert stage.session()["infusion_s"] == 600.0
    assert stage.logged("change_failed")
    stage.player.run(10)
    assert stage.player.wished["then"] == []


def test_skip_is_heard_within_seconds_and_the_planned_end_is_kept(stage):
    before = stage.planned()
    stage.player.jump(stage.seam(-4) + 30)
    asked = stage.ask("skip")
    assert asked["state"] == "sent"
    assert stage.ask("skip")["change_id"] == asked["change_id"]
    assert asked["at_s"] - stage.player.clock_s <= 12
    stage.player.until(lambda: stage.player.heard, 20)
    stage.player.run(2)
    assert stage.change(asked)["state"] == "done"
    onward = next(item for item in before.items if item.start_s > asked["at_s"])
    assert stage.player.file()["mixdown_id"] == stage.player.wished["mixdown"]["mixdown_id"]
    place_s = stage.player.position_s() - (stage.player.clock_s - asked["at_s"])
    assert place_s == onward.start_s + onward.fade_in_s
    stage.work()
    stage.player.until(lambda: len(stage.player.heard) == 2)
    leg = stage.player.leg
    assert leg["at_s"] + leg["mixdown"]["total_s"] == 600.0
    stage.player.run(2)
    assert [change["kind"] for change in stage.changes() if change["state"] == "done"] == ["skip", "keep_end"]


def test_what_was_to_come_is_made_anew_after_a_skip(stage):
    stage.player.jump(stage.seam(-4) + 20)
    extend = stage.ask("extend", minutes=1)
    stage.ask("skip")
    assert {change["kind"]: change["state"] for change in stage.changes()} == {"extend": "planned", "skip": "sent"}
    assert stage.change(extend)["words"]
    stage.work()
    stage.player.until(lambda: len(stage.player.heard) == 2)
    assert stage.player.leg["at_s"] + stage.player.leg["mixdown"]["total_s"] == 660.0


def test_bring_back_begins_the_tail_at_the_seam(scanned, tmp_path):
    stage = Stage(Clinic(scanned, tmp_path), Request(infusion_s=720.0, tail_s=60.0))
    stage.player.jump(560)
    asked = stage.ask("bring_back")
    assert 600 <= asked["at_s"] < 720
    assert stage.session()["infusion_s"] == asked["at_s"]
    stage.house.clock.wait(1)
    assert stage.ask("bring_back") == asked  # it is under way
    stage.work()
    stage.player.until(lambda: stage.player.heard)
    assert stage.player.leg["mixdown"]["total_s"] in {60.0, 90.0, 120.0}
    stage.player.run(60)
    stage.ask("bring_back", status=409)
    stage.close()


def test_another_list_takes_over_for_what_is_left(stage):
    unwished = [item.track_id for item in stage.planned().items[-2:]]
    other = stage.house.shelved("Without these", excluding(*unwished))
    stage.player.jump(stage.seam(-3) - 40)
    stage.ask("replace", status=422)
    asked = stage.ask("replace", playlist_id=other)
    stage.work()
    stage.player.until(lambda: stage.player.heard)
    leg = stage.player.leg
    lasts_s = leg["at_s"] + leg["mixdown"]["total_s"]
    assert lasts_s == stage.session()["infusion_s"] + stage.session()["tail_s"]
    off_s = lasts_s - 600.0
    assert abs(off_s) <= 120.0
    assert stage.change(asked)["words"] == (f"It lasts {off_s:.0f} s longer than asked." if off_s else "")
    after = stage.file(leg["mixdown"]["mixdown_id"]).playlist
    rest = {item.track_id for item in after.items if item.start_s >= asked["at_s"]}
    assert rest
    assert not rest & set(unwished)
    stage.player.run(2)
    assert stage.ask("extend", minutes=1)["state"] == "planned"
    assert {change["source_id"] for change in stage.changes()} == {other}


def test_a_pause_is_made_up_for_to_the_second(stage):
    stage.player.jump(420)
    paused = stage.ask("pause")
    assert stage.session()["infusion_s"] == 1200.0
    stage.player.report()
    assert stage.player.wished["paused"] is True
    assert stage.ask("pause")["change_id"] == paused["change_id"]
    stage.player.run(45)
    went_on = stage.ask("go_on")
    assert stage.session()["infusion_s"] == 645.0
    stage.player.report()
    assert stage.player.wished["paused"] is False
    assert [change["state"] for change in stage.changes()] == ["dropped", "planned"]
    stage.work()
    stage.player.until(lambda: stage.player.heard)
    assert stage.player.heard == [went_on["change_id"]]
    assert stage.player.leg["at_s"] + stage.player.leg["mixdown"]["total_s"] == 645.0
    stage.ask("go_on")


def test_ending_drops_what_was_to_come(stage):
    stage.player.jump(300)
    asked = stage.ask("extend", minutes=1)
    stage.desk.call("POST", f"/sessions/{stage.session_id}/end")
    assert stage.change(asked)["state"] == "dropped"
    stage.work()
    answer = stage.player.report()
    assert answer["wished"]["then"] == []
    stage.ask("extend", minutes=1, status=409)


def test_the_bedside_asks_for_the_same_once_however_often_it_tells(stage):
    stage.player.jump(300)
    press = stage.player.press("bedside_extend", 1.0)
    stage.player.report(press)
    stage.player.report(press)
    assert [(change["change_id"], change["kind"]) for change in stage.changes()] == [(press["event_id"], "extend")]
    assert stage.session()["infusion_s"] == 660.0
    assert stage.changes()[0]["asked_by"] == "tablet of Room 1"
    stage.player.report(stage.player.press("bedside_go_on"))
    assert "clock runs" in stage.logged("change_failed")[0]["why"]


def test_a_leg_that_was_given_up_but_sounds_is_what_is_heard(stage):
    """The answer that took the leg away never arrived."""
    stage.player.jump(stage.seam(-3) - 40)
    asked = stage.ask("extend", minutes=1)
    stage.work()
    stage.player.run(4)
    given_up = stage.player.wished["then"][0]
    later = stage.ask("extend", minutes=1)
    assert stage.change(asked)["state"] in ("dropped", "sent")
    stage.house.clock.wait(given_up["at_s"] - stage.player.clock_s)
    stage.player.leg = given_up
    stage.player.report()
    assert stage.change(asked)["state"] == "done"
    assert stage.change(later)["state"] in ("planned", "failed")
    assert stage.player.wished["then"][0]["mixdown"] == given_up["mixdown"]


def test_the_session_is_as_long_as_what_is_heard_after_all(stage):
    stage.player.jump(stage.seam(-3) - 40)
    asked = stage.ask("extend", minutes=1)
    stage.work()
    stage.player.run(4)
    given_up = stage.player.wished["then"][0]
    stage.now(lambda scene, change: planning.fail(scene, change, "Given up."), asked)
    assert stage.session()["infusion_s"] == 600.0
    stage.house.clock.wait(given_up["at_s"] - stage.player.clock_s)
    stage.player.leg = given_up
    stage.player.report()
    assert (stage.change(asked)["state"], stage.change(asked)["infusion_s"]) == ("done", 660.0)
    assert (stage.session()["infusion_s"], stage.session()["tail_s"]) == (660.0, 0.0)


def test_a_change_that_moves_with_the_one_before_it_is_not_taken_for_the_one_it_was(stage):
    """The first one's file is evicted just before its seam: the second takes its wish along, under another job."""
    stage.player.jump(stage.seam(-5) - 40)
    first = stage.ask("extend", minutes=1)
    stage.work()
    stage.player.run(4)
    second = stage.ask("extend", minutes=1)
    assert [change["state"] for change in stage.changes()] == ["sent", "planned"]
    before = stage.change(second)
    stage.player.files.clear()
    stage.player.jump(first["at_s"] - 5)
    after = stage.change(second)
    assert [change["state"] for change in stage.changes()] == ["dropped", "planned"]
    assert after["moved"] == 1
    assert after["job_id"] != before["job_id"]


def test_what_is_late_moves_by_itself_while_a_piece_is_skipped(stage):
    stage.player.jump(stage.seam(-4) + 20)
    extend = stage.ask("extend", minutes=1)
    stage.house.clock.wait(1)
    stage.ask("skip")
    stage.now(lambda scene, change: planning.move(scene, change, "Late."), extend)
    assert {change["kind"]: change["state"] for change in stage.changes()} == {"extend": "planned", "skip": "sent"}
    assert stage.change(extend)["words"] == "Late."


def test_another_tablet_gets_all_and_two_rooms_do_not_meet(stage):
    other, _ = stage.play("Room 2")
    stage.player.jump(460)
    other.report()
    asked = stage.ask("extend", minutes=1)
    stage.work()
    stage.player.report()
    other.report()
    assert [leg["change_id"] for leg in stage.player.wished["then"]] == [asked["change_id"]]
    assert other.wished["then"] == []
    foreign = stage.player.wished["then"][0]["mixdown"]["url"]
    assert other.tablet.get(foreign).status_code == 403
    with stage.house.engine.connect() as connection:
        room_id = session_store.get(connection, stage.session_id).room_id
    fresh = Player(stage.house, room_id)
    fresh.run(4)
    fresh.online = False  # what lies on the device is taken, and built on, though nobody hears of it
    fresh.until(lambda: fresh.heard)
    assert fresh.heard == [asked["change_id"]]
    fresh.run(20)
    later = stage.ask("extend", minutes=1)
    assert later["at_s"] in seams(stage.file(fresh.file()["mixdown_id"]).playlist)
    fresh.online = True
    fresh.report()
    assert [stage.change(change)["state"] for change in (asked, later)] == ["done", "planned"]


def test_a_long_pause_is_made_room_for_in_steps_and_counts_from_when_it_was_pressed(tmp_path):
    """No file is made here: one seam, half an hour away."""
    house = House(tmp_path)
    room_id, desk, playlist_id = house.room(), house.staff("clinician"), house.playlist(minutes=60)
    house.mixdown(playlist_id)
    session = desk.call("POST", "/sessions", {"room_id": room_id, "playlist_id": playlist_id}).json["session"]
    player, address = Player(house, room_id), f"/sessions/{session['session_id']}"
    desk.call("POST", f"{address}/start", {})
    player.report()
    press = player.press("bedside_pause")
    player.jump(20)
    player.report(press)
    lengths = []
    for clock_s in (21, 310, 330, 910, 930):
        player.jump(clock_s)
        lengths.append(desk.call("GET", address).json["infusion_s"])
    assert lengths == [3000.0, 3600.0, 3600.0, 4200.0, 4200.0]
    states = [(change["kind"], change["state"]) for change in desk.call("GET", f"{address}/changes").json]
    assert states == [("pause", "dropped"), ("pause", "dropped"), ("pause", "planned")]
    player.report(player.press("bedside_go_on"))
    assert desk.call("GET", address).json["infusion_s"] == 2400.0 + 930.0
    assert player.report()["wished"]["paused"] is False


@pytest.fixture
def paused(tmp_path):
    """A session whose infusion has been paused since its twentieth second; its file ends 20 minutes after that."""
    house = House(tmp_path)
    room_id, desk, playlist_id = house.room(), house.staff("clinician"), house.playlist(minutes=60)
    house.mixdown(playlist_id)
    session = desk.call("POST", "/sessions", {"room_id": room_id, "playlist_id": playlist_id}).json["session"]
    player, address = Player(house, room_id), f"/sessions/{session['session_id']}"
    desk.call("POST", f"{address}/start", {})
    player.report()
    player.jump(20)
    player.report(player.press("bedside_pause"))
    return house, desk, player, address


def test_a_pause_that_outlasts_its_room_while_the_tablet_is_away_costs_no_report(paused):
    house, desk, player, address = paused
    house.clock.wait(3100)  # in the tail, and nobody made room for more
    assert desk.call("POST", f"{address}/changes", {"change_id": "a" * 16, "kind": "pause"}).status_code == 201
    assert desk.call("POST", f"{address}/changes", {"change_id": "b" * 16, "kind": "bring_back"}).status_code == 409
    assert player.report() is not None
    assert [change["kind"] for change in desk.call("GET", f"{address}/changes").json] == ["pause", "pause"]


def test_a_change_that_cannot_be_followed_is_noted_once_and_undone(paused, monkeypatch):
    house, _, player, address = paused

    def broken(scene):
        scene.keep(msgspec.structs.replace(scene.session, infusion_s=1.0))
        raise WrongState("Nothing works.")

    monkeypatch.setattr("soundscape.changes.pause_goes_on", broken)
    for _ in range(2):
        assert player.report()["wished"]["session"]["infusion_s"] == 3000.0
    with house.engine.connect() as connection:
        log = session_store.log_of(connection, address.rpartition("/")[2])
    assert [row.detail for row in log if row.kind == "change_failed"] == [{"why": "Nothing works."}]
