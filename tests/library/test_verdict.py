"""The verdict: what speaks against a track, how strongly, and when in it."""

import pytest
from msgspec.structs import replace

from benchmarks.made_up_tracks import make_track
from library.track import Span, Startle, StartleEvent, Vocals, VocalSegment
from library.verdict import NEEDED, ClearingPolicy, clock, judge

GOOD = replace(
    make_track("good").analysis,
    duration_s=200.0,
    energy=0.3,
    quiet_spans=(),
    damaged_at_s=(),
    startle=Startle(score=0.0),
    vocals=Vocals(verdict="instrumental", share=0.0),
)
POLICY = ClearingPolicy()


def voice(verdict):
    segment = VocalSegment(from_s=61.2, to_s=75.0, kind="singing", probability=0.9)
    return {"vocals": Vocals(verdict=verdict, share=0.1, segments=(segment,))}


def jump(kind, lu, at_s=125.0):
    return {"startle": Startle(score=lu, events=(StartleEvent(at_s=at_s, jump_lu=lu, kind=kind),))}


def test_calm_instrumental_music_is_cleared():
    assert judge(GOOD).status == "cleared"
    assert judge(GOOD).reasons == ()


@pytest.mark.parametrize(
    ("changes", "status", "reason"),
    [
        (voice("vocal"), "refused", "a voice: singing at 1:01-1:15 (probability 0.90)"),
        (voice("review"), "review", "perhaps a voice: singing at 1:01-1:15 (probability 0.90)"),
        ({"vocals": Vocals(verdict="vocal", share=1.0)}, "refused", "a voice: throughout"),
        ({"vocals": Vocals(verdict="unknown", share=None)}, "review", "voices unknown: not measured"),
        (jump("hit", POLICY.hit_review_lu + 0.1), "review", "a hit of 10 LU at 2:05"),
        (jump("hit", POLICY.hit_refuse_lu + 0.1), "refused", "a hit of 15 LU at 2:05"),
        (jump("surge", POLICY.surge_review_lu + 0.1), "review", "a surge of 16 LU at 2:05"),
        (jump("surge", POLICY.surge_refuse_lu + 0.1), "refused", "a surge of 25 LU at 2:05"),
        ({"quiet_spans": (Span(from_s=62.0, to_s=63.5),)}, "review", "silent for 1.5 s at 1:02"),
        ({"damaged_at_s": (61.0,)}, "review", "damaged at 1:01"),
        ({"energy": 0.9}, "review", "intense: energy 0.90"),
        ({"duration_s": 29.0}, "review", "short: 29 s, under 30 s"),
    ],
)
def test_each_fault_has_its_status_and_its_reason_with_the_time(changes, status, reason):
    verdict = judge(replace(GOOD, **changes))
    assert verdict.status == status
    assert any(reason in found for found in verdict.reasons), verdict.reasons


@pytest.mark.parametrize(
    "changes",
    [
        jump("hit", POLICY.hit_review_lu),
        jump("surge", POLICY.surge_review_lu),
        {"energy": POLICY.energy_review},
        {"duration_s": POLICY.shortest_s},
        {"quiet_spans": (Span(from_s=192.0, to_s=194.0),)},  # no list plays it: what follows is trimmed with it
        {"tempo_bpm": None, "key": None, "unknown": {"tempo_bpm": "free", "key": "none"}},
    ],
)
def test_up_to_the_limit_and_without_tempo_or_key_a_track_is_cleared(changes):
    assert judge(replace(GOOD, **changes)).status == "cleared"


@pytest.mark.parametrize("field", NEEDED)
def test_what_is_unknown_is_never_cleared(field):
    verdict = judge(replace(GOOD, **{field: None}, unknown={field: "because"}))
    assert verdict.status == "review"
    assert f"unknown {field}: because" in verdict.reasons


def test_one_refusal_among_doubts_refuses_and_is_named_first():
    verdict = judge(replace(GOOD, energy=0.95, duration_s=10.0, **voice("vocal")))
    assert verdict.status == "refused"
    assert verdict.reasons[0].startswith("a voice")
    assert len(verdict.reasons) == 3


def test_a_clinics_own_policy_decides():
    analysis = replace(GOOD, **jump("hit", 12.0))
    assert judge(analysis, ClearingPolicy(hit_review_lu=12.0)).status == "cleared"
    assert judge(analysis, ClearingPolicy(hit_refuse_lu=11.0)).status == "refused"


@pytest.mark.parametrize(("seconds", "shown"), [(0, "0:00"), (59.99, "0:59"), (245, "4:05"), (3600, "60:00")])
def test_times_read_as_minutes_and_seconds(seconds, shown):
    assert clock(seconds) == shown
