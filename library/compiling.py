"""Where is what Numba compiles kept between starts? Next to the code, in the user's cache, or in a place of its own.

Numba looks for a directory when a compiled function is defined, and where neither of the first two can be written, as
under a service account without a home, importing it would fail. So this is settled before anything is compiled.
"""

import atexit
import logging
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

CHOSEN = "NUMBA_CACHE_DIR"
"""The variable that names another place; processes started from here find the same."""


def usual_places() -> list[Path]:
    """Where Numba itself looks, in its order; an account without a home has no cache."""
    home = os.path.expanduser("~")  # noqa: PTH111 - Path.expanduser raises where there is none
    cache = os.environ.get("XDG_CACHE_HOME") or (None if home.startswith("~") else f"{home}/.cache")
    beside = Path(__file__).parent / "__pycache__"
    return [beside] if cache is None else [beside, Path(cache) / "numba"]


def settle(places: Sequence[Path]) -> Path | None:
    """Choose a place for this process and its children where none of ``places`` can be written; return it if so.

    It is in the system's directory for temporary files, readable by this user alone, and gone when this process ends.
    """
    if os.environ.get(CHOSEN) or any(_writable(place) for place in places):
        return None
    made = Path(tempfile.mkdtemp(prefix="compiled-"))
    os.environ[CHOSEN] = str(made)
    maker = os.getpid()

    def remove() -> None:
        if os.getpid() == maker:
            shutil.rmtree(made, ignore_errors=True)

    atexit.register(remove)
    logging.getLogger(__name__).warning(
        "What is compiled cannot be kept in %s: each start compiles it anew, about half a minute of work. "
        "%s may name a directory that can be written.",
        " or ".join(map(str, places)),
        CHOSEN,
    )
    return made


def _writable(place: Path) -> bool:
    try:
        place.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=place):
            return True
    except OSError:
        return False
