"""A clinic with one room: the real service behind a network that can be broken, and a browser that is recorded."""

import datetime as dt
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.reliability import table
from tests.reliability.certificates import Certificate, certificate
from tests.reliability.proxy import Proxy
from tests.reliability.room import Room
from tests.reliability.tablet import Tablet
from tests.walk.clinic import Service
from tests.walk.conftest import made_clinic, sink

__all__ = ["made_clinic", "sink"]

TIMES = int(os.environ.get("RELIABILITY_TIMES", "1"))
TABLE = os.environ.get("RELIABILITY_TABLE")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Repeat each case, where that is asked for."""
    if TIMES > 1:
        metafunc.fixturenames.append("time_of_many")
        metafunc.parametrize("time_of_many", range(TIMES), ids=[f"{table.TIME}{number}" for number in range(TIMES)])


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Keep how each case ended, and write the table anew, where that is asked for."""
    if TABLE and "PYTEST_XDIST_WORKER" not in os.environ and table.note(report):
        table.write(Path(TABLE))


@pytest.fixture(scope="package")
def service(made_clinic: Callable[[Path], Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service, behind a proxy that speaks TLS for it."""
    running = Service(made_clinic(tmp_path_factory.mktemp("clinic") / "data"), plain_http=True)
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def good_certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """The one that the tablets trust."""
    return certificate(tmp_path_factory.mktemp("good") / "good.pem", expires_in=dt.timedelta(days=30))


@pytest.fixture(scope="session")
def expired_certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """One that was good until yesterday."""
    return certificate(tmp_path_factory.mktemp("expired") / "expired.pem", expires_in=dt.timedelta(days=-1))


@pytest.fixture(scope="package")
def network(service: Service, good_certificate: Certificate) -> Iterator[Proxy]:
    """What lies between the room and the service."""
    proxy = Proxy(service.port, good_certificate.path)
    yield proxy
    proxy.close()


MakeTablet = Callable[[str], Tablet]


@pytest.fixture(scope="package")
def make_tablet(playwright, sink, network, good_certificate, tmp_path_factory) -> Iterator[MakeTablet]:
    """Makes tablets that are not opened yet, by a name."""
    made: list[Tablet] = []

    def make(name: str) -> Tablet:
        address = f"https://127.0.0.1:{network.port}/room"
        folder = tmp_path_factory.mktemp(name)
        made.append(Tablet(playwright, folder, sink, address, good_certificate.spki))
        return made[-1]

    yield make
    for tablet in made:
        tablet.deafen()
        tablet.close()


@pytest.fixture(scope="package")
def paired_room(service: Service, network: Proxy, make_tablet: MakeTablet) -> Room:
    """A room whose tablet is paired and holds all that every room holds."""
    room = Room("Room 1", service, network, make_tablet("tablet"))
    room.pair()
    room.make_standing()
    return room


@pytest.fixture
def room(paired_room: Room, tmp_path: Path) -> Iterator[Room]:
    """The room; after the test its network is fair again."""
    paired_room.folder = tmp_path
    yield paired_room
    paired_room.fair()


@pytest.fixture
def room_without_autoplay(room: Room) -> Iterator[Room]:
    """The room, whose browser wants a tap before it plays and has had one."""
    room.tablet.close()
    room.tablet.kiosk = False
    room.tablet.open()
    if room.begun:
        room.until_shown("needs_tap", 15.0)
    room.tablet.tap()
    if room.begun:
        room.until_shown("Playing", 15.0)
    yield room
    room.fair()
    room.tablet.close()
    room.tablet.kiosk = True
    room.tablet.open()
