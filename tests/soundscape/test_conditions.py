"""What the desk says is wrong in a room: each condition appears when it should, and only then."""

import pytest
from msgspec.structs import replace

from soundscape.conditions import conditions
from soundscape.stores.rooms import Device, Room
from soundscape.stores.sessions import Session
from soundscape.wished import Holds, Leg, MixdownFile, Noted, Report, Wished

NOW = 1_800_000_000_000
FILE = MixdownFile(
    mixdown_id="m1", url="/u", manifest_url="/m", sha256="0" * 64, bytes=10, total_s=3300.0, mime="audio/mp4"
)

LEG = Leg(change_id="c", at_s=900.0, from_s=0.0, cross_s=4.0, mixdown=replace(FILE, mixdown_id="m3"))


def codes(
    *, session_state="started", device=True, reported_ago_s=1.0, started_ago_s=600.0, checked_ago_s=700.0, **report
):
    room = Room(
        room_id="r",
        name="Room 1",
        cap_db=-6.0,
        quiet_db=18.0,
        revision=3,
        wished=Wished(mode="play", mixdown=FILE, then=(LEG,)),
        acknowledged=None,
        created_ms=0,
        closed_ms=None,
        checked_ms=NOW - round(checked_ago_s * 1000),
    )
    session = Session(
        session_id="s",
        code="K7PX",
        room_id="r",
        playlist_id="p",
        mixdown_id="m1",
        state=session_state,
        infusion_s=2400.0,
        tail_s=900.0,
        created_by="anna",
        created_ms=NOW - 10_000_000,
        started_ms=None if started_ago_s is None else NOW - round(started_ago_s * 1000),
    )
    found = Device(
        device_id="d",
        room_id="r",
        paired_ms=0,
        revoked_ms=None,
        report=Report(revision=3, **{"state": "playing", "position_s": 600.0, "level_dbfs": -30.0, **report}),
        reported_ms=NOW - round(reported_ago_s * 1000),
    )
    return [condition.code for condition in conditions(room, found if device else None, session, NOW)]


@pytest.mark.parametrize(
    ("expected", "case"),
    [
        ([], {}),
        ([], {"session_state": "ended", "device": False}),
        (["no_tablet"], {"device": False}),
        ([], {"reported_ago_s": 5.9}),
        (["lost"], {"reported_ago_s": 6.1}),
        (["lost"], {"reported_ago_s": 6.1, "session_state": "planned"}),
        (["needs_tap"], {"needs_tap": True, "session_state": "planned"}),
        ([], {"noted": Noted(silent_since_ms=NOW - 5_000)}),
        (["silent"], {"noted": Noted(silent_since_ms=NOW - 7_000, off_since_ms=NOW - 7_000)}),
        (["no_music"], {"state": "ready"}),
        ([], {"state": "ready", "started_ago_s": 9.0}),
        ([], {"state": "stopped", "started_ago_s": 3301.0}),
        ([], {"state": "quiet"}),
        (["wrong_list"], {"holds": Holds(mixdown_id="m2", bytes_verified=1, bytes=1)}),
        ([], {"mixdown_id": "m1"}),
        ([], {"mixdown_id": "m3"}),
        (["wrong_list"], {"mixdown_id": "m2"}),
        (["storage"], {"problems": ("no_storage",), "session_state": "planned", "state": "empty"}),
        (["storage"], {"problems": ("evicted",)}),
        ([], {"problems": ("storage_refused",)}),
        ([], {"noted": Noted(off_since_ms=NOW - 5_000, off_db=9.0)}),
        (["level"], {"noted": Noted(off_since_ms=NOW - 7_000, off_db=9.0)}),
        (["level"], {"problems": ("over_level",)}),
        (["broken_file"], {"problems": ("broken_file",), "session_state": "planned", "state": "loading"}),
        (["fallback"], {"problems": ("broken_file",), "noted": Noted(fallback=1), "mixdown_id": "s1"}),
        (["output", "no_music"], {"problems": ("output_lost",), "state": "ready"}),
        (["output"], {"problems": ("output_lost",), "state": "loading", "session_state": "planned"}),
        ([], {"battery": 0.2, "charging": False}),
        (["low_battery"], {"battery": 0.19, "charging": False, "session_state": "planned", "state": "ready"}),
        (["low_battery"], {"battery": 0.19}),
        ([], {"battery": 0.19, "charging": True}),
        (["low_battery"], {"battery": 0.09, "charging": True}),
        ([], {"battery": "unknown", "charging": False}),
        ([], {"clock_ms": NOW + 60_000, "noted": Noted(clock_ahead_ms=2_000)}),
        (["clock"], {"clock_ms": NOW + 65_000, "noted": Noted(clock_ahead_ms=2_000)}),
        (["clock"], {"clock_ms": NOW - 3_600_000, "noted": Noted(clock_ahead_ms=0)}),
        (["clock"], {"problems": ("clock_set",)}),
        ([], {"drift_ppm": -4_900.0}),
        (["clock"], {"drift_ppm": -5_100.0}),
        (["fallback"], {"noted": Noted(fallback=1), "mixdown_id": "s1"}),
        (["fallback"], {"noted": Noted(fallback=2), "state": "bed"}),
        (["no_music"], {"state": "bed"}),
        (["unchecked"], {"checked_ago_s": 86_400.0}),
        ([], {"checked_ago_s": 86_400.0, "session_state": "planned", "state": "ready", "started_ago_s": None}),
    ],
)
def test_conditions(expected, case):
    assert codes(**case) == expected
