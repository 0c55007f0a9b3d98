"""What was measured of a scanned library, as the table of docs/measurements.md.

``python benchmarks/measurements.py DATA`` prints one row a track, from the most intense to the calmest.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # runs from a checkout, installed or not

from library.picture import tempo_words, title_of
from library.track import Track
from library.verdict import clock
from soundscape.data import opened


def row(track: Track) -> str:
    """One line of the table; the first reason stands for all, with the number of the others."""
    heard, reasons = track.analysis, track.verdict.reasons
    reason = (
        reasons[0].split(", ")[0] + (f" (and {len(reasons) - 1} more)" if len(reasons) > 1 else "") if reasons else ""
    )
    energy = "unknown" if heard.energy is None else f"{heard.energy:.2f}"
    cells = [title_of(track), Path(track.paths[0]).stem, clock(heard.duration_s), energy, tempo_words(heard)]
    loudness = "unknown" if heard.loudness_lufs is None else f"{heard.loudness_lufs:.1f}"
    cells += [heard.key or "unknown", loudness, track.verdict.status, reason]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, metavar="DATA")
    data = parser.parse_args().data
    print("| title | file | length | energy | tempo | key | LUFS | verdict | first reason |")
    print("|---|---|---|---|---|---|---|---|---|")
    with opened(data) as catalogue:
        for track in sorted(catalogue.tracks(), key=lambda track: -(track.analysis.energy or 0.0)):
            print(row(track))


if __name__ == "__main__":
    main()
