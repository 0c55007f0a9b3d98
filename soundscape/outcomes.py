"""What came of previews, for the staff: votes by piece, the chosen list, its session file and the room it waits in.

There is nothing here about listening, since nothing about it is known.
"""

from typing import Literal

import sqlalchemy as sa

from library.catalogue import Catalogue
from library.picture import title_of
from library.track import Record
from playlists import shelf
from playlists.shelf import Shelved
from soundscape import session_files
from soundscape.offered import tracks_of
from soundscape.stores import previews as store
from soundscape.stores import rooms as room_store
from soundscape.stores import sessions as session_store
from soundscape.stores.jobs import Job
from soundscape.stores.previews import Preview
from soundscape.votes import can_be_chosen

State = Literal["open", "expired", "revoked"]


class OfferedTitle(Record, frozen=True, kw_only=True):
    """An offered list by its name."""

    playlist_id: str
    title: str
    total_s: float
    can_be_chosen: bool


class Choice(Record, frozen=True, kw_only=True):
    """The chosen list. ``making`` is the share of its session file that is made, None where no job makes one;
    ``problem`` why the last one failed; ``room`` the name of the room where it waits or plays."""

    playlist_id: str
    title: str
    file_ready: bool
    making: float | None
    problem: str | None
    room: str | None
    begun: bool


class Outcome(Record, frozen=True, kw_only=True):
    """A preview as staff see it."""

    preview_id: str
    code: str
    veiled: bool
    state: State
    created_by: str
    created_ms: int
    expires_ms: int
    lists: tuple[OfferedTitle, ...]
    likes: tuple[str, ...]
    vetoes: tuple[str, ...]
    choice: Choice | None


def outcomes(connection: sa.Connection, catalogue: Catalogue, now_ms: int) -> list[Outcome]:
    """The newest previews first."""
    recent = session_files.recent_jobs(connection)
    return [_outcome(connection, catalogue, preview, recent, now_ms) for preview in store.latest(connection)]


def _outcome(
    connection: sa.Connection, catalogue: Catalogue, preview: Preview, recent: list[Job], now_ms: int
) -> Outcome:
    lists = [shelf.get(connection, playlist_id) for playlist_id in store.lists_of(connection, preview.preview_id)]
    votes = store.votes_of(connection, preview.preview_id)
    tracks = tracks_of(catalogue, [], votes)
    names = {track_id: title_of(track) for track_id, track in tracks.items()}
    chosen = next((found for found in lists if found.playlist_id == preview.playlist_id), None)

    def voted(cast: str) -> tuple[str, ...]:
        return tuple(sorted(names.get(track_id, "a piece that is gone") for track_id, v in votes.items() if v == cast))

    return Outcome(
        preview_id=preview.preview_id,
        code=preview.code,
        veiled=preview.veiled,
        state="revoked" if preview.revoked_ms is not None else "open" if preview.open_at(now_ms) else "expired",
        created_by=preview.created_by,
        created_ms=preview.created_ms,
        expires_ms=preview.expires_ms,
        lists=tuple(
            OfferedTitle(
                playlist_id=found.playlist_id,
                title=found.title,
                total_s=found.playlist.total_s,
                can_be_chosen=can_be_chosen(found, votes),
            )
            for found in lists
        ),
        likes=voted("like"),
        vetoes=voted("veto"),
        choice=None if chosen is None else _choice(connection, chosen, recent),
    )


def _choice(connection: sa.Connection, chosen: Shelved, recent: list[Job]) -> Choice:
    found = [s for s in session_store.of_lists(connection, [chosen.playlist_id]) if s.state != "aborted"]
    file = session_files.file_of(connection, chosen, recent)
    return Choice(
        playlist_id=chosen.playlist_id,
        title=chosen.title,
        file_ready=file.word == "ready",
        making=file.job.progress if file.job is not None and file.word in ("waiting", "making") else None,
        problem=file.job.error_message if file.job is not None and file.word == "failed" else None,
        room=room_store.get(connection, found[-1].room_id).name if found else None,
        begun=any(session.state in ("started", "ended") for session in found),
    )
