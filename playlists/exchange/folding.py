"""When are two spellings of a name one spelling?

A name is folded twice. *Plain* keeps its script: compatibility forms, case, accents and punctuation are taken away.
*Latin* is the same after transliteration (anyascii), since lists and files often disagree about the script. Chinese
characters are the exception: transliteration reads them all in Mandarin, so different names would become one; where
both sides have them, only the plain forms are compared.

Only the first :data:`LONGEST` letters of a text are read, so that no text costs more than a long one.
"""

import re
import unicodedata

from anyascii import anyascii
from rapidfuzz.distance import OSA

LONGEST = 400
"""Letters of a text that are read. Judgement: the longest titles of classical movements have about 250."""
WORD = re.compile(r"[^\W_]+")
APOSTROPHES = re.compile("['’‘`´ʼ′]")
ACCENTS = re.compile("[\u0300-\u036f]")
SURROGATES = re.compile("[\ud800-\udfff]")
HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
KEY_SIGNS = (
    (re.compile(r"\b([a-h])(?:♯|#(?!\w))[ -]?"), r"\1 sharp "),
    (re.compile(r"\b([a-h])(?:♭|b(?=[ -](?:major|minor)\b))[ -]?"), r"\1 flat "),
)
"""Signs after a note are words, or C sharp minor would be C minor; any other # is a number's."""
SHORTEST_SLIP = 8
"""Letters of a word in which one left out, put in or moved is a slip: weaver and waver, unite and untie are other
words. Judgement."""
ROMANISED = ((re.compile("[jy]+"), "i"), (re.compile("i+"), "i"), (re.compile("kh"), "h"), (re.compile("w"), "v"))
"""What systems of romanisation disagree about, written one way: Zimniy and Zimnij, Tikhonov and Tihonov."""
DOUBLED = re.compile(r"(.)\1+")


def plain(text: str) -> str:
    """``text`` without case, accents and apostrophes, in its own script; lone surrogates are dropped.

    Only the accents of alphabets are taken away: what kana or Indic letters carry makes other letters of them.
    """
    return unicodedata.normalize("NFKC", ACCENTS.sub("", unicodedata.normalize("NFKD", _one_case(text))))


def latin(text: str) -> str:
    """``text`` without case, accents and apostrophes, in Latin letters."""
    folded = _one_case(text)
    return folded if folded.isascii() else APOSTROPHES.sub("", anyascii(folded)).lower()[: 2 * LONGEST]


def _one_case(text: str) -> str:
    kept = SURROGATES.sub("", APOSTROPHES.sub("", text[:LONGEST]))
    folded = unicodedata.normalize("NFKC", kept).replace("&", " and ").casefold()
    for sign, word in KEY_SIGNS:
        folded = sign.sub(word, folded)
    return folded


def words(folded: str) -> tuple[str, ...]:
    """The words of a folded text in their order."""
    return tuple(WORD.findall(folded))


def is_latin(folded: str) -> bool:
    """Whether the letters of a folded text are Latin ones; a text without letters counts as Latin."""
    return folded.isascii() or all("LATIN" in unicodedata.name(c, "") for c in folded if c.isalpha())


def han(text: str) -> str:
    """The Chinese characters of ``text``."""
    return "".join(HAN.findall(text[:LONGEST]))


def romanised(word: str) -> str:
    """A Latin spelling on which the usual systems of romanisation agree."""
    for pattern, letter in ROMANISED:
        word = pattern.sub(letter, word)
    return DOUBLED.sub(r"\1", word)


def slip(one: str, other: str) -> bool:
    """Whether two words are one word with a slip of the pen that hardly makes another word of it.

    In a word of some length two neighbouring letters changed places, or one inside it is missing or doubled. Another
    letter in its place, or one more at either end, is no slip: night and light, water and waters are different words.
    """
    if one == other:
        return True
    if len(one) < SHORTEST_SLIP and len(other) < SHORTEST_SLIP:
        return False
    if OSA.distance(one, other, score_cutoff=1) > 1 or one.isdigit() or other.isdigit():
        return False
    if len(one) == len(other):
        return sorted(one) == sorted(other)
    return one[0] == other[0] and one[-1] == other[-1]
