"""The process that answers requests: it makes the app, ends with its parent, and ends its streams when told to stop."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from multiprocessing.connection import wait as wait_for
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

from soundscape.warm import warm
from soundscape.watching import Watch


def load(target: str, data: Path, made: Event | None = None) -> Any:
    """Make the app of a factory, ``module:function``, and say so; called by the server in the process that answers."""
    with suppress(OSError):
        os.setsid()  # Ctrl-C in a terminal is for the parent, which then tells us
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()
    module, _, factory = target.partition(":")
    app = getattr(import_module(module), factory)(data)
    held = getattr(app, "extensions", {}).get("soundscape")
    if held is not None:
        _at_signal(held.wakes.close)
        if "desk" in app.blueprints:  # the patients' part alone has no rooms to watch
            Watch(held.engine, held.clock).start()
        if "playlists" in app.blueprints:  # a preview at its own address makes no lists
            threading.Thread(target=warm, args=(held.ready, held.templates), daemon=True).start()
    if made is not None:
        made.set()
    return app


def _end_with(sentinel: int) -> None:
    wait_for([sentinel])
    os._exit(1)


def _at_signal(close: Callable[[], None]) -> None:
    """End open streams when a signal arrives: the server's own handler waits for them."""
    read, write = os.pipe()
    os.set_blocking(write, False)
    signal.set_wakeup_fd(write)

    def wait() -> None:
        os.read(read, 1)
        close()

    threading.Thread(target=wait, daemon=True).start()
