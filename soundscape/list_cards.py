"""The lists on the shelf as cards, and the words about a list that several pages use."""

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from playlists import revisions, shelf
from playlists.arc import Arc, Phase, Template, named
from playlists.errors import BadRequest
from playlists.piecelist import precise
from playlists.playlist import Playlist, Request
from playlists.revisions import Version
from playlists.shelf import Shelved
from playlists.sketch import arc_sketch
from soundscape import lists, session_files
from soundscape.session_files import SessionFile
from soundscape.stores import audit

PROVED_PERCENT = 0.1
"""A smaller distance is said as this one: nobody hears it."""


@dataclass(frozen=True)
class ListCard:
    """One list."""

    shelved: Shelved
    file: SessionFile
    version: Version | None
    """The newest that was signed off."""
    changed_by: str
    sketch: str


def cards(connection: sa.Connection, templates: Mapping[str, Template]) -> list[ListCard]:
    """The lists in use, last changed first."""
    shelved = shelf.list_all(connection)
    recent = session_files.recent_jobs(connection)
    who = changed_by(connection, shelved)
    signed = revisions.newest_first(connection, [one.playlist_id for one in shelved])
    return [
        ListCard(
            shelved=one,
            file=session_files.file_of(connection, one, recent),
            version=next(iter(signed.get(one.playlist_id, [])), None),
            changed_by=who[one.playlist_id],
            sketch=arc_sketch(one.playlist, [(p.name, p.start, p.end) for p in phases_of(one.playlist, templates)]),
        )
        for one in shelved
    ]


def changed_by(connection: sa.Connection, shelved: list[Shelved]) -> dict[str, str]:
    """Who changed each list last, as the audit trail has it; else who made it."""
    rows = audit.last_on(connection, [lists.subject(one) for one in shelved])
    return {one.playlist_id: row.actor if (row := rows.get(lists.subject(one))) else one.created_by for one in shelved}


def arc_of(playlist: Playlist, templates: Mapping[str, Template]) -> Arc | None:
    """The arc that a list follows; ``None`` where its template is no longer known."""
    try:
        return named(playlist.template, templates).scaled(playlist.infusion_s, playlist.tail_s)
    except BadRequest:
        return None


def template_of(request: Request, templates: Mapping[str, Template]) -> Template | None:
    """The template that a list was asked with, as drawn for it; ``None`` where it is no longer known, or has other
    minutes than when the arc was drawn."""
    try:
        template = named(request.template, templates)
        return template if request.points is None else template.drawn(request.points)
    except BadRequest:
        return None


def phases_of(playlist: Playlist, templates: Mapping[str, Template]) -> list[Phase]:
    """The phases behind a list's arc; one without a name where its template is no longer known."""
    arc = arc_of(playlist, templates)
    return [Phase("", 0.0, playlist.total_s)] if arc is None else list(arc.phases)


def minutes(seconds: float) -> str:
    """``40`` or ``42.5``: minutes as they are typed."""
    return f"{seconds / 60:g}"


def length_words(playlist: Playlist) -> str:
    """``40 + 15 minutes``."""
    return f"{minutes(playlist.infusion_s)} + {minutes(playlist.tail_s)} minutes"


def pieces_words(playlist: Playlist) -> str:
    """``9 pieces``."""
    count = len(playlist.items)
    return "1 piece" if count == 1 else f"{count} pieces"


def sessions_words(count: int) -> str:
    """``3 sessions``; nothing where there is none."""
    return f"{count} session{'s' * (count > 1)}" if count else ""


def facts(playlist: Playlist) -> str:
    """``55:00 exactly · 9 pieces · proved the best possible``."""
    said = [f"{precise(playlist.total_s)} exactly", pieces_words(playlist)]
    if playlist.gap is not None:
        percent = max(PROVED_PERCENT, playlist.gap * 100)
        said.append(f"at most {percent:.1f} % from the best possible" if playlist.gap else "proved the best possible")
    return " · ".join(said)


def free_title(connection: sa.Connection, wished: str) -> str:
    """A title that no list in use has: the one wished, or with a number behind it."""
    taken = {one.title for one in shelf.list_all(connection)}
    number = 1
    title = wished
    while title in taken:
        number += 1
        title = f"{wished} ({number})"
    return title
