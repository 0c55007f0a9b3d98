"""May a patient hear a track in advance, outside the room? A person's word first, else what the file says of itself.

A preview sends a recording to somebody's own device, which is sharing it. The texts of all Creative Commons licences
allow to share the work unchanged (creativecommons.org/licenses, section 2a1 of each 4.0 text), CC0 and the public
domain mark reserve nothing. Two judgements: *NonCommercial* counts as yes, since a preview is free of charge and sells
nothing; *NoDerivatives* counts as yes, since the whole piece is there unchanged and an excerpt only starts within it.
A clinic that sees it otherwise says so per track. Everything else, and silence, is *not stated* and not previewed.
"""

import re
from typing import Literal

from library.track import Tags, Track

PreviewRight = Literal["yes", "no", "not stated"]

_FREE = re.compile(
    r"""
    creative\s?commons(?!\s+(?:attribution\s+)?sampling)  # spelled out; *Sampling* licences do not allow the whole work
    | \bcc[\s-]?0\b | \bcc[\s-]zero\b
    | \bcc[\s:-]{1,2}by\b                                 # CC BY, CC-BY-NC-ND 4.0
    | \bpublic[\s-]domain\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_DENIED = re.compile(r"\b(?:not?|non|isn't|except)\b[^.;]{0,30}$", re.IGNORECASE)
"""Just before a licence's name, these words turn it round: "not under Creative Commons"."""


def preview_right(track: Track) -> PreviewRight:
    """Whether a track may be previewed, by decision or by the licence that its tags name."""
    return stated_right(track.tags, None if track.decision is None else track.decision.may_preview)


def stated_right(tags: Tags, may_preview: bool | None) -> PreviewRight:
    """The same of a track's tags, and what a person decided: yes, no, or nothing."""
    if may_preview is not None:
        return "yes" if may_preview else "no"
    text = tags.rights or ""
    named = list(_FREE.finditer(text))
    free = bool(named) and not any(_DENIED.search(text[: match.start()]) for match in named)
    return "yes" if free else "not stated"
