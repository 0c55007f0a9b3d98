"""A scan is killed with SIGKILL at random points, again and again: the catalogue is whole, nothing is measured twice.

``python benchmarks/scan_killed.py [--kills 50] [--seed 0]`` makes small files, scans them with the real command, kills
it after a random number of outcomes and a random moment more, looks at the catalogue, and begins again; at the end a
scan that nobody kills must finish. Whatever is not as it should be ends it with an `AssertionError`.
"""

import argparse
import json
import random
import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # runs from a checkout, installed or not

from library.catalogue import Catalogue
from library.history import analysis_history_table
from library.store import open_store, sqlite_url
from library.tables import analysis_table, file_table, track_table
from tests.processes import all_ended, children_of, watched
from tests.sounds import noise, write

ROOT = Path(__file__).resolve().parents[1]
FILE_S = 1.0
MOST_OUTCOMES, MOST_WAIT_S = 3, 0.4
"""A kill comes after so many outcomes at most, and up to so long after the last of them."""
END_WITHIN_S = 60.0


def make_files(folder: Path, count: int) -> None:
    """Short files of noise, each another track."""
    folder.mkdir()
    for number in range(count):
        write(folder / f"{number:03d}.wav", noise(FILE_S, seed=number))


def kill_scans(folder: Path, data: Path, kills: int, rng: random.Random, *, workers: int = 2) -> Iterator[int]:
    """Kill one scan after another; yield how many tracks are stored after each, of all so far."""
    data.mkdir(exist_ok=True)
    engine = open_store(sqlite_url(data))
    kept: set[str] = set()
    try:
        for _ in range(kills):
            told = _kill_one(_command(folder, data, workers), rng)
            again = kept & {outcome["track_id"] for outcome in told if outcome["did"] == "measured"}
            assert not again, f"measured twice: {again}"
            found = whole(engine)
            assert kept | {outcome["track_id"] for outcome in told} <= found, "something that was told is lost"
            kept = found
            yield len(found)
    finally:
        engine.dispose()


def finish(folder: Path, data: Path, files: int, *, workers: int = 2) -> None:
    """Scan to the end: what is stored is not measured again, what is not is measured, and the catalogue is whole."""
    engine = open_store(sqlite_url(data))
    try:
        kept = whole(engine)
        command = _command(folder, data, workers)
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        outcomes = [json.loads(line) for line in done.stdout.splitlines()]
        did = {outcome["track_id"]: outcome["did"] for outcome in outcomes}
        assert len(did) == len(outcomes) == files
        assert {track_id for track_id, what in did.items() if what == "unchanged"} == kept
        assert set(did.values()) <= {"unchanged", "measured"}, did
        assert whole(engine) == set(did)
    finally:
        engine.dispose()


def whole(engine: sa.Engine) -> set[str]:
    """Check the database itself, that every row decodes, and that none lacks what belongs to it; return the tracks."""
    with engine.connect() as connection:
        assert connection.execute(sa.text("PRAGMA integrity_check")).scalars().all() == ["ok"]
        assert connection.execute(sa.text("PRAGMA foreign_key_check")).all() == []
        failed = connection.execute(sa.select(file_table.c.error_message).where(file_table.c.track_id.is_(None)))
        messages = failed.scalars().all()
        assert not messages, f"files that are whole could not be measured: {messages}"
        ids = {
            table.name: list(connection.execute(sa.select(table.c.track_id)).scalars())
            for table in (track_table, analysis_table, analysis_history_table, file_table)
        }
    catalogue = Catalogue(engine)
    tracks = {track.track_id for track in catalogue.tracks()}
    for name, found in ids.items():
        assert sorted(found) == sorted(tracks), f"{name} holds other tracks"
    assert all(len(catalogue.analyses(track_id)) == 1 for track_id in tracks)
    return tracks


def _command(folder: Path, data: Path, workers: int) -> list[str]:
    options = ["--data", str(data), "--json", "--workers", str(workers)]
    return [sys.executable, "-m", "soundscape", "scan", str(folder), *options]


def _kill_one(command: list[str], rng: random.Random) -> list[dict[str, str]]:
    """Begin a scan, kill it somewhere, and return what it told; its processes must end with it."""
    scan = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert scan.stdout is not None
    after, told = rng.randint(0, MOST_OUTCOMES), []
    while sum(outcome["did"] == "measured" for outcome in told) < after and (line := scan.stdout.readline()):
        told.append(json.loads(line))
    with watched([scan.pid]) as (scanning,):
        select.select([scanning], [], [], rng.uniform(0.0, MOST_WAIT_S))
    with watched(children_of(scan.pid)) as children:
        scan.kill()
        told += [json.loads(line) for line in scan.stdout if line.endswith("\n")]
        assert scan.wait() in (0, -signal.SIGKILL), "the scan failed by itself"
        assert all_ended(children, END_WITHIN_S), "a process outlives the scan"
    scan.stdout.close()
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    wanted = parser.parse_args()
    files = 4 * wanted.kills
    with tempfile.TemporaryDirectory() as place:
        folder, data = Path(place, "music"), Path(place, "data")
        make_files(folder, files)
        for number, stored in enumerate(kill_scans(folder, data, wanted.kills, random.Random(wanted.seed)), 1):
            print(f"kill {number}: {stored} of {files} tracks stored, catalogue whole", flush=True)
        finish(folder, data, files)
    print(
        f"{wanted.kills} kills (seed {wanted.seed}): catalogue whole after each, no track measured twice, scan finished"
    )


if __name__ == "__main__":
    main()
