"""How near the optimum, how fast, how large, and how much better than simpler ways is the fit?

``python benchmarks/playlist_fit.py [--quick] [--sizes 30 60 1000] [--minutes 40 60 90] [--seeds 10] [--prove 300000]
[--data DIR] [--out ROWS.jsonl]``

Prints one row for each size of library and length of session, median and worst over the libraries. With ``--out`` what
was measured is kept, and a run that was broken off goes on where it stopped. ``--data`` draws sub-libraries from what
was scanned into a data directory, all taken as if a person had cleared them.

Measured time: processor seconds of :func:`playlists.fit.fit` from a prepared library to the playlist - policy,
features, plan, search, proof, reasons, items, gains - the least of two runs, of which the first loads compiled code.
Preparing the library, reading or making up its records, is not in it and stands beside it; up to 1,000 tracks the
whole way from records stands beside it too. Peak memory is that of a process that prepared the library and fitted.
"""

import argparse
import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).parents[1]))  # runs from a checkout, installed or not

from benchmarks.fit.one_library import Task
from benchmarks.fit.table import HEAD, row

ROOT = Path(__file__).parents[1]
SIZES = (30, 60, 1000, 10_000, 100_000)
Line = dict[str, object]


def measured(task: Task) -> list[Line]:
    """The lines of one library, measured in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.fit.one_library", msgspec.json.encode(task).decode()]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    return [msgspec.json.decode(line) for line in done.stdout.splitlines()]


def kept(path: Path | None) -> list[Line]:
    """What an earlier run measured."""
    if path is None or not path.exists():
        return []
    return [msgspec.json.decode(line) for line in path.read_bytes().splitlines()]


def tasks(options: argparse.Namespace) -> list[Task]:
    """The libraries to measure on."""
    return [
        Task(
            size=size,
            seed=seed,
            minutes=tuple(options.minutes),
            tail=options.tail,
            template=options.template,
            nodes=options.prove,
            data=None if options.data is None else str(options.data),
        )
        for size in options.sizes
        for seed in range(options.seeds)
    ]


def asked() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="two libraries of up to 1,000 tracks, 40 minutes")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--minutes", type=float, nargs="+", default=(40.0, 60.0, 90.0))
    parser.add_argument("--tail", type=float, default=15.0)
    parser.add_argument("--template", default="iv40")
    parser.add_argument("--seeds", type=int, default=10, help="libraries of each size")
    parser.add_argument("--prove", type=int, default=0, metavar="NODES", help="prove the optimum up to 1,000 tracks")
    parser.add_argument("--data", type=Path, help="data directory of a scanned library")
    parser.add_argument("--out", type=Path, help="keep what is measured in this file, and go on from it")
    options = parser.parse_args()
    if options.quick:
        options.sizes, options.minutes, options.seeds = (30, 60, 1000), (40.0,), 2
    return options


def main() -> None:
    options = asked()
    lines = kept(options.out)
    done = {(line["size"], line["seed"], line["minutes"]) for line in lines}
    print(f"{options.seeds} libraries of each size, seeds 0 to {options.seeds - 1}; tail {options.tail:g} minutes")
    for task in tasks(options):
        if all((task.size, task.seed, minutes) in done for minutes in task.minutes):
            continue
        print(f"{task.size} tracks, seed {task.seed}, load {os.getloadavg()[0]:.1f}", file=sys.stderr)
        new = measured(task)
        lines += new
        if options.out is not None:
            with options.out.open("ab") as out:
                out.writelines(msgspec.json.encode(line) + b"\n" for line in new)
    rows: dict[tuple[object, object], list[Line]] = defaultdict(list)
    for line in lines:
        if line["size"] in options.sizes and line["minutes"] in options.minutes:
            rows[line["size"], line["minutes"]].append(line)
    print(HEAD)
    for (size, minutes), group in sorted(rows.items(), key=str):
        print(row(size, minutes, group))


if __name__ == "__main__":
    main()
