"""How near the optimum, how fast, and how much better than chance is the fit?

``python benchmarks/playlist_fit.py [--quick] [--minutes 40] [--tail 15] [--data DIR]``

Prints for made-up libraries, or for ten of 40 tracks drawn from what was scanned into a data directory (all taken as
if a person had cleared them), the gap to the proved bound, the processor seconds of a fit, and the arc error beside the
best of 1,000 lists drawn at random under the same rules.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))  # runs from a checkout, installed or not

from benchmarks.made_up_tracks import make_library
from benchmarks.random_lists import arc_rms, best_of_random
from library.track import Track, Verdict
from playlists.candidates import choose
from playlists.fit import fit
from playlists.playlist import Policy, Request
from soundscape.data import opened

SIZES = {30: 10, 60: 10, 200: 10, 1000: 3}
"""Tracks in a library, and how many libraries."""
DRAWN = 40


def libraries(size: int, count: int) -> Iterator[list[Track]]:
    """``count`` made-up libraries of ``size`` tracks."""
    for seed in range(count):
        yield make_library(size, seed)


def drawn(data: Path, count: int) -> Iterator[list[Track]]:
    """``count`` sub-libraries of measured tracks, drawn by seed."""
    cleared = Verdict(status="cleared")
    with opened(data) as catalogue:
        held = [msgspec.structs.replace(track, verdict=cleared) for track in catalogue.tracks()]
    tracks = choose(held, Policy()).tracks
    for seed in range(count):
        chosen = np.random.default_rng(seed).choice(len(tracks), min(DRAWN, len(tracks)), replace=False)
        yield [tracks[j] for j in sorted(chosen.tolist())]


def report(name: str, sets: Iterator[list[Track]], request: Request, draws: int) -> None:
    """One line of figures."""
    gaps, seconds, errors, chances = [], [], [], []
    for seed, tracks in enumerate(sets):
        begun = time.process_time()
        playlist = fit(tracks, request)
        seconds.append(time.process_time() - begun)
        gaps.append(playlist.gap)
        errors.append(arc_rms(playlist.arc.wished, playlist.arc.achieved))
        chances.append(best_of_random(tracks, request, draws=draws, seed=seed))
    better = sum(error < chance for error, chance in zip(errors, chances, strict=True))
    print(
        f"{name:>12}  {_gaps(gaps)}  fit {np.median(seconds):5.2f} s of one core (worst {max(seconds):5.2f})  "
        f"arc error {np.median(errors):.3f} (worst {max(errors):.3f}), "
        f"best of {draws} by chance {np.median(chances):.3f}: better on {better} of {len(errors)}"
    )


def _gaps(gaps: Sequence[float | None]) -> str:
    known = [gap for gap in gaps if gap is not None]
    if not known:
        return "gap not proved          "
    return f"gap {np.median(known):7.3%} (worst {max(known):7.3%})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few libraries, 100 draws")
    parser.add_argument("--minutes", type=float, default=40.0)
    parser.add_argument("--tail", type=float, default=15.0)
    parser.add_argument("--template", default="iv40")
    parser.add_argument("--data", type=Path, help="data directory of a scanned library")
    options = parser.parse_args()
    request = Request(infusion_s=options.minutes * 60, tail_s=options.tail * 60, template=options.template)
    draws = 100 if options.quick else 1000
    if options.data is not None:
        report(f"{DRAWN} measured", drawn(options.data, 10), request, draws)
        return
    for size, count in SIZES.items():
        report(f"{size} tracks", libraries(size, 2 if options.quick else count), request, draws)


if __name__ == "__main__":
    main()
