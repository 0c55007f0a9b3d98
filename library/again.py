"""A track measured again by a newer analysis: what counts of the old result, and what a person is told.

What was cleared is never taken away in silence: where the new analysis does not clear it, it goes to review and says
why. A person's decision stands above both. Where measuring fails, it matters whose fault that is: a file that no longer
reads is kept out, whatever was measured once; where our analysis died, ran out of time or memory, or is at fault, the
old result of the unchanged file stays in use, and the failure is shown.
"""

from library.track import Verdict

OUR_FAULT = frozenset({"analysis_died", "analysis_timed_out", "analysis_too_large", "analysis_failed"})
"""Codes of failures that say nothing about a file that an earlier version could measure."""


def reconsidered(before: Verdict, before_version: int, after: Verdict, after_version: int) -> Verdict:
    """The verdict on a track about which nobody has decided, measured before and now."""
    if before_version >= after_version or before.status != "cleared" or after.status == "cleared":
        return after
    finds = "has doubts" if after.status == "review" else "would refuse it"
    words = f"measured again: version {before_version} of the analysis had cleared it, version {after_version} {finds}"
    return Verdict(status="review", reasons=(words, *after.reasons))
