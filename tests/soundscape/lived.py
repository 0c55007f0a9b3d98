"""A session lived through in a made clinic: assigned, played, interrupted, quieted, ended. Its truth is known."""

import uuid

from benchmarks.made_up_tracks import make_track
from library.catalogue import Catalogue, FileState
from library.track import Tags, Verdict
from tests.soundscape.house import Browser, House

NAMES = {"a": ("Für Élise <b>slowly</b>", "L. v. B."), "b": ("Rain", "")}


def put_pieces(house: House) -> None:
    """The two pieces of `house.made_playlist`, in the library under names that try to be markup."""
    for letter, (title, artist) in NAMES.items():
        file = FileState(path=f"/srv/music/secret-folder/{letter}.flac", size_bytes=1, modified_ns=1)
        tags = Tags(title=title, artist=artist or None)
        Catalogue(house.engine).put_track(
            file, letter * 64, tags, make_track(letter * 64).analysis, Verdict(status="cleared")
        )


def live_through(house: House, nurse: Browser, room_id: str, *, infusion_minutes: float = 2.0) -> str:
    """Assign, start, lose the player for a while, quiet, softer; end early. Returns the session's id.

    The clock of the house moves with it: sound from 2 s to 32 s, nothing until 44 s, sound until 120 s.
    """
    playlist_id = house.playlist(minutes=infusion_minutes)
    mixdown_id = house.mixdown(playlist_id)
    answer = nurse.call("POST", "/sessions", {"room_id": room_id, "playlist_id": playlist_id})
    assert answer.status_code == 201, answer.text
    session_id = answer.json["session"]["session_id"]
    tablet = house.tablet(room_id)

    def tell(kind: str, position_s: float | None, state: str = "playing") -> None:
        event = {"event_id": str(uuid.uuid4()), "at_ms": house.clock(), "kind": kind, "position_s": position_s}
        tablet.report(state, position_s=position_s, events=[{**event, "mixdown_id": mixdown_id}])

    tell("ready", None, "ready")
    nurse.call("POST", f"/sessions/{session_id}/start", {"minutes_ago": 0})
    for seconds, kind, position_s in (
        (2, "sound_on", 0),
        (30, "sound_off", 30),
        (11, "reloaded", 30),
        (1, "sound_on", 44),
    ):
        house.clock.wait(seconds)
        tell(kind, float(position_s))
    house.clock.wait(6)
    nurse.call("PUT", f"/sessions/{session_id}/quiet", {"quiet": True})
    house.clock.wait(20)
    nurse.call("PUT", f"/sessions/{session_id}/quiet", {"quiet": False})
    nurse.call("PUT", f"/sessions/{session_id}/level", {"level_db": -9.0})
    house.clock.wait(30)
    nurse.call("POST", f"/sessions/{session_id}/end")
    house.clock.wait(20)
    tell("sound_off", 120.0, "stopped")
    return session_id
