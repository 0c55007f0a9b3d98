"""Are two lists of artists the same people?

One list says "Bach, Johann Sebastian", another "J. S. Bach & Glenn Gould", a third only "Bach": commas stand within a
name and between names, so that no list can be split reliably. Names are therefore compared word by word, and the parts
between separators only tell where a surname can stand.
"""

import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from playlists.exchange.folding import LONGEST, is_latin, latin, plain, romanised, slip, words

Kinship = Literal["same", "within", "partly", "other", "unknown"]
"""``within``: one side names only some of the other's artists. ``partly``: both name somebody whom the other does not.
``unknown``: one side names nobody."""

SEPARATORS = re.compile(
    r"[,;/&+×|]|\s(?:and|with|feat\.?|ft\.?|featuring|vs\.?|x|und|et|y|presents|with the)\s", re.IGNORECASE
)
OF_NO_ACCOUNT = frozenset({"the", "and", "feat", "ft", "featuring", "with", "vs", "und", "et", "presents"})
NUMERAL = re.compile("[ivx]+")
NOBODY = frozenset({"", "unknown artist", "unknown", "various artists", "various", "va", "n a"})


@dataclass(frozen=True)
class Artists:
    """The people of a piece: the words of all names, and those with which a name may be shortened (surnames)."""

    words: frozenset[str]
    surnames: frozenset[str]
    is_latin: bool

    @cached_property
    def romanised(self) -> "Artists":
        """The same in a spelling on which the usual systems of romanisation agree; Strauss II stays the second."""
        return replace(self, words=_romanised(self.words), surnames=_romanised(self.surnames))


def read_artists(*texts: str) -> Artists:
    """Everybody named in ``texts``; "Unknown artist" is nobody."""
    people = [text for text in texts if " ".join(words(plain(text))) not in NOBODY]
    parts = [
        tuple(word for word in words(latin(part)) if word not in OF_NO_ACCOUNT)
        for text in people
        for part in SEPARATORS.split(text[:LONGEST].replace("_", " "))
    ]
    named = [part for part in parts if part]
    return Artists(
        frozenset(word for part in named for word in part),
        frozenset(part[-1] for part in named),
        all(is_latin(plain(text)) for text in people),
    )


def kinship(one: Artists, other: Artists) -> Kinship:
    """How the people of two lists are related."""
    if not one.words or not other.words:
        return "unknown"
    one, other = _in_one_script(one, other)
    if one.words == other.words:
        return "same"
    here, there = _found(one.words, other.words), _found(other.words, one.words)
    if all(len(word) == 1 for word in here) or all(len(word) == 1 for word in there):
        return "other"
    if here == one.words and there == other.words:
        return "same"
    if (here == one.words and _names(here, one, other)) or (there == other.words and _names(there, other, one)):
        return "within"
    return "partly"


def names_all(people: Artists, among: Artists) -> bool:
    """Whether everybody of ``people`` is also named ``among`` the others."""
    people, among = _in_one_script(people, among)
    return bool(people.words) and _found(people.words, among.words) == people.words


def _in_one_script(one: Artists, other: Artists) -> tuple[Artists, Artists]:
    """Two lists as they can be compared: within one script another spelling may be another name."""
    return (one, other) if one.is_latin == other.is_latin else (one.romanised, other.romanised)


def _romanised(names: frozenset[str]) -> frozenset[str]:
    return frozenset(name if NUMERAL.fullmatch(name) else romanised(name) for name in names)


def _found(wanted: frozenset[str], others: frozenset[str]) -> frozenset[str]:
    return frozenset(word for word in wanted if word in others or any(_one_word(word, other) for other in others))


def _one_word(one: str, other: str) -> bool:
    """Whether one of two words stands for the other: an initial for its name, but no numeral for another, or a slip."""
    if len(one) == 1 or len(other) == 1:
        return one[:1] == other[:1] and not (NUMERAL.fullmatch(one) and NUMERAL.fullmatch(other))
    return slip(one, other)


def _names(found: frozenset[str], fewer: Artists, more: Artists) -> bool:
    """Whether the words of the shorter list name somebody: one word alone does only as a surname."""
    return len(fewer.words) > 1 or bool(_found(found, more.surnames))
