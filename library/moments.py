"""Which moments of a track should a person hear before deciding about it, and which of them first?

A moment is a stretch of voice, a sudden rise, a silence, or a damaged place: all that was measured at a time of its
own. The nine that weigh most are numbered in order of time, so that a picture, a list and a keyboard mean the same one.

Conventions: times in seconds in the track; a weight is 0..1, where 1 would refuse the track by itself.
"""

from typing import Literal

from msgspec.structs import replace

from library.track import Analysis, Record, Span
from library.verdict import ClearingPolicy, clock

Kind = Literal["singing", "speech", "hit", "surge", "quiet", "damage"]

NUMBERED = 9
"""As many as there are digits on a keyboard."""
LEAD_IN_S, LEAD_OUT_S = 2.0, 1.0
"""What is heard before and after a moment, so that the ear has something to compare with (judgement)."""
MOST_HEARD_S = 30.0
"""A voice that sings throughout is known for one after half a minute (judgement)."""
RISE_LASTS_S = 2.0
"""How long a sudden rise is taken to last: the swell or the ringing after it (judgement)."""
DAMAGE_LASTS_S = 0.5
QUIET_WEIGHT, DAMAGE_WEIGHT = 0.3, 0.5
"""Against a voice, whose weight is its probability: a silence is uncomfortable, a click is a small startle
(judgement)."""


class Moment(Record, frozen=True, kw_only=True):
    """One of them; ``number`` is 1..9, or None where nine others weigh more."""

    kind: Kind
    from_s: float
    to_s: float
    weight: float
    words: str
    number: int | None = None

    @property
    def at_s(self) -> float:
        """Where a mark points: at the middle of a stretch, at the beginning of what happens at once."""
        return self.from_s if self.kind in ("hit", "surge", "damage") else (self.from_s + self.to_s) / 2

    @property
    def name(self) -> str:
        """What an address calls it: ``singing-61000``, the kind and where it begins, in ms."""
        return f"{self.kind}-{round(self.from_s * 1000)}"


def moments(analysis: Analysis) -> tuple[Moment, ...]:
    """Every moment that speaks against a track, in order of time."""
    found = sorted([*_voices(analysis), *_rises(analysis), *_flaws(analysis)], key=lambda each: each.from_s)
    heaviest = sorted(range(len(found)), key=lambda index: -found[index].weight)[:NUMBERED]
    numbers = {index: number for number, index in enumerate(sorted(heaviest), 1)}
    return tuple(replace(moment, number=numbers.get(index)) for index, moment in enumerate(found))


def heard(moment: Moment, duration_s: float) -> Span:
    """What is played for a moment: it and a little around it, within the track."""
    to_s = min(moment.to_s, moment.from_s + MOST_HEARD_S)
    return Span(from_s=max(0.0, moment.from_s - LEAD_IN_S), to_s=min(duration_s, to_s + LEAD_OUT_S))


def _voices(analysis: Analysis) -> list[Moment]:
    return [
        Moment(
            kind=segment.kind,
            from_s=segment.from_s,
            to_s=segment.to_s,
            weight=segment.probability,
            words=f"{segment.kind}, {_length(segment.to_s - segment.from_s)}, probability {segment.probability:.2f}",
        )
        for segment in analysis.vocals.segments
    ]


def _rises(analysis: Analysis) -> list[Moment]:
    policy = ClearingPolicy()
    named = {"hit": "a sudden hit", "surge": "a sudden surge"}
    return [
        Moment(
            kind=event.kind,
            from_s=event.at_s,
            to_s=min(event.at_s + RISE_LASTS_S, analysis.duration_s),
            weight=min(1.0, event.jump_lu / policy.limits_lu(event.kind)[1]),
            words=f"{named[event.kind]} of {event.jump_lu:.0f} LU",
        )
        for event in (analysis.startle.events if analysis.startle is not None else ())
    ]


def _flaws(analysis: Analysis) -> list[Moment]:
    quiet = [
        Moment(
            kind="quiet",
            from_s=span.from_s,
            to_s=span.to_s,
            weight=QUIET_WEIGHT,
            words=f"silent for {_length(span.to_s - span.from_s)}",
        )
        for span in analysis.quiet_spans
    ]
    return quiet + [
        Moment(
            kind="damage",
            from_s=at_s,
            to_s=min(at_s + DAMAGE_LASTS_S, analysis.duration_s),
            weight=DAMAGE_WEIGHT,
            words="damaged: a click or a skip may be heard",
        )
        for at_s in dict.fromkeys(analysis.damaged_at_s)  # packets lost one after another are lost at one place
    ]


def _length(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 60 else clock(seconds)
