"""The sound around a seam of a list, to be heard at once, before any session file is made.

Rendered from the two pieces as the session file would be: their stretches, gains and crossfade, the limiter and the
guard against sudden rises. Only the level of the whole session is not known yet, so that is left as the gains have it.
Kept in `<data>/excerpts/` under a name that holds all it depends on; can be deleted at any time.
"""

import hashlib
import os
import uuid
from pathlib import Path

import msgspec

from library.catalogue import Catalogue
from playlists.around_seam import around_seam
from playlists.encode import Encoder, space_needed
from playlists.limiter import Limiter
from playlists.mix import mix
from playlists.mixdown import CEILING_DBTP
from playlists.playlist import Playlist
from playlists.rise import RiseGuard
from playlists.timeline import Segment
from soundscape.excerpts import FOLDER, FORM, sound_file

VERSION = 1
"""Raised when the rules of rendering change; older sounds are then no longer found."""


def seam_sound(playlist: Playlist, number: int, catalogue: Catalogue, data: Path) -> Path:
    """The file of the sound around seam ``number``, made if it is not there yet; 1 is between the first two pieces.

    Raises
    ------
    BadRequest
        There is no such seam.
    MediaGone, TrackFileGone, UnknownTrack
        A file of one of the two pieces cannot be read.
    NoSpaceLeft
    """
    segments = around_seam(playlist, number)
    out = data / FOLDER / f"seam-{_name(segments)}-v{VERSION}.m4a"
    if out.exists():
        return out
    files = {segment.track_id: sound_file(catalogue.track(segment.track_id)) for segment in segments}
    out.parent.mkdir(parents=True, exist_ok=True)
    part = out.with_name(f".{out.stem}.{uuid.uuid4().hex}.part.m4a")
    try:
        with space_needed(out), Encoder(part, FORM) as encoder:
            _render(segments, files, encoder)
        # Two who ask at once both make it, and the later one replaces the same bytes.
        os.replace(part, out)  # noqa: PTH105
    finally:
        part.unlink(missing_ok=True)
    return out


def _render(segments: tuple[Segment, Segment], files: dict[str, Path], encoder: Encoder) -> None:
    limiter = Limiter(CEILING_DBTP - FORM.overshoot_db)
    later = segments[1]
    guard = RiseGuard([(later.start, later.start + later.fade_in)], from_silence=False)
    for block in mix(segments, files):
        encoder.feed(guard.feed(limiter.feed(block)))
    encoder.feed(guard.feed(limiter.flush()))
    encoder.feed(guard.flush())


def _name(segments: tuple[Segment, Segment]) -> str:
    """The same for the same sound."""
    return hashlib.sha256(msgspec.json.encode(segments)).hexdigest()[:32]
