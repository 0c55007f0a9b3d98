"""A standing list that was started on the room's own screen, while there was no server: it becomes a session.

The player plays it under an id of its own, that of the press without its dashes, and the session takes that id, so that
the music goes on as it is when the server is back.
"""

import sqlalchemy as sa

from playlists import shelf
from playlists.errors import UnknownMixdown
from soundscape import assigning, standing
from soundscape.errors import Busy, NoSuch
from soundscape.mixdown_file import as_file
from soundscape.session_log import note
from soundscape.sessions import overdue, wish
from soundscape.stores import sessions as store
from soundscape.stores.rooms import Room
from soundscape.stores.sessions import Session
from soundscape.stores.standing import BED, Stand
from soundscape.wished import PlayerEvent, SessionFacts, Wished


def begin(connection: sa.Connection, room: Room, event: PlayerEvent, now_ms: int) -> Session | None:
    """Take such a start over: what was planned in the room is set aside for what sounds in it.

    Nothing where a session runs there, where the file is not known, or where something is planned and the music of this
    start is over by the clock: told hours later, it must not take the place of what comes next.
    """
    session_id = event.event_id.replace("-", "")[:32]
    try:
        return store.get(connection, session_id)
    except NoSuch:
        pass
    stand = _stand(connection, event)
    if stand is None:
        return None
    by = f"tablet of {room.name}"
    session = Session(
        session_id=session_id,
        code=assigning.new_code(connection),
        room_id=room.room_id,
        playlist_id=stand.playlist_id,
        playlist_revision=shelf.mixdown(connection, stand.mixdown_id).playlist_revision,
        mixdown_id=stand.mixdown_id,
        state="started",
        infusion_s=stand.infusion_s,
        tail_s=stand.tail_s,
        created_by=by,
        created_ms=event.at_ms,
        started_ms=event.at_ms,
    )
    if overdue(session, now_ms) and store.of_room(connection, room.room_id) is not None:
        return None
    try:
        assigning.make_way(connection, room, by=by, now_ms=now_ms)
    except Busy:
        return None
    store.put_new(connection, session)
    facts = SessionFacts(session_id=session_id, code=session.code, infusion_s=stand.infusion_s, tail_s=stand.tail_s)
    wished = Wished(
        mode="play",
        session=facts,
        mixdown=stand.file,
        started_ms=event.at_ms,
        pressed_ms=event.at_ms,
        changed_ms=event.at_ms,
        level_db=room.wished.level_db,
    )
    wish(connection, room, wished)
    detail: dict[str, object] = {"minutes_ago": 0.0, "list": stand.name}
    note(connection, session, "started", by=by, now_ms=event.at_ms, detail=detail)
    return session


def _stand(connection: sa.Connection, event: PlayerEvent) -> Stand | None:
    """The list that was pressed: by its file, handed out still or not; by its place only where no file is named."""
    if event.mixdown_id is not None:
        return _on_the_shelf(connection, event.mixdown_id)
    if event.value is None:
        return None
    found = [stand for stand in standing.handed_out(connection) if stand.name != BED]
    place = round(event.value)
    return found[place] if 0 <= place < len(found) else None


def _on_the_shelf(connection: sa.Connection, mixdown_id: str) -> Stand | None:
    """What stood when it was pressed; it may have been withdrawn or made anew since."""
    try:
        found = shelf.mixdown(connection, mixdown_id)
    except UnknownMixdown:
        return None
    if found.playlist.template == BED:
        return None
    return Stand(
        name=found.playlist.template,
        playlist_id=found.playlist_id,
        mixdown_id=mixdown_id,
        file=as_file(found),
        infusion_s=found.playlist.infusion_s,
        tail_s=found.playlist.tail_s,
        made_ms=found.created_ms,
    )
