"""What a room's card says and offers of live changes."""

from dataclasses import dataclass

import sqlalchemy as sa

from playlists.playlist import Playlist
from soundscape import change_words
from soundscape.change_words import Told
from soundscape.pages import time_of_day
from soundscape.scene import Scene
from soundscape.stores.rooms import Device, Room
from soundscape.stores.sessions import Session


@dataclass(frozen=True)
class LiveCard:
    """Of a session that plays; ``playlist`` is what is heard, as far as that is sure."""

    playlist: Playlist
    planned: list[Told]
    happened: list[Told]
    paused_ms: int | None
    stood_s: float
    """How long the infusion's clock has stood, in all."""
    on_tail: bool


def live_card(
    connection: sa.Connection, session: Session, room: Room, device: Device | None, now_ms: int
) -> LiveCard | None:
    """Nothing where the session does not run, or its file is still being made."""
    if session.state != "started" or session.mixdown_id is None or session.started_ms is None:
        return None
    scene = Scene(connection, session, room, device, now_ms)
    changes = scene.changes()
    stands_s = 0.0 if session.paused_ms is None else (now_ms - session.paused_ms) / 1000
    return LiveCard(
        playlist=scene.lists()[-1].playlist,
        planned=change_words.planned(changes, session.started_ms, now_ms, time_of_day),
        happened=change_words.happened(changes, session.started_ms, now_ms, time_of_day),
        paused_ms=session.paused_ms,
        stood_s=session.paused_s + stands_s,
        on_tail=scene.clock_s >= session.infusion_s,
    )
