"""The real player with the real service: a room check as it is measured, and a level that is not the planned one."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

from library.store import writing
from playlists import shelf
from playlists.manifest import CHUNK_BYTES, Manifest, hashes
from soundscape import rooms
from soundscape.parts import now_ms
from tests.player.conftest import LEVEL_DBFS, TOTAL_S, make_tone, shows, until
from tests.soundscape.house import Browser, House
from tests.soundscape.served import served

WRONG_FROM_S = 40
LOUDER_DB = 12.0


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A clinic whose only session file is a tone, and whose manifest is wrong about its level from 40 s on."""
    return House(tmp_path, clock=now_ms)


def put_tone(house: House) -> str:
    """A list with that file; its id."""
    playlist_id = house.playlist(minutes=TOTAL_S / 60)
    path = house.data / "mixdowns" / "tone.wav"
    path.parent.mkdir(exist_ok=True)
    make_tone(path)
    whole, chunks = hashes(path)
    right = [LEVEL_DBFS] * WRONG_FROM_S
    wrong = [LEVEL_DBFS - LOUDER_DB] * (round(TOTAL_S) - WRONG_FROM_S)
    manifest = Manifest(
        file=path.name,
        bytes=path.stat().st_size,
        sha256=whole,
        chunk_bytes=CHUNK_BYTES,
        chunks=chunks,
        sample_rate_hz=48_000,
        samples=round(TOTAL_S * 48_000),
        total_s=TOTAL_S,
        loudness_lufs=-20.0,
        true_peak_dbtp=-17.0,
        lowered_db=0.0,
        softened=(),
        levels_dbfs=(*right, *wrong),
    )
    with writing(house.engine) as connection:
        shelved = shelf.get(connection, playlist_id)
        shelf.put_mixdown(
            connection,
            playlist_id=playlist_id,
            playlist_revision=shelved.revision,
            playlist=shelved.playlist,
            path=path,
            manifest=manifest,
            now_ms=now_ms(),
        )
    return playlist_id


def pair(house: House, page: Page, address: str, room_id: str) -> None:
    with writing(house.engine) as connection:
        code, _ = rooms.new_code(connection, room_id, by="test", now_ms=now_ms())
    page.goto(f"{address}/room#{code}")
    page.get_by_role("button", name="Pair").click()
    shows(page, "empty")


def codes(nurse: Browser, session_id: str) -> list[str]:
    return [alarm["code"] for alarm in nurse.call("GET", f"/sessions/{session_id}/record").json["alarms"]]


def test_a_checked_room_has_no_alarm_until_the_level_is_not_the_planned_one(house: House, page: Page) -> None:
    room_id, playlist_id, nurse = house.room(), put_tone(house), house.staff("clinician")
    with served(house) as address:
        pair(house, page, address, room_id)
        check_id = nurse.call("POST", f"/rooms/{room_id}/check").json["check_id"]
        check = f"/rooms/{room_id}/check"
        until(lambda: nurse.call("GET", check).json["state"] == "listened", 40, "the tablet's answer")
        said = {"left": True, "right": True, "reminder": True}
        found = {each["words"]: each["how"] for each in nurse.call("PUT", f"{check}/{check_id}", said).json["findings"]}
        for words in (
            "Music may begin without a tap.",
            "The tone on the left is on its side only.",
            "The tone on the right is on its side only.",
            "The level at the room's limit is −32 dB, as it should be.",
        ):
            assert found.get(words) == "good", found

        asked = {"room_id": room_id, "playlist_id": playlist_id}
        session_id = nurse.call("POST", "/sessions", asked).json["session"]["session_id"]
        shows(page, "ready", 40)
        nurse.call("POST", f"/sessions/{session_id}/start", {"minutes_ago": 0.4})
        shows(page, "playing", 20)
        position_s = "() => window.soundscape.sound.position_s"
        until(lambda: page.evaluate(position_s) > WRONG_FROM_S - 2, 60, "the end of what is right")
        assert codes(nurse, session_id) == []
        until(lambda: codes(nurse, session_id), 30, "the alarm")
        assert codes(nurse, session_id) == ["level"]
        # By the player's own guard at once, else by what the server notes of its reports after six seconds.
        assert WRONG_FROM_S < page.evaluate(position_s) < WRONG_FROM_S + 18
