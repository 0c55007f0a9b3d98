"""How long from a press in the builder until the new list is drawn?

``python benchmarks/builder_clicks.py [--tracks 1000] [--data DIR] [--rounds 5]``

A real service on a real port, a real Chromium, and the clock from the press until the page shows the list: fit, SQL,
the page fetched again and drawn. Made-up tracks, or with ``--data`` what was scanned into a data directory, all taken
as if a person had cleared them; that directory is copied and left as it is. The first round loads compiled code
and reads the library, once after a start; it stands beside the others.
"""

import argparse
import hashlib
import logging
import os
import re
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa
from playwright.sync_api import Page, expect, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))  # runs from a checkout, installed or not

from benchmarks.made_up_tracks import make_library
from library.catalogue import Catalogue, FileState
from library.store import writing
from library.tables import track_table
from tests import needs
from tests.soundscape.house import House
from tests.soundscape.in_browser import signed_in
from tests.soundscape.served import served

PATIENCE_MS = 120_000
TARGET_S = 2.0


def house_of(data: Path, scanned: Path | None, tracks: int) -> House:
    """A clinic with the library that is asked for."""
    if scanned:
        shutil.copytree(scanned, data, dirs_exist_ok=True)
    house = House(data)
    house.clock.ms = time.time_ns() // 1_000_000
    if scanned:
        with writing(house.engine) as connection:
            connection.execute(sa.update(track_table).values(status="cleared"))
        return house
    for track in make_library(tracks, 1):
        track_id = hashlib.sha256(track.track_id.encode()).hexdigest()
        file = FileState(path=f"/made-up/{track.track_id}.flac", size_bytes=1, modified_ns=1)
        Catalogue(house.engine).put_track(file, track_id, track.tags, track.analysis, track.verdict)
    return house


def timed(press: Callable[[], object], done: Callable[[], object]) -> tuple[float, float]:
    """Seconds from a press until something is done: by the wall, and of this process, the server's."""
    from_s, from_cpu_s = time.perf_counter(), time.process_time()
    press()
    done()
    return time.perf_counter() - from_s, time.process_time() - from_cpu_s


def one_round(page: Page) -> dict[str, tuple[float, float]]:
    """Build a list, then change it in four ways."""
    shown = page.locator("#top")

    def drawn(revision: int) -> Callable[[], object]:
        return lambda: expect(shown).to_have_attribute("data-revision", str(revision), timeout=PATIENCE_MS)

    def built() -> None:
        page.wait_for_url(re.compile("/playlists/[0-9a-f]{16}$"), timeout=PATIENCE_MS)
        expect(page.locator(".piece").first).to_be_visible(timeout=PATIENCE_MS)

    page.goto("/playlists/new")
    found = {"build": timed(lambda: page.click("text=Build the list"), built)}
    page.focus("#handle-3")
    found["refit to another arc *"] = timed(lambda: page.keyboard.press("PageDown"), drawn(2))
    for revision, what in enumerate(("veto", "remove", "down", "undo"), start=3):
        page.wait_for_timeout(1000)  # a person looks at what came before; presses are not what is measured
        press = "#undo" if what == "undo" else f"[data-act={what}] >> nth=2"
        found[what] = timed(lambda press=press: page.click(press), drawn(revision))
    return found


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tracks", type=int, default=1000)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    wanted = parser.parse_args()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        house = house_of(Path(folder), wanted.data, wanted.tracks)
        with served(house) as address:
            browser = playwright.chromium.launch(executable_path=needs.chromium(), args=needs.CHROMIUM_FLAGS)
            page = signed_in(browser, house, address)
            rounds = [one_round(page) for _ in range(wanted.rounds + 1)]
            browser.close()
    print(f"load {os.getloadavg()[0]:.1f}; seconds by the wall, median (worst); of the server's processor, least")
    for what, (first_s, _) in rounds[0].items():
        walls, cpus = zip(*(one[what] for one in rounds[1:]), strict=True)
        met = "met" if max(walls) < TARGET_S else "missed"
        print(
            f"{what:24} {statistics.median(walls):5.2f} ({max(walls):.2f}) {min(cpus):5.2f}  first {first_s:.2f}  {met}"
        )
    print("* of which 0.7 s pass until the keys have come to rest")


if __name__ == "__main__":
    main()
