"""What a player's reports say of the changes that are planned: taken, late, or not taken."""

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from playlists import shelf
from playlists.errors import PlaylistError
from soundscape import changes, lead, legs, planning
from soundscape.errors import ServiceError
from soundscape.mixdown_file import as_file
from soundscape.planning import LATE_S, US
from soundscape.scene import TAKEN_BY_S, Scene
from soundscape.session_log import note
from soundscape.stores import changes as store
from soundscape.stores import jobs as job_store
from soundscape.stores.changes import Change
from soundscape.wished import Leg, Report


def follow(scene: Scene, report: Report) -> None:
    """Look at all that is under way, after a report of the room's player."""
    if report.change_id is not None:
        with _apart(scene):
            _heard(scene, report)
    for change in _each(scene):
        with _apart(scene):
            _look(scene, change, report)
    with _apart(scene):
        changes.pause_goes_on(scene)


def _each(scene: Scene) -> Iterator[Change]:
    """All that is under way, each read anew when its turn comes: what became of one before it may have changed it."""
    for seen in scene.under_way():
        now = store.find(scene.connection, seen.change_id)
        if now is not None and now.under_way and now.job_id == seen.job_id:
            yield now


@contextmanager
def _apart(scene: Scene) -> Iterator[None]:
    """What is refused is undone and noted once: whatever is wrong with a change, the report of the room is kept."""
    session, room = scene.session, scene.room
    try:
        with scene.connection.begin_nested():
            yield
    except (ServiceError, PlaylistError) as refusal:
        scene.session, scene.room = session, room
        detail: dict[str, object] = {"why": str(refusal)}
        note(scene.connection, session, "change_failed", by=US, now_ms=scene.now_ms, detail=detail, once=True)


def _heard(scene: Scene, report: Report) -> None:
    """The leg that the player says it plays is done, and with it those before it."""
    if legs.music_s(scene.wished, report) is None:
        return
    change = next((change for change in scene.changes() if change.change_id == report.change_id), None)
    if change is None or change.state == "done":
        return
    for other in scene.under_way():
        if other.state == "sent" and other.at_s < change.at_s and other.asked_ms < change.asked_ms:
            _done(scene, other)
    if change.state == "sent" and report.mixdown_id in (None, change.mixdown_id):
        _done(scene, change)
    elif report.mixdown_id in change.mixdown_ids:
        _taken_after_all(scene, change, str(report.mixdown_id))


def _done(scene: Scene, change: Change) -> None:
    store.put(scene.connection, msgspec.structs.replace(change, state="done", done_ms=scene.now_ms))
    late_s = round(scene.clock_s - change.first_at_s, 1)
    detail: dict[str, object] = {"change": change.kind, "at_s": change.at_s, "late_s": late_s, "moved": change.moved}
    note(scene.connection, scene.session, "change_done", by=US, now_ms=scene.now_ms, detail=detail)


def _taken_after_all(scene: Scene, change: Change, mixdown_id: str) -> None:
    """The player went on with a file that we had given up, before it learned of that: it is what is heard."""
    found = shelf.mixdown(scene.connection, mixdown_id)
    change = msgspec.structs.replace(
        change, mixdown_ids=(*(each for each in change.mixdown_ids if each != mixdown_id), mixdown_id)
    )
    if change.job_id is not None and change.under_way:
        planning.stop(scene, change.job_id)
    if change.kind != "skip":
        at_s, playlist = found.manifest.from_s, found.playlist
        lengths = {"infusion_s": playlist.infusion_s, "tail_s": playlist.tail_s}
        change = msgspec.structs.replace(change, at_s=at_s, **lengths)
        if all(other.change_id == change.change_id for other in scene.under_way()):
            scene.keep(msgspec.structs.replace(scene.session, **lengths))
        leg = Leg(change_id=change.change_id, at_s=at_s, from_s=0.0, cross_s=legs.CROSS_S, mixdown=as_file(found))
        scene.wish(lambda wished: msgspec.structs.replace(wished, then=legs.with_leg(wished.then, leg)))
    _done(scene, change)
    for other in _each(scene):
        if other.kind != "skip":
            planning.move(scene, other, "The change before it was heard after all.")


def _look(scene: Scene, change: Change, report: Report) -> None:
    """Move what will not be there in time."""
    music_s = legs.music_s(scene.wished, report)
    left_s = change.at_s - (scene.clock_s if music_s is None else music_s)
    if change.state == "sent":
        if change.kind == "skip":
            _look_at_skip(scene, change, left_s, music_s)
        elif 0 <= left_s < LATE_S and not lead.is_whole(report.files, change.mixdown_id):
            planning.move(scene, change, "The tablet did not have the file in time.")
        elif music_s is not None and left_s < -TAKEN_BY_S:
            planning.move(scene, change, "The tablet did not take it.")
        return
    job = job_store.get(scene.connection, change.job_id or "")
    if job.state in ("failed", "cancelled"):
        planning.fail(scene, change, job.error_message or "The job that makes its file was stopped.")
    elif left_s < LATE_S:
        planning.move(scene, change, "The file was not made in time.")


def _look_at_skip(scene: Scene, change: Change, left_s: float, music_s: float | None) -> None:
    """A skip that was not taken is over: nobody wants it minutes later."""
    if music_s is not None and left_s < -TAKEN_BY_S:
        planning.fail(scene, change, "The tablet did not take it.")
        for other in _each(scene):
            if other.kind == "keep_end":
                planning.drop(scene, other, "Nothing was skipped.")
            elif other.kind != "skip":
                planning.move(scene, other, "Nothing was skipped.")
