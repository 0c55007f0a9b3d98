"""Use case: the headphones went, and somebody says that the music may sound again where it now would."""

import msgspec
import sqlalchemy as sa

from soundscape import session_log
from soundscape.stores import audit
from soundscape.stores import rooms as store
from soundscape.stores import sessions as session_store
from soundscape.stores.rooms import Room


def play_here(connection: sa.Connection, room_id: str, *, by: str, now_ms: int) -> Room:
    """Let the room's player sound again; one that lost nothing goes on as it is."""
    room = store.get(connection, room_id)
    wished = msgspec.structs.replace(room.wished, output_ms=now_ms)
    after = msgspec.structs.replace(room, wished=wished, revision=room.revision + 1)
    store.put(connection, after)
    session = session_store.of_room(connection, room_id)
    if session is not None:
        session_log.note(connection, session, "play_here", by=by, now_ms=now_ms, detail={})
    else:
        audit.record(connection, now_ms, by, "play here", room.name)
    return after
