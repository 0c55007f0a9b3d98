"""How long does changing a list take, how many pieces change, and what does it cost beside a new fit?

``python benchmarks/refit.py [--quick] [--prepared] [--alone] [--sizes 60,1000,10000] [--seeds 10]``

Made-up libraries; a session of 40 minutes and its tail of 15. Prints for each change the processor's milliseconds, the
pieces that are new in the list, and its cost in times of the cost of a list fitted anew for the same request (for what
keeps a prefix that list would be free of it, so it says how dear the prefix is). Median and worst of the seeds.
"""

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import numpy as np
from msgspec.structs import replace as changed

sys.path.insert(0, str(Path(__file__).parents[1]))  # runs from a checkout, installed or not

from benchmarks.made_up_tracks import make_library
from library.track import Track
from playlists.errors import Infeasible
from playlists.fit import fit
from playlists.hold import lock, move
from playlists.playlist import Playlist, Request
from playlists.prepared import Prepared, prepare
from playlists.refit import refit
from playlists.revise import reorder, replace, replacements, veto
from playlists.sets import ListSet, sets

ASKED = Request(infusion_s=2400.0)
NOW_S = 1200.0
"""The session sounds for 20 minutes when it is changed live."""
RUNS = 2
"""The shorter time of so many counts."""
COUNT = 5

T = TypeVar("T")

Library = list[Track] | Prepared
Change = Callable[[Library, Playlist], tuple[Request, Playlist]]


def ids(playlist: Playlist) -> list[str]:
    """The list's tracks."""
    return [item.track_id for item in playlist.items]


def _fitted_to(request: Request, *, locked: bool = False, prefix_s: float = 0.0) -> Change:
    def change(tracks: Library, before: Playlist) -> tuple[Request, Playlist]:
        asked = lock(request, before, ids(before)[2:12:3]) if locked else request
        return asked, refit(tracks, asked, before, prefix_s=prefix_s)

    return change


def _swap(tracks: Library, before: Playlist) -> tuple[Request, Playlist]:
    gone = ids(before)[5]
    best = replacements(tracks, ASKED, before, gone)[0]
    return replace(tracks, ASKED, before, gone, best.track_id)


def _reversed(tracks: Library, before: Playlist) -> tuple[Request, Playlist]:
    return ASKED, reorder(tracks, ASKED, before, [*ids(before)[:3], *reversed(ids(before)[3:6]), *ids(before)[6:]])


CHANGES: dict[str, Change] = {
    "veto": lambda tracks, before: veto(tracks, ASKED, before, ids(before)[5:6]),
    "veto of three": lambda tracks, before: veto(tracks, ASKED, before, ids(before)[2:11:4]),
    "swap": _swap,
    "move": lambda tracks, before: (ASKED, move(tracks, ASKED, before, ids(before)[2], 8)),
    "reorder by hand": _reversed,
    "10 min longer": _fitted_to(changed(ASKED, infusion_s=3000.0)),
    "10 min shorter": _fitted_to(changed(ASKED, infusion_s=1800.0)),
    "longer, at 20 min": _fitted_to(changed(ASKED, infusion_s=3000.0), prefix_s=NOW_S),
    "shorter, at 20 min": _fitted_to(changed(ASKED, infusion_s=1800.0), prefix_s=NOW_S),
    "other arc": _fitted_to(changed(ASKED, template="im55")),
    "other arc, 4 locked": _fitted_to(changed(ASKED, template="im55"), locked=True),
}


@dataclass
class Figures:
    """What was measured of one change, a value a seed."""

    ms: list[float] = field(default_factory=list)
    came: list[int] = field(default_factory=list)
    ratio: list[float] = field(default_factory=list)
    refused: int = 0

    def __str__(self) -> str:
        ratio = f"  {_both(self.ratio, '5.2f')} x" if self.ratio else ""
        refused = f"  refused {self.refused}" if self.refused else ""
        return f"{_both(self.ms, '6.0f')} ms  {_both(self.came, '4.0f')} new{ratio}{refused}"


def report(size: int, seeds: int, *, prepared: bool, alone: bool) -> None:
    """One line for each change, and one for the sets."""
    figures = {name: Figures() for name in CHANGES}
    found_sets: list[tuple[float, ListSet]] = []
    for seed in range(seeds):
        made = make_library(size, seed)
        tracks = ready(made) if prepared else made
        before = fit(tracks, ASKED)
        for name, change in CHANGES.items():
            _measure(figures[name], change, tracks, before, alone=alone)
        found_sets.append(timed(lambda: sets(tracks, changed(ASKED, tail_s=0.0), COUNT), runs=1))  # noqa: B023
    for name, each in figures.items():
        print(f"{size:>7}  {name:<20} {each}")
    shared = [
        f"shared {_both([found.overlap_mean for _, found in found_sets], '4.2f')} on average",
        f"{_both([found.overlap_most for _, found in found_sets], '4.2f')} at most",
        f"dearest {_both([found.dearest for _, found in found_sets], '4.2f')} x",
    ]
    took = _both([ms for ms, _ in found_sets], "6.0f")
    print(f"{size:>7}  {f'{COUNT} lists of 40 min':<20} {took} ms ", *shared, flush=True)


def _measure(figures: Figures, change: Change, tracks: Library, before: Playlist, *, alone: bool) -> None:
    try:
        ms, (asked, after) = timed(lambda: change(tracks, before))
    except Infeasible:
        figures.refused += 1
        return
    figures.ms.append(ms)
    figures.came.append(len(set(ids(after)) - set(ids(before))))
    if not alone:
        figures.ratio.append(after.cost["total"] / fit(tracks, asked).cost["total"])


def ready(tracks: list[Track]) -> Prepared:
    """The library as a service keeps it at hand."""
    known = {track.track_id: track for track in tracks}
    return prepare(tracks, lambda track_ids: [known[track_id] for track_id in track_ids])


def timed(work: Callable[[], T], runs: int = RUNS) -> tuple[float, T]:
    """The least of the processor's milliseconds, and what came of it."""
    best = float("inf")
    for _ in range(runs):
        begun = time.process_time()
        found = work()
        best = min(best, 1000 * (time.process_time() - begun))
    return best, found


def _both(values: list[float] | list[int], form: str) -> str:
    if not values:
        return "none"
    return f"{float(np.median(values)):{form}} ({max(values):{form}})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="two seeds, no library of 10,000")
    parser.add_argument("--prepared", action="store_true", help="the library's features are at hand, as in a service")
    parser.add_argument("--alone", action="store_true", help="without the lists fitted anew")
    parser.add_argument("--sizes", default="60,1000,10000")
    parser.add_argument("--seeds", type=int, default=10)
    options = parser.parse_args()
    print("  tracks  change: median (worst) of the seeds; new pieces; cost in times of a list fitted anew")
    for size in map(int, options.sizes.split(",")):
        if not (options.quick and size > 1000):
            report(size, 2 if options.quick else options.seeds, prepared=options.prepared, alone=options.alone)


if __name__ == "__main__":
    main()
