"""Bed and standing lists: made when nothing else is to be done, handed to every room, withdrawn with a piece."""

import numpy as np
import pytest

from benchmarks.made_up_tracks import make_track
from library.audio import decode
from library.store import writing
from playlists import shelf
from playlists.bed import CROSS_S, choose_bed, looped
from soundscape import standing
from soundscape.config import Config
from soundscape.kinds.standing import _stands
from soundscape.stores import jobs as job_store
from soundscape.stores import sessions as session_store
from soundscape.stores import standing as standing_store
from soundscape.worker import Settings, Worker
from tests.soundscape.clinic import Clinic
from tests.soundscape.scripted import Player


def test_a_loop_goes_on_where_it_ends():
    """A tone with a whole number of cycles a second: one round after the other is one tone."""
    rate_hz, seconds = 48_000, 24
    times_s = np.arange(rate_hz * seconds) / rate_hz
    sound = np.repeat(np.sin(2 * np.pi * 50 * times_s)[None], 2, axis=0).astype(np.float32)
    frames = 14 * 1024 * 46  # no whole number of cycles
    once = looped(sound, frames)
    assert once.shape == (2, frames)
    step = np.abs(once[0, 0] - once[0, -1])
    assert step <= np.abs(np.diff(sound[0])).max() + 1e-6
    cross = round(CROSS_S * rate_hz)
    assert np.array_equal(once[:, cross:], sound[:, cross:frames])


def test_the_calmest_cleared_instrumental_stretch_is_taken():
    assert choose_bed([]) is None
    tracks = [make_track(str(number) * 64) for number in range(6)]
    bed = choose_bed(tracks)
    assert bed is not None
    assert bed.samples % 1024 == 0
    chosen = next(track for track in tracks if track.track_id == bed.track_id)
    assert bed.from_s + bed.length_s + CROSS_S <= chosen.analysis.duration_s


@pytest.fixture
def rooms(scanned, tmp_path):
    clinic = Clinic(scanned, tmp_path)
    worker = Worker(Settings(data=clinic.data, config=Config(), queue="long", clock=clinic.clock))
    yield clinic, worker
    worker._queue.close()
    worker._engine.dispose()


def idle(clinic: Clinic, worker: Worker) -> list[str]:
    """Let the worker do all that it finds to do; the names of what it made."""
    made = []
    while True:
        clinic.clock.wait(standing.IDLE_MS / 1000 + 1)
        with writing(clinic.engine) as connection:
            standing.ask_when_idle(connection, clinic.clock())
            waiting = job_store.waiting(connection, "long")
        if not waiting:
            return made
        worker.do(waiting[0])
        with clinic.engine.connect() as connection:
            job = job_store.get(connection, waiting[0])
            assert job.state == "done", job.error_message
            made.append(str(job.arguments["name"]))


def test_every_room_gets_a_bed_and_a_list_of_each_template_and_others_when_a_piece_is_refused(rooms):
    clinic, worker = rooms
    playlist_id = clinic.shelved("Slow water")
    clinic.mixdown(playlist_id)
    assert idle(clinic, worker) == []  # no room has a tablet
    player = Player(clinic, clinic.room())
    assert idle(clinic, worker) == ["bed", "iv40"]
    beside = player.report()["standing"]
    assert [each["name"] for each in beside["lists"]] == ["iv40"]
    assert (beside["lists"][0]["infusion_s"], beside["lists"][0]["tail_s"]) == (600.0, 0.0)
    assert player._whole(beside["bed"]["mixdown_id"])
    assert player._whole(beside["lists"][0]["mixdown"]["mixdown_id"])
    with clinic.engine.connect() as connection:
        bed = shelf.mixdown(connection, beside["bed"]["mixdown_id"])
    assert (
        sum(block.shape[1] for block in decode(bed.path))
        == bed.manifest.samples
        == round(bed.manifest.total_s * 48_000)
    )
    assert abs(bed.manifest.loudness_lufs + 20) < 3
    bed.path.unlink()
    assert idle(clinic, worker) == ["bed"]
    curator, refused = clinic.staff("curator"), bed.playlist.items[0].track_id
    answer = curator.call("PUT", f"/tracks/{refused}/decision", {"status": "refused", "reason": "a cough"})
    assert answer.status_code in (200, 204), answer.text
    assert player.report()["standing"]["bed"] is None
    made = idle(clinic, worker)
    assert made[0] == "bed"
    again = player.report()["standing"]
    with clinic.engine.connect() as connection:
        for file in (again["bed"], again["lists"][0]["mixdown"]):
            played = shelf.mixdown(connection, file["mixdown_id"]).playlist
            assert refused not in {item.track_id for item in played.items}
    press = player.press("bedside_start", 0.0) | {"mixdown_id": again["lists"][0]["mixdown"]["mixdown_id"]}
    for _ in range(2):
        wished = player.report(press)["wished"]
    assert (wished["mode"], wished["started_ms"]) == ("play", press["at_ms"])
    assert wished["mixdown"] == again["lists"][0]["mixdown"]
    assert wished["session"]["session_id"] == press["event_id"].replace("-", "")
    started = clinic.staff("clinician").call("GET", "/sessions").json
    assert [(session["state"], session["started_ms"]) for session in started] == [("started", press["at_ms"])]


def test_a_list_that_is_signed_later_takes_the_place_of_the_one_that_stands(rooms):
    clinic, worker = rooms
    clinic.mixdown(clinic.shelved("Slow water"))
    player = Player(clinic, clinic.room())
    assert idle(clinic, worker) == ["bed", "iv40"]
    later = clinic.shelved("Still air")
    clinic.mixdown(later)
    assert idle(clinic, worker) == ["iv40"]
    (stands,) = player.report()["standing"]["lists"]
    with clinic.engine.connect() as connection:
        assert shelf.mixdown(connection, stands["mixdown"]["mixdown_id"]).playlist_id == later
    assert idle(clinic, worker) == []


@pytest.fixture
def started(rooms):
    """A room that holds a standing list, and a press of it, whose file is named."""
    clinic, worker = rooms
    playlist_id = clinic.shelved("Slow water")
    clinic.mixdown(playlist_id)
    player = Player(clinic, clinic.room())
    idle(clinic, worker)
    (stands,) = player.report()["standing"]["lists"]
    press = player.press("bedside_start", 0.0) | {"mixdown_id": stands["mixdown"]["mixdown_id"]}
    return clinic, player, playlist_id, press


def room_of(clinic: Clinic) -> str:
    return clinic.staff("clinician").call("GET", "/rooms").json[0]["room_id"]


def test_a_list_that_was_started_at_the_bedside_sets_aside_what_was_planned_but_not_what_runs(started):
    clinic, player, playlist_id, press = started
    desk = clinic.staff("clinician")
    wanted = {"room_id": room_of(clinic), "playlist_id": playlist_id}
    planned = desk.call("POST", "/sessions", wanted).json["session"]["session_id"]
    wished = player.report(press)["wished"]
    assert wished["session"]["session_id"] == press["event_id"].replace("-", "")
    assert (wished["mode"], wished["arrival"]) == ("play", False)
    assert desk.call("GET", f"/sessions/{planned}").json["state"] == "aborted"
    with clinic.engine.connect() as connection:
        assert [row.kind for row in session_store.log_of(connection, planned)] == ["assigned", "aborted"]
    again = player.press("bedside_start", 0.0) | {"mixdown_id": press["mixdown_id"]}
    assert player.report(again)["wished"]["session"] == wished["session"]


def test_a_start_that_is_told_when_its_music_is_over_leaves_what_was_planned_since(started):
    clinic, player, playlist_id, press = started
    clinic.clock.wait(700)
    wanted = {"room_id": room_of(clinic), "playlist_id": playlist_id}
    planned = clinic.staff("clinician").call("POST", "/sessions", wanted).json["session"]["session_id"]
    assert player.report(press)["wished"]["session"]["session_id"] == planned


def test_the_file_that_sounds_becomes_the_session_also_where_it_stands_no_longer(started):
    clinic, player, _, press = started
    with writing(clinic.engine) as connection:
        standing_store.remove(connection, "iv40")
    unknown = player.press("bedside_start", 0.0) | {"mixdown_id": "0" * 16}
    assert player.report(unknown)["wished"]["session"] is None
    wished = player.report(press)["wished"]
    assert wished["mixdown"]["mixdown_id"] == press["mixdown_id"]
    assert (wished["session"]["infusion_s"], wished["session"]["tail_s"]) == (600.0, 0.0)


def test_an_archived_list_stands_no_more_and_the_next_one_takes_its_place(rooms):
    clinic, worker = rooms
    other, playlist_id = clinic.shelved("Still air"), clinic.shelved("Slow water")
    for each in (other, playlist_id):
        clinic.mixdown(each)
    player = Player(clinic, clinic.room())
    idle(clinic, worker)
    (stands,) = player.report()["standing"]["lists"]
    with clinic.engine.connect() as connection:
        held = shelf.mixdown(connection, stands["mixdown"]["mixdown_id"]).playlist_id
    left = other if held == playlist_id else playlist_id
    answer = clinic.staff("curator").call("POST", f"/playlists/{held}/archive", {"revision": 1})
    assert answer.status_code == 200, answer.text
    assert player.report()["standing"]["lists"] == []
    assert idle(clinic, worker) == ["iv40"]
    (stands,) = player.report()["standing"]["lists"]
    with clinic.engine.connect() as connection:
        assert shelf.mixdown(connection, stands["mixdown"]["mixdown_id"]).playlist_id == left


def test_what_is_refused_stands_no_more_however_that_came_about_and_does_not_come_to_stand(rooms, monkeypatch):
    clinic, worker = rooms
    playlist_id = clinic.shelved("Slow water")
    mixdown_id = clinic.mixdown(playlist_id)
    player = Player(clinic, clinic.room())
    assert idle(clinic, worker) == ["bed", "iv40"]
    with clinic.engine.connect() as connection:
        refused = shelf.get(connection, playlist_id).playlist.items[0].track_id
    monkeypatch.setattr(standing, "withdraw", lambda _connection, _track_id: None)  # as where a scan refuses it
    decision = {"status": "refused", "reason": "a cough"}
    answer = clinic.staff("curator").call("PUT", f"/tracks/{refused}/decision", decision)
    assert answer.status_code in (200, 204), answer.text
    assert player.report()["standing"]["lists"] == []
    with writing(clinic.engine) as connection:
        clinic.clock.wait(standing.IDLE_MS / 1000 + 1)
        assert "iv40" not in {stand.name for stand in standing.handed_out(connection)}
        assert standing.wanted(connection, clinic.clock()) in ("bed", "iv40")
        standing_store.remove(connection, "iv40")
        _stands(connection, "iv40", mixdown_id, clinic.clock())  # refused while it was made
        assert "iv40" not in {stand.name for stand in standing_store.list_all(connection)}
