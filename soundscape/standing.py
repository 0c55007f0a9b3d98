"""What every room holds beside its session's file: the bed, and a signed list for each template in use.

They are made one after the other when nothing else is to be done (`wanted`), and taken away at once when one of their
pieces is refused (`withdraw`) or their list is archived (`withdraw_list`); the next idle minute makes them anew.
"""

from collections.abc import Collection

import sqlalchemy as sa

from library.refusals import refusals
from playlists import revisions, shelf
from playlists.shelf import Shelved
from soundscape import jobs
from soundscape.stores import jobs as job_store
from soundscape.stores import rooms as room_store
from soundscape.stores import standing as store
from soundscape.stores.standing import BED, Stand
from soundscape.wished import Standing, StandingList

KIND = "standing"
IDLE_MS = 60_000
"""Judgement: who has just asked for something may ask for more."""
AGAIN_MS = 6 * 3600 * 1000
"""Judgement: what could not be made is tried again after so long, or when the library has changed by hand."""


def now(connection: sa.Connection) -> Standing:
    """What rooms are told to hold."""
    found = handed_out(connection)
    return Standing(
        bed=next((stand.file for stand in found if stand.name == BED), None),
        lists=tuple(
            StandingList(name=stand.name, infusion_s=stand.infusion_s, tail_s=stand.tail_s, mixdown=stand.file)
            for stand in found
            if stand.name != BED
        ),
    )


def handed_out(connection: sa.Connection) -> list[Stand]:
    """Those in which nothing is refused, however that came about, and whose list is not archived; by name."""
    stands = store.list_all(connection)
    pieces = shelf.pieces_of(connection, [stand.mixdown_id for stand in stands])
    refused = {one.track_id for one in refusals(connection, [piece for each in pieces.values() for piece in each])}
    archived = shelf.archived(connection, [stand.playlist_id for stand in stands])
    return [
        stand
        for stand in stands
        if stand.playlist_id not in archived and refused.isdisjoint(pieces.get(stand.mixdown_id, ()))
    ]


def withdraw(connection: sa.Connection, track_id: str) -> None:
    """Hand out nothing any more in which this track plays."""
    for stand in store.list_all(connection):
        playlist = shelf.mixdown(connection, stand.mixdown_id).playlist
        if any(item.track_id == track_id for item in playlist.items):
            store.remove(connection, stand.name)


def withdraw_list(connection: sa.Connection, playlist_id: str) -> None:
    """Hand out a list no more that is kept no more."""
    for stand in store.list_all(connection):
        if stand.playlist_id == playlist_id:
            store.remove(connection, stand.name)


def signed_lists(connection: sa.Connection) -> list[tuple[Shelved, int]]:
    """The newest signed version of each list that staff keep and when it was signed, what was signed last first."""
    kept = [shelved.playlist_id for shelved in shelf.list_all(connection)]
    newest = [(playlist_id, found[0]) for playlist_id, found in revisions.newest_first(connection, kept).items()]
    newest.sort(key=lambda one: one[1].signed_ms, reverse=True)
    return [(shelf.at(connection, playlist_id, one.revision), one.signed_ms) for playlist_id, one in newest]


def wanted(connection: sa.Connection, now_ms: int) -> str | None:
    """What is to be made next, if anything is: "bed", or a template's name.

    Nothing while no room has a tablet, while other work waits or was done a moment ago.
    """
    if not room_store.devices(connection) or jobs.under_way(connection):
        return None
    recent = job_store.list_recent(connection)
    if any(now_ms - (job.ended_ms or 0) < IDLE_MS for job in recent if job.kind != KIND):
        return None
    lately = {
        str(job.arguments.get("name"))
        for job in recent
        if job.kind == KIND and job.state != "done" and now_ms - (job.ended_ms or now_ms) < AGAIN_MS
    }
    signed_ms: dict[str, int] = {}
    for shelved, at_ms in reversed(signed_lists(connection)):
        signed_ms[shelved.request.template] = at_ms
    stands = [stand for stand in handed_out(connection) if shelf.mixdown(connection, stand.mixdown_id).path.exists()]
    there = {stand.name for stand in stands if stand.made_ms >= signed_ms.get(stand.name, 0)}
    names = [BED, *sorted(signed_ms)]
    return next((name for name in names if name not in there and name not in lately), None)


def ask_when_idle(connection: sa.Connection, now_ms: int) -> None:
    """Ask for what is to be made next."""
    name = wanted(connection, now_ms)
    if name is not None:
        jobs.submit(connection, KIND, {"name": name}, by="soundscape", now_ms=now_ms)


def usable(shelved: Shelved, cleared: Collection[str]) -> bool:
    """Whether every piece of a list may still be played."""
    return all(item.track_id in cleared for item in shelved.playlist.items)
