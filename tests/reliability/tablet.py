"""A room's tablet under test: a real browser with a profile of its own, whose output is recorded."""

import os
import re
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Error, Page, Playwright

from tests import needs
from tests.conftest import ROOT
from tests.waiting import until
from tests.walk.heard import Recording, Sound, browser_of_a_room

SCRIPT = ROOT / "deploy" / "kiosk" / "soundscape-room"
KIOSK = "--autoplay-policy=no-user-gesture-required"
TOUCHED = "--autoplay-policy=document-user-activation-required"
"""As a browser that was not set up as a kiosk; else this one grants the right to pages that were often heard."""
SMALL_DISK = "--enable-features=StorageQuotaSettings:PoolSizeBytes/400000000"
"""What the browser gives to pages, so that a test can fill it; a page may have three quarters."""
ASKABLE = "--remote-debugging-port=0"
"""Without anybody who asks this changes nothing."""


@dataclass(frozen=True)
class Moment:
    """When something was: by the clock, and in the recording."""

    at_s: float
    heard_s: float


class Tablet:
    """Opened, reloaded, crashed, killed and opened again; what it plays goes to one sink."""

    def __init__(self, playwright: Playwright, folder: Path, sink: dict[str, str], address: str, spki: str) -> None:
        folder.mkdir(exist_ok=True)
        self.folder = folder
        self.address = address
        self.kiosk = True
        """Whether the browser, when it is next started, may play without a touch."""
        self._playwright = playwright
        self._sink = sink
        self._program = browser_of_a_room(folder)
        self._context: BrowserContext | None = None
        self._alone: subprocess.Popen[bytes] | None = None
        self._recording: Recording | None = None
        self._flags = [
            *needs.CHROMIUM_FLAGS,
            f"--ignore-certificate-errors-spki-list={spki}",
            SMALL_DISK,
        ]
        self.page: Page
        self.back = Moment(0.0, 0.0)
        """When the page was last asked for."""

    def open(self) -> Page:
        """Start the browser at the room's page."""
        self._context = self._playwright.chromium.launch_persistent_context(
            self.folder / "profile",
            executable_path=self._program,
            args=[*self._flags, KIOSK if self.kiosk else TOUCHED],
            ignore_default_args=["--mute-audio"],
            env=self._sink,
            viewport={"width": 1180, "height": 820},
        )
        self.page = self._context.pages[0]
        self._go()
        return self.page

    def open_alone(self, *flags: str) -> None:
        """Start the browser with the flags of our kiosk's script, and with no tool at its side.

        One that listens to what the page fetches keeps it in the page's own memory; and takes care that the page
        believes itself seen.
        """
        profile = f"--user-data-dir={self.folder / 'profile'}"
        kiosk = re.findall(r"^  (--[a-z][^\s\"$]*) \\$", SCRIPT.read_text(), re.MULTILINE)
        assert KIOSK in kiosk
        self._alone = subprocess.Popen(
            [self._program, "--headless=new", profile, *kiosk, *self._flags, *flags, self.address],
            env=self._sink,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def tap(self) -> None:
        """Touch the page where nothing else is."""
        self.page.mouse.click(600, 400)

    def put_behind(self) -> None:
        """Open another tab before the page's; the browser was opened alone, and with `ASKABLE`."""
        asking = self._playwright.request.new_context()
        assert asking.put(f"{self._asked_at()}/json/new?about:blank").ok
        asking.dispose()

    def seen_or_hidden(self) -> list[tuple[float, str]]:
        """The page's visibility as the browser itself noted it: since when, in seconds of the page. Asking ends it."""
        browser = self._playwright.chromium.connect_over_cdp(self._asked_at())
        page = next(page for page in browser.contexts[0].pages if page.url == self.address)
        noted = "() => performance.getEntriesByType('visibility-state').map(({ startTime, name }) => [startTime, name])"
        found = [(at_ms / 1000, name) for at_ms, name in page.evaluate(noted)]
        browser.close()
        return found

    def _asked_at(self) -> str:
        port = (self.folder / "profile" / "DevToolsActivePort").read_text().split()[0]
        return f"http://127.0.0.1:{port}"

    def _go(self) -> None:
        self.back = self.now()
        self.page.goto(self.address, wait_until="commit")

    def reload(self) -> None:
        """The page is loaded again."""
        self.back = self.now()
        self.page.reload(wait_until="commit")

    def now(self) -> "Moment":
        """By the clock, and in the recording."""
        return Moment(time.time(), 0.0 if self._recording is None else self._recording.seconds)

    def close(self) -> None:
        """Close the browser as a person does."""
        if self._context is not None:
            with suppress(Error):
                self._context.close()
        self._context = None
        if self._alone is not None:
            self._alone.terminate()
            self._alone.wait(20)
        self._alone = None

    def kill(self) -> None:
        """End all of the browser's processes at once, as a dead battery does."""
        for entry in self._processes():
            with suppress(OSError):
                os.kill(int(entry.name), signal.SIGKILL)
        self.close()

    def memory_bytes(self) -> int:
        """What the browser takes for itself, all its processes together; not the files of its program."""
        found = 0
        for entry in self._processes():
            with suppress(OSError):
                rollup = (entry / "smaps_rollup").read_text()
                found += sum(1024 * int(rollup.split(f"\n{kind}:")[1].split()[0]) for kind in ("Pss_Anon", "Pss_Shmem"))
        return found

    def _processes(self) -> list[Path]:
        mark, found = f"--user-data-dir={self.folder / 'profile'}".encode(), []
        for entry in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if mark in (entry / "cmdline").read_bytes():
                    found.append(entry)
        return found

    def crash(self) -> None:
        """The tab's own process dies; the browser stays."""
        with suppress(Error):
            self.page.goto("chrome://crash", timeout=3_000)

    def crash_and_reopen(self) -> None:
        """The tab dies and somebody opens the page again."""
        self.crash()
        time.sleep(1.0)  # nobody is faster; the browser might give the dying process to the new page
        self.reopen()

    def kill_and_open(self) -> None:
        """The browser dies and is started again."""
        self.kill()
        self.open()

    def reopen(self) -> Page:
        """The room's page in a new tab of the same browser."""
        assert self._context is not None
        old, self.page = self.page, self._context.new_page()
        self._go()
        with suppress(Error):
            old.close()
        return self.page

    def state(self) -> dict[str, Any]:
        """What the player knows, as the page lends it to tests."""
        found: dict[str, Any] = self.page.evaluate("() => window.soundscape ?? {}")
        return found

    def listen(self, path: Path) -> None:
        """Begin to record what the sink hears."""
        self.deafen()
        self._recording = Recording(path, self._sink)

    def deafen(self) -> None:
        """End the recording."""
        if self._recording is not None:
            self._recording.stop()
        self._recording = None

    @property
    def at_s(self) -> float:
        """The recording's second now."""
        assert self._recording is not None
        return self._recording.seconds

    def let_play(self, seconds: float) -> None:
        """Wait until so much more was recorded."""
        end_s = self.at_s + seconds
        until(lambda: self.at_s >= end_s, seconds + 20, "so much of the recording")

    def heard(self, from_s: float) -> Sound:
        """What was recorded so far from this second on."""
        assert self._recording is not None
        return self._recording.since(from_s)
