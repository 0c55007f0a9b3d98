"""Which tracks of a large library are worth a closer look?

Every text is a set of trigrams: three letters in a row, of its words and of the words written together. A track
counts by the rare trigrams that it shares with what is looked for, among equals by its length. Lists of tracks that
share a common trigram are long and tell little, so the rarest are read first and only up to a bound: a question costs
the same in any library.
"""

import math
from array import array
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from playlists.exchange.folding import LONGEST, latin, words

MOST_READ = 100_000
"""Places in lists of trigrams read for one question: about a millisecond."""
LEAST_TRIGRAMS = 4
"""Trigrams read in any case, however common."""


def trigrams(text: str) -> frozenset[str]:
    """The trigrams of a text, in Latin letters; a word's ends count, and signs where there are no words."""
    found = words(latin(text)) or tuple(text.split())
    spaced = [f" {word} " for word in found]
    joined = [one[-2:] + other[:2] for one, other in pairwise(found)]
    return frozenset(part[at : at + 3] for part in (*spaced, *joined) for at in range(max(1, len(part) - 2)))


class Neighbours:
    """An inverted index of texts by trigrams; texts are known by their place."""

    def __init__(self, texts: Sequence[str], lengths_s: Sequence[float | None]) -> None:
        """Index ``texts``, each of at most :data:`~playlists.exchange.folding.LONGEST` letters that count, and how
        long the piece of each lasts in seconds, as far as known."""
        places: dict[str, array[int]] = defaultdict(lambda: array("i"))
        sizes = []
        for place, text in enumerate(texts):
            grams = trigrams(text[:LONGEST])
            sizes.append(len(grams))
            for gram in grams:
                places[gram].append(place)
        self._places = {gram: np.frombuffer(found, dtype=np.intc) for gram, found in places.items()}
        self._sizes = np.array(sizes, dtype=np.float64)
        self._lengths_s = np.array([np.nan if length_s is None else length_s for length_s in lengths_s])

    def nearest(self, text: str, length_s: float | None, most: int) -> list[int]:
        """Places of at most ``most`` texts that share most with ``text``, the nearest first.

        Of those that share as much, the ones come first that last about ``length_s`` seconds: of thirty pieces of one
        name the right one is not cut off.
        """
        known = sorted(
            (gram for gram in trigrams(text[:LONGEST]) if gram in self._places),
            key=lambda gram: (len(self._places[gram]), gram),
        )
        if not known:
            return []
        shared = np.zeros(len(self._sizes))
        read = 0
        for count, gram in enumerate(known):
            found = self._places[gram]
            read += len(found)
            if read > MOST_READ and count >= LEAST_TRIGRAMS:
                break
            shared[found] += 1 + math.log(len(self._sizes) / len(found))
        near = np.flatnonzero(shared)
        weights = shared[near] / np.sqrt(self._sizes[near] + len(known))
        if len(near) > most:  # most are far below the best: sorting them all would take longer than finding them
            good = weights >= np.partition(weights, -most)[-most]
            near, weights = near[good], weights[good]
        apart_s = np.abs(self._lengths_s[near] - (np.nan if length_s is None else length_s))
        return [int(place) for place in near[np.lexsort((apart_s, -weights))[:most]]]
