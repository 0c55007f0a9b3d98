"""The real service in its own process for the browser tests, and how a browser is started."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from tests import needs
from tests.conftest import ROOT
from tests.walk.heard import SECOND

FLAGS = [
    *needs.CHROMIUM_FLAGS,
    # The test browsers do not have this installation's authority; test_tls.py proves that trust works.
    "--ignore-certificate-errors",
]
FIRST = re.compile(r"https://\S+/first#(\S+)")


def command(*arguments: object) -> list[str]:
    """`python -m soundscape` with these arguments."""
    return [sys.executable, "-m", "soundscape", *map(str, arguments)]


class Service:
    """`python -m soundscape serve`, started, killed and started again."""

    def __init__(self, data: Path, *, plain_http: bool = False) -> None:
        self.data = data
        self._scheme = "http" if plain_http else "https"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        data.mkdir(exist_ok=True)
        settings = f'host = "127.0.0.1"\nport = {self.port}\nplain_http = {str(plain_http).lower()}\n'
        (data / "soundscape.toml").write_text(settings)
        self.log = data / "serve.log"
        self.first_login = ""
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"{self._scheme}://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait until it says that it answers."""
        begins_at = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*SECOND, *command("serve", "--data", self.data)],
                cwd=ROOT,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        end = time.monotonic() + 60
        while "Ctrl-C stops it" not in (said := self.log.read_text()[begins_at:]):
            assert self._process.poll() is None, said
            assert time.monotonic() < end, said
            time.sleep(0.1)
        found = FIRST.search(said)
        if found:
            self.first_login = found.group(1)

    def kill(self) -> None:
        """As a power cut does: the service and its workers, at once."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(10)

    def stop(self) -> int:
        """As Ctrl-C does; returns the exit status."""
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)
        return self._process.wait(30)
