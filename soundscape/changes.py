"""Use cases of live changes: extend, bring back, skip, pause and go on, another list.

Each names itself by an id made where it was pressed, so that a press sent twice is one; each is stored with all that
follows from it in one transaction. :mod:`soundscape.planning` says when it is heard.
"""

import math

import msgspec
import sqlalchemy as sa

from library.track import Record
from playlists import revisions, shelf
from playlists.errors import BadRequest
from soundscape import planning, withdrawn
from soundscape.errors import NotSignedOff, WrongState
from soundscape.planning import US
from soundscape.scene import Scene, scene_of
from soundscape.session_log import note
from soundscape.stores import changes as store
from soundscape.stores import sessions as session_store
from soundscape.stores.changes import Change, Kind
from soundscape.stores.sessions import Session

PAUSE_STEP_S = 600.0
"""A pause of unknown length is made room for so much at a time."""
NEXT_STEP_S = 300.0
"""Judgement: the next step is asked for when so much of the last is left; a seam comes within that."""


class Asked(Record, frozen=True, kw_only=True):
    """What somebody presses."""

    change_id: str
    kind: Kind
    minutes: float | None = None
    playlist_id: str | None = None

    def check(self) -> None:
        """Refuse what lacks what its kind needs.

        Raises
        ------
        BadRequest
        """
        if self.kind == "extend" and self.minutes is None:
            raise BadRequest("Say by how many minutes to extend.")
        if self.kind == "replace" and self.playlist_id is None:
            raise BadRequest("Say which list to go on with.")


def ask(
    connection: sa.Connection, session_id: str, asked: Asked, *, by: str, now_ms: int, at_ms: int | None = None
) -> Change:
    """Change the music of a running session; enqueue the change's job after the transaction.

    Parameters
    ----------
    at_ms
        When it was pressed, where that was told late.

    Raises
    ------
    NoSuch, WrongState
        The session does not run, or this makes no sense now.
    NotSignedOff
        The other list has no signed version.
    HoldsRefused
        A piece of the other list was refused since it was signed.
    Infeasible
        There is no place left where the music could be changed.
    """
    asked.check()
    known = store.find(connection, asked.change_id)
    session = session_store.get(connection, session_id)
    if known is not None:
        if known.session_id != session_id:
            raise WrongState(f"The change {asked.change_id!r} belongs to another session.")
        return known
    if session.state != "started":
        raise WrongState(f"Session {session.code} is not running.")
    scene = scene_of(connection, session, now_ms)
    scene.first_file()
    pressed_ms = now_ms if at_ms is None else min(at_ms, now_ms)
    if asked.kind in ("pause", "go_on") and (asked.kind == "pause") == (session.paused_ms is not None):
        return _the_same(scene, asked.kind)
    skipping = [other for other in scene.under_way() if other.kind == "skip"]
    if asked.kind == "skip" and skipping:  # the piece that sounds gives way already
        return skipping[-1]
    coming = [other for other in scene.under_way() if other.kind != "skip"]
    if asked.kind == "bring_back" and coming and coming[-1].kind == "bring_back":  # and nothing was asked for after it
        return coming[-1]
    if asked.kind in ("bring_back", "pause") and scene.clock_s >= session.infusion_s:
        raise WrongState("The infusion is over; its tail plays.")
    change = _wished(scene, asked, pressed_ms, by)
    change = planning.skip(scene, change) if asked.kind == "skip" else planning.plan(scene, change, new=True)
    _clock(scene, asked, pressed_ms)
    detail: dict[str, object] = {"change": change.kind, "at_s": change.at_s, "minutes": change.minutes}
    note(connection, scene.session, "change", by=by, now_ms=pressed_ms, detail=detail)
    return change


def _the_same(scene: Scene, kind: Kind) -> Change:
    """What is so already."""
    before = [change for change in scene.changes() if change.kind == kind]
    if not before:
        raise WrongState("The infusion's clock runs.")
    return before[-1]


def _wished(scene: Scene, asked: Asked, pressed_ms: int, by: str) -> Change:
    """The change with the lengths it aims at; when it is heard is still open."""
    session = scene.session
    infusion_s, minutes = session.infusion_s, None
    if asked.kind == "extend":
        minutes = asked.minutes or 0.0
        infusion_s += minutes * 60
    elif asked.kind == "pause":
        infusion_s += PAUSE_STEP_S
    elif asked.kind == "go_on":
        infusion_s = (session.paused_from_s or infusion_s) + _stood_s(session, pressed_ms)
    source_id, source_revision = _source(scene, asked)
    return Change(
        change_id=asked.change_id,
        session_id=session.session_id,
        kind=asked.kind,
        minutes=minutes,
        state="planned",
        at_s=scene.clock_s,
        first_at_s=scene.clock_s,
        infusion_s=infusion_s,
        tail_s=session.tail_s,
        source_id=source_id,
        source_revision=source_revision,
        asked_by=by,
        asked_ms=scene.now_ms,
    )


def _source(scene: Scene, asked: Asked) -> tuple[str, int]:
    """The list that is followed from now on: the one asked for, else the last one that was."""
    if asked.kind == "replace" and asked.playlist_id is not None:
        known = revisions.versions_of(scene.connection, asked.playlist_id)
        if not known:
            title = shelf.get(scene.connection, asked.playlist_id).title
            raise NotSignedOff(f"No version of the list {title!r} is signed off, and rooms play signed versions only.")
        signed = shelf.at(scene.connection, asked.playlist_id, known[-1].revision)
        what = f"Version {known[-1].version} of the list {signed.title!r}"
        withdrawn.must_hold_none(scene.connection, signed.playlist, what)
        return asked.playlist_id, known[-1].revision
    before = [change for change in scene.changes() if change.state != "failed"]
    if before:
        return before[-1].source_id, before[-1].source_revision
    return scene.session.playlist_id, scene.revision


def _clock(scene: Scene, asked: Asked, pressed_ms: int) -> None:
    """The infusion's clock stands, or runs again, and how long the infusion is to take without what it stood."""
    session = scene.session
    if asked.kind == "pause":
        before_s = session.infusion_s - PAUSE_STEP_S
        scene.keep(msgspec.structs.replace(session, paused_ms=pressed_ms, paused_from_s=before_s))
    elif asked.kind == "extend" and session.paused_from_s is not None:
        before_s = session.paused_from_s + (asked.minutes or 0.0) * 60
        scene.keep(msgspec.structs.replace(session, paused_from_s=before_s))
    elif asked.kind in ("go_on", "bring_back") and session.paused_ms is not None:
        stood_s = session.paused_s + _stood_s(session, pressed_ms)
        scene.keep(msgspec.structs.replace(session, paused_ms=None, paused_from_s=None, paused_s=stood_s))


def _stood_s(session: Session, at_ms: int) -> float:
    """Whole seconds for which the clock has stood."""
    return 0.0 if session.paused_ms is None else float(math.floor(max(0, at_ms - session.paused_ms) / 1000))


def pause_goes_on(scene: Scene) -> None:
    """Make room for more of a pause, before what it has is used up."""
    session = scene.session
    if session.paused_ms is None or session.paused_from_s is None:
        return
    granted_s = session.infusion_s - session.paused_from_s
    if _stood_s(session, scene.now_ms) < granted_s - NEXT_STEP_S:
        return
    before = [change for change in scene.changes() if change.kind == "pause"]
    step = sum(change.asked_by == US for change in before) + 1
    if before[-1].state == "failed":  # there is no music for more; it said so
        return
    asked = Asked(change_id=f"{before[0].change_id}-{step}", kind="pause")
    change = _wished(scene, asked, scene.now_ms, US)
    planning.attempt(scene, change)


def drop_all(connection: sa.Connection, session: Session, now_ms: int) -> None:
    """The session is over: nothing more comes."""
    planning.drop_all(scene_of(connection, session, now_ms), "The session was over.")
