"""The parts of a running service, made once by `create_app` and handed to use cases by the routes."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from flask import current_app

from library.catalogue import Catalogue
from library.clock import Clock, now_ms
from playlists.arc import Template
from soundscape.config import Config
from soundscape.events import Wakes
from soundscape.ready import Ready

__all__ = ["Clock", "Parts", "now_ms", "parts"]


@dataclass(frozen=True)
class Parts:
    """What the service is made of."""

    config: Config
    data: Path
    engine: sa.Engine
    catalogue: Catalogue
    ready: Ready
    templates: Mapping[str, Template]
    wakes: Wakes
    clock: Clock
    began_ms: int


def parts() -> Parts:
    """The parts of the app that answers this request."""
    found: Parts = current_app.extensions["soundscape"]
    return found
