"""From a folder of music to an exact session file: scan, fit, mix down, draw. The use case behind ``build``."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from library.catalogue import Catalogue
from library.track import Track
from playlists.arc import Template, named
from playlists.encode import format_of
from playlists.errors import BadRequest
from playlists.fit import fit
from playlists.mixdown import mixdown
from playlists.picture import session_picture
from playlists.playlist import Playlist, Request
from playlists.refit import refit
from playlists.sets import ListSet, sets

Tick = Callable[[float], None]


@dataclass(frozen=True)
class Session:
    """A built session: the playlist, the tracks it plays, and the picture where one was written."""

    playlist: Playlist
    tracks: Mapping[str, Track]
    picture: Path | None


@dataclass(frozen=True)
class Kept:
    """A list to go on with: what sounds up to ``played_s`` stays as it is."""

    playlist: Playlist
    played_s: float


def check_out(out: Path) -> None:
    """Refuse a session file that cannot be written, before an hour is spent on it.

    Raises
    ------
    BadRequest
    """
    format_of(out)
    if not out.absolute().parent.is_dir():
        raise BadRequest(f"{out}: the folder for this file does not exist. Make it, or name another.")


def build(
    catalogue: Catalogue,
    request: Request,
    templates: Mapping[str, Template],
    *,
    folder: Path | None = None,
    kept: Kept | None = None,
    out: Path | None = None,
    tick: Tick | None = None,
) -> Session:
    """Fit a playlist to the catalogue's tracks and, if asked, mix it down to ``out`` with its picture beside it.

    Parameters
    ----------
    catalogue
        The library.
    request, templates
        What is asked, and the arcs it may name.
    folder
        Use only tracks with a file below this folder.
    kept
        A list to change as little as is worth it, instead of a new one.
    out
        The session file; nothing is written if None.
    tick
        Told the mixdown's progress, 0..1.

    Raises
    ------
    PlaylistError
        If the request makes no sense, no list meets it, or the file cannot be made; nothing is left behind.
    """
    if out is not None:
        check_out(out)
    tracks = _usable(catalogue, folder)
    if kept is None:
        playlist = fit(tracks.values(), request, templates=templates)
    else:
        playlist = refit(tracks.values(), request, kept.playlist, prefix_s=kept.played_s, templates=templates)
    if out is None:
        return Session(playlist=playlist, tracks=tracks, picture=None)
    files = {item.track_id: _present(tracks[item.track_id]) for item in playlist.items}
    facts = mixdown(playlist, files, out, tracks=tracks.values(), progress=tick)
    playlist = msgspec.structs.replace(playlist, mixdown=facts)
    return Session(playlist=playlist, tracks=tracks, picture=_draw(playlist, tracks, templates, out))


def build_sets(
    catalogue: Catalogue,
    request: Request,
    templates: Mapping[str, Template],
    count: int,
    *,
    folder: Path | None = None,
) -> tuple[ListSet, Mapping[str, Track]]:
    """Several lists with as little in common as the cost allows, and the tracks they play from; nothing is written.

    Raises
    ------
    PlaylistError
        If the request makes no sense, or not even one list meets it.
    """
    tracks = _usable(catalogue, folder)
    return sets(tracks.values(), request, count, templates=templates), tracks


def read_kept(path: Path, played_s: float) -> Kept:
    """A list as ``build --json`` prints it.

    Raises
    ------
    BadRequest
        The file is no such list.
    """
    try:
        return Kept(playlist=msgspec.json.decode(path.read_bytes(), type=Playlist), played_s=played_s)
    except msgspec.MsgspecError as error:
        raise BadRequest(f"{path}: this is no list as `build --json` prints it: {error}.") from error


def _usable(catalogue: Catalogue, folder: Path | None) -> dict[str, Track]:
    return {track.track_id: track for track in catalogue.tracks() if folder is None or _below(track, folder)}


def _below(track: Track, folder: Path) -> bool:
    return any(Path(path).is_relative_to(folder.absolute()) for path in track.paths)


def _present(track: Track) -> str:
    """The first of a track's files that is there; else any, for the mixdown to name as gone."""
    return next((path for path in track.paths if os.path.exists(path)), track.paths[0])  # noqa: PTH110 - bytes names


def _draw(playlist: Playlist, tracks: Mapping[str, Track], templates: Mapping[str, Template], out: Path) -> Path:
    arc = named(playlist.template, templates).scaled(playlist.infusion_s, playlist.tail_s)
    phases = [(phase.name, phase.start, phase.end) for phase in arc.phases]
    picture = out.with_suffix(".svg")
    part = picture.with_name(f".{picture.name}.part")
    part.write_text(session_picture(playlist, tracks, phases), encoding="utf-8")
    part.replace(picture)
    return picture
