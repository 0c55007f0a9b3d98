"""The clinic of `house.py` with a real, scanned library in its data."""

import shutil
from pathlib import Path

from msgspec.structs import replace

from soundscape.stores import audit, pulse
from tests.soundscape.house import Browser, House


def scanned_house(scanned: Path, data: Path) -> House:
    """A clinic whose library is a copy of the scanned one."""
    shutil.copytree(scanned, data, dirs_exist_ok=True)
    return House(data)


def first_id(browser: Browser, search: str = "") -> str:
    """A track of the library, as the API lists it."""
    return browser.call("GET", f"/tracks?search={search}").json["tracks"][0]["track_id"]


def audited(house: House, action: str) -> list[audit.AuditRow]:
    """What the audit trail says of an action, the newest first."""
    with house.engine.connect() as connection:
        return audit.latest(connection, action=action)


def pulses(house: House, topic: str = "library") -> int:
    """How often a topic was raised."""
    with house.engine.connect() as connection:
        return pulse.counters(connection).get(topic, 0)


def put_tags(house: House, track_id: str, **tags: str) -> None:
    """Give a track other tags, as a scan would after a file was retagged."""

    catalogue = house.parts.catalogue
    track = catalogue.track(track_id)
    known = catalogue.files()[track.paths[0]]
    catalogue.put_tags(known.state, track_id, replace(track.tags, **tags))
