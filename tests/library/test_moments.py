"""The moments that a person should hear: all of them, in order of time, the heaviest nine numbered."""

from msgspec.structs import replace

from benchmarks.made_up_tracks import make_track
from library.moments import Moment, heard, moments
from library.track import Analysis, Span, Startle, StartleEvent, Vocals, VocalSegment


def analysed(**changes: object) -> Analysis:
    return replace(make_track("a" * 64, length_s=100.0).analysis, **changes)


def singing(from_s: float, to_s: float, probability: float) -> VocalSegment:
    return VocalSegment(from_s=from_s, to_s=to_s, kind="singing", probability=probability)


def test_a_calm_track_has_none():
    assert moments(analysed()) == ()


def test_each_kind_is_found_in_order_of_time_with_its_words():
    found = moments(
        analysed(
            vocals=Vocals(verdict="review", share=0.1, segments=(singing(40.0, 52.5, 0.55),)),
            startle=Startle(score=12.0, events=(StartleEvent(at_s=10.0, jump_lu=12.0, kind="hit"),)),
            quiet_spans=(Span(from_s=20.0, to_s=23.0),),
            damaged_at_s=(99.8,),
        )
    )
    assert [each.name for each in found] == ["hit-10000", "quiet-20000", "singing-40000", "damage-99800"]
    assert [each.words for each in found] == [
        "a sudden hit of 12 LU",
        "silent for 3.0 s",
        "singing, 12.5 s, probability 0.55",
        "damaged: a click or a skip may be heard",
    ]
    assert [each.number for each in found] == [1, 2, 3, 4]
    assert found[-1].to_s == 100.0


def test_packets_lost_one_after_another_are_one_moment():
    assert [each.name for each in moments(analysed(damaged_at_s=(7.0, 7.0, 9.0)))] == ["damage-7000", "damage-9000"]


def test_of_more_than_nine_the_heaviest_are_numbered():
    segments = tuple(singing(8.0 * i, 8.0 * i + 2, 0.3 + 0.05 * (i % 11)) for i in range(11))
    found = moments(analysed(vocals=Vocals(verdict="review", share=0.3, segments=segments)))
    assert [each.number for each in found] == [None, None, *range(1, 10)]


def test_what_is_heard_begins_before_and_ends_after_within_the_track():
    def span(from_s, to_s):
        moment = Moment(kind="singing", from_s=from_s, to_s=to_s, weight=0.5, words="")
        found = heard(moment, 100.0)
        return found.from_s, found.to_s

    assert span(40.0, 45.0) == (38.0, 46.0)
    assert span(1.0, 2.0) == (0.0, 3.0)
    assert span(95.0, 100.0) == (93.0, 100.0)
    assert span(0.0, 100.0) == (0.0, 31.0)
