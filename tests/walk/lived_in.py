"""A clinic in the middle of its day: every page of the service has something on it, and most states are there at once.

Rooms: one free, one ready, one playing, one quiet, one that is lost, one whose tablet needs a tap, one whose session
file is being made. The clock stands still unless it is told, so what is shown stays as it is.
"""

from dataclasses import dataclass
from pathlib import Path

import mutagen
import numpy as np
import sqlalchemy as sa

from library.audio import readable
from library.catalogue import FileState
from library.store import writing
from library.tables import track_table
from library.tags import read_tags
from library.track import ANALYSIS_VERSION, Tags
from library.waiting import StoredLine
from playlists.exchange.entry import Entry, Listing
from soundscape import accounts, jobs
from soundscape.parts import now_ms
from tests.sounds import write
from tests.soundscape import doubtful
from tests.soundscape.clinic import Clinic
from tests.soundscape.elsewhere import stored
from tests.soundscape.house import PASSWORD, Browser
from tests.soundscape.lived import live_through
from tests.soundscape.pieces import RATE_HZ


@dataclass(frozen=True)
class Names:
    """What things are called: ``tags`` go round the tracks."""

    tags: tuple[str, ...]
    playlist: str
    room: str
    account: str


PLAIN = Names(("First Light", "Tidal", "Slow Water", "Lantern"), "Warm and slow", "Room", "berta")
SCRIPT = "<script>window.hacked=1;alert(1)</script>"
BREAKING = "\"'><img src=https://elsewhere.invalid/x onerror=window.hacked=1 autofocus onfocus=window.hacked=1>"
TURNED = "\u202e\u2066\u2067desrever\u202d \u05d0\u05d1\u05d2 \u0000\u0007{{7*7}}"
HOSTILE = Names((SCRIPT, BREAKING, TURNED, "W" * 1_000_000), BREAKING + TURNED, SCRIPT + "\u202e", SCRIPT + "\u202e")


class LivedIn(Clinic):
    """The clinic; `address` gives the example of each kind of page."""

    def __init__(self, scanned: Path, data: Path, names: Names) -> None:
        super().__init__(scanned, data)
        self.clock.ms = now_ms()
        self.all_may_be_heard()
        self._tag(names.tags)
        self.admin = self.staff("admin")
        self.account = names.account
        with writing(self.engine) as connection:
            now = self.clock()
            _, code = accounts.make(connection, names.account, "admin", by=names.account, now_ms=now)
            accounts.use_first_login(connection, code, PASSWORD, now)
        self.track_id = self.tracks[0].track_id
        self.playlist_id = self.shelved(names.playlist)
        self.other_id = self.shelved(f"{names.playlist} 2")
        self._decide()
        for number, title in enumerate(names.tags[:2]):
            doubtful.put(self, number, data / f"{number}-gone.flac", Tags(title=title, artist=title, album=title))
        self.free = self.room(f"{names.room} 1")
        self.session_id = live_through(self, self.admin, self.free)
        self._measuring(names.tags)
        self.import_id = self._brought_in(names.tags)
        self._previews()
        self._rooms(names.room)

    def playlist(self, title: str = "", *, minutes: float = 0.0) -> str:
        """The list that `live_through` plays is a fitted one."""
        return self.playlist_id

    def _tag(self, titles: tuple[str, ...]) -> None:
        """Tags as a scan reads them: each from a real file that carries it."""
        catalogue = self.parts.catalogue
        silence = np.zeros((2, 2 * RATE_HZ), np.float32)
        for number, title in enumerate(titles):
            path = write(self.data / f"{number}.flac", silence, RATE_HZ)
            file = mutagen.File(path)
            file["title"], file["artist"], file["album"], file["copyright"] = title, title, title, title
            file.save()
            tags = read_tags(path)
            for track in self.tracks[number :: len(titles)]:
                known = catalogue.files()[track.paths[0]] if track.paths else None
                state = known.state if known else FileState(path=str(path), size_bytes=1, modified_ns=1)
                catalogue.put_tags(state, track.track_id, tags)

    def _decide(self) -> None:
        """Two decisions by a person, one for and one against."""
        for track, status in zip(self.tracks[-2:], ("refused", "cleared"), strict=True):
            answer = self.admin.call(
                "PUT", f"/tracks/{track.track_id}/decision", {"status": status, "reason": "Heard it twice."}
            )
            assert answer.status_code == 200, answer.text

    def _brought_in(self, names: tuple[str, ...]) -> str:
        """A list from elsewhere: for each name a line that is missing, and one in doubt, and one that is no music."""
        title = self.tracks[0].tags.title or ""
        named = [Entry(title=name, artist=name, album=name) for name in names]
        said = [Entry(title=title, artist=f"Not {names[0]}"), Entry(title=names[0], missing=names[0])]
        listing = Listing(title=names[0], note=names[0], remarks=names, entries=(*named, *said))
        return stored(self, listing, names[0])

    def _measuring(self, names: tuple[str, ...]) -> None:
        """A file that failed and two that wait under each name, and a track that an older version measured."""
        paths = [f"/music/{name[:200]}".replace("\0", "") for name in names]
        for path in paths:
            failed = FileState(path=f"{path}.mp3", size_bytes=1, modified_ns=1)
            words = f"{readable(failed.path)}: no audio in this file. Export it again."
            self.parts.catalogue.put_error(failed, "unreadable_audio", words)
        with writing(self.engine) as connection:
            job_id = jobs.submit(connection, "scan", {"folder": "/music"}, by="test", now_ms=self.clock())
            stale = sa.update(track_table).where(track_table.c.track_id == self.track_id)
            connection.execute(stale.values(analysis_version=ANALYSIS_VERSION - 1))
        StoredLine(self.engine, job_id).fill(f"{path}{number}.flac" for path in paths for number in (1, 2))

    def _previews(self) -> None:
        """One link that is closed, one that was chosen from, one with nothing done yet."""
        self.closed, chosen, self.open = (self.link(self.playlist_id, self.other_id) for _ in range(3))
        assert self.admin.call("POST", f"/previews/{self.closed['preview_id']}/revoke").status_code == 204
        patient = self.patient(chosen["secret"])
        pieces = patient.lists()["lists"][0]["pieces"]
        patient.vote(pieces[0]["track_id"], "like")
        patient.vote(pieces[1]["track_id"], "veto")
        patient.send("POST", "choose", {"playlist_id": patient.lists()["lists"][0]["playlist_id"]})

    def _rooms(self, name: str) -> None:
        self.mixdown(self.other_id)
        admin = self.admin
        tablets = {}
        for number, state in enumerate(("ready", "playing", "quiet", "lost", "tap"), 2):
            room_id = self.room(f"{name} {number}")
            tablets[state] = self.tablet(room_id)
            session = self.assigned(admin, room_id, self.other_id)
            if state != "ready":
                admin.call("POST", f"/sessions/{session['session_id']}/start", {"minutes_ago": 3})
            if state == "quiet":
                admin.call("PUT", f"/sessions/{session['session_id']}/quiet", {"quiet": True})
            tablets[state].report("playing", position_s=180.0, level_dbfs=-27.0)
        self.clock.wait(8)
        for state, reported in (("ready", "ready"), ("playing", "playing"), ("quiet", "quiet"), ("tap", "ready")):
            tablets[state].report(reported, position_s=188.0, level_dbfs=-27.0, needs_tap=state == "tap")
        making = self.room(f"{name} 7")
        self.assigned(admin, making, self.shelved(f"{name} 3"))

    def assigned(self, browser: Browser, room_id: str, playlist_id: str) -> dict:
        """A session of this list in this room."""
        answer = browser.call("POST", "/sessions", {"room_id": room_id, "playlist_id": playlist_id})
        assert answer.status_code == 201, answer.text
        return answer.json["session"]
