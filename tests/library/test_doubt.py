"""How urgently a person should look: what may harm comes before what is only unknown, damaged or short."""

import pytest
from msgspec.structs import replace

from benchmarks.made_up_tracks import make_track
from library.doubt import doubt
from library.track import Startle, StartleEvent, Vocals, VocalSegment
from library.verdict import ClearingPolicy, judge

CALM = make_track("a").analysis


def sung(probability):
    segment = VocalSegment(from_s=1.0, to_s=9.0, kind="singing", probability=probability)
    return replace(CALM, vocals=Vocals(verdict="review", share=0.1, segments=(segment,)))


def sudden(jump_lu, kind="hit"):
    return replace(CALM, startle=Startle(score=jump_lu, events=(StartleEvent(at_s=1.0, jump_lu=jump_lu, kind=kind),)))


def doubt_of(analysis, policy=None):
    return doubt(analysis, judge(analysis, policy), policy)


def test_what_is_cleared_leaves_no_doubt():
    assert doubt_of(CALM) == 0.0


def test_whatever_is_not_cleared_leaves_some():
    assert doubt_of(replace(CALM, duration_s=5.0)) > 0.0


def test_the_worst_comes_first():
    ordered = [
        CALM,
        replace(CALM, duration_s=5.0),
        replace(CALM, damaged_at_s=(1.0,)),
        replace(CALM, energy=None, unknown={"energy": "made up"}),
        sung(0.4),
        replace(CALM, vocals=Vocals(verdict="unknown", share=None)),
        sung(0.9),
        replace(sung(0.9), startle=sudden(14.0).startle),
        sudden(40.0),
    ]
    doubts = [doubt_of(analysis) for analysis in ordered]
    assert doubts == sorted(doubts)
    assert len(set(doubts)) == len(doubts)


@pytest.mark.parametrize(("kind", "review_lu", "refuse_lu"), [("hit", 10.0, 15.0), ("surge", 16.0, 25.0)])
def test_a_rise_counts_one_at_the_limit_for_refusal(kind, review_lu, refuse_lu):
    few = doubt_of(sudden(review_lu + 0.01, kind))
    assert few == pytest.approx(0.02, abs=0.01)
    assert doubt_of(sudden(refuse_lu, kind)) == pytest.approx(1.02)
    assert doubt_of(sudden(99.0, kind)) == pytest.approx(2.02)


def test_the_probability_of_the_whole_counts_where_there_is_one():
    voiced = sung(0.3)
    whole = replace(voiced, vocals=replace(voiced.vocals, probability=0.8))
    assert doubt_of(voiced) == pytest.approx(0.32)
    assert doubt_of(whole) == pytest.approx(0.82)


def test_the_policy_of_the_verdict_is_the_measure():
    strict = ClearingPolicy(hit_review_lu=2.0, hit_refuse_lu=4.0)
    assert doubt_of(sudden(4.0), strict) == pytest.approx(1.02)
