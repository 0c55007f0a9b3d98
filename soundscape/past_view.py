"""A list's past as its page says it: what was done and signed off, what undo brings back, how two states differ."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa

from library.catalogue import Catalogue
from library.errors import UnknownTrack
from library.picture import title_of
from playlists import revisions, shelf
from playlists.difference import Difference, difference
from playlists.revisions import Revision, Steps, Version
from playlists.shelf import Shelved
from playlists.timeline import clock
from soundscape import withdrawn

MOST_SHOWN = 40
"""Judgement: more changes than anyone looks through; the API has them all."""

Standing = Literal["unsigned", "signed", "changed"]


@dataclass(frozen=True)
class Past:
    """What the page of a list says of its past; ``changes`` and ``versions`` newest first."""

    changes: tuple[Revision, ...]
    versions: tuple[Version, ...]
    steps: Steps
    standing: Standing
    """Whether the list sounds as it was signed off last."""
    refused: tuple[str, ...] = ()
    """What of the newest version was refused since, each in words."""

    @property
    def newest(self) -> Version | None:
        """The version that rooms play."""
        return self.versions[0] if self.versions else None

    def version_of(self, revision: int) -> Version | None:
        """The version that a revision is, if it is signed off."""
        return next((version for version in self.versions if version.revision == revision), None)


@dataclass(frozen=True)
class Compared:
    """Two revisions, and what differs in sentences."""

    before: int
    after: int
    sentences: tuple[str, ...]


def past_of(connection: sa.Connection, shelved: Shelved) -> Past:
    """The past of a list."""
    changes = revisions.list_of(connection, shelved.playlist_id)
    versions = tuple(reversed(revisions.versions_of(connection, shelved.playlist_id)))
    return Past(
        changes=tuple(reversed(changes))[:MOST_SHOWN],
        versions=versions,
        steps=revisions.steps_of(changes),
        standing=_standing(connection, shelved, versions),
        refused=_refused(connection, shelved, versions),
    )


def compared(connection: sa.Connection, catalogue: Catalogue, playlist_id: str, before: int, after: int) -> Compared:
    """What differs between two revisions.

    Raises
    ------
    UnknownPlaylist, UnknownRevision
    """
    one, other = (shelf.at(connection, playlist_id, revision) for revision in (before, after))
    found = difference(one.playlist, other.playlist)
    ids = {item.track_id for shelved in (one, other) for item in shelved.playlist.items}
    sentences = sentences_of(found, _titles(catalogue, ids))
    if one.title != other.title:
        sentences.append(f"The title was “{one.title}” and is “{other.title}”.")
    if one.note != other.note:
        sentences.append("The note is another.")
    return Compared(before, after, tuple(sentences))


def sentences_of(found: Difference, titles: Mapping[str, str]) -> list[str]:
    """A difference in plain words, one sentence for each thing."""
    said = []
    for by_s, part in ((found.infusion_by_s, "infusion"), (found.tail_by_s, "tail")):
        if by_s:
            said.append(f"The {part} is {clock(abs(by_s))} {'longer' if by_s > 0 else 'shorter'}.")
    if found.arc:
        more = "more" if found.arc.most > 0 else "less"
        said.append(
            f"The wished arc is another, at most {abs(found.arc.most):.2f} {more} intense, at {clock(found.arc.at_s)}."
        )
    said += [f"{titles[one.track_id]} came, as number {one.place}." for one in found.came]
    said += [f"{titles[one.track_id]} went; it was number {one.place}." for one in found.went]
    said += [f"{titles[one.track_id]} moved from number {one.from_place} to {one.to_place}." for one in found.moved]
    said += [
        f"{titles[one.track_id]} lasts {abs(one.by_s):.1f} s {'longer' if one.by_s > 0 else 'less long'}."
        for one in found.longer
    ]
    return said


def _standing(connection: sa.Connection, shelved: Shelved, versions: tuple[Version, ...]) -> Standing:
    if not versions:
        return "unsigned"
    signed = shelf.at(connection, shelved.playlist_id, versions[0].revision)
    return "signed" if shelf.sound(signed.playlist) == shelf.sound(shelved.playlist) else "changed"


def _refused(connection: sa.Connection, shelved: Shelved, versions: tuple[Version, ...]) -> tuple[str, ...]:
    if not versions:
        return ()
    signed = shelf.at(connection, shelved.playlist_id, versions[0].revision)
    return tuple(withdrawn.words(one) for one in withdrawn.refused_in(connection, signed.playlist))


def _titles(catalogue: Catalogue, track_ids: set[str]) -> dict[str, str]:
    titles = {}
    for track_id in track_ids:
        try:
            titles[track_id] = title_of(catalogue.track(track_id))
        except UnknownTrack:
            titles[track_id] = f"A piece that is no longer in the library ({track_id[:12]})"
    return titles
