"""The files of deploy/kiosk: the script starts a browser that plays without a tap, also after it was killed."""

import configparser
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, Playwright

from tests import needs
from tests.conftest import ROOT
from tests.player.conftest import Desk, shows, until

KIOSK = ROOT / "deploy" / "kiosk"
SCRIPT = KIOSK / "soundscape-room"
HERE = [*needs.CHROMIUM_FLAGS, "--headless=new", "--remote-debugging-port=0"]
"""What a machine without a screen needs besides, and a port by which the test looks in."""


@contextmanager
def script(profile: Path, *arguments: str) -> Iterator[None]:
    """The script with these arguments; at the end all is killed, as by a power cut."""
    needs.chromium()
    environment = {**os.environ, "SOUNDSCAPE_ROOM_PROFILE": str(profile)}
    command = [str(SCRIPT), *arguments, *HERE]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@contextmanager
def room_page(playwright: Playwright, profile: Path) -> Iterator[Page]:
    """The page that the script has opened."""
    door = profile / "DevToolsActivePort"
    until(lambda: door.exists() and door.read_text().strip(), 60, "the browser")
    address = f"http://127.0.0.1:{door.read_text().split()[0]}"
    until(lambda: shown(address), 60, "the room's page")
    browser = playwright.chromium.connect_over_cdp(address)
    yield next(page for page in browser.contexts[0].pages if "/room" in page.url)
    browser.close()


def shown(address: str) -> bool:
    """Whether the browser has the page open and its title read: who connects earlier may wait for ever."""
    try:
        with urllib.request.urlopen(f"{address}/json/list", timeout=5) as answer:
            return any("Room player" in target["title"] for target in json.load(answer))
    except OSError:
        return False


def kill_browser(profile: Path) -> None:
    """End the browser itself, whose number its lock names, as the system does where memory runs out."""
    (profile / "DevToolsActivePort").unlink()
    os.kill(int(str((profile / "SingletonLock").readlink()).rpartition("-")[2]), signal.SIGKILL)


def plays(desk: Desk, page: Page) -> None:
    """Until the room hears the music at its full level, and at most what a short loss leaves it behind the clock."""
    shows(page, "playing", 40)
    desk.reported(lambda report: report["state"] == "playing" and (report["gain_db"] or -99.0) > -6.1, 40)
    place_s = time.time() - desk.wished["started_ms"] / 1000
    assert place_s - 14.0 < page.evaluate("() => window.soundscape.sound.position_s") < place_s + 1.5


def test_after_a_power_cut_and_a_crash_it_plays_on_without_a_tap(
    playwright: Playwright, desk: Desk, tmp_path: Path
) -> None:
    profile = tmp_path / "profile"
    desk.hold()
    with script(profile, f"{desk.address}#123456"), room_page(playwright, profile) as page:
        page.get_by_role("button", name="Pair").click()
        shows(page, "ready", 40)
    seen = len(desk.reports)
    desk.play(15.0)
    (profile / "DevToolsActivePort").unlink()
    with script(profile, "--keep", desk.address):
        with room_page(playwright, profile) as page:
            plays(desk, page)
        kill_browser(profile)
        with room_page(playwright, profile) as page:
            plays(desk, page)
    assert not any(report["needs_tap"] for report in desk.reports[seen:])


def test_the_guide_names_the_flags_that_the_script_uses() -> None:
    guide = (ROOT / "docs" / "kiosk.md").read_text()
    flags = re.findall(r"^  (--[\w-]+)", SCRIPT.read_text(), re.MULTILINE)
    assert "--autoplay-policy" in flags
    assert [flag for flag in flags if flag not in guide] == []


def test_the_unit_and_the_autostart_entry_start_the_script() -> None:
    unit = configparser.ConfigParser(interpolation=None, strict=False)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read(KIOSK / "soundscape-room.service")
    command = shlex.split(unit["Service"]["ExecStart"])
    assert command[-2:] == ["/usr/local/bin/soundscape-room", "${SOUNDSCAPE_ROOM}"]
    assert unit["Service"]["Restart"] == "always"
    entry = configparser.ConfigParser(interpolation=None)
    entry.read(KIOSK / "soundscape-room.desktop")
    assert shlex.split(entry["Desktop Entry"]["Exec"])[:2] == ["/usr/local/bin/soundscape-room", "--keep"]
    assert subprocess.run(["sh", "-n", SCRIPT], check=False).returncode == 0
    if shutil.which("systemd-analyze"):
        verified = subprocess.run(
            ["systemd-analyze", "--user", "verify", KIOSK / "soundscape-room.service"],
            capture_output=True,
            text=True,
            check=False,
        )
        complaints = [line for line in verified.stderr.splitlines() if "soundscape-room.service" in line]
        assert [line for line in complaints if "not executable" not in line] == []


def test_without_an_address_or_a_browser_it_says_so(tmp_path: Path) -> None:
    without = subprocess.run(["sh", SCRIPT], capture_output=True, text=True, check=False)
    assert without.returncode != 0
    assert "Say the address" in without.stderr
    environment = {"PATH": str(tmp_path), "HOME": str(tmp_path)}
    shell = shutil.which("sh")
    assert shell is not None
    none = subprocess.run(
        [shell, SCRIPT, "https://x/room"], env=environment, capture_output=True, text=True, check=False
    )
    assert none.returncode == 1
    assert "is installed" in none.stderr
