"""A stand-in for the examination of a file, whose process is killed where the file's name says so."""

import os
import signal
from pathlib import Path

from library.track import Tags
from library.workers import Examined


def examine(path: str) -> Examined:
    """Die at once for "always", once for "once"; fail for "error"; else answer without looking."""
    name, died = Path(path).name, Path(f"{path}.died")
    if "always" in name or ("once" in name and not died.exists()):
        died.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    if "error" in name:
        raise ValueError(name)
    return Examined(track_id=name, tags=Tags(), analysis=None)
