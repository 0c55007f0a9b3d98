"""A running session in one transaction: its room, the changes of it, and which list is heard when.

Whoever changes it writes at once and goes on with what was written.
"""

from collections.abc import Callable
from dataclasses import dataclass

import msgspec
import sqlalchemy as sa

from playlists import shelf
from playlists.playlist import Playlist
from playlists.shelf import ShelvedMixdown
from soundscape import lead, legs
from soundscape.errors import WrongState
from soundscape.stores import changes as store
from soundscape.stores import jobs as job_store
from soundscape.stores import rooms as room_store
from soundscape.stores import sessions as session_store
from soundscape.stores.changes import Change
from soundscape.stores.rooms import Device, Room
from soundscape.stores.sessions import Session
from soundscape.wished import Wished

MOST_LAG_S = 15.0
"""Judgement: a start, a reload and a step back together; more is a fault of a clock."""
TAKEN_BY_S = legs.CROSS_S + 4.0
"""Judgement: a crossing and two reports after its moment, a leg that is not heard was not taken."""


@dataclass(frozen=True)
class Heard:
    """A list that is heard from a second on, and the list on the shelf that it follows."""

    at_s: float
    source: tuple[str, int]
    playlist: Playlist


@dataclass
class Scene:
    """What a change has to know."""

    connection: sa.Connection
    session: Session
    room: Room
    device: Device | None
    now_ms: int

    @property
    def wished(self) -> Wished:
        """What is wished of the room."""
        return self.room.wished

    @property
    def clock_s(self) -> float:
        """Seconds since the infusion was started."""
        return legs.clock_s(self.wished, self.now_ms)

    @property
    def _told_s(self) -> float:
        """The clock's second at the device's last report."""
        told_ms = self.device.reported_ms if self.device else None
        return self.clock_s if told_ms is None else legs.clock_s(self.wished, told_ms)

    @property
    def heard_s(self) -> float:
        """The second that is heard: music may be some seconds behind the clock."""
        report = self.device.report if self.device else None
        lag_s = (report.lag_s if report else None) or 0.0
        return max(0.0, self.clock_s - min(max(lag_s, 0.0), MOST_LAG_S))

    def changes(self) -> list[Change]:
        """All, in the order in which they were asked for."""
        return store.of_session(self.connection, self.session.session_id)

    def under_way(self) -> list[Change]:
        """Those still to come."""
        return [change for change in self.changes() if change.under_way]

    def wish(self, change: Callable[[Wished], Wished]) -> None:
        """Wish something else of the room, if it is something else."""
        room = room_store.get(self.connection, self.room.room_id)
        wished = change(room.wished)
        if wished != room.wished:
            room = msgspec.structs.replace(room, wished=wished, revision=room.revision + 1)
            room_store.put(self.connection, room)
        self.room = room

    def keep(self, session: Session) -> None:
        """Store what changed of the session; the room is told how long it is."""
        session_store.put(self.connection, session)
        self.session = session
        lengths = {"infusion_s": session.infusion_s, "tail_s": session.tail_s}
        paused = session.paused_ms is not None

        def told(wished: Wished) -> Wished:
            facts = None if wished.session is None else msgspec.structs.replace(wished.session, **lengths)
            return msgspec.structs.replace(wished, session=facts, paused=paused)

        self.wish(told)

    def sure(self, change: Change) -> bool:
        """Whether the room takes this leg, or took it, as far as its reports can say.

        It lies on the device, and no report since its moment says otherwise: a tablet out of reach took it.
        """
        if change.state == "done":
            return True
        report = self.device.report if self.device else None
        if change.state != "sent" or report is None:
            return False
        there = change.kind == "skip" or lead.is_whole(report.files, change.mixdown_id)
        return there and change.at_s > self._told_s - TAKEN_BY_S

    def own(self) -> Heard:
        """The list of the session's own file."""
        file = self.first_file()
        return Heard(0.0, (self.session.playlist_id, self.revision), file.playlist)

    def first_file(self) -> ShelvedMixdown:
        """The session's own file.

        Raises
        ------
        WrongState
            It is still being made.
        """
        if self.session.mixdown_id is None:
            raise WrongState(f"The file of session {self.session.code} is still being made. Try again when it plays.")
        return shelf.mixdown(self.connection, self.session.mixdown_id)

    @property
    def revision(self) -> int:
        """The revision of its list that the session plays."""
        if self.session.playlist_revision is not None:
            return self.session.playlist_revision
        return shelf.mixdown(self.connection, self.session.mixdown_id or "").playlist_revision

    def lists(self, *, leaving_out: str = "") -> list[Heard]:
        """The lists that are heard one after the other, as far as that is sure; the last is the one to build on."""
        found = [self.own()]
        for change in sorted(self.changes(), key=lambda change: change.at_s):
            if change.change_id != leaving_out and self.sure(change):
                source = (change.source_id, change.source_revision)
                found.append(Heard(change.at_s, source, self.list_of(change)))
        return found

    def list_of(self, change: Change) -> Playlist:
        """What is heard with a change: of a skip the list laid out anew, else what its file plays."""
        if change.kind == "skip" or change.mixdown_id is None:
            return store.base_of(self.connection, change.change_id)
        return shelf.mixdown(self.connection, change.mixdown_id).playlist

    def lead_s(self, total_s: float, missed: int) -> float:
        """How long until a file to the session's end is surely in the room."""
        first = self.wished.mixdown
        size = first.bytes / first.total_s if first is not None else 0.0
        speed = lead.speed_of(job_store.last_done(self.connection, "successor", lead.LAST))
        bytes_s = self.device.bytes_s if self.device else None
        return lead.lead_s(max(0.0, total_s - self.clock_s), size, speed, bytes_s, missed)


def scene_of(connection: sa.Connection, session: Session, now_ms: int) -> Scene:
    """The scene of a session."""
    room = room_store.get(connection, session.room_id)
    device = room_store.devices(connection).get(session.room_id)
    return Scene(connection, session, room, device, now_ms)
