"""When a change of a session that sounds can be heard, and what becomes of it on the way.

It is planned for the first good seam that its file can surely reach. What is sure already stays: of the changes that
are still to come one is under way at most, and a new one takes in what those before it wished. Where a file comes too
late the seam moves to the next good one; the music never waits.
"""

import msgspec

from playlists import shelf
from playlists.errors import Infeasible
from playlists.playlist import Playlist
from playlists.seams import first_seam
from soundscape import jobs, legs
from soundscape.mixdown_file import as_file
from soundscape.onward import following
from soundscape.scene import Heard, Scene
from soundscape.session_log import note
from soundscape.stores import changes as store
from soundscape.stores import jobs as job_store
from soundscape.stores.changes import TAKEN_IN, Change
from soundscape.wished import Leg

US = "soundscape"
SHORTEST_INFUSION_S = 600.0
"""As short as an arc can be (`playlists.arc`): the music is brought back after it at the earliest."""
MOST_MOVES = 6
"""Judgement: what came too late so often, each time with twice the time allowed, will not come."""
LATE_S = 10.0
"""A file that is not whole on the device so long before its seam is late."""


def plan(scene: Scene, change: Change, *, new: bool, asking: bool = True) -> Change:
    """Plan a change for the first good seam it can reach, and ask for its file, unless a worker is at it.

    Raises
    ------
    Infeasible
        No seam is left; nothing was changed.
    """
    lists = scene.lists(leaving_out=change.change_id)
    after_s = scene.clock_s + scene.lead_s(change.infusion_s + change.tail_s, change.moved)
    if change.kind == "bring_back":
        after_s = max(after_s, SHORTEST_INFUSION_S)
    seam_s = first_seam(lists[-1].playlist, after_s)
    heard = next(found for found in reversed(lists) if found.at_s < seam_s)
    for other in scene.under_way():
        if other.change_id != change.change_id and not (scene.sure(other) and other.at_s < seam_s):
            drop(scene, other, TAKEN_IN)
    change = msgspec.structs.replace(
        change,
        state="planned",
        at_s=seam_s,
        first_at_s=seam_s if new else change.first_at_s,
        infusion_s=seam_s if change.kind == "bring_back" else change.infusion_s,
    )
    if asking:
        change = msgspec.structs.replace(change, job_id=_ask(scene, change))
    base = _base(scene, change, heard)
    if new:
        store.put_new(scene.connection, change, base)
    else:
        store.put(scene.connection, change, base)
    scene.wish(lambda wished: msgspec.structs.replace(wished, then=legs.without(wished.then, change.change_id)))
    scene.keep(msgspec.structs.replace(scene.session, infusion_s=change.infusion_s, tail_s=change.tail_s))
    return change


def _base(scene: Scene, change: Change, heard: Heard) -> Playlist:
    """The music that the change departs from; another list's pieces from the seam on, if it is to be followed now."""
    source = (change.source_id, change.source_revision)
    if source == heard.source:
        return heard.playlist
    return following(heard.playlist, shelf.at(scene.connection, *source).playlist, change.at_s)


def _ask(scene: Scene, change: Change) -> str:
    """Ask for the file, in the queue in which nothing is before it."""
    arguments: dict[str, object] = {
        "playlist_id": scene.session.playlist_id,
        "revision": scene.revision,
        "change_id": change.change_id,
    }
    if change.job_id is not None:
        stop(scene, change.job_id)
    return jobs.submit(scene.connection, "successor", arguments, by=change.asked_by, now_ms=scene.now_ms)


def move(scene: Scene, change: Change, why: str) -> None:
    """Its file did not come in time: the next good seam, or, where none is left, the music goes on as it is.

    What was built on it cannot be heard either: then that takes its wish along.
    """
    later = [other for other in scene.under_way() if other.asked_ms > change.asked_ms and other.kind != "skip"]
    if later:
        drop(scene, change, TAKEN_IN)
        move(scene, later[-1], why)
        return
    from_s = change.at_s
    change = msgspec.structs.replace(change, moved=change.moved + 1, words=why)
    if change.moved > MOST_MOVES:
        fail(scene, change, f"It was put off {MOST_MOVES} times. {why}")
        return
    try:
        change = plan(scene, change, new=False)
    except Infeasible as refusal:
        fail(scene, change, f"{why} {refusal}")
        return
    _note_move(scene, change, from_s, why)


def begin(scene: Scene, change: Change) -> tuple[Change, Playlist]:
    """A worker begins with the file. Where it had to wait too long for that, the seam moves before anything is made.

    Returns the change, and the music it departs from.

    Raises
    ------
    Infeasible
        No seam is left.
    """
    lead_s = scene.lead_s(change.infusion_s + change.tail_s, change.moved)
    if change.at_s - scene.clock_s < lead_s / 2:
        from_s, change = change.at_s, plan(scene, change, new=False, asking=False)
        _note_move(scene, change, from_s, "The worker was busy.")
    change = msgspec.structs.replace(change, state="rendering")
    store.put(scene.connection, change)
    return change, store.base_of(scene.connection, change.change_id)


def _note_move(scene: Scene, change: Change, from_s: float, why: str) -> None:
    detail: dict[str, object] = {"change": change.kind, "from_s": from_s, "to_s": change.at_s, "why": why}
    note(scene.connection, scene.session, "change_moved", by=US, now_ms=scene.now_ms, detail=detail)


def ready(scene: Scene, change: Change, mixdown_id: str, words: str) -> None:
    """The file is made: the room is told of it, unless it could not reach it any more."""
    found = shelf.mixdown(scene.connection, mixdown_id)
    change = msgspec.structs.replace(change, mixdown_ids=(*change.mixdown_ids, mixdown_id))
    playlist = found.playlist
    if change.at_s - scene.clock_s < LATE_S:
        move(scene, change, "The file was made too late.")
        return
    change = msgspec.structs.replace(
        change, state="sent", sent_ms=scene.now_ms, words=words, infusion_s=playlist.infusion_s, tail_s=playlist.tail_s
    )
    store.put(scene.connection, change)
    leg = Leg(change_id=change.change_id, at_s=change.at_s, from_s=0.0, cross_s=legs.CROSS_S, mixdown=as_file(found))
    scene.wish(lambda wished: msgspec.structs.replace(wished, then=legs.with_leg(wished.then, leg)))
    scene.keep(msgspec.structs.replace(scene.session, infusion_s=change.infusion_s, tail_s=change.tail_s))


def skip(scene: Scene, change: Change) -> Change:
    """The piece that sounds gives way at once, in the same file; what makes up for it comes at a later seam.

    Raises
    ------
    Infeasible
        There is nothing to skip to; nothing was changed.
    """
    heard = [found for found in scene.lists() if found.at_s <= scene.clock_s][-1]
    shelved = shelf.at(scene.connection, *heard.source)
    cross_s = max(legs.CROSS_S, float(shelved.request.policy.crossfade_s[0]))
    playlist, at_s, whole_s = legs.skipped(heard.playlist, scene.heard_s, cross_s)
    file, now_in_file_s = legs.file_at(scene.wished, scene.clock_s)
    assert file is not None
    pending = [other for other in scene.under_way() if other.at_s > scene.clock_s]
    change = msgspec.structs.replace(
        change, state="sent", at_s=at_s, first_at_s=at_s, mixdown_ids=(file.mixdown_id,), sent_ms=scene.now_ms
    )
    store.put_new(scene.connection, change, playlist)
    leg = Leg(
        change_id=change.change_id,
        at_s=at_s,
        from_s=now_in_file_s + whole_s - scene.clock_s,
        cross_s=legs.CROSS_S,
        mixdown=file,
    )
    scene.wish(lambda wished: msgspec.structs.replace(wished, then=legs.with_leg(wished.then, leg)))
    _make_up(scene, change, pending)
    return change


def _make_up(scene: Scene, skipped: Change, pending: list[Change]) -> None:
    """What was to come is laid out anew on what the skip left; without any, the planned end is kept."""
    if pending:
        for other in pending[:-1]:
            drop(scene, other, TAKEN_IN)
        later = msgspec.structs.replace(pending[-1], words="A piece was skipped before it.")
        attempt(scene, later, new=False)
        return
    keeping = msgspec.structs.replace(
        skipped,
        change_id=f"{skipped.change_id}-end",
        kind="keep_end",
        mixdown_ids=(),
        asked_by=US,
        asked_ms=skipped.asked_ms + 1,
        sent_ms=None,
    )
    attempt(scene, keeping, new=True)


def attempt(scene: Scene, change: Change, *, new: bool = True) -> None:
    """Plan it, or say why it cannot be."""
    try:
        plan(scene, change, new=new)
    except Infeasible as refusal:
        if new:
            store.put_new(scene.connection, change, scene.lists()[-1].playlist)
        fail(scene, change, str(refusal))


def fail(scene: Scene, change: Change, why: str) -> None:
    """It cannot be: the music goes on as it is, and the session lasts as long as that."""
    _take_away(scene, change)
    store.put(scene.connection, msgspec.structs.replace(change, state="failed", words=why))
    playlist = scene.lists()[-1].playlist
    infusion_s = min(playlist.infusion_s, playlist.total_s)
    lengths = {"infusion_s": infusion_s, "tail_s": playlist.total_s - infusion_s}
    scene.keep(msgspec.structs.replace(scene.session, **lengths))
    detail: dict[str, object] = {"change": change.kind, "why": why}
    note(scene.connection, scene.session, "change_failed", by=US, now_ms=scene.now_ms, detail=detail)


def drop(scene: Scene, change: Change, why: str) -> None:
    """Nothing comes of it any more."""
    _take_away(scene, change)
    store.put(scene.connection, msgspec.structs.replace(change, state="dropped", words=why))


def drop_all(scene: Scene, why: str) -> None:
    """The session is over."""
    for change in scene.under_way():
        if change.state == "sent" and change.at_s <= scene.clock_s:  # it may sound: its file fades out
            store.put(scene.connection, msgspec.structs.replace(change, state="dropped", words=why))
        else:
            drop(scene, change, why)


def _take_away(scene: Scene, change: Change) -> None:
    """The leg, and the job that makes its file."""
    scene.wish(lambda wished: msgspec.structs.replace(wished, then=legs.without(wished.then, change.change_id)))
    if change.job_id is not None:
        stop(scene, change.job_id)


def stop(scene: Scene, job_id: str) -> None:
    """Stop the job that makes a file which nobody wants any more."""
    if job_store.get(scene.connection, job_id).state in ("queued", "running"):
        job_store.cancel(scene.connection, job_id, now_ms=scene.now_ms)
