"""What a patient may do with the offered lists: like, neutral or veto each piece, and choose a list.

A veto is kept in every offered list's request, so that no later fit of it brings the piece back, and the lists that
hold it are fitted again at once, in the request itself, so that it works where no worker runs. With 1,000 tracks a list
is mended in 0.2 s of computing, and fitted as a whole, where it comes to that, in 1.5 s. All of it can be changed until
a session with one of the lists has begun.

Kept is what was voted and chosen. When somebody voted is kept nowhere: not in its row, not in the audit trail, and a
refitted list keeps its times; only where the list waits in a room already does planning it anew leave its row.
Listening leaves nothing at all.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Literal

import sqlalchemy as sa
from msgspec.structs import replace

from library.store import writing
from library.track import Record, Track
from playlists import shelf
from playlists.arc import Template
from playlists.errors import Infeasible, StaleRevision
from playlists.playlist import Playlist, Request
from playlists.revise import veto
from playlists.shelf import Shelved
from soundscape import assigning, sessions
from soundscape.errors import Busy, HoldsRefused, NoSuch, WrongState
from soundscape.parts import Parts
from soundscape.previews import refuse_closed
from soundscape.stores import audit
from soundscape.stores import previews as store
from soundscape.stores import sessions as session_store
from soundscape.stores.previews import Preview

Vote = Literal["like", "neutral", "veto"]
TRIES = 4
"""How often a vote is tried again when another browser of the same preview was quicker."""


class Change(Record, frozen=True, kw_only=True):
    """What vetoes do to one offered list.

    ``request`` is what is asked of it from now on, None where no list can be made: it then stays as it was and can no
    longer be chosen. ``playlist`` is the new one, None where it stays.
    """

    before: Shelved
    request: Request | None
    playlist: Playlist | None

    @property
    def lost(self) -> bool:
        """Whether no list can be made any more."""
        return self.request is None


def choose(connection: sa.Connection, preview_id: str, playlist_id: str, *, now_ms: int) -> Preview:
    """Choose one of the offered lists; another one later takes its place, until a session has begun.

    Raises
    ------
    PreviewClosed, NoSuch, WrongState
    """
    preview, lists, votes = _changeable(connection, preview_id, now_ms)
    wanted = next((found for found in lists if found.playlist_id == playlist_id), None)
    if wanted is None:
        raise NoSuch("This list is not among those offered here.")
    if not can_be_chosen(wanted, votes):
        raise WrongState("This list cannot be made without a piece that you left out. Choose another, please.")
    if preview.playlist_id == playlist_id:
        return preview
    before = next(({"list": found.title} for found in lists if found.playlist_id == preview.playlist_id), None)
    preview = replace(preview, playlist_id=playlist_id)
    store.put(connection, preview)
    actor = f"preview {preview.code}"
    after = {"list": wanted.title}
    audit.record(connection, now_ms, actor, "list chosen", preview.code, before=before, after=after)
    return preview


def vote(parts: Parts, preview_id: str, track_id: str, cast: Vote) -> list[Change]:
    """Store a vote; a veto refits the lists that hold the piece, and returns what came of each. The newest vote counts.

    Nothing is locked while lists are fitted; if another browser of this preview changes one meanwhile, all is done
    again from what it left.

    Raises
    ------
    PreviewClosed, NoSuch, WrongState, Busy
    """
    for _ in range(TRIES):
        with parts.engine.connect() as connection:
            _, lists, votes = _changeable(connection, preview_id, parts.clock())
        if track_id not in votes and not any(holds(found, {track_id}) for found in lists):
            raise NoSuch("This piece is not in the lists that are offered here.")
        changes: list[Change] = []
        if cast == "veto":
            vetoed = frozenset({track_id, *(piece for piece, earlier in votes.items() if earlier == "veto")})
            tracks = list(parts.catalogue.tracks())
            changes = [_without(tracks, found, vetoed, parts.templates) for found in lists]
        try:
            with writing(parts.engine) as connection:
                _store(connection, preview_id, track_id, cast, changes, parts.clock())
        except StaleRevision:
            continue
        return [change for change in changes if holds(change.before, {track_id})]
    raise Busy("This preview is being changed elsewhere at the same time. Try again in a moment.")


def can_be_chosen(offered: Shelved, votes: Mapping[str, str]) -> bool:
    """Whether a list holds nothing that was vetoed: where it does, none could be made without it."""
    return not holds(offered, {track_id for track_id, cast in votes.items() if cast == "veto"})


def begun(connection: sa.Connection, playlist_ids: Iterable[str]) -> bool:
    """Whether a session with one of these lists has started: from then on they stay as they are."""
    return any(found.state in ("started", "ended") for found in session_store.of_lists(connection, playlist_ids))


def _changeable(
    connection: sa.Connection, preview_id: str, now_ms: int
) -> tuple[Preview, list[Shelved], dict[str, str]]:
    """A preview that may be changed now, its lists and its votes."""
    preview = store.get(connection, preview_id)
    refuse_closed(preview, now_ms)
    ids = store.lists_of(connection, preview_id)
    if begun(connection, ids):
        raise WrongState(
            "Your session has begun, so the list stays as it is now. Tell the clinic if something is wrong."
        )
    return preview, [shelf.get(connection, found) for found in ids], store.votes_of(connection, preview_id)


def _without(
    tracks: list[Track], offered: Shelved, vetoed: frozenset[str], templates: Mapping[str, Template]
) -> Change:
    """A list without these pieces. One that holds none of them is left as it is, but may never take one in."""
    if holds(offered, vetoed):
        try:
            request, playlist = veto(tracks, offered.request, offered.playlist, vetoed, templates=templates)
        except Infeasible:
            return Change(before=offered, request=None, playlist=None)
        return Change(before=offered, request=request, playlist=playlist)
    policy = offered.request.policy.excluding(vetoed)
    return Change(before=offered, request=replace(offered.request, policy=policy), playlist=None)


def _store(
    connection: sa.Connection, preview_id: str, track_id: str, cast: Vote, changes: list[Change], now_ms: int
) -> None:
    """Store a vote with what it changed, if nothing else changed since it was worked out."""
    preview, _, _ = _changeable(connection, preview_id, now_ms)
    for change in changes:
        before, request = change.before, change.request
        if request is not None and request != before.request:
            # When somebody voted is nobody's business, so the list keeps the time it had.
            kept_ms = before.changed_ms
            playlist_id, revision = before.playlist_id, before.revision
            shelf.change(
                connection,
                playlist_id,
                revision,
                request=request,
                playlist=change.playlist,
                by=f"preview {preview.code}",
                what="pieces left out",
                now_ms=kept_ms,
            )
    store.put_vote(connection, preview_id, track_id, cast)
    lost = {change.before.playlist_id for change in changes if change.lost}
    if preview.playlist_id in lost:
        store.put(connection, replace(preview, playlist_id=None))
    _tell_rooms(connection, changes, lost, by=f"preview {preview.code}", now_ms=now_ms)


def _tell_rooms(connection: sa.Connection, changes: list[Change], lost: set[str], *, by: str, now_ms: int) -> None:
    """Plan anew, with the list as it is now, where a changed list waits in a room: what was vetoed is never played.

    The job for the new session file is not announced to a queue, which may not exist here: a worker finds its row.
    """
    changed = [change.before.playlist_id for change in changes if change.lost or change.playlist is not None]
    for planned in session_store.of_lists(connection, changed):
        if planned.state != "planned":
            continue
        if planned.playlist_id in lost:
            sessions.abort(connection, planned.session_id, by=by, now_ms=now_ms)
            continue
        try:
            assigning.assign(connection, planned.room_id, planned.playlist_id, by=by, now_ms=now_ms)
        except HoldsRefused:  # the patient's vote counts all the same; the desk sees that nothing is planned any more
            sessions.abort(connection, planned.session_id, by=by, now_ms=now_ms)


def holds(offered: Shelved, track_ids: Collection[str]) -> bool:
    """Whether a list plays any of these pieces."""
    return any(item.track_id in track_ids for item in offered.playlist.items)
