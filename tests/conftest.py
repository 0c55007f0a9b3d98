"""What every test may ask for."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from playwright.sync_api import Browser, Playwright, sync_playwright
from xdist.scheduler import LoadFileScheduling

from library import examining, workers
from soundscape import accounts, analyse
from tests import needs

ROOT = Path(__file__).resolve().parent.parent


LONGEST = (
    "walk/test_walk.py",  # six minutes by the clock, most of it waiting; makes the clinic that others take over
    "test_real_music.py",
    "player/test_player_browser.py",
    "player/test_player_live.py",
    "reliability",  # seven minutes by the clock, most of it waiting
    "soundscape/test_changes.py",
    "soundscape/test_workers.py",
    "soundscape/test_failures.py",
    "walk/test_pages.py",  # from here on they count more than they wait
    "walk/test_first_minutes.py",
    "soundscape/test_api_schema.py",
    "soundscape/test_serve.py",
    "walk/test_review.py",
    "walk/test_keyboard.py",
    "soundscape/test_builder_pages.py",
    "soundscape/demo/test_demo.py",
    "soundscape/test_preview_pages.py",
)
"""The files that last longest."""
ONE_ROOM = {
    f"tests/reliability/test_{name}.py"
    for name in ("commands", "faults", "returns", "storage", "successors", "tablets")
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first, so that of several processes none is left alone with one of them at the end."""
    places = {ROOT / "tests" / name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: min(places.get(path, len(places)) for path in (item.path, item.path.parent)))


class Together(LoadFileScheduling):  # type: ignore[misc]
    """Several processes share the files; those of `reliability` stay in one, for their room is costly to set up."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return "tests/reliability" if file in ONE_ROOM else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Together | None:
    """Of ``--dist loadfile`` our own."""
    return Together(config, log) if config.getoption("dist") == "loadfile" else None


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The shared audio and schemas: ``SOUNDSCAPE_TEST_DATA``, or ``../shared`` beside the repository.

    Without it a test is skipped where a person can see it, and fails in CI, where nobody looks.
    """
    folder = ROOT / os.environ.get("SOUNDSCAPE_TEST_DATA", "../shared")
    if (folder / "audio").is_dir():
        return folder.resolve()
    return needs.missing(f"no shared test data at {folder}: name its folder in SOUNDSCAPE_TEST_DATA")


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> Iterator[tuple[PasswordHasher, str]]:
    """Argon2id as ever, but in a millisecond: some thousand passwords are set and tried.

    Gives what the service itself uses: how it hashes, and the hash that stands for a name nobody has.
    """
    own = accounts._hasher, accounts._nobody
    with pytest.MonkeyPatch.context() as patch:
        cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr(accounts, "_hasher", cheap)
        patch.setattr(accounts, "_nobody", cheap.hash("a password that nobody has"))
        yield own


@pytest.fixture
def in_process(monkeypatch):
    """Files are examined here, which is what a worker does, without the seconds that starting one takes.

    The list tells which files were examined.
    """
    examined = []

    def examine_all(paths, measured, processes, look=lambda: None):
        monkeypatch.setattr(workers, "_measured", measured)
        for path in paths:
            look()
            examined.append(path)
            yield path, workers._answer(workers._examine, path)

    for module in (examining, analyse):
        monkeypatch.setattr(module, "examine_all", examine_all)
    return examined


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """The one driver of browsers: a process can have no second."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="module")
def chromium(playwright) -> Iterator[Browser]:
    """A browser without sound."""
    browser = playwright.chromium.launch(executable_path=needs.chromium(), args=needs.CHROMIUM_FLAGS)
    yield browser
    browser.close()
