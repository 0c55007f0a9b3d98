"""Every page that the app can show, in a real browser: axe, the console, the width; and names that are attacks.

The pages are those of the app's own URL map. A page that has no line in `PAGES` fails the first test, so that a new
one cannot be forgotten.
"""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Dialog, Page, expect

from library.store import writing
from soundscape import accounts, rooms
from soundscape.parts import now_ms
from soundscape.tls import ensure_certificate
from tests.soundscape.conftest import first_scan, pieces, scanned
from tests.soundscape.house import PASSWORD, House
from tests.soundscape.served import served
from tests.walk.lived_in import HOSTILE, PLAIN, SCRIPT, LivedIn, Names

__all__ = ["first_scan", "pieces", "scanned"]  # fixtures

SHOTS = os.environ.get("SOUNDSCAPE_SHOTS")
WIDTHS_PX = (1280, 1180, 820, 390)
AXE = ("1280 dark", "1280 light", "390 dark")
"""Where axe looks. Names change no colour: with hostile ones it looks once, where the room is least."""
TALLEST_PX = 30_000
"""Judgement: some thirty screens; a megabyte of letters would be thousands."""
HARMLESS = re.compile(
    "Failed to load resource: the server responded with a status of 4|The Cross-Origin-Opener-Policy"
    "|The AudioContext was not allowed to start"
)
"""What Chromium says of a page that is an error by intention, of plain HTTP, and of a desk before the first press."""
WIDER = """() => {
  const root = document.documentElement;
  const past = [...document.querySelectorAll('main table')].map(
    (table) => table.getBoundingClientRect().right - table.parentElement.getBoundingClientRect().right - 1);
  return Math.max(root.scrollWidth - root.clientWidth, 0, ...past);
}"""
TURNING = r"""() => {
  const found = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const words = walker.currentNode.data;
    const place = walker.currentNode.parentElement;
    const alone = place.childNodes.length === 1 && /isolate|plaintext/.test(getComputedStyle(place).unicodeBidi);
    if (!alone && /[\u202a-\u202e]/.test(words)) found.push(words.slice(0, 200));
  }
  return found;
}"""
"""Words on the page that hold a character which turns what follows them, outside a place of their own."""
NO_PAGES = {
    "static": "files of the repository",
    "pictures.css": "a style sheet",
    "room_page.worker": "a script",
    "preview.lists": "JSON of the patient's page",
    "preview.whole": "sound",
    "preview.excerpt": "sound",
    "sign_in.home": "only leads on",
    "spotify.callback": "only leads on",
    "trust.der": "a certificate",
    "trust.text": "a certificate",
}


@dataclass(frozen=True)
class Example:
    """A page to look at: its address, whether staff are signed in, and what to open or press on it first."""

    name: str
    address: Callable[[LivedIn], str]
    signed_in: bool = True
    ready: str = "h1"
    """What is there when the page has drawn itself."""
    press: tuple[str, ...] = ()


def at(path: str) -> Callable[[LivedIn], str]:
    return lambda clinic: path.format(clinic=clinic)


PAGES: dict[str, tuple[Example, ...]] = {
    "sign_in.page": (Example("sign-in", at("/sign-in"), signed_in=False),),
    "sign_in.first_page": (Example("first", at("/first"), signed_in=False),),
    "desk.page": (
        Example("desk", at("/desk")),
        Example("desk-more", at("/desk"), press=("details:not(.check) > summary",)),
        Example("desk-check", at("/desk"), press=("details.check > summary",)),
        Example("desk-pairing", at("/desk"), press=("[data-pair]", "[data-pair-digits]:not(:empty)")),
    ),
    "library.page": (
        Example("library", at("/library")),
        Example("library-nothing", at("/library?q=%3Cscript%3Ealert(1)%3C/script%3E")),
    ),
    "library.track": (
        Example("track", at("/library/{clinic.track_id}")),
        Example("track-decided", lambda clinic: f"/library/{clinic.tracks[-1].track_id}"),
    ),
    "measuring.page": (Example("measuring", at("/library/measuring")),),
    "review.page": (
        Example("review", at("/library/review"), ready="#now article", press=("[data-do=refuse]",)),
        Example("review-keys", at("/library/review"), press=("[data-do=help]", "#keys[open]")),
        Example("review-decided", lambda clinic: f"/library/review?track={clinic.tracks[-1].track_id}"),
    ),
    "playlists.shelf_page": (Example("playlists", at("/playlists")),),
    "playlists.new_page": (Example("new-list", at("/playlists/new"), press=("#limits summary",)),),
    "playlists.page": (
        Example("list", at("/playlists/{clinic.playlist_id}"), press=("summary",)),
        Example(
            "list-replace", at("/playlists/{clinic.playlist_id}"), press=("[data-act=replace]", "#others[open] li")
        ),
    ),
    "imports.page": (Example("imports", at("/imports")),),
    "imports.one": (
        Example("import", at("/imports/{clinic.import_id}")),
        Example("import-find", at("/imports/{clinic.import_id}?find=1&q=")),
    ),
    "previews.page": (Example("previews", at("/previews")),),
    "records.page": (Example("records", at("/records")),),
    "records.one": (Example("record", at("/records/{clinic.session_id}")),),
    "records.take_home": (Example("take-home", at("/records/{clinic.session_id}/take-home")),),
    "rooms.page": (
        Example("rooms", at("/rooms")),
        Example("rooms-change", at("/rooms"), press=("details:not(.check) > summary",)),
        Example("rooms-check", at("/rooms"), press=("details.check > summary",)),
        Example("rooms-pairing", at("/rooms"), press=("[data-pair]", "[data-pair-digits]:not(:empty)")),
    ),
    "accounts.page": (Example("accounts", at("/accounts")),),
    "spotify.page": (Example("spotify", at("/spotify")),),
    "audit.page": (Example("audit", at("/audit")), Example("audit-none", at("/audit?actor=nobody"))),
    "trust.page": (Example("trust", at("/trust"), signed_in=False, press=("#linux > summary",)),),
    "room_page.show": (Example("room-pair", at("/room"), signed_in=False, ready="#code"),),
    "preview.page": (
        Example("preview-neutral", at("/preview"), signed_in=False, ready="#neutral h1"),
        Example("preview-closed", at("/preview#{clinic.closed[secret]}"), signed_in=False, ready="#closed h1"),
        Example(
            "preview-open", at("/preview#{clinic.open[secret]}"), signed_in=False, ready="#offer h1", press=("summary",)
        ),
    ),
}
ERRORS = (Example("error", at("/nothing")), Example("error-one", at("/records/nothing")))
EVERY = [*(example for examples in PAGES.values() for example in examples), *ERRORS]
EMPTY = (
    "/desk",
    "/library",
    "/library/review",
    "/library/measuring",
    "/playlists",
    "/playlists/new",
    "/imports",
    "/previews",
    "/records",
    "/rooms",
    "/accounts",
    "/spotify",
    "/audit",
)


class Watched:
    """A browser window, and everything in it that must not happen."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.wrong: list[str] = []
        page.add_init_script(
            "addEventListener('securitypolicyviolation', e => console.error('CSP', e.violatedDirective, e.blockedURI))"
        )
        page.on("console", lambda said: self._said(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("dialog", self._dialog)
        page.on("request", lambda asked: self._asked(asked.url, address))

    def _said(self, words: str) -> None:
        if not HARMLESS.match(words):
            self.wrong.append(words)

    def _dialog(self, dialog: Dialog) -> None:
        self.wrong.append(f"a dialog: {dialog.message}")
        dialog.dismiss()

    def _asked(self, url: str, address: str) -> None:
        if not url.startswith((f"{address}/", "data:", "blob:")):
            self.wrong.append(f"a request to {url[:100]}")

    def show(self, example: Example, clinic: LivedIn, address: str) -> None:
        """Open the page and what is to be opened on it."""
        self.page.goto(address + example.address(clinic))
        expect(self.page.locator(example.ready).first).to_be_visible()
        for selector in example.press:
            found = self.page.locator(selector)
            expect(found.first).to_be_visible()
            for each in found.all() if selector == "summary" else [found.first]:
                if each.is_visible():
                    each.click()


def axe_finds(page: Page) -> list[str]:
    """What axe has against the page: rule and element."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {node['html'][:300]}" for one in found for node in one["nodes"]]


def too_wide_px(page: Page) -> int:
    """By how much the page is wider than its window, or a table wider than its place."""
    return page.evaluate(WIDER)


def keep(page: Page, name: str) -> None:
    """A picture to look at, where one is wished."""
    if SHOTS:
        Path(SHOTS).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def look(page: Page, name: str, *, tallest_px: int = TALLEST_PX, axe: tuple[str, ...] = AXE) -> list[str]:
    """Axe in both themes and on a phone, and no sideways scrolling at any width; returns what is wrong."""
    wrong = []
    for width in WIDTHS_PX:
        page.set_viewport_size({"width": width, "height": 860})
        for scheme in ("dark", "light"):
            page.emulate_media(color_scheme=scheme)
            if scheme == "dark" or width == WIDTHS_PX[0]:
                keep(page, f"{name}-{width}-{scheme}")
            if f"{width} {scheme}" in axe:
                wrong += [f"{width} {scheme} {found}" for found in axe_finds(page)]
        if over := too_wide_px(page):
            wrong.append(f"{over} px too wide at {width}")
        high = page.evaluate("document.documentElement.scrollHeight")
        if high > tallest_px:
            wrong.append(f"{high} px high at {width}")
    page.set_viewport_size({"width": WIDTHS_PX[0], "height": 860})
    return wrong


class Site:
    """A clinic that is served, and the staff's window into it."""

    def __init__(self, browser: Browser, clinic: House, name: str, address: str) -> None:
        self.clinic, self.address = clinic, address
        self._staff = browser.new_context()
        self._browser = browser
        page = self._staff.new_page()
        page.goto(f"{address}/sign-in")
        page.get_by_label("Name").fill(name)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{address}/desk")
        page.close()

    @contextmanager
    def window(self, *, signed_in: bool) -> Iterator[Watched]:
        """A window of the staff, or of somebody who is not signed in."""
        context = self._staff if signed_in else self._browser.new_context()
        page = context.new_page()
        try:
            yield Watched(page, self.address)
        finally:
            page.close()
            if not signed_in:
                context.close()


@pytest.fixture(scope="module")
def site(browser, scanned, tmp_path_factory) -> Iterator[Callable[[Names], Site]]:
    """``site(PLAIN)``: the lived-in clinic with these names, made once."""
    made: dict[Names, Site] = {}
    with ExitStack() as stack:

        def of(names: Names) -> Site:
            if names not in made:
                clinic = LivedIn(scanned, tmp_path_factory.mktemp("lived-in") / "data", names)
                ensure_certificate(clinic.data, [], datetime.now(UTC))
                made[names] = Site(browser, clinic, clinic.account, stack.enter_context(served(clinic)))
            return made[names]

        yield of


def test_every_page_of_the_map_has_its_example(tmp_path):
    app = House(tmp_path).app
    shown = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "GET" in rule.methods and not rule.rule.startswith("/api/")
    }
    assert shown == set(PAGES) | set(NO_PAGES)


@pytest.mark.parametrize("example", EVERY, ids=lambda example: example.name)
def test_a_page_is_accessible_at_every_width_in_both_themes(site, example):
    here = site(PLAIN)
    with here.window(signed_in=example.signed_in) as watched:
        watched.show(example, here.clinic, here.address)
        assert look(watched.page, example.name) == []
        assert watched.wrong == []


@pytest.mark.parametrize("example", EVERY, ids=lambda example: example.name)
def test_hostile_names_stay_words(site, example):
    here = site(HOSTILE)
    with here.window(signed_in=example.signed_in) as watched:
        watched.show(example, here.clinic, here.address)
        assert look(watched.page, f"hostile-{example.name}", axe=AXE[-1:]) == []
        assert watched.wrong == []
        assert watched.page.evaluate("window.hacked === undefined")
        assert watched.page.evaluate(TURNING) == []


def test_pages_with_nothing_on_them_yet(browser, tmp_path):
    house = House(tmp_path / "data")
    admin = house.staff()
    wrong = []
    with served(house) as address:
        here = Site(browser, house, admin.name, address)
        with here.window(signed_in=True) as watched:
            for path in EMPTY:
                watched.page.goto(address + path)
                wrong += [f"{path} {found}" for found in look(watched.page, f"empty{path.replace('/', '-')}")]
            assert wrong == []
            assert watched.wrong == []


def test_the_bar_has_its_pages_in_one_line_beside_a_long_name(browser, tmp_path):
    house = House(tmp_path / "data")
    name = "Anna-Katharina von Hohenstein-Wittelsbach, night shift"
    with writing(house.engine) as connection:
        _, code = accounts.make(connection, name, "admin", by="test", now_ms=house.clock())
        accounts.use_first_login(connection, code, PASSWORD, house.clock())
    with served(house) as address:
        here = Site(browser, house, name, address)
        with here.window(signed_in=True) as watched:
            watched.page.set_viewport_size({"width": 1280, "height": 860})
            watched.page.goto(f"{address}/imports")
            parts = watched.page.locator(".brand, .bar nav a, .leave")
            middles = parts.evaluate_all(
                "parts => parts.map(part => part.getBoundingClientRect()).map(box => (box.top + box.bottom) / 2)"
            )
            assert max(middles) - min(middles) < 2


def test_a_paired_tablet_of_a_room_with_a_hostile_name(browser, tmp_path):
    """What it shows while it loads and plays is looked at by axe in tests/player."""
    house = House(tmp_path / "data")
    house.clock.ms = now_ms()
    admin = house.staff()
    room_id = house.room(HOSTILE.room)
    with writing(house.engine) as connection:
        code, _ = rooms.new_code(connection, room_id, by="test", now_ms=house.clock())
    with served(house) as address:
        here = Site(browser, house, admin.name, address)
        with here.window(signed_in=False) as watched:
            page = watched.page
            page.goto(f"{address}/room#{code}")
            page.get_by_role("button", name="Pair").click()
            expect(page.get_by_role("heading", name="Paired")).to_be_visible()
            expect(page.get_by_text(SCRIPT)).to_be_visible()
            assert look(page, "room-paired") == []
            assert watched.wrong == []
            assert page.evaluate("window.hacked === undefined")
