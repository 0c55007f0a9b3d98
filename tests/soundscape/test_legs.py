"""Which file plays when, what a skip makes of the rest, and how long until something new can be heard."""

import pytest

from playlists.errors import Infeasible
from playlists.timeline import layout
from soundscape import lead, legs
from soundscape.stores.jobs import Job
from soundscape.wished import Holds, Leg, MixdownFile, Report, Wished
from tests.soundscape.house import made_playlist


def file(mixdown_id: str) -> MixdownFile:
    return MixdownFile(
        mixdown_id=mixdown_id, url="", manifest_url="", sha256="", bytes=1000, total_s=600.0, mime="audio/mp4"
    )


def leg(change_id: str, at_s: float, from_s: float = 0.0) -> Leg:
    return Leg(change_id=change_id, at_s=at_s, from_s=from_s, cross_s=4.0, mixdown=file(change_id))


WISHED = Wished(mixdown=file("first"), then=(leg("one", 100.0), leg("two", 200.0, 30.0)), started_ms=0)


@pytest.mark.parametrize(
    ("at_s", "found"), [(99.0, ("first", 99.0)), (100.0, ("one", 0.0)), (199.0, ("one", 99.0)), (210.0, ("two", 40.0))]
)
def test_each_second_belongs_to_one_place_in_one_file(at_s, found):
    mixdown, place_s = legs.file_at(WISHED, at_s)
    assert (mixdown.mixdown_id, place_s) == found


def test_what_is_heard_is_a_second_of_the_session():
    told = Report(state="playing", revision=1, position_s=40.0, change_id="two")
    assert legs.music_s(WISHED, told) == 210.0
    assert legs.music_s(WISHED, Report(state="loading", revision=1, position_s=40.0)) is None


def test_a_skipped_list_still_meets_exactly_and_is_so_much_shorter():
    before = made_playlist(400.0, 200.0)
    after, at_s, joined_s = legs.skipped(before, 100.2)
    assert (at_s, joined_s) == (106.0, 303.0)
    assert layout(after)[-1].end == round(after.total_s * 48_000)
    assert after.total_s == before.total_s - (joined_s - at_s)
    assert [item.track_id for item in after.items] == [item.track_id for item in before.items]


@pytest.mark.parametrize(("now_s", "why"), [(293.0, "by itself"), (400.0, "last piece")])
def test_there_must_be_something_to_skip_to(now_s, why):
    with pytest.raises(Infeasible, match=why):
        legs.skipped(made_playlist(400.0, 200.0), now_s)


def made(sound_s: float, took_s: float) -> Job:
    return Job(
        job_id="",
        kind="successor",
        queue="live",
        arguments={},
        state="done",
        progress=1.0,
        message="",
        result={"sound_s": sound_s},
        error_code=None,
        error_message=None,
        cancel_wished=False,
        attempts=1,
        created_by="",
        created_ms=0,
        started_ms=0,
        ended_ms=round(took_s * 1000),
    )


def test_the_lead_is_what_was_measured_and_doubles_with_each_miss():
    assert lead.speed_of([]) == 30.0
    assert lead.speed_of([made(600.0, 10.0), made(600.0, 20.0), made(600.0, 600.0)]) == 30.0
    assert lead.speed_of([made(60.0, 20.0), made(1200.0, 20.0)]) == 60.0  # a short one is mostly what each takes
    assert lead.speed_of([made(60.0, 10.0)]) == 6.0
    assert lead.speed_of([made(600.0, 86_400.0)]) == lead.LOWEST_SPEED
    assert lead.lead_s(600.0, 32_000.0, 60.0, 1_000_000.0) == pytest.approx(10.0 + 19.2 + 15.0)
    assert lead.lead_s(600.0, 0.0, 60.0, None, missed=2) == 100.0


def report(verified: int) -> Report:
    return Report(state="playing", revision=1, files=(Holds(mixdown_id="f", bytes_verified=verified, bytes=1000),))


def test_how_fast_a_device_downloads_is_seen_from_its_reports():
    assert lead.seen_bytes_s(None, None, report(500), 2.0) is None
    assert lead.seen_bytes_s(None, report(100), report(500), 2.0) == 200.0
    assert lead.seen_bytes_s(400.0, report(100), report(500), 2.0) == 200.0
    assert lead.seen_bytes_s(400.0, report(900), report(1000), 2.0) == 400.0  # whole: at least so fast
    assert lead.seen_bytes_s(400.0, report(1000), report(1000), 2.0) == 400.0
