"""Use cases of previews: a link for one patient, and the lists that it offers.

Offered lists are copies, so that one patient's veto (:mod:`soundscape.votes`) changes nobody else's list. The secret is
in the link's fragment and in the cookie it is exchanged for; here it is stored as a hash.
"""

import secrets
from collections.abc import Iterable, Mapping

import sqlalchemy as sa
from msgspec.structs import replace

from library.track import Record, Track
from playlists import shelf
from playlists.arc import Template
from playlists.errors import BadRequest
from playlists.playlist import Playlist, Request
from playlists.prepared import Prepared
from playlists.sets import sets
from soundscape.errors import PreviewClosed
from soundscape.secret import hashed, legible, new_id
from soundscape.stores import audit
from soundscape.stores import previews as store
from soundscape.stores.previews import Preview

MOST_LISTS = 5
SECRET_BYTES = 16
ORDINALS = ("First", "Second", "Third", "Fourth", "Fifth")


class Offer(Record, frozen=True, kw_only=True):
    """A list before it is copied for a preview."""

    title: str
    note: str
    request: Request
    playlist: Playlist


def from_shelf(connection: sa.Connection, playlist_ids: Iterable[str]) -> list[Offer]:
    """Lists that the staff keep, as offers.

    Raises
    ------
    UnknownPlaylist, BadRequest
    """
    ids = list(playlist_ids)
    if len(set(ids)) != len(ids):
        raise BadRequest("A list can be offered once in a preview, not twice.")
    found = [shelf.get(connection, playlist_id) for playlist_id in ids]
    return [Offer(title=f.title, note=f.note, request=f.request, playlist=f.playlist) for f in found]


def different_lists(
    tracks: Iterable[Track] | Prepared, request: Request, count: int, templates: Mapping[str, Template]
) -> list[Offer]:
    """Up to ``count`` lists for one session with little in common.

    Raises
    ------
    Infeasible, BadRequest
    """
    made = sets(tracks, request, count, templates=templates)
    return [
        Offer(title=f"{ORDINALS[place]} list", note="", request=request, playlist=playlist)
        for place, playlist in enumerate(made.playlists)
    ]


def make(
    connection: sa.Connection, offers: list[Offer], *, veiled: bool, hours: int, by: str, now_ms: int
) -> tuple[Preview, str]:
    """Make a preview; returns it and its secret, which is said this once and stored as a hash.

    Raises
    ------
    BadRequest
        No list, or more than five.
    """
    if not 1 <= len(offers) <= MOST_LISTS:
        raise BadRequest(f"A preview offers 1 to {MOST_LISTS} lists, not {len(offers)}.")
    secret = secrets.token_urlsafe(SECRET_BYTES)
    preview = Preview(
        preview_id=new_id(),
        secret_hash=hashed(secret),
        code=_new_code(connection),
        veiled=veiled,
        playlist_id=None,
        expires_ms=now_ms + hours * 3_600_000,
        revoked_ms=None,
        created_by=by,
        created_ms=now_ms,
    )
    copies = [
        shelf.put_new(
            connection,
            title=offer.title,
            note=offer.note,
            request=offer.request,
            playlist=replace(offer.playlist, mixdown=None),
            offered=True,
            by=by,
            now_ms=now_ms,
        )
        for offer in offers
    ]
    store.put_new(connection, preview, copies)
    after = {"lists": [offer.title for offer in offers], "veiled": veiled}
    audit.record(connection, now_ms, by, "preview made", preview.code, after=after)
    return preview, secret


def revoke(connection: sa.Connection, preview_id: str, *, by: str, now_ms: int) -> Preview:
    """Close a link for good. What was voted and chosen stays; once is enough, again does nothing."""
    preview = store.get(connection, preview_id)
    if preview.revoked_ms is None:
        preview = replace(preview, revoked_ms=now_ms)
        store.put(connection, preview)
        audit.record(connection, now_ms, by, "preview revoked", preview.code)
    return preview


def open_with(connection: sa.Connection, secret: str, now_ms: int) -> Preview:
    """The preview of a link.

    Raises
    ------
    PreviewClosed
    """
    found = store.by_secret(connection, hashed(secret))
    if found is None:
        raise PreviewClosed(
            "This link is not known here. Perhaps a part of it is missing: open it again from where you got it, or "
            "scan the code again. Or ask the clinic for a new link."
        )
    refuse_closed(found, now_ms)
    return found


def refuse_closed(preview: Preview, now_ms: int) -> None:
    """Raise :class:`PreviewClosed` for a link that may no longer be used, with the reason and what to do."""
    if preview.revoked_ms is not None:
        raise PreviewClosed("The clinic has closed this link. Ask the clinic for a new one, if you want to go on.")
    if not preview.open_at(now_ms):
        raise PreviewClosed("This link has run out. What you chose is kept. Ask the clinic for a new link.")


def _new_code(connection: sa.Connection) -> str:
    known = store.codes(connection)
    while (code := legible(4)) in known:
        pass
    return code
