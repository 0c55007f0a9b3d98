"""How much do two descriptions fit one piece, and may it be taken without asking?

A description is read in several ways, since lists swap title and artist, put both into one field or number their
lines; the best pair of readings counts. Likeness is 0..1; what *fits* may be taken, what is at least :data:`ASKED`
alike is worth a question. No likeness of words makes up for another number, key or version: nothing fits then.

Source: the parts are weighed by judgement, tuned on tests/playlists/exchange/pairs/develop.tsv alone.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Literal

from rapidfuzz import fuzz

from playlists.exchange.artists import Artists, Kinship, kinship, names_all, read_artists
from playlists.exchange.folding import slip
from playlists.exchange.names import DASH, Name, Version, read_name, split_track_number

ASKED = 0.7
"""Least likeness of two pieces that a person is asked about."""
SAME_LENGTH_S, NEAR_LENGTH_S = 3.0, 10.0
"""Judgement: encoders and silence at the ends differ by up to 3 s; more than 10 s is another take or edit."""
LEAST_TITLE = 0.6
"""Titles less alike are other titles, whoever plays."""
CONTAINED, OTHERWISE_CALLED = 0.85, 0.75
"""Likeness where one title holds the other, and where only the numbers of a catalogue agree: a suite's movements may
bear its number alone, and one work has a name in each language."""
DISTINCTIVE_WORDS, DISTINCTIVE_LETTERS = 3, 12
"""A name of at least this size and the same length name a piece even without an artist."""

Length = Literal["same", "near", "far", "unknown"]
Title = Literal["same", "reordered", "slip", "catalogued", "alike", "other"]

TITLES = {"same": "same title", "reordered": "same words in another order", "slip": "title with a slip"}
TITLES |= {"catalogued": "same work and number", "alike": "title alike", "other": "another title"}
PEOPLE = {"same": "same artist", "within": "artist named in part", "partly": "other artists too"}
PEOPLE |= {"other": "another artist", "unknown": "no artist to compare"}
ARTIST_WEIGHT = {"same": 1.0, "within": 0.9, "partly": 0.5, "other": 0.0, "unknown": 0.5}
LENGTH_WEIGHT = {"same": 1.0, "near": 0.7, "far": 0.2, "unknown": 0.5}
OTHER_NUMBER, OTHER_KEY, OTHER_VERSION, TOLD_ONCE = 0.7, 0.75, 0.85, 0.95
"""What is left of the likeness where these differ, or where only one side tells a number or key. Another number or key
of the same work is not even asked about."""


@dataclass(frozen=True)
class Reading:
    """One way to read a description; ``claimed`` are people whom the other side must name too for it to hold, and
    ``track_number`` was taken for the place in a list or on a disc: it may be of the name after all."""

    name: Name
    artists: Artists
    claimed: Artists | None = None
    track_number: int | None = None


@dataclass(frozen=True)
class Likeness:
    """``fits`` is good enough to take; ``differs`` where version, number or key are others."""

    score: float
    fits: bool
    differs: bool
    reasons: tuple[str, ...]
    title: Title
    artists: Kinship
    length: Length


def readings(title: str, artist: str, *, may_be_swapped: bool = False) -> tuple[Reading, ...]:
    """The ways to read a title and an artist, the plain one first.

    Only one side ``may_be_swapped``: if both were, every two titles of one artist would be the same.
    """
    found = dict.fromkeys(_readings(title, artist))
    number, bare = split_track_number(title)
    if number is not None:
        found |= dict.fromkeys(replace(reading, track_number=number) for reading in _readings(bare, artist))
    if may_be_swapped and title.strip() and artist.strip():
        name = read_name(artist)
        found[Reading(name, read_artists(title, name.guests))] = None
    return tuple(found)


def _readings(title: str, artist: str) -> Iterator[Reading]:
    whole = read_name(title)
    yield Reading(whole, read_artists(artist, whole.guests))
    if not title.strip():
        return
    spaced = title.replace("_", " ") if " " not in title.strip() else title
    for before, after in _halves(spaced):
        name, reverse = read_name(after), read_name(before)
        claimed = read_artists(before)
        if artist.strip():
            yield Reading(name, read_artists(artist, before, name.guests), claimed)
        else:
            yield Reading(name, read_artists(before, name.guests), claimed)
            yield Reading(reverse, read_artists(after, reverse.guests), read_artists(after))


def _halves(title: str) -> Iterator[tuple[str, str]]:
    parts = DASH.split(title, maxsplit=1)
    if len(parts) == 2 and all(part.strip() for part in parts):
        yield parts[0], parts[1]
    before, colon, after = title.partition(": ")
    if colon and before.strip() and after.strip():
        yield before, after


def best_likeness(
    wanted: Sequence[Reading], wanted_s: float | None, owned: Iterable[Reading], owned_s: float | None
) -> Likeness:
    """The likeness of the best pair of readings; lengths in seconds, unknown unless above 0 and finite."""
    wanted_s, owned_s = known_s(wanted_s), known_s(owned_s)
    length = _length(wanted_s, owned_s)
    pairs = (
        _likeness(one, other, length)
        for one, other in product(wanted, owned)
        if (one.claimed is None or names_all(one.claimed, other.artists))
        and (other.claimed is None or names_all(other.claimed, one.artists))
    )
    best = max(pairs, key=lambda found: (found.fits, found.score))
    if wanted_s is None or owned_s is None or length == "same":
        return best
    more = f"{abs(owned_s - wanted_s):.0f} s {'longer' if owned_s > wanted_s else 'shorter'}"
    return replace(best, reasons=(*best.reasons, more))


def _likeness(wanted: Reading, owned: Reading, length: Length) -> Likeness:
    one, other = wanted.name, owned.name
    title, alike = _titles(one, other)
    people = kinship(wanted.artists, owned.artists)
    score = 0.6 * alike + 0.25 * ARTIST_WEIGHT[people] + 0.15 * LENGTH_WEIGHT[length]
    differences = list(_differences(one, other))
    if wanted.track_number is not None and owned.track_number not in {None, wanted.track_number}:
        differences.append((TOLD_ONCE, f"number {owned.track_number} before it, not {wanted.track_number}"))
    for share, _ in differences:
        score *= share
    reasons = (TITLES[title], PEOPLE[people], *(["same length"] if length == "same" else []))
    reasons += tuple(reason for _, reason in differences)
    if title == "other":
        score = min(score, ASKED - 0.01)
    fits = not differences and _fits(title, people, length, one)
    return Likeness(score, fits, bool(differences), reasons, title, people, length)


def _fits(title: Title, people: Kinship, length: Length, name: Name) -> bool:
    """Whether nothing is left to ask. Who is named only in part, or with a slip, must at least last as long."""
    if title == "same" and people == "same":
        return length == "same" or (length in {"near", "unknown"} and not name.is_generic)
    if length != "same":
        return False
    if title == "same" and people == "unknown":
        return len(name.words) >= DISTINCTIVE_WORDS and len(name.compact) >= DISTINCTIVE_LETTERS
    return title in {"same", "reordered", "slip", "catalogued"} and people in {"same", "within"}


def _differences(one: Name, other: Name) -> Iterator[tuple[float, str]]:
    """What keeps two names apart: the share of the likeness that is left, and the reason in words."""
    if one.numbers != other.numbers:
        here, there = Counter(one.numbers), Counter(other.numbers)
        ours, theirs = there - here, here - there
        if ours and theirs:
            yield OTHER_NUMBER, f"another number: {_joined(ours)}, not {_joined(theirs)}"
        elif ours or theirs:
            yield TOLD_ONCE, f"number {_joined(ours or theirs)} on one side only"
        else:
            yield TOLD_ONCE, f"numbers {_joined(other.numbers)}, not {_joined(one.numbers)}"
    if one.key and other.key and one.key != other.key:
        yield OTHER_KEY, f"in {other.key}, not in {one.key}"
    elif one.key != other.key and not _is_numbered_alike(one, other):
        yield TOLD_ONCE, f"in {one.key or other.key} on one side only"
    wanted, owned = _by_kind(one.versions), _by_kind(other.versions)
    for side, kinds in (("owned", owned.keys() - wanted.keys()), ("wanted", wanted.keys() - owned.keys())):
        if kinds:
            yield OTHER_VERSION, f"{side}: {_version(*kinds)}"
    for kind in sorted(wanted.keys() & owned.keys()):
        if not _agree(kind, wanted[kind], owned[kind]):
            yield OTHER_VERSION, f"{_version(kind)}, another one"


def known_s(length_s: float | None) -> float | None:
    """A length in seconds, or None for what cannot be one."""
    return length_s if length_s is not None and 0 < length_s < math.inf else None


def _length(one_s: float | None, other_s: float | None) -> Length:
    if one_s is None or other_s is None:
        return "unknown"
    apart_s = abs(one_s - other_s)
    return "same" if apart_s <= SAME_LENGTH_S else "near" if apart_s <= NEAR_LENGTH_S else "far"


def _by_kind(versions: Iterable[Version]) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for version in versions:
        found[version.kind] = found.get(version.kind, frozenset()) | version.detail
    return found


def _agree(kind: str, one: frozenset[str], other: frozenset[str]) -> bool:
    """A remix must be by the same; of a concert one side may say more."""
    return one == other or (kind not in {"remix", "other"} and (one <= other or other <= one))


def _version(*kinds: str) -> str:
    named = ", ".join(sorted(kind for kind in kinds if kind != "other"))
    return f"{'an' if named[0] in 'aei' else 'a'} {named} version" if named else "another version"


def _joined(numbers: Iterable[str]) -> str:
    return ", ".join(numbers)


def _is_numbered_alike(one: Name, other: Name) -> bool:
    """Whether both have the same number of the same work in a catalogue."""
    return one.has_catalogue_number and one.numbers == other.numbers and len(one.numbers) > 1


def _titles(one: Name, other: Name) -> tuple[Title, float]:
    """How two names are alike, in words and as 0..1."""
    if one.han and other.han and one.han != other.han:
        alike = fuzz.ratio(one.text, other.text) / 100
        return ("alike" if alike >= LEAST_TITLE else "other"), alike
    ours, theirs = one.compact, other.compact
    if not ours or not theirs:
        return ("same", 1.0) if one.text == other.text != "" else ("other", 0.0)
    here, there = set(one.words), set(other.words)
    if ours == theirs:
        return "same", 1.0
    if one.is_latin != other.is_latin and one.romanised == other.romanised:
        return "same", 1.0
    if here == there and len(here.difference(one.numbers)) > 1:
        return "reordered", 0.97
    if one.numbers == other.numbers and _slips(one.words, other.words):
        return "slip", 0.97
    alike = max(fuzz.ratio(ours, theirs), fuzz.token_sort_ratio(" ".join(one.words), " ".join(other.words))) / 100
    if one.is_latin != other.is_latin:
        alike = max(alike, fuzz.ratio(one.romanised, other.romanised) / 100)
    catalogued = _is_numbered_alike(one, other)
    if min(here.difference(one.numbers), there.difference(other.numbers), key=len) and (here <= there or there <= here):
        alike = max(alike, CONTAINED)
        if catalogued:
            return "catalogued", alike
    elif catalogued:
        alike = max(alike, OTHERWISE_CALLED)
    return ("alike" if alike >= LEAST_TITLE else "other"), alike


def _slips(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether the words of two names are the same but for slips of the pen."""
    if len(one) == len(other):
        return all(slip(ours, theirs) for ours, theirs in zip(one, other, strict=True))
    return slip("".join(one), "".join(other)) and len("".join(one)) >= DISTINCTIVE_LETTERS
