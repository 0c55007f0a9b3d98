"""How many lines of a list are matched a second, against libraries of 1,000 and 10,000 tracks and more?

``python benchmarks/matching.py [TRACKS ...]`` prints one row a library. Names are made up of words in several scripts;
a third of the entries are as owned, a third have a slip or a version, a third are not in the library.
"""

import argparse
import random
import re
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # runs from a checkout, installed or not

from playlists.exchange.entry import Entry
from playlists.exchange.matching import Index, Owned

SIZES = (1_000, 10_000)
ENTRIES = 1_000
COMMON = (
    "slow water night rain morning light river stone garden winter blue hour sea song for the wind house of glass "
    "quiet room Étude Nocturne Prélude Andante Adagio Зимний лес вечер Θάλασσα ひかり うみ raga alap drone field"
)
WORDS, SYLLABLES = COMMON.split(), re.findall("..", "badekalominopraristateulvenwoxiyuzanéröns")


def made_up(rng: random.Random, place: int) -> Owned:
    """A track with a name out of common words and, mostly, a rarer one, and one of many artists."""
    title = " ".join([*rng.choices(WORDS, k=rng.randint(1, 3)), "".join(rng.choices(SYLLABLES, k=3)).title()])
    if rng.random() < 0.2:
        title += f", Op. {rng.randint(1, 60)} No. {rng.randint(1, 12)}"
    artist = " ".join("".join(random.Random(rng.randrange(300)).choices(SYLLABLES, k=3)).title() for _ in range(2))
    return Owned(track_id=f"{place:064x}", title=title, artist=artist, length_s=rng.uniform(60, 900))


def asked(rng: random.Random, owned: Owned, other: Owned) -> Entry:
    """A line of a list about ``owned``, about a version of it, or about a track that is nowhere."""
    title, length = owned.title, owned.length_s
    kind = rng.randrange(3)
    if kind == 1:
        at = rng.randrange(1, len(title))
        title = rng.choice((title[:at] + title[at + 1 :], f"{title} (Live)", f"{title} - 2011 Remaster"))
    elif kind == 2:
        title = f"{other.title} {rng.choice(WORDS)}"
    return Entry(title=title, artist=owned.artist, length_s=length)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tracks", type=int, nargs="*", default=SIZES, metavar="TRACKS")
    print("| tracks | index, s | entries a second | slowest entry, ms | owned | doubtful | missing |")
    print("|---|---|---|---|---|---|---|")
    for size in parser.parse_args().tracks:
        rng = random.Random(size)
        tracks = [made_up(rng, place) for place in range(size)]
        entries = [asked(rng, rng.choice(tracks), made_up(rng, 0)) for _ in range(ENTRIES)]
        begun = time.perf_counter()
        index = Index(tracks)
        ready = time.perf_counter()
        verdicts, slowest = [], 0.0
        for entry in entries:
            before = time.perf_counter()
            verdicts.append(index.match(entry).verdict)
            slowest = max(slowest, time.perf_counter() - before)
        rate = ENTRIES / (time.perf_counter() - ready)
        counts = " | ".join(str(verdicts.count(verdict)) for verdict in ("owned", "doubtful", "missing"))
        print(f"| {size:,} | {ready - begun:.1f} | {rate:.0f} | {slowest * 1000:.0f} | {counts} |")


if __name__ == "__main__":
    main()
