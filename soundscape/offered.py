"""What a preview shows: to the patient the offered lists piece by piece, to the staff what came of them.

Veiled, a piece has no name but its place: "Piece 3". Neither its title nor its artist is then in what the page is sent;
a whole file that a patient saves still has the tags that the clinic's file has.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

import sqlalchemy as sa

from library.audio import readable
from library.catalogue import Catalogue
from library.errors import UnknownTrack
from library.picture import artist_of, title_of
from library.rights import preview_right
from library.track import Record, Track
from playlists import shelf
from playlists.shelf import Shelved
from soundscape.errors import MayNotPreview, NoSuch
from soundscape.stores import previews as store
from soundscape.votes import Change, begun, can_be_chosen, holds

PLAYED_BY_BROWSERS = {
    ".mp3": "audio/mpeg",
    ".m4a": "audio/mp4",
    ".aac": "audio/aac",
    ".flac": "audio/flac",
    ".wav": "audio/wav",
    ".ogg": "audio/ogg",
    ".oga": "audio/ogg",
    ".opus": "audio/ogg",
}
"""Formats that a patient's browser plays whole, with their media types. AIFF is not among them: there the excerpt,
which is always M4A, has to do, and the page says so."""


class Piece(Record, frozen=True, kw_only=True):
    """A piece as a patient sees it.

    ``whole``: browsers play its file. ``gain_db``, at most 0, brings that near the level of the excerpts.
    """

    track_id: str
    name: str
    artist: str
    duration_s: float
    can_hear: bool
    whole: bool
    gain_db: float
    vote: str


class OfferedList(Record, frozen=True, kw_only=True):
    """A list as a patient sees it. ``can_be_chosen`` is False where it cannot be made without a piece left out."""

    playlist_id: str
    title: str
    note: str
    total_s: float
    can_be_chosen: bool
    pieces: tuple[Piece, ...]


class Shown(Record, frozen=True, kw_only=True):
    """A whole preview as a patient sees it. ``begun``: nothing can be changed any more."""

    code: str
    veiled: bool
    expires_ms: int
    begun: bool
    chosen: str | None
    lists: tuple[OfferedList, ...]
    left_out: tuple[Piece, ...]


def shown(connection: sa.Connection, catalogue: Catalogue, preview_id: str, target_lufs: float) -> Shown:
    """What the patient of a preview sees."""
    preview = store.get(connection, preview_id)
    lists = [shelf.get(connection, playlist_id) for playlist_id in store.lists_of(connection, preview_id)]
    votes = store.votes_of(connection, preview_id)
    tracks = tracks_of(catalogue, lists, votes)

    def piece(track_id: str, veiled_name: str) -> Piece:
        track = tracks.get(track_id)
        name = veiled_name if preview.veiled or track is None else title_of(track)
        return _piece(track_id, track, name, votes.get(track_id, "neutral"), preview.veiled, target_lufs)

    left_out = [track_id for track_id, vote in votes.items() if vote == "veto"]
    return Shown(
        code=preview.code,
        veiled=preview.veiled,
        expires_ms=preview.expires_ms,
        begun=begun(connection, [found.playlist_id for found in lists]),
        chosen=preview.playlist_id,
        lists=tuple(
            OfferedList(
                playlist_id=found.playlist_id,
                title=found.title,
                note=found.note,
                total_s=found.playlist.total_s,
                can_be_chosen=can_be_chosen(found, votes),
                pieces=tuple(
                    piece(item.track_id, f"Piece {place}") for place, item in enumerate(found.playlist.items, 1)
                ),
            )
            for found in lists
        ),
        left_out=tuple(piece(track_id, f"Left out, piece {place}") for place, track_id in enumerate(left_out, 1)),
    )


def _piece(track_id: str, track: Track | None, name: str, vote: str, veiled: bool, target_lufs: float) -> Piece:
    if track is None:  # its files are gone and so is what was known of it
        return Piece(
            track_id=track_id, name=name, artist="", duration_s=0.0, can_hear=False, whole=False, gain_db=0.0, vote=vote
        )
    loudness_lufs = track.analysis.loudness_lufs
    return Piece(
        track_id=track_id,
        name=name,
        artist="" if veiled else artist_of(track),
        duration_s=track.analysis.duration_s,
        can_hear=bool(track.paths) and preview_right(track) == "yes",
        whole=_whole_type(track) is not None,
        gain_db=0.0 if loudness_lufs is None else round(min(0.0, target_lufs - loudness_lufs), 2),
        vote=vote,
    )


def tracks_of(catalogue: Catalogue, lists: Iterable[Shelved], votes: Iterable[str] = ()) -> dict[str, Track]:
    """The tracks of these lists, and those voted on, by id; any that the catalogue lost are left out."""
    wanted = dict.fromkeys([*(item.track_id for found in lists for item in found.playlist.items), *votes])
    found = {}
    for track_id in wanted:
        with suppress(UnknownTrack):
            found[track_id] = catalogue.track(track_id)
    return found


def heard(connection: sa.Connection, catalogue: Catalogue, preview_id: str, track_id: str) -> Track:
    """The track, if the patient of this preview may hear it.

    Raises
    ------
    NoSuch, MayNotPreview
    """
    lists = [shelf.get(connection, playlist_id) for playlist_id in store.lists_of(connection, preview_id)]
    if track_id not in store.votes_of(connection, preview_id) and not any(holds(found, {track_id}) for found in lists):
        raise NoSuch("This piece is not in the lists that are offered here.")
    track = catalogue.track(track_id)
    if preview_right(track) != "yes":
        raise MayNotPreview("This piece cannot be heard in advance: its rights do not allow it.")
    return track


def whole_type(path: Path) -> str | None:
    """The media type of a file that browsers play, or None."""
    return PLAYED_BY_BROWSERS.get(path.suffix.lower())


def _whole_type(track: Track) -> str | None:
    return whole_type(Path(readable(track.paths[0]))) if track.paths else None


def words_of(change: Change, veiled: bool, catalogue: Catalogue) -> str:
    """What a veto did to a list, in a sentence."""
    before = [item.track_id for item in change.before.playlist.items]
    title = change.before.title
    if change.lost or change.playlist is None:
        return f"“{title}” cannot be made without this piece. Choose another list, or ask the clinic."
    after = [item.track_id for item in change.playlist.items]
    tracks = tracks_of(catalogue, [change.before], after)
    gone = _named([t for t in before if t not in after], veiled, before, tracks)
    came = _named([t for t in after if t not in before], veiled, [], tracks)
    said = f"{gone} {'is' if ' and ' not in gone else 'are'} gone from “{title}”; "
    if not came:
        return said + "the other pieces play longer instead."
    return said + f"{came} came in."


def _named(track_ids: list[str], veiled: bool, order: list[str], tracks: Mapping[str, Track]) -> str:
    """Names as people list them; veiled, places in the list, or how many where they have no place yet."""
    if not track_ids:
        return ""
    if veiled and not order:
        return "another piece" if len(track_ids) == 1 else f"{len(track_ids)} other pieces"
    names = [
        f"Piece {order.index(track_id) + 1}" if veiled or track_id not in tracks else title_of(tracks[track_id])
        for track_id in track_ids
    ]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
