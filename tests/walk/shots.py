"""The pictures of docs/tour.md: kept where `SOUNDSCAPE_TOUR` says, nowhere unless it is set."""

import os
from pathlib import Path

from playwright.sync_api import Page

FOLDER = os.environ.get("SOUNDSCAPE_TOUR")


def shot(page: Page, name: str) -> None:
    """Keep a picture of what the window shows."""
    if FOLDER:
        page.mouse.move(0, 0)
        page.screenshot(path=Path(FOLDER) / f"{name}.png", animations="disabled")
