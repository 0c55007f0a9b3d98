"""A room's tablet for tests: a real browser, and a server of the player's endpoints that can be killed."""

import hashlib
import json
import os
import re
import socket
import subprocess
import sys
import time
import wave
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright

from playlists.manifest import CHUNK_BYTES, hashes
from tests import needs, waiting
from tests.conftest import ROOT
from tests.player.fake import put
from tests.walk.heard import browser_of_a_room

RATE_HZ = 24_000
TOTAL_S = 120.0
LEVEL_DBFS = -20.0
FLAGS = [
    *needs.CHROMIUM_FLAGS,
    "--host-resolver-rules=MAP clinic.test 127.0.0.1",
]
EXPECTED = re.compile("Failed to load resource|The Cross-Origin-Opener-Policy header has been ignored")
"""What Chromium says of a dead server and of plain HTTP."""
KIOSK = "--autoplay-policy=no-user-gesture-required"


def until(found: Callable[[], Any], within_s: float = 20.0, what: str = "the condition") -> Any:
    """Wait for what a player does within seconds."""
    return waiting.until(found, within_s, what)


def make_wav(path: Path, sound: "np.typing.NDArray[np.float64]") -> None:
    """Write samples at RATE_HZ as WAV."""
    samples = (np.clip(sound, -1.0, 1.0) * 32767).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(samples.tobytes())


def tone(seconds: float, level_dbfs: float = LEVEL_DBFS, hz: float = 440.0) -> "np.typing.NDArray[np.float64]":
    """A tone of known level."""
    time_s = np.arange(int(RATE_HZ * seconds)) / RATE_HZ
    found: np.typing.NDArray[np.float64] = 10 ** (level_dbfs / 20) * np.sqrt(2) * np.sin(2 * np.pi * hz * time_s)
    return found


def make_tone(path: Path) -> None:
    """Two minutes of a tone of known level as WAV, six chunks of 1 MiB."""
    make_wav(path, tone(TOTAL_S))


def make_m4a(wav: Path, out: Path) -> None:
    """The same as AAC, which is what a session file is."""
    with av.open(str(wav)) as source, av.open(str(out), "w", format="ipod") as target:
        stream = target.add_stream("aac", rate=RATE_HZ, layout="mono")
        for frame in source.decode(audio=0):
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))


class Desk:
    """The server's side: what is wished, what was reported, and the process itself."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        make_tone(folder / "m1")
        self.offer("audio/wav")
        (folder / "reports.jsonl").touch()
        (folder / "m1.reads").touch()
        put(folder, {"token": hashlib.sha256(str(folder).encode()).hexdigest(), "revision": 0, "wished": {}})
        self.empty()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None

    def offer(self, mime: str) -> None:
        """Describe the file ``m1`` as it lies there now."""
        self.mixdown = self.described("m1", TOTAL_S, mime)
        self.bytes = int(self.mixdown["bytes"])

    def described(self, mixdown_id: str, total_s: float, mime: str = "audio/wav", **manifest: Any) -> dict[str, Any]:
        """A mixdown whose file lies in the folder: its manifest is written, what rooms are told is returned."""
        path = self.folder / mixdown_id
        sha256, chunks = hashes(path)
        size = path.stat().st_size
        manifest |= {"sha256": sha256, "bytes": size, "chunk_bytes": CHUNK_BYTES, "chunks": chunks}
        (self.folder / f"{mixdown_id}.manifest.json").write_text(json.dumps(manifest))
        return {
            "mixdown_id": mixdown_id,
            "url": f"/api/v1/player/mixdowns/{mixdown_id}",
            "manifest_url": f"/api/v1/player/mixdowns/{mixdown_id}/manifest",
            "sha256": sha256,
            "bytes": size,
            "total_s": total_s,
            "mime": mime,
        }

    def made(self, mixdown_id: str, sound: "np.typing.NDArray[np.float64]", **manifest: Any) -> dict[str, Any]:
        """A mixdown of these samples."""
        make_wav(self.folder / mixdown_id, sound)
        return self.described(mixdown_id, len(sound) / RATE_HZ, **manifest)

    def stand(self, bed: dict[str, Any] | None = None, lists: tuple[dict[str, Any], ...] = ()) -> None:
        """What every room holds beside its session's file."""
        put(self.folder, {**self.state, "standing": {"bed": bed, "lists": lists}})

    def check(self, check_id: str) -> None:
        """Order a room check."""
        now = self.state
        order = {"check_id": check_id, "asked_ms": int(time.time() * 1000)}
        put(self.folder, {**now, "revision": now["revision"] + 1, "check": order})

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/room"

    @property
    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / "state.json").read_text())
        return found

    @property
    def wished(self) -> dict[str, Any]:
        wished: dict[str, Any] = self.state["wished"]
        return wished

    def wish(self, **changes: Any) -> None:
        """Change what is wished: a new revision."""
        now = self.state
        put(self.folder, {**now, "revision": now["revision"] + 1, "wished": {**now["wished"], **changes}})

    def empty(self) -> None:
        self.wish(
            mode="empty",
            session=None,
            mixdown=None,
            then=[],
            started_ms=None,
            quiet=False,
            paused=False,
            arrival=False,
            output_ms=None,
            level_db=-6.0,
            end_ms=None,
            end_fade_s=4.0,
        )

    def hold(self) -> None:
        session = {"session_id": "s1", "code": "K7PX", "infusion_s": 90.0, "tail_s": 30.0}
        self.wish(mode="hold", session=session, mixdown=self.mixdown)

    def play(self, seconds_ago: float = 0.0) -> None:
        self.wish(mode="play", started_ms=int(time.time() * 1000 - seconds_ago * 1000))

    def revoke(self) -> None:
        put(self.folder, {**self.state, "token": "another"})

    @property
    def reports(self) -> list[dict[str, Any]]:
        # The last one may be half written.
        return [json.loads(line) for line in (self.folder / "reports.jsonl").read_text().split("\n")[:-1]]

    @property
    def reads(self) -> list[int]:
        """Where each read of the file began."""
        return [int(line) for line in (self.folder / "m1.reads").read_text().splitlines()]

    def kinds(self) -> list[str]:
        """The kinds of all events, each id once."""
        events = {event["event_id"]: event["kind"] for report in self.reports for event in report["events"]}
        return list(events.values())

    def reported(self, fits: Callable[[dict[str, Any]], bool], within_s: float = 20.0) -> dict[str, Any]:
        """The first report from now on that fits."""
        seen = len(self.reports)
        return until(lambda: next(filter(fits, self.reports[seen:]), None), within_s, "a fitting report")

    def start(self) -> None:
        python = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"]
        options = ["--port", str(self.port), "--workers", "1", "--blocking-threads", "24", "--no-ws"]
        with (self.folder / "server.txt").open("ab") as said:
            self.process = subprocess.Popen(
                [*python, *options, "tests.player.fake:app"],
                cwd=ROOT,
                env={**os.environ, "PLAYER_FAKE": str(self.folder), "PYTHONPATH": str(ROOT)},
                stderr=said,
                stdout=said,
                start_new_session=True,
            )
        until(self._answers, 60.0, "the server's first answer")

    def _answers(self) -> bool:
        with socket.socket() as probe:
            probe.settimeout(0.2)
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def kill(self) -> None:
        """End the server and its workers as a power cut would."""
        if self.process is None:
            return
        os.killpg(self.process.pid, 9)
        self.process.wait()
        self.process = None
        until(lambda: not self._answers(), what="the server's end")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    folder = tmp_path / "desk"
    folder.mkdir()
    desk = Desk(folder)
    try:
        desk.start()
        yield desk
    finally:
        desk.kill()


@pytest.fixture(scope="session")
def launch(playwright: Playwright, tmp_path_factory) -> Iterator[Callable[..., Browser]]:
    chromium = browser_of_a_room(tmp_path_factory.mktemp("room"))
    opened: list[Browser] = []

    def start(*more: str) -> Browser:
        browser = playwright.chromium.launch(executable_path=chromium, headless=True, args=[*FLAGS, *more])
        opened.append(browser)
        return browser

    yield start
    for browser in opened:
        browser.close()


@pytest.fixture(scope="session")
def kiosk(launch: Callable[..., Browser]) -> Browser:
    """A browser set up as a kiosk: it may play without a touch."""
    return launch(KIOSK)


@pytest.fixture
def context(kiosk: Browser) -> Iterator[BrowserContext]:
    context = kiosk.new_context(viewport={"width": 1280, "height": 800})
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """The tablet's page; nothing may go wrong on it unnoticed."""
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on(
        "console",
        lambda said: errors.append(said.text) if said.type == "error" and not EXPECTED.match(said.text) else None,
    )
    yield page
    assert errors == []


def paired(page: Page, desk: Desk) -> None:
    """Pair the tablet."""
    page.goto(f"{desk.address}#123456")
    page.get_by_role("button", name="Pair").click()
    page.locator("body[data-say=empty], body[data-say=loading], body[data-say=ready]").wait_for()


def shows(page: Page, say: str, within_s: float = 20.0) -> None:
    """Wait until the page shows a state."""
    page.locator(f"body[data-say={say}]").wait_for(timeout=within_s * 1000)


def ready(page: Page, desk: Desk) -> None:
    """Pair the tablet and let it hold the music."""
    desk.hold()
    paired(page, desk)
    shows(page, "ready")
