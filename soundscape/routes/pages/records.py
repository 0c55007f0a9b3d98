"""Looking back: the sessions by day, one session's record, and the list that a patient takes home."""

from itertools import groupby

from flask import Blueprint, render_template, request

from soundscape import change_words, chronicle, records
from soundscape import take_home as home
from soundscape.desk import phases_of
from soundscape.elsewhere import Door
from soundscape.pages import local
from soundscape.parts import parts
from soundscape.pictures import inline
from soundscape.record import SessionRecord
from soundscape.record_picture import record_picture
from soundscape.records import Told
from soundscape.rights import right
from soundscape.stores import records as store
from soundscape.stores import rooms as room_store
from soundscape.stores.sessions import Session

blueprint = Blueprint("records", __name__)

A_PAGE = 50
LONGEST_MS = 1 << 52


@blueprint.get("/records")
@right("run_sessions")
def page() -> str:
    """The sessions that were started, by day, the newest first."""
    now_ms = parts().clock()
    before_ms = request.args.get("before_ms", type=int)
    if before_ms is not None:
        before_ms = min(max(before_ms, 0), LONGEST_MS)
    with parts().engine.connect() as connection:
        found = store.started(connection, before_ms=before_ms, most=A_PAGE + 1)
        rows = [
            (session, room_store.get(connection, session.room_id).name, records.summary(connection, session, now_ms))
            for session in found[:A_PAGE]
        ]
    older_ms = rows[-1][0].started_ms if len(found) > A_PAGE else None
    return render_template("records.html", days=_by_day(rows), older_ms=older_ms, newest=before_ms is None)


@blueprint.get("/records/<session_id>")
@right("run_sessions")
def one(session_id: str) -> str:
    """What was heard in one session, with its interruptions."""
    found = _told(session_id)
    picture = None
    if found.playlist is not None and found.session.started_ms is not None:
        svg = record_picture(found.record, found.playlist, phases_of(found.playlist, parts().templates))
        picture = inline(svg)
    moments = chronicle.moments(found.record, found.log, found.name_of)
    started_ms = found.session.started_ms or 0
    return render_template(
        "record.html",
        told=found,
        moments=moments,
        drawing=picture,
        lasting=chronicle.lasting,
        changes=[(change, change_words.outcome(change, started_ms, time_with_seconds)) for change in found.changes],
    )


@blueprint.get("/records/<session_id>/take-home")
@right("run_sessions")
def take_home(session_id: str) -> str:
    """One page for the patient: what was heard, and when. Nothing on it says whose it is."""
    with parts().engine.connect() as connection:
        job = home.last(connection, session_id)
    return render_template("takehome.html", told=_told(session_id), spotify=Door.of(parts()).state(), job=job)


def _told(session_id: str) -> Told:
    with parts().engine.connect() as connection:
        return records.told(connection, parts().catalogue, session_id, parts().clock())


@blueprint.app_template_filter()
def time_with_seconds(at_ms: int) -> str:
    """``10:42:07``."""
    return f"{local(at_ms):%H:%M:%S}"


@blueprint.app_template_filter()
def day_in_words(at_ms: int) -> str:
    """``Saturday, 21 November 2026``."""
    return f"{local(at_ms):%A, %-d %B %Y}"


Row = tuple[Session, str, SessionRecord]


def _by_day(rows: list[Row]) -> list[tuple[str, list[Row]]]:
    def day(row: Row) -> str:
        return day_in_words(row[0].started_ms or row[0].created_ms)

    return [(name, list(group)) for name, group in groupby(rows, key=day)]
