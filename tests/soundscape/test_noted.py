"""What the server keeps between two reports: since when it is too loud, silent, and how the tablet's clock was."""

import pytest

from soundscape.noted import noted, off_plan_db
from soundscape.wished import PlayerEvent, Report

NOW = 1_800_000_000_000
LEVELS = (-40.0,) * 10 + (-20.0,) * 10 + (-70.0,) * 10


def report(**more):
    return Report(
        **{"state": "playing", "revision": 3, "position_s": 15.0, "level_dbfs": -26.0, "gain_db": -6.0, **more}
    )


@pytest.mark.parametrize(
    ("expected", "case"),
    [
        (0.0, {}),
        (0.0, {"level_dbfs": -20.1}),
        (6.1, {"level_dbfs": -19.9}),
        (-6.1, {"level_dbfs": -32.1}),
        (0.0, {"level_dbfs": -19.9, "gain_db": 0.0}),
        # Near a rise the report may mean either side of it.
        (0.0, {"position_s": 9.0, "level_dbfs": -46.0}),
        (0.0, {"position_s": 9.0, "level_dbfs": -26.0}),
        (7.0, {"position_s": 5.0, "level_dbfs": -39.0}),
        # Where the file itself is all but silent, and where nothing is known or played.
        (0.0, {"position_s": 27.0, "level_dbfs": -40.0}),
        (0.0, {"position_s": 99.0}),
        (0.0, {"state": "ready", "level_dbfs": 0.0}),
        (0.0, {"level_dbfs": None}),
        (0.0, {"position_s": None}),
    ],
)
def test_the_level_is_off_only_where_no_second_nearby_explains_it(expected, case):
    assert off_plan_db(report(**case), LEVELS) == pytest.approx(expected)
    assert off_plan_db(report(**case), None) == 0.0


def after(*reports, session_id="s", own=("m1",)):
    """What is noted after reports that come 2 s apart."""
    last = None
    for place, each in enumerate(reports):
        known = noted(last, each, NOW + 2_000 * place, session_id=session_id, own=own, levels=LEVELS)
        last = Report(state=each.state, revision=each.revision, noted=known)
    return last.noted


def test_since_when_something_is_so_counts_from_the_first_report_that_says_it():
    loud, silent, good = report(level_dbfs=-10.0), report(level_dbfs=-90.0), report()
    assert after(good, loud, loud).off_since_ms == NOW + 2_000
    assert after(loud, good).off_since_ms is None
    assert after(loud, good, loud).off_since_ms == NOW + 4_000
    assert after(good, silent, silent).silent_since_ms == NOW + 2_000
    assert after(silent, report(state="quiet", level_dbfs=-90.0)).silent_since_ms is None


def test_the_clock_counts_from_the_first_report_in_a_session():
    first, later = report(clock_ms=NOW + 500), report(clock_ms=NOW + 3_600_000)
    assert after(first, later).clock_ahead_ms == 500
    assert after(report(), first).clock_ahead_ms == 500 - 2_000
    told = noted(None, first, NOW, session_id="s")
    other = noted(Report(state="ready", revision=1, noted=told), later, NOW, session_id="t")
    assert other.clock_ahead_ms == 3_600_000


def test_what_stands_in_for_a_broken_file_counts_until_the_planned_music_sounds_again():
    fell = PlayerEvent(event_id="12345678", at_ms=NOW, kind="fallback", value=1.0)
    standing, own = report(mixdown_id="s1", events=(fell,)), report(mixdown_id="m1")
    assert after(standing, report(mixdown_id="s1")).fallback == 1
    assert after(standing, own).fallback == 0
    # Told once more because the answer was lost, when it is over already.
    assert after(standing, own, report(mixdown_id="m1", events=(fell,))).fallback == 0
