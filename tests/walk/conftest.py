"""The clinic that is walked through: its music scanned once, the service running, browsers at hand."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests import needs
from tests.conftest import ROOT
from tests.once import once
from tests.walk.clinic import FLAGS, Service, command
from tests.walk.heard import null_sink
from tests.walk.music import make_music


@pytest.fixture(scope="session")
def made_clinic(tmp_path_factory) -> Callable[[Path], Path]:
    """``made_clinic(data)``: a data directory with an hour of scanned music; scanned once for all processes."""

    def make(folder: Path) -> None:
        make_music(folder / "music")
        subprocess.run(command("scan", folder / "music", "--data", folder / "data"), cwd=ROOT, check=True)

    folder = once(tmp_path_factory, "clinic", make)

    def made(data: Path) -> Path:
        shutil.copytree(folder / "data", data)
        return data

    return made


@pytest.fixture(scope="session")
def clinic_data(made_clinic, tmp_path_factory) -> Path:
    """The data of the clinic that is walked through."""
    return made_clinic(tmp_path_factory.mktemp("walked") / "data")


@pytest.fixture(scope="module")
def service(clinic_data) -> Iterator[Service]:
    """The real service, as `serve` starts it."""
    running = Service(clinic_data)
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def sink(tmp_path_factory) -> Iterator[dict[str, str]]:
    """The environment of a browser whose sound can be recorded."""
    with null_sink(tmp_path_factory.mktemp("sink")) as environment:
        yield environment


@pytest.fixture(scope="session")
def browser(playwright) -> Iterator[Browser]:
    """The staff's browser."""
    launched = playwright.chromium.launch(executable_path=needs.chromium(), args=FLAGS)
    yield launched
    launched.close()
