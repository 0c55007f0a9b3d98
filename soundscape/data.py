"""Where the data lives: a directory with the database, made on first use.

Flask's ``instance`` folder of the working directory, unless ``--data`` or ``SOUNDSCAPE_DATA`` names another.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from library.catalogue import Catalogue
from library.store import open_store, sqlite_url

DEFAULT = Path("instance")


@contextmanager
def opened(data: Path) -> Iterator[Catalogue]:
    """The catalogue of a data directory.

    Raises
    ------
    UnreadableDatabase
    OSError
        If the directory can neither be found nor made.
    """
    data.mkdir(parents=True, exist_ok=True)
    engine = open_store(sqlite_url(data))
    try:
        yield Catalogue(engine)
    finally:
        engine.dispose()


@contextmanager
def temporary() -> Iterator[Path]:
    """A data directory that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="soundscape-") as data:
        yield Path(data)
