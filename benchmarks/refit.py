"""How long does changing a list take, how many pieces change, and what does it cost beside a new fit?

``python benchmarks/refit.py [--quick] [--prepared] [--sizes 60,1000,10000] [--seeds 10]``

Made-up libraries; a session of 40 minutes and its tail of 15. Prints for each change the processor's milliseconds, the
pieces that are new in the list, and its cost in times of the cost of a list fitted anew for the same request (for what
keeps a prefix that list would be free of it, so it says how dear the prefix is). Median and worst of the seeds.
"""

import argparse
import sys
import time
from collections.abc import Callable
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
from playlists.sets import sets

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


def report(size: int, seeds: int, *, prepared: bool) -> None:
    """One line for each change, and one for the sets."""
    made = [make_library(size, seed) for seed in range(seeds)]
    libraries = [ready(tracks) if prepared else tracks for tracks in made]
    befores = [fit(tracks, ASKED) for tracks in libraries]
    for name, change in CHANGES.items():
        taken, came, ratio, refused = [], [], [], 0
        for tracks, before in zip(libraries, befores, strict=True):
            try:
                ms, (asked, after) = timed(lambda: change(tracks, before))  # noqa: B023 - called at once
            except Infeasible:
                refused += 1
                continue
            taken.append(ms)
            came.append(len(set(ids(after)) - set(ids(before))))
            ratio.append(after.cost["total"] / fit(tracks, asked).cost["total"])
        figures = f"{_both(taken, '6.0f')} ms  {_both(came, '4.0f')} new  {_both(ratio, '5.2f')} x"
        print(f"{size:>7}  {name:<20} {figures}{f'  refused {refused}' if refused else ''}", flush=True)
    taken, mean, most, dearest = [], [], [], []
    for tracks in libraries:
        ms, found = timed(lambda: sets(tracks, changed(ASKED, tail_s=0.0), COUNT), runs=1)  # noqa: B023
        taken.append(ms)
        mean.append(found.overlap_mean)
        most.append(found.overlap_most)
        dearest.append(found.dearest)
    shared = (
        f"shared {_both(mean, '4.2f')} on average, {_both(most, '4.2f')} at most; dearest {_both(dearest, '4.2f')} x"
    )
    print(f"{size:>7}  {f'{COUNT} lists of 40 min':<20} {_both(taken, '6.0f')} ms  {shared}")


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
    parser.add_argument("--sizes", default="60,1000,10000")
    parser.add_argument("--seeds", type=int, default=10)
    options = parser.parse_args()
    print("  tracks  change: median (worst) of the seeds; new pieces; cost in times of a list fitted anew")
    for size in map(int, options.sizes.split(",")):
        if not (options.quick and size > 1000):
            report(size, 2 if options.quick else options.seeds, prepared=options.prepared)


if __name__ == "__main__":
    main()
