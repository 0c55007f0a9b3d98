"""Use cases of playlists: build, rebuild, change by hand, describe, archive. Each change is kept at once.

Finding a list takes seconds, so it is done before the transaction and never within: the shelf then takes the change
only if the list is still at the revision it was made on. With the change go its audit row and a pulse.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec
import sqlalchemy as sa

from library.catalogue import Catalogue
from library.store import writing
from library.track import Track
from playlists import hold, revise, shelf
from playlists.arc import Template
from playlists.errors import StaleRevision
from playlists.fit import fit
from playlists.playlist import Playlist, Request
from playlists.refit import refit
from playlists.revise import Replacement
from playlists.shelf import Shelved
from playlists.stock import Stock
from soundscape import standing
from soundscape.errors import WrongState
from soundscape.parts import Clock
from soundscape.ready import Ready
from soundscape.stores import audit, pulse

Templates = Mapping[str, Template]
Tracks = Iterable[Track] | Stock
Change = Callable[[Tracks, Shelved], tuple[Request, Playlist]]
MOST_REPLACEMENTS = 5


@dataclass(frozen=True)
class Maker:
    """Who makes or changes a list, and with what."""

    engine: sa.Engine
    catalogue: Catalogue
    templates: Templates
    by: str
    clock: Clock
    ready: Ready | None = None
    """The library kept ready by a service; a command reads it."""

    def library(self) -> Tracks:
        """The tracks to choose from."""
        return self.catalogue.tracks() if self.ready is None else self.ready.now()


def build(maker: Maker, request: Request, *, title: str, note: str) -> Shelved:
    """A new list.

    Raises
    ------
    BadRequest, Infeasible
        Nothing was kept.
    """
    playlist = fit(maker.library(), request, templates=maker.templates)
    with writing(maker.engine) as connection:
        now_ms = maker.clock()
        playlist_id = shelf.put_new(
            connection,
            title=title,
            note=note,
            request=request,
            playlist=playlist,
            offered=False,
            by=maker.by,
            now_ms=now_ms,
        )
        shelved = shelf.get(connection, playlist_id)
        keep_note(connection, maker, "list built", shelved, after=facts(shelved))
    return shelved


def rebuild(maker: Maker, playlist_id: str, revision: int, request: Request) -> Shelved:
    """Choose all pieces anew, for what is asked now, but those that are locked. Changes by hand are gone.

    Raises
    ------
    UnknownPlaylist, StaleRevision, WrongState
    BadRequest, Infeasible
    """

    def change(tracks: Tracks, now: Shelved) -> tuple[Request, Playlist]:
        if request.policy.locked:
            return request, refit(tracks, request, now.playlist, anew=True, templates=maker.templates)
        return request, fit(tracks, request, templates=maker.templates)

    return change_list(maker, playlist_id, revision, "list rebuilt", change)


def change_request(maker: Maker, playlist_id: str, revision: int, request: Request) -> Shelved:
    """Make the list fit what is asked now, another length or arc, with as little changed as is worth it.

    Raises
    ------
    UnknownPlaylist, StaleRevision, WrongState
    BadRequest, Infeasible
    """

    def change(tracks: Tracks, now: Shelved) -> tuple[Request, Playlist]:
        return request, refit(tracks, request, now.playlist, templates=maker.templates)

    return change_list(maker, playlist_id, revision, "list refitted", change)


def set_lock(maker: Maker, playlist_id: str, revision: int, track_id: str, *, locked: bool) -> Shelved:
    """Keep a piece in the list whatever changes from now on, or let it go again; the music stays as it is.

    Raises
    ------
    UnknownPlaylist, StaleRevision, WrongState
    BadRequest
    """

    def change(_: Tracks, now: Shelved) -> tuple[Request, Playlist]:
        if locked:
            return hold.lock(now.request, now.playlist, [track_id]), now.playlist
        return hold.unlock(now.request, [track_id]), now.playlist

    return change_list(maker, playlist_id, revision, "piece locked" if locked else "piece unlocked", change)


def remove(maker: Maker, playlist_id: str, revision: int, track_id: str) -> Shelved:
    """Take a piece out; the others move as little as they can.

    Raises
    ------
    UnknownPlaylist, StaleRevision, WrongState
    BadRequest, Infeasible
    """

    def change(tracks: Tracks, now: Shelved) -> tuple[Request, Playlist]:
        return revise.remove(tracks, now.request, now.playlist, track_id, templates=maker.templates)

    return change_list(maker, playlist_id, revision, "piece removed", change)


def veto(maker: Maker, playlist_id: str, revision: int, track_id: str) -> Shelved:
    """Take a piece out for good: no later fit of this list uses it.

    Raises
    ------
    UnknownPlaylist, StaleRevision, WrongState
    BadRequest, Infeasible
    """

    def change(tracks: Tracks, now: Shelved) -> tuple[Request, Playlist]:
        return revise.veto(tracks, now.request, now.playlist, [track_id], templates=maker.templates)

    return change_list(maker, playlist_id, revision, "piece vetoed", change)


def replace(maker: Maker, playlist_id: str, revision: int, track_id: str, by: str) -> Shelved:
    """Put the track ``by`` in a piece's place.

    Raises
    ------
    UnknownPlaylist, StaleRevision, WrongState
    BadRequest, Infeasible
    """

    def change(tracks: Tracks, now: Shelved) -> tuple[Request, Playlist]:
        return revise.replace(tracks, now.request, now.playlist, track_id, by, templates=maker.templates)

    return change_list(maker, playlist_id, revision, "piece replaced", change)


def reorder(maker: Maker, playlist_id: str, revision: int, order: Sequence[str]) -> Shelved:
    """Play the pieces in this order.

    Raises
    ------
    UnknownPlaylist, StaleRevision, WrongState
    BadRequest, Infeasible
    """

    def change(tracks: Tracks, now: Shelved) -> tuple[Request, Playlist]:
        return now.request, revise.reorder(tracks, now.request, now.playlist, order, templates=maker.templates)

    return change_list(maker, playlist_id, revision, "list reordered", change)


def replacements(maker: Maker, playlist_id: str, track_id: str) -> list[Replacement]:
    """What could take a piece's place, the best first.

    Raises
    ------
    UnknownPlaylist, BadRequest, Infeasible
    """
    with maker.engine.connect() as connection:
        now = shelf.get(connection, playlist_id)
    return revise.replacements(
        maker.library(), now.request, now.playlist, track_id, MOST_REPLACEMENTS, templates=maker.templates
    )


def describe(
    maker: Maker, playlist_id: str, revision: int, *, title: str | None = None, note: str | None = None
) -> Shelved:
    """Another title or note; the music stays, and so does its session file.

    Raises
    ------
    UnknownPlaylist, StaleRevision, WrongState
    """
    with writing(maker.engine) as connection:
        before = open_list(connection, playlist_id, revision)
        after = shelf.change(
            connection,
            playlist_id,
            revision,
            title=title,
            note=note,
            by=maker.by,
            what="title or note changed",
            now_ms=maker.clock(),
        )
        keep_note(connection, maker, "list described", after, _words(before), _words(after))
    return after


def archive(maker: Maker, playlist_id: str, revision: int) -> Shelved:
    """Take a list off the shelf; sessions that name it keep it. Again does nothing.

    Raises
    ------
    UnknownPlaylist, StaleRevision
    """
    with writing(maker.engine) as connection:
        before = shelf.get(connection, playlist_id)
        if before.archived_ms is not None:
            return before
        now_ms = maker.clock()
        shelf.change(connection, playlist_id, revision, by=maker.by, what="list archived", now_ms=now_ms)
        shelf.archive(connection, playlist_id, now_ms=now_ms)
        standing.withdraw_list(connection, playlist_id)
        keep_note(connection, maker, "list archived", before)
        return shelf.get(connection, playlist_id)


def subject(shelved: Shelved) -> str:
    """What audit rows call a list: its title as it is now, and its id, since two lists may have one title."""
    return f"{shelved.title} ({shelved.playlist_id})"


def change_list(maker: Maker, playlist_id: str, revision: int, action: str, change: Change) -> Shelved:
    """Make a change of the music on the revision that was seen, and keep it if the list is still there."""
    with maker.engine.connect() as connection:
        before = open_list(connection, playlist_id, revision)
    request, playlist = change(maker.library(), before)
    with writing(maker.engine) as connection:
        open_list(connection, playlist_id, revision)
        after = shelf.change(
            connection,
            playlist_id,
            revision,
            request=request,
            playlist=playlist,
            by=maker.by,
            what=action,
            now_ms=maker.clock(),
        )
        keep_note(connection, maker, action, after, facts(before), facts(after))
    return after


def open_list(connection: sa.Connection, playlist_id: str, revision: int) -> Shelved:
    """The list, if it is as the caller saw it and may be changed."""
    found = shelf.get(connection, playlist_id)
    if found.archived_ms is not None:
        raise WrongState(f"The list {found.title!r} was archived. Build a new one.")
    if found.revision != revision:
        raise StaleRevision(revision, found.revision)
    return found


def keep_note(
    connection: sa.Connection,
    maker: Maker,
    action: str,
    shelved: Shelved,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
) -> None:
    """Leave an audit row about a list and wake the pages that show it."""
    audit.record(connection, maker.clock(), maker.by, action, subject(shelved), before, after)
    pulse.raise_(connection, "playlists")


def facts(shelved: Shelved) -> dict[str, object]:
    """What an audit row says of a list's music."""
    return {
        "revision": shelved.revision,
        "request": msgspec.to_builtins(shelved.request, order="deterministic"),
        "order": _order(shelved.playlist),
    }


def _words(shelved: Shelved) -> dict[str, object]:
    return {"revision": shelved.revision, "title": shelved.title, "note": shelved.note}


def _order(playlist: Playlist) -> list[str]:
    return [item.track_id for item in playlist.items]
