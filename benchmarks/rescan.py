"""How long does scanning a library take in which nothing has changed? And leafing through its queue for review?

``python benchmarks/rescan.py [--files 10000]`` makes a folder of so many files in folders of a hundred, puts made-up
tracks of four minutes into the catalogue as if they had been measured, and times the real command, the scan within it,
and the queries that pages ask. The target is 10 s for 10,000 files.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa
from msgspec.structs import replace

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # runs from a checkout, installed or not

from benchmarks.made_up_tracks import make_track
from library import listing, progress
from library.catalogue import Catalogue
from library.examining import state_of
from library.scan import scan
from library.store import open_store, sqlite_url
from library.track import Curve, Verdict, Vocals, VocalSegment

ROOT = Path(__file__).resolve().parents[1]
IN_A_FOLDER = 100
LENGTH_S, LOUDNESS_HOP_S = 240.0, 0.1
TARGET_S = 10.0


def fill(folder: Path, engine: sa.Engine, count: int) -> None:
    """Files, and the tracks that they stand for; every tenth is in doubt."""
    rng = random.Random(0)
    catalogue = Catalogue(engine)
    for number in range(count):
        path = folder / f"{number // IN_A_FOLDER:03d}" / f"{number:05d}.flac"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"")
        track = make_track(f"{number:064x}", length_s=LENGTH_S, artist=f"Artist {number % 300}")
        curve = tuple(round(rng.uniform(-40.0, -10.0), 1) for _ in range(round(LENGTH_S / LOUDNESS_HOP_S)))
        analysis = replace(track.analysis, loudness_curve=Curve(hop_s=LOUDNESS_HOP_S, values=curve))
        verdict = track.verdict
        if number % 10 == 0:
            segment = VocalSegment(from_s=10.0, to_s=20.0, kind="singing", probability=round(rng.random(), 2))
            analysis = replace(analysis, vocals=Vocals(verdict="review", share=0.05, segments=(segment,)))
            verdict = Verdict(status="review", reasons=("perhaps a voice",))
        state = state_of(str(path))
        assert state is not None
        catalogue.put_track(state, track.track_id, track.tags, analysis, verdict)


def timed(what: str, do: Callable[[], object]) -> float:
    """Do it, say how long it took and how much of that a processor worked, and return the seconds."""
    began_s, worked_s = time.perf_counter(), _worked_s()
    do()
    took_s = time.perf_counter() - began_s
    print(f"{what}: {took_s:.2f} s, {_worked_s() - worked_s:.2f} s of them at work", flush=True)
    return took_s


def _worked_s() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def whole_command(folder: Path, data: Path) -> None:
    command = [sys.executable, "-m", "soundscape", "scan", folder, "--data", data, "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.count('"did":"unchanged"') == len(done.stdout.splitlines())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=10_000)
    files = parser.parse_args().files
    with tempfile.TemporaryDirectory() as place:
        folder, data = Path(place, "music"), Path(place, "data")
        folder.mkdir()
        data.mkdir()
        engine = open_store(sqlite_url(data))
        print(f"{files} files; the database has ", end="", flush=True)
        fill(folder, engine, files)
        print(f"{(data / 'soundscape.db').stat().st_size / 1e6:.0f} MB")
        catalogue = Catalogue(engine)

        def rescan() -> None:
            assert {outcome.did for outcome in scan(folder, catalogue)} == {"unchanged"}

        timed("scanning again, within a process", rescan)
        took_s = timed("scanning again, the whole command", lambda: whole_command(folder, data))
        with engine.connect() as connection:
            timed("the first 50 of the queue for review", lambda: listing.review_queue(connection))
            timed("a page of the library", lambda: listing.page(connection, search="artist"))
            timed("how many of each status", lambda: listing.counts(connection))
            timed("how far the measuring is", lambda: progress.counts(connection))
            timed("which are stale", lambda: progress.stale_files(connection))
        engine.dispose()
    print("the target is kept" if took_s <= TARGET_S else "THE TARGET IS MISSED")


if __name__ == "__main__":
    main()
