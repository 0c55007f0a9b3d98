"""What does a title say: the piece's name, which version of it, its numbers and its key?

"Nocturne No. 2, Op. 9 (Live) [feat. X]" names a piece, a version and a guest in one line of text, and every list
writes it otherwise. What is read here is compared by :mod:`playlists.exchange.likeness`. Conventions: words are folded
and in Latin letters; numbers stand in Arabic digits, those of a catalogue with its letters before them ("op9"). All
versions that a title names count: an instrumental radio edit is both.
Source: how Spotify, MusicBrainz ("Style / Titles") and file names write titles; the lists of words are judgement.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from playlists.exchange.folding import LONGEST, han, is_latin, latin, plain, romanised, words

BRACKETS = re.compile(r"[(\[{]([^()\[\]{}]*)[)\]}]")
DASH = re.compile(r"\s+[-–—]+\s+")
GUESTS_AT_END = re.compile(r"\s(?:feat\.?|ft\.?|featuring)\s+(.+)$", re.IGNORECASE)
GUESTS = re.compile(
    r"(?:feat|ft|featuring|with(?! (?:strings?|orchestra|choir|vocals?|voices?|piano|intro|drums|rain|nature)\b)) (.+)"
)
EDITION = re.compile(
    "remaster|remastered|remastering|stereo|deluxe|anniversary|explicit|bonus|album|official|original|lossless"
)
"""Say something of the edition, nothing of the piece: the length decides."""
BESIDE_EDITION = re.compile(
    r"digital|digitally|super|special|track|version|edition|audio|video|the|in|\d{1,4}(?:st|nd|rd|th)?"
)
VERSIONS = {
    "live": re.compile(r"\b(?:live|unplugged|in concert)\b"),
    "radio edit": re.compile(r"\b(?:radio|single|short|edit|edited|excerpt)\b"),
    "extended": re.compile(r"\b(?:extended|long version)\b"),
    "acoustic": re.compile(r"\bacoustic\b"),
    "instrumental": re.compile(r"\binstrumental\b"),
    "demo": re.compile(r"\b(?:demo|rehearsal|outtake|sketch)\b"),
    "karaoke": re.compile(r"\bkaraoke\b"),
    "cover": re.compile(r"\b(?:cover|tribute)\b"),
    "slower": re.compile(r"\bslowed\b"),
    "faster": re.compile(r"\b(?:sped|speed|nightcore)\b"),
    "reversed": re.compile(r"\breversed\b"),
    "dub": re.compile(r"\bdub\b"),
    "mono": re.compile(r"\bmono\b"),
    "reprise": re.compile(r"\breprise\b"),
    "remix": re.compile(r"\b(?:remix(?:ed)?|rmx|rework(?:ed)?|mix|bootleg|refix|re edit|reinterpretation)\b"),
    "other": re.compile(r"\b(?:version|variation|alternate|alternative|alt|take|arr|arranged|arrangement|session)\b"),
}
OF_NO_ACCOUNT = frozenset(["the", "a", "at", "in", "from", "on", "version", "mix", "edition", "take", "recorded"])
"""Words around the name of a version that tell no two of them apart."""

ROMAN = re.compile(r"(?=[ivx])(x{0,2})(ix|iv|v?i{0,3})")
NUMERALS = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "": 0}
COUNTED = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
PARTS = frozenset(
    ["no", "nr", "num", "number", "part", "parts", "pt", "teil", "vol", "volume", "movement", "mvt", "satz"]
)
CATALOGUES = {"op": "op", "opus": "op", "bwv": "bwv", "kv": "k", "k": "k", "hwv": "hwv", "rv": "rv", "woo": "woo"}
CATALOGUES |= {"hob": "hob", "d": "d", "l": "l", "s": "s", "bb": "bb", "sz": "sz"}
NUMBER_SIGN = re.compile(r"№|\bn[°º]")
TOKEN = re.compile(r"([^\W_]+)([.:)]?)")
GLUED = re.compile(r"\b(op|no|nr|pt|bwv|kv|k|vol)\.?(\d+)\b")
AFTER_A_KEY = "|".join((*CATALOGUES, *PARTS, "for", "from"))
KEY = re.compile(
    rf"\b(in )?([a-g])[ -]?(flat|sharp)?[ -]+(major|minor)\b(?(1)|(?!\s+(?!(?:{AFTER_A_KEY})\b)[^\W\d]))|"
    r"\bin ([a-g])(?:[ -](flat|sharp))?(?=\s*(?:$|[^\w\s]))"
)
"""Without "in" before it no key stands before other words: A Minor Incident."""
KEY_IN_GERMAN = re.compile(r"\b(?:in )?([a-h])(is|es|s)?[ -](dur|moll)\b")
TRACK_NUMBER = re.compile(r"^\s*(\d{1,3})(?:\s*[.)_-]\s*|(?<=\b0\d)\s+)(?=\S)")
GENERIC = re.compile(
    "(?:untitled|intro|outro|introduction|interlude|track|piste|titel|audio|unknown|song|opening|ending|theme|part|"
    "movement|silence|pause|piece|music|piano|improvisation|"
    "adagio|adagietto|allegro|allegretto|andante|andantino|grave|larghetto|largo|lento|moderato|presto|vivace|"
    "assai|brio|cantabile|con|e|ma|molto|moto|non|poco|sostenuto|tanto|troppo|"
    "air|allemande|arabesque|aria|bagatelle|ballade|barcarolle|berceuse|bourree|canon|chorale|concerto|courante|elegy|"
    "etude|fantasi[ae]|fugue|gavotte|gigue|gnossienne|gymnopedie|impromptu|intermezzo|invention|lullaby|march|mazurka|"
    "menuett?o?|minuet|nocturne|pastorale|polonaise|prelude|quartet|reverie|romance|rondo|sarabande|scherzo|serenade|"
    "sonat[ae]|sonatina|study|suite|symphony|toccata|trio|variation|waltz|valse)s?"
)


@dataclass(frozen=True)
class Version:
    """Which version of a piece; ``detail`` is by whom or where, as far as the title says it."""

    kind: str
    detail: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Name:
    """A title as it is read. ``key`` is e.g. "c sharp minor"; ``guests`` an artist's text; ``text`` the plain name.

    ``numbers`` are first those of catalogues, in any order of the title one way, then the others in theirs: the first
    movement of a second sonata is not the second of the first.
    """

    text: str
    words: tuple[str, ...]
    versions: tuple[Version, ...]
    numbers: tuple[str, ...]
    key: str | None
    guests: str
    is_latin: bool
    han: str

    @property
    def compact(self) -> str:
        return "".join(self.words)

    @property
    def romanised(self) -> str:
        return romanised(self.compact)

    @property
    def is_generic(self) -> bool:
        """Whether thousands of pieces have this name."""
        return all(GENERIC.fullmatch(word) or word in self.numbers for word in self.words)

    @property
    def has_catalogue_number(self) -> bool:
        return any(not number.isdigit() for number in self.numbers)


def read_name(title: str) -> Name:
    """What ``title`` says; whatever is not understood stays part of the name."""
    rest, guests, versions = title[:LONGEST], [], []
    if "_" in rest and " " not in rest.strip():
        rest = rest.replace("_", " ")
    for bracket in BRACKETS.findall(rest):
        said = _aside(bracket)
        if said is not None:
            rest = rest.replace(f"({bracket})", " ").replace(f"[{bracket}]", " ").replace(f"{{{bracket}}}", " ")
            guests.append(said[0])
            versions += said[1]
    while len(parts := DASH.split(rest)) > 1 and (said := _aside(parts[-1])) is not None:
        rest = rest[: rest.rindex(parts[-1])].rstrip(" -–—")
        guests.append(said[0])
        versions += said[1]
    if at_end := GUESTS_AT_END.search(rest):
        guests.append(at_end[1])
        rest = rest[: at_end.start()]
    if not words(plain(rest)):
        rest, versions = title[:LONGEST], []
    return _named(rest, ", ".join(filter(None, guests)), tuple(dict.fromkeys(versions)))


def split_track_number(title: str) -> tuple[int | None, str]:
    """The number of a "03 - " or "03." before ``title``, and what follows it."""
    found = TRACK_NUMBER.match(title)
    return (int(found[1]), title[found.end() :]) if found else (None, title)


def _aside(text: str) -> tuple[str, list[Version]] | None:
    """Guests and versions of what stands in brackets or after a dash; None where it is part of the name."""
    said = " ".join(words(latin(text)))
    if guests := GUESTS.fullmatch(said):
        return guests[1], []
    if _is_edition(said.split()):
        return "", []
    kinds: list[str] = []
    for kind, pattern in VERSIONS.items():
        named = pattern.findall(said)
        if named and not (kinds and OF_NO_ACCOUNT.issuperset(named)):
            kinds.append(kind)
            said = pattern.sub(" ", said)
    detail = frozenset(word for word in said.split() if word not in OF_NO_ACCOUNT and not _is_edition([word]))
    return ("", [Version(kind, detail) for kind in kinds]) if kinds else None


def _is_edition(said: Sequence[str]) -> bool:
    """Whether nothing but an edition is named: "2011 Remastered Version", but not "Stereo Violins"."""
    return any(EDITION.fullmatch(word) for word in said) and all(
        EDITION.fullmatch(word) or BESIDE_EDITION.fullmatch(word) for word in said
    )


def _named(name: str, guests: str, versions: tuple[Version, ...]) -> Name:
    folded = latin(NUMBER_SIGN.sub(" no ", name[:LONGEST])).replace("#", " no ")
    folded = GLUED.sub(r"\1 \2", folded)
    key, folded = _key(folded)
    tokens = _counted([(match[1], match[2]) for match in TOKEN.finditer(folded)])
    followed = pairwise((*tokens, ""))
    kept = (
        tuple(word for word, after in followed if word != "the" and not (word in PARTS and after.isdecimal())) or tokens
    )
    text = plain(name) or name
    return Name(text, kept, versions, _numbers(tokens), key, guests, is_latin(text), han(name))


def _counted(tokens: list[tuple[str, str]]) -> tuple[str, ...]:
    """Words with all numbers in digits, and catalogue letters joined to theirs."""
    found: list[str] = []
    for place, (word, after) in enumerate(tokens):
        before = found[-1] if found else ""
        last = place == len(tokens) - 1 and place > 0
        number = _number(word, stands_out=bool(after) or last or before in PARTS)
        if number is not None and before in CATALOGUES:
            found[-1] = CATALOGUES[before] + number
        else:
            found.append(word if number is None else number)
    return tuple(found)


def _number(word: str, *, stands_out: bool) -> str | None:
    """``word`` in digits, if it is a number; one letter or a counting word only where numbers stand."""
    if word.isdecimal():
        return str(int(word)) if word.isascii() and len(word) < 10 else word
    if (stands_out or len(word) > 1) and (roman := ROMAN.fullmatch(word)):
        return str(10 * len(roman[1]) + NUMERALS[roman[2]])
    return str(COUNTED.index(word)) if stands_out and word in COUNTED else None


def _numbers(tokens: Sequence[str]) -> tuple[str, ...]:
    """Those of catalogues, then the others in order; in "No. 2, Op. 9 No. 2" the second "No. 2" repeats the first."""
    catalogued, others = set(), list[str]()
    for earlier, before, word in zip(("", "", *tokens), ("", *tokens), tokens, strict=False):
        if _is_catalogued(word):
            catalogued.add(word)
        elif word.isdigit() and not (word in others and before in PARTS and _is_catalogued(earlier)):
            others.append(word)
    return *sorted(catalogued), *others


def _is_catalogued(word: str) -> bool:
    return word[-1:].isdigit() and word.rstrip("0123456789") in CATALOGUES.values()


def _key(folded: str) -> tuple[str | None, str]:
    """The key that a title names, in English, and the title without it. "In C" alone is in C major."""
    if german := KEY_IN_GERMAN.search(folded):
        note, sign = german[1], {"is": "sharp", "es": "flat", "s": "flat"}.get(german[2] or "", "")
        note, sign = ("b", "flat") if (note, sign) == ("b", "") else ("b" if note == "h" else note, sign)
        mode, found = ("major" if german[3] == "dur" else "minor"), german
    elif english := KEY.search(folded):
        note, sign = english[2] or english[5], english[3] or english[6] or ""
        mode, found = english[4] or "major", english
    else:
        return None, folded
    rest = f"{folded[: found.start()]} {folded[found.end() :]}"
    return (" ".join((note, sign, mode)).replace("  ", " "), rest) if words(rest) else (None, folded)
