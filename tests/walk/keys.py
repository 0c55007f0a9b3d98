"""A person at the keyboard alone: Tab, Shift-Tab, Enter, Space, arrows and letters; no pointer.

At every step the focus must be somewhere, and visible.
"""

import re

from playwright.sync_api import Page, expect

NAME = r"""() => {
  const e = document.activeElement;
  const words = e.getAttribute('aria-label') || e.labels?.[0]?.textContent || e.textContent;
  return words.replace(/\s+/g, ' ').trim();
}"""
SHOWN = """() => {
  const e = document.activeElement;
  const ringed = (style) => style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  const card = e.closest('.list-card');
  const box = e.getBoundingClientRect();
  const seen = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  if (e.tagName === 'AUDIO') return seen;  // its own controls show which of them has the focus
  const styles = [getComputedStyle(e), getComputedStyle(e, '::after'), ...(card ? [getComputedStyle(card)] : [])];
  return seen && styles.some(ringed);
}"""
"""Has the focused element a ring, itself or on the card that it fills, inside the window?"""
REFRESHED = "() => new Promise((done) => document.addEventListener('refreshed', done, { once: true }))"
MOST_TABS = 150


class Keys:
    """The keyboard of one window."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @property
    def at(self) -> str:
        """The name of what has the focus."""
        return str(self.page.evaluate(NAME))

    @property
    def somewhere(self) -> bool:
        """Has anything the focus?"""
        return bool(self.page.evaluate("document.activeElement !== null && document.activeElement !== document.body"))

    def to(self, name: str | re.Pattern[str], *, back: bool = False) -> None:
        """Tab until something of this name has the focus; the ring must be visible all the way."""
        passed = []
        for _ in range(MOST_TABS):
            self.page.keyboard.press("Shift+Tab" if back else "Tab")
            if not self.somewhere:
                continue  # past the last control is the browser's own
            at = self.at
            passed.append(at)
            assert self.page.evaluate(SHOWN), f"no visible focus on {at!r}"
            if name.search(at) if isinstance(name, re.Pattern) else at == name:
                return
        raise AssertionError(f"{name!r} cannot be reached; passed {passed}")

    def press(self, name: str | re.Pattern[str], *, back: bool = False) -> None:
        """Go to a control and press Enter on it."""
        self.to(name, back=back)
        self.page.keyboard.press("Enter")

    def go(self, link: str, heading: str) -> None:
        """Follow a link of the page's bar, and skip the bar of the next page."""
        self.press(link)
        expect(self.page.get_by_role("heading", name=heading, level=1)).to_be_attached()
        self.page.wait_for_load_state()
        self.press("Skip to the content")

    def type(self, words: str) -> None:
        self.page.keyboard.type(words)

    def arrow(self, way: str = "Down") -> None:
        self.page.keyboard.press(f"Arrow{way}")

    def space(self) -> None:
        self.page.keyboard.press("Space")

    def held_through_a_refresh(self) -> None:
        """The page is drawn anew by itself, and the focus stays."""
        self.page.evaluate(REFRESHED)
        assert self.somewhere, "the focus was lost when the page was drawn anew"
