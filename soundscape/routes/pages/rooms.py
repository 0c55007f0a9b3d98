"""The page of rooms: their limits and their tablets."""

from flask import Blueprint, render_template

from soundscape.parts import parts
from soundscape.rights import right
from soundscape.rooms import CAP_DB
from soundscape.stores import rooms as store
from soundscape.stores import sessions as session_store

blueprint = Blueprint("rooms", __name__)


@blueprint.get("/rooms")
@right("keep_rooms")
def page() -> str:
    """Every room in use as a card."""
    with parts().engine.connect() as connection:
        rooms = store.list_open(connection)
        devices = store.devices(connection)
        sessions = session_store.open_sessions(connection)
    return render_template("rooms.html", rooms=rooms, devices=devices, sessions=sessions, new_cap_db=CAP_DB)
