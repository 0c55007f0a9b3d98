"""A person at the pages in Chromium: signed in, going on with Tab, looking at what is there.

``SOUNDSCAPE_SHOTS`` names a folder for pictures of what is seen.
"""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from library.store import writing
from soundscape import accounts
from tests.soundscape.house import PASSWORD, House

SHOTS = os.environ.get("SOUNDSCAPE_SHOTS")


def signed_in(chromium: Browser, house: House, address: str, role: str = "admin", **options) -> Page:
    """A window in which somebody new of this role has signed in with a one-time login."""
    with writing(house.engine) as connection:
        _, code = accounts.make(connection, f"{role} {os.urandom(3).hex()}", role, by="test", now_ms=house.clock())
    page = chromium.new_context(viewport={"width": 1440, "height": 900}, base_url=address, **options).new_page()
    page.set_default_timeout(60_000)
    page.goto("/first")
    page.fill("#code", code)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/(desk|library)$"))
    return page


def tab_to(page: Page, label: str) -> None:
    """Go on with the keyboard until the control with this name has the focus."""
    for _ in range(150):
        page.keyboard.press("Tab")
        has = page.evaluate(
            "(document.activeElement.getAttribute('aria-label') || document.activeElement.labels?.[0]?.textContent"
            " || document.activeElement.textContent).trim()"
        )
        if has == label:
            return
    pytest.fail(f"{label!r} cannot be reached with Tab.")


def press(page: Page, label: str) -> None:
    tab_to(page, label)
    page.keyboard.press("Enter")


def titles(page: Page) -> list[str]:
    """The pieces of the list that is shown."""
    return [row.get_attribute("data-title") or "" for row in page.locator(".piece").all()]


def shot(page: Page, name: str) -> None:
    """Keep a picture of the whole page, if pictures are wished."""
    if SHOTS:
        Path(SHOTS).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)
