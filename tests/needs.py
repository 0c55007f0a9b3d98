"""What some tests need beyond Python: where it is missing they are skipped in plain sight, and fail in CI."""

import os
import shutil
from typing import NoReturn

import pytest

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def missing(words: str) -> NoReturn:
    """Fail in CI, where nobody looks at what was skipped; else skip."""
    if os.environ.get("CI") == "true":
        pytest.fail(words)
    pytest.skip(words)


def program(*names: str) -> str:
    """The path of the first of these programs that is installed."""
    found = next((path for path in map(shutil.which, names) if path), None)
    return found or missing(f"not installed: {' or '.join(names)}")


def chromium() -> str:
    """The browser that the pages are tested in."""
    return program("chromium", "chromium-browser", "google-chrome")
