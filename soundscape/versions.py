"""Use cases of a list's past: undo, redo, bring a revision back, sign a version off, and what differs between two.

Rooms play signed versions only (:mod:`soundscape.sessions`), and go on playing the newest of them while somebody
changes the list. Signing off says: I have looked at this and it may be played. Who, when and which are kept for good.
"""

import sqlalchemy as sa

from library.store import writing
from playlists import revisions, shelf
from playlists.difference import Difference, difference
from playlists.revisions import Revision, Step, Version
from playlists.shelf import Shelved
from soundscape import lists, withdrawn
from soundscape.errors import WrongState
from soundscape.lists import Maker
from soundscape.stores import audit, pulse

ON_ASSIGNING = "Signed off when it was assigned."


def undo(maker: Maker, playlist_id: str, revision: int) -> Shelved:
    """Take the last change back: a new revision that equals the one before it.

    Raises
    ------
    UnknownPlaylist, StaleRevision
    WrongState
        There is nothing to take back, or the list was archived.
    """
    return _stepped(maker, playlist_id, revision, "undo")


def redo(maker: Maker, playlist_id: str, revision: int) -> Shelved:
    """Bring back what was undone last.

    Raises
    ------
    UnknownPlaylist, StaleRevision
    WrongState
        Nothing was undone, or something was changed since; or the list was archived.
    """
    return _stepped(maker, playlist_id, revision, "redo")


def bring_back(maker: Maker, playlist_id: str, revision: int, wanted: int) -> Shelved:
    """Make the list what it was at revision ``wanted``; a change like any other, so it can be undone.

    Raises
    ------
    UnknownPlaylist, UnknownRevision, StaleRevision, WrongState
    """
    with writing(maker.engine) as connection:
        before = lists.open_list(connection, playlist_id, revision)
        return _become(connection, maker, before, wanted, "change", f"revision {wanted} brought back")


def sign(
    connection: sa.Connection, playlist_id: str, revision: int, *, note: str, by: str, now_ms: int
) -> tuple[Version, Shelved]:
    """Sign off a list as it is now. Again does nothing, and the first to sign stays.

    Raises
    ------
    UnknownPlaylist, StaleRevision, WrongState
    HoldsRefused
        A piece of it was refused since it came into the list.
    """
    shelved = lists.open_list(connection, playlist_id, revision)
    withdrawn.must_hold_none(connection, shelved.playlist, f"The list {shelved.title!r}")
    version, new = revisions.sign(connection, playlist_id, revision, note=note, by=by, now_ms=now_ms)
    if new:
        after: dict[str, object] = {"version": version.version, "revision": revision, "note": note}
        audit.record(connection, now_ms, by, "list signed off", lists.subject(shelved), after=after)
        pulse.raise_(connection, "playlists", "desk")
    return version, shelved


def changes_of(connection: sa.Connection, playlist_id: str) -> list[Revision]:
    """What was done to a list, the oldest first.

    Raises
    ------
    UnknownPlaylist
    """
    shelf.get(connection, playlist_id)
    return revisions.list_of(connection, playlist_id)


def compare(connection: sa.Connection, playlist_id: str, before: int, after: int) -> Difference:
    """What differs between two revisions of a list.

    Raises
    ------
    UnknownPlaylist, UnknownRevision
    """
    one, other = (shelf.at(connection, playlist_id, revision) for revision in (before, after))
    return difference(one.playlist, other.playlist)


def _stepped(maker: Maker, playlist_id: str, revision: int, step: Step) -> Shelved:
    with writing(maker.engine) as connection:
        before = lists.open_list(connection, playlist_id, revision)
        steps = revisions.steps_of(revisions.list_of(connection, playlist_id))
        wanted = steps.undo if step == "undo" else steps.redo
        if wanted is None:
            raise WrongState(f"There is nothing to {step} in the list {before.title!r}.")
        return _become(connection, maker, before, wanted, step, "change undone" if step == "undo" else "change redone")


def _become(connection: sa.Connection, maker: Maker, before: Shelved, wanted: int, step: Step, what: str) -> Shelved:
    then = shelf.at(connection, before.playlist_id, wanted)
    after = shelf.change(
        connection,
        before.playlist_id,
        before.revision,
        title=then.title,
        note=then.note,
        request=then.request,
        playlist=then.playlist,
        by=maker.by,
        what=what,
        step=step,
        now_ms=maker.clock(),
    )
    as_it_was = {"as_revision": wanted, "title": after.title}
    lists.keep_note(connection, maker, what, after, lists.facts(before), lists.facts(after) | as_it_was)
    return after
