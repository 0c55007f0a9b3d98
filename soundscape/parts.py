"""The parts of a running service, made once by `create_app` and handed to use cases by the routes."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from flask import current_app

from library.catalogue import Catalogue
from playlists.arc import Template
from soundscape.config import Config
from soundscape.events import Wakes

Clock = Callable[[], int]


def now_ms() -> int:
    """Milliseconds since 1970 UTC."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True)
class Parts:
    """What the service is made of."""

    config: Config
    data: Path
    engine: sa.Engine
    catalogue: Catalogue
    templates: Mapping[str, Template]
    wakes: Wakes
    clock: Clock
    began_ms: int


def parts() -> Parts:
    """The parts of the app that answers this request."""
    found: Parts = current_app.extensions["soundscape"]
    return found
