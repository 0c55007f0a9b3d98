"""A player made of its contract alone (docs/live.md): it reports, downloads through the API, verifies, and takes legs.

It has no sound: what it would play is worked out second by second on the house's clock.
"""

import hashlib
import uuid

from tests.soundscape.house import House, Tablet

WHOLE_BEFORE_S = 2.0


class Player:
    """One room's device."""

    def __init__(self, house: House, room_id: str) -> None:
        self.house = house
        self.tablet: Tablet = house.tablet(room_id)
        self.files: dict[str, int] = {}
        self.sizes: dict[str, int] = {}
        self.holds_back: set[str] = set()
        """Files of which the last byte never comes, or never verifies."""
        self.wished: dict = {"mode": "empty", "then": [], "mixdown": None}
        self.leg: dict | None = None
        self.online = True
        self.heard: list[str] = []

    @property
    def clock_s(self) -> float:
        return (self.house.clock.ms - self.wished["started_ms"]) / 1000

    @property
    def plays(self) -> bool:
        return self.wished["mode"] == "play" and self.wished["mixdown"] is not None

    def file(self) -> dict:
        return self.leg["mixdown"] if self.leg else self.wished["mixdown"]

    def position_s(self) -> float:
        return self.leg["from_s"] + self.clock_s - self.leg["at_s"] if self.leg else self.clock_s

    def report(self, *events: dict) -> dict | None:
        """Tell and be told; then download what is wished."""
        if not self.online:
            return None
        files = [
            {"mixdown_id": key, "bytes_verified": held, "bytes": self.sizes[key]} for key, held in self.files.items()
        ]
        told = {"files": files, "events": list(events)}
        if self.plays:
            told |= {
                "position_s": self.position_s(),
                "mixdown_id": self.file()["mixdown_id"],
                "change_id": self.leg["change_id"] if self.leg else None,
                "level_dbfs": -30.0,
            }
        answer = self.tablet.report("playing" if self.plays else "ready", **told)
        self.wished = answer["wished"]
        self._download(answer["standing"])
        return answer

    def press(self, kind: str, value: float | None = None) -> dict:
        """Something pressed at the bedside: the event, to be told."""
        return {"event_id": str(uuid.uuid4()), "at_ms": self.house.clock(), "kind": kind, "value": value}

    def run(self, seconds: float) -> None:
        """Play on; a report every two seconds, as soon as something was pressed at the desk."""
        self.report()
        for second in range(round(seconds)):
            self.house.clock.wait(1)
            self._cross()
            if second % 2:
                self.report()

    def jump(self, clock_s: float) -> None:
        """Play on to a second of the session before which nothing happens."""
        self.house.clock.wait(clock_s - self.clock_s)
        self.report()

    def until(self, met, most_s: float = 400) -> None:
        """Play on until something is so."""
        for _ in range(round(most_s)):
            if met():
                return
            self.run(2)
        raise AssertionError("it never came")

    def _cross(self) -> None:
        for leg in self.wished["then"] if self.plays else ():
            begun = self.leg["at_s"] if self.leg else -1.0
            if begun < leg["at_s"] <= self.clock_s < leg["at_s"] + 2 and self._whole(leg["mixdown"]["mixdown_id"]):
                self.leg = leg
                self.heard.append(leg["change_id"])

    def _whole(self, mixdown_id: str) -> bool:
        return 0 < self.sizes.get(mixdown_id, 0) == self.files.get(mixdown_id)

    def _download(self, standing: dict) -> None:
        wanted = [self.wished["mixdown"], *(leg["mixdown"] for leg in self.wished["then"])]
        wanted += [standing["bed"], *(each["mixdown"] for each in standing["lists"])]
        for file in wanted:
            if file is not None and not self._whole(file["mixdown_id"]):
                self._fetch(file)

    def _fetch(self, file: dict) -> None:
        manifest = self.tablet.get(file["manifest_url"]).json
        with self.tablet.get(file["url"]) as answer:
            sound = answer.data
        assert hashlib.sha256(sound).hexdigest() == file["sha256"] == manifest["sha256"]
        key, last = file["mixdown_id"], int(file["mixdown_id"] in self.holds_back or "all" in self.holds_back)
        self.sizes[key], self.files[key] = file["bytes"], len(sound) - last
