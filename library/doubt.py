"""How urgently should a person look at a track? Worst first: what may be heard as a voice or startle comes before
what is only unknown, damaged or short.

A number from 0 up; 0 is cleared, a certain voice alone is 1. Every weight is judgement: the two harms that patients
notice count alike, what could not be measured counts half as much, what a listener hears at once and nobody is hurt
by, silence or shortness, only sets an order.
"""

from library.track import Analysis, StartleEvent, Verdict
from library.verdict import NEEDED, ClearingPolicy

UNKNOWN_VOICE = 0.5
"""As much as an even chance of one."""
UNKNOWN_FIELD = 0.25
DAMAGED_PLACE = 0.1
MOST_DAMAGE = 0.5
EACH_REASON = 0.02
MOST_STARTLE = 2.0


def doubt(analysis: Analysis, verdict: Verdict, policy: ClearingPolicy | None = None) -> float:
    """How urgent it is that somebody listens.

    Parameters
    ----------
    analysis, verdict
        What was measured, and what was made of it.
    policy
        The one that gave the verdict.

    Returns
    -------
    float
        0.0 for what is cleared; else the sum of

        - the probability that there is a voice, 0..1, of the likeliest segment where the whole has none;
        - the worst sudden rise: 0 at the limit for review, 1 at that for refusal, at most 2;
        - 0.25 for each measure that is needed and unknown, at most 1;
        - 0.1 for each damaged place, at most 0.5;
        - 0.02 for each reason of the verdict, so that nothing in doubt is 0.
    """
    if verdict.status == "cleared":
        return 0.0
    unknown = sum(getattr(analysis, field) is None for field in NEEDED)
    return round(
        _voice(analysis)
        + _startle(analysis, policy or ClearingPolicy())
        + min(1.0, UNKNOWN_FIELD * unknown)
        + min(MOST_DAMAGE, DAMAGED_PLACE * len(analysis.damaged_at_s))
        + EACH_REASON * max(1, len(verdict.reasons)),
        4,
    )


def _voice(analysis: Analysis) -> float:
    """The share of doubt that a voice may be there; an instrumental verdict leaves none."""
    vocals = analysis.vocals
    if vocals.verdict == "instrumental":
        return 0.0
    probability = vocals.voice_probability
    return UNKNOWN_VOICE if vocals.verdict == "unknown" or probability is None else probability


def _startle(analysis: Analysis, policy: ClearingPolicy) -> float:
    events = analysis.startle.events if analysis.startle is not None else ()
    return min(MOST_STARTLE, max((_excess(event, policy) for event in events), default=0.0))


def _excess(event: StartleEvent, policy: ClearingPolicy) -> float:
    """Where a rise stands between the limit for review, 0, and that for refusal, 1."""
    review, refuse = policy.limits_lu(event.kind)
    return max(0.0, (event.jump_lu - review) / (refuse - review))
