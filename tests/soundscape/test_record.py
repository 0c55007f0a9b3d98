"""What was heard, from made logs whose truth is known."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundscape import record
from soundscape.stores.sessions import LogRow, Session
from tests.soundscape.house import made_playlist

T0 = 1_800_000_000_000
MIX = "m" * 16
TABLET = "tablet of Room 1"


def session(**more) -> Session:
    """Two minutes of music, started at T0."""
    facts = {
        "session_id": "s" * 16,
        "code": "K7PX",
        "room_id": "r" * 16,
        "playlist_id": "p" * 16,
        "mixdown_id": MIX,
        "state": "started",
        "infusion_s": 80.0,
        "tail_s": 40.0,
        "created_by": "anna",
        "created_ms": T0 - 60_000,
        "started_ms": T0,
    }
    return Session(**{**facts, **more})


def row(at_s: float, kind: str, source: str = TABLET, **detail) -> LogRow:
    at_ms = T0 + round(at_s * 1000)
    return LogRow(at_ms=at_ms, received_ms=at_ms, source=source, kind=kind, detail=detail)


def on(at_s: float, position_s: float, mixdown_id: str = MIX) -> LogRow:
    return row(at_s, "sound_on", position_s=position_s, mixdown_id=mixdown_id)


def off(at_s: float, position_s: float) -> LogRow:
    return row(at_s, "sound_off", position_s=position_s, mixdown_id=MIX)


STARTED = row(0, "started", "anna", minutes_ago=0.0)


def made(*rows: LogRow, now_s: float = 600.0, **more):
    return record.made(session(**more), rows, {MIX: made_playlist(80.0, 40.0)}, T0 + round(now_s * 1000))


def test_a_session_without_trouble():
    found = made(
        STARTED, on(1, 0), off(121, 120), row(121, "ended"), row(121.2, "ended", "soundscape"), ended_ms=T0 + 121_200
    )
    assert found.heard_s == 120.0
    assert [(span.from_s, span.to_s, span.certain) for span in found.spans] == [(0.0, 120.0, True)]
    assert found.interruptions == ()
    first, second = found.pieces
    assert (first.at_s, first.heard_s, first.length_s) == (1.0, 63.0, 63.0)
    assert (second.at_s, second.heard_s, second.to_ms) == (58.0, 63.0, T0 + 121_000)


def test_a_reload_is_an_interruption_and_what_is_repeated_counts_once():
    found = made(STARTED, on(1, 0), off(31, 30), row(35, "reloaded", position_s=30.0), on(36, 28), off(128, 120))
    [gap] = found.interruptions
    assert (gap.from_ms, gap.to_ms, gap.seconds, gap.why) == (T0 + 31_000, T0 + 36_000, 5.0, "reloaded")
    assert found.heard_s == 122.0
    assert found.pieces[0].heard_s == 63.0


def test_a_player_that_died_was_heard_until_its_last_report():
    found = made(STARTED, on(1, 0), row(41, "last_heard", "player", position_s=40.0), ended_ms=T0 + 100_000)
    [span] = found.spans
    assert (span.seconds, span.to_s, span.certain) == (40.0, 40.0, False)
    [gap] = found.interruptions
    assert (gap.from_ms, gap.to_ms, gap.why) == (T0 + 41_000, T0 + 100_000, "lost")
    assert [piece.heard_s for piece in found.pieces] == [40.0]


def test_between_two_beginnings_only_what_there_is_evidence_for_was_heard():
    found = made(STARTED, on(1, 0), row(11, "bedside_level", position_s=10.0, value=-9.0), on(50, 49), off(60, 59))
    assert [(span.seconds, span.certain) for span in found.spans] == [(10.0, False), (10.0, True)]
    assert found.interruptions[0].why == "lost"


def test_a_running_session_is_not_interrupted_by_the_time_between_two_reports():
    rows = STARTED, on(1, 0), row(41, "last_heard", "player", position_s=40.0)
    assert made(*rows, now_s=43).interruptions == ()
    assert made(*rows, now_s=50).interruptions[0].why == "lost"


def test_a_late_start_and_one_that_waited_for_a_tap():
    assert made(STARTED, on(4, 0), off(124, 120)).interruptions == ()
    [gap] = made(STARTED, on(42, 42), off(120, 120)).interruptions
    assert (gap.seconds, gap.why) == (42.0, "late")
    [gap] = made(STARTED, row(2, "needs_tap"), on(42, 42), off(120, 120)).interruptions
    assert gap.why == "needs_tap"


def test_a_start_dated_back_is_no_silence_before_the_press():
    started = row(90, "started", "anna", minutes_ago=1.5)
    found = made(started, on(91, 91), off(120, 120))
    assert found.interruptions == ()
    assert [piece.at_s for piece in found.pieces] == [91.0]


def test_nothing_was_heard_at_all():
    found = made(STARTED, ended_ms=T0 + 90_000)
    assert (found.heard_s, found.spans, found.pieces) == (0, (), ())
    [gap] = found.interruptions
    assert gap.seconds == 90.0


def test_a_planned_session_has_no_silence():
    found = made(row(-50, "assigned", "anna"), started_ms=None, state="aborted")
    assert (found.until_ms, found.interruptions) == (None, ())


def test_the_fade_after_the_end_is_heard_and_is_no_interruption():
    found = made(STARTED, on(1, 0), row(60, "ended", "anna"), off(80, 79), ended_ms=T0 + 60_000)
    assert found.interruptions == ()
    assert found.heard_s == 79.0


def test_events_that_come_late_and_out_of_order_count_by_their_time():
    rows = [STARTED, on(1, 0), off(31, 30), on(36, 28), off(128, 120)]
    assert made(*reversed(rows)) == made(*rows)


def test_quiet_and_levels_from_the_desk_and_the_bedside():
    found = made(
        STARTED,
        row(10, "quiet", "anna"),
        row(12, "bedside_quiet"),
        row(20, "bedside_resume"),
        row(30, "level", "anna", from_db=-6.0, to_db=-9.0),
        row(40, "bedside_level", value=-12.0),
        row(50, "bedside_quiet"),
        row(60, "ended", "anna"),
        ended_ms=T0 + 60_000,
    )
    assert [((s.from_ms - T0) / 1000, (s.to_ms - T0) / 1000, s.by) for s in found.quiet] == [
        (10.0, 20.0, "anna"),
        (50.0, 60.0, TABLET),
    ]
    assert [(c.from_db, c.to_db, c.by) for c in found.levels] == [(-6.0, -9.0, "anna"), (-9.0, -12.0, TABLET)]


def test_a_quiet_that_still_holds_has_no_end():
    assert made(STARTED, row(10, "quiet", "anna"), now_s=30).quiet[0].to_ms is None


def test_sound_that_is_no_session_file_is_not_counted():
    assert made(STARTED, on(-30, 0, None), off(-5, 25), on(1, 0), off(121, 120)).heard_s == 120.0


@pytest.mark.parametrize("position_s", [5000.0, 0.0, None])
def test_a_position_that_cannot_be_is_not_believed(position_s):
    found = made(STARTED, on(1, 0), off(11, position_s))
    assert found.heard_s == 10.0
    assert sum(piece.heard_s for piece in found.pieces) <= 10.0


KINDS = ("sound_on", "sound_off", "last_heard", "reloaded", "bedside_quiet", "bedside_resume", "needs_tap", "ended")
ROWS = st.lists(
    st.builds(
        lambda at_s, kind, position_s: row(at_s, kind, position_s=position_s, mixdown_id=MIX),
        st.floats(-20, 300),
        st.sampled_from(KINDS),
        st.none() | st.floats(0, 120),
    ),
    max_size=30,
)


@given(ROWS, st.floats(0, 300), st.none() | st.integers(0, 300_000))
def test_whatever_is_told_spans_are_apart_within_the_clock_and_add_up(rows, now_s, ended_ms):
    found = made(*rows, now_s=now_s, ended_ms=None if ended_ms is None else T0 + ended_ms)
    now_ms = T0 + round(now_s * 1000)
    for earlier, later in zip(found.spans, found.spans[1:], strict=False):
        assert earlier.to_ms <= later.from_ms
    for span in found.spans:
        assert span.from_ms < span.to_ms <= now_ms
        assert 0 <= span.to_s - span.from_s <= span.seconds + 1e-6
    assert found.heard_s == sum(span.seconds for span in found.spans)
    if rows:
        assert found.heard_s <= (max(r.at_ms for r in rows) - min(r.at_ms for r in rows)) / 1000 + 1e-6
    for gap in found.interruptions:
        assert gap.seconds > 0
        assert not any(span.from_ms < gap.to_ms and gap.from_ms < span.to_ms for span in found.spans)
    for piece in found.pieces:
        assert 0 < piece.heard_s <= piece.length_s + 1e-6
        assert piece.from_ms <= piece.to_ms <= now_ms


def test_a_piece_that_the_next_file_goes_on_with_is_one_piece_heard():
    """At 50 s a successor takes over, 7 s before the second piece: its file begins in the middle of the first one."""
    whole, other = made_playlist(80.0, 40.0), "o" * 16
    rest = msgspec.structs.replace(
        whole, items=tuple(msgspec.structs.replace(item, start_s=item.start_s - 50.0) for item in whole.items)
    )
    rows = (STARTED, on(0, 0), off(50, 50), on(50, 0, other), row(120, "sound_off", position_s=70.0, mixdown_id=other))
    found = record.made(session(), rows, {MIX: whole, other: rest}, T0 + 200_000)
    assert [(piece.track_id[0], piece.heard_s, piece.length_s) for piece in found.pieces] == [
        ("a", 63.0, 63.0),
        ("b", 63.0, 63.0),
    ]
    assert [piece.at_s for piece in found.pieces] == [0.0, 57.0]
    assert found.interruptions == ()
