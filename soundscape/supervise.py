"""The worker processes of `serve`: started, started again when they die, and stopped.

A worker's standard input is a pipe that nobody writes to: it closes when `serve` ends, also when that is killed, and
the worker then stops by itself.
"""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from soundscape.queues import PROCESSES, QueueName

STEADY_S = 10.0
"""One that lived this long may be started again at once (judgement)."""
LONGEST_PAUSE_S = 30.0
STOP_WITHIN_S = 10.0
QUIET = "ignore:resource_tracker:UserWarning"
"""A scan that is cut off leaves semaphores, which the interpreter then clears away and would talk about."""
ROOT = Path(__file__).resolve().parent.parent


class Workers:
    """One process for each entry of `PROCESSES`, kept alive."""

    def __init__(self, data: Path, say: Callable[[str], None]) -> None:
        self._data, self._say = data.absolute(), say
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._running: dict[tuple[QueueName, ...], subprocess.Popen[bytes]] = {}
        self._keepers = [threading.Thread(target=self._keep, args=(queues,), daemon=True) for queues in PROCESSES]

    def start(self) -> None:
        """Start them, each with a thread that looks after it."""
        for keeper in self._keepers:
            keeper.start()

    def stop(self) -> None:
        """Let each give back what it does and end; who does not within 10 s is killed."""
        self._stopping.set()
        with self._lock:
            running = list(self._running.values())
        for process in running:
            if process.stdin is not None:
                process.stdin.close()
        for process in running:
            try:
                process.wait(STOP_WITHIN_S)
            except subprocess.TimeoutExpired:
                process.kill()
        for keeper in self._keepers:
            if keeper.ident is not None:  # else it was never started
                keeper.join()

    def _keep(self, queues: tuple[QueueName, ...]) -> None:
        pause_s = 0.0
        while not self._stopping.wait(pause_s):
            begun_s = time.monotonic()
            with self._lock:
                if self._stopping.is_set():
                    return
                process = self._running[queues] = self._spawn(queues)
            status = process.wait()
            if process.stdin is not None:
                process.stdin.close()
            if self._stopping.is_set():
                return
            steady = time.monotonic() - begun_s >= STEADY_S
            pause_s = 0.0 if steady else min(max(1.0, 2 * pause_s), LONGEST_PAUSE_S)
            self._say(f"The worker for {' and '.join(queues)} jobs ended ({_how(status)}); it is started again.")

    def _spawn(self, queues: tuple[QueueName, ...]) -> subprocess.Popen[bytes]:
        named = [word for queue in queues for word in ("--queue", queue)]
        command = [sys.executable, "-m", "soundscape", "worker", "--supervised", *named]
        paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        return subprocess.Popen(  # noqa: S603 - our own command
            [*command, "--data", str(self._data)],
            stdin=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONWARNINGS": QUIET},
        )


def _how(status: int) -> str:
    return f"signal {-status}" if status < 0 else f"exit status {status}"
