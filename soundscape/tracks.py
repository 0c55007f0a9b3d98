"""Use cases of tracks: a person clears or refuses one, says whether it may be heard in advance, or listens to it.

What was measured stays beneath every decision. Of two people who decide at once the last one counts; the audit trail
holds both, each with what it found before.
"""

import re
from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa

from library.catalogue import decision_of, put_decision, put_preview_right
from library.errors import UnknownTrack
from library.listing import paths_of, title_in
from library.track import Decision, Status
from soundscape.errors import MediaGone
from soundscape.stores import audit, pulse

LONGEST_REASON = 300
"""Letters; a reason is about the music and needs no more (judgement)."""
TRACK_ID = re.compile(r"[0-9a-f]{64}")
MIME = {
    ".mp3": "audio/mpeg",
    ".m4a": "audio/mp4",
    ".aac": "audio/aac",
    ".flac": "audio/flac",
    ".ogg": "audio/ogg",
    ".oga": "audio/ogg",
    ".opus": "audio/ogg",
    ".wav": "audio/wav",
    ".aif": "audio/aiff",
    ".aiff": "audio/aiff",
}


def known(track_id: str) -> str:
    """The id as it came, if it can be one at all: a database need not be asked for anything else.

    Raises
    ------
    UnknownTrack
    """
    if not TRACK_ID.fullmatch(track_id):
        raise UnknownTrack(f"{track_id[:80]}: no such track in the library.")
    return track_id


def decide(
    connection: sa.Connection, track_id: str, status: Status | None, reason: str, *, by: str, now_ms: int
) -> None:
    """Clear, refuse or set aside a track, whatever was measured; ``None`` goes back to what was measured.

    Raises
    ------
    UnknownTrack
    """
    before = decision_of(connection, known(track_id))
    put_decision(connection, track_id, status=status, reason=reason, by=by, at_ms=now_ms)
    after = {"status": status or "as measured", "reason": reason}
    audit.record(connection, now_ms, by, "track decided", _subject(connection, track_id), _status(before), after)
    pulse.raise_(connection, "library")


def allow_preview(
    connection: sa.Connection, track_ids: Sequence[str], may_preview: bool | None, *, by: str, now_ms: int
) -> None:
    """Say whether tracks may be heard in advance; ``None`` leaves it to what each file says. All of them or none.

    Raises
    ------
    UnknownTrack
    """
    for track_id in dict.fromkeys(track_ids):
        before = decision_of(connection, known(track_id))
        put_preview_right(connection, track_id, may_preview, by=by, at_ms=now_ms)
        stated = {"may_preview": None if before is None else before.may_preview}
        subject = _subject(connection, track_id)
        audit.record(connection, now_ms, by, "preview right", subject, stated, {"may_preview": may_preview})
    pulse.raise_(connection, "library")


def sound_of(connection: sa.Connection, track_id: str) -> tuple[Path, str]:
    """A file that holds the track, and its media type.

    Raises
    ------
    UnknownTrack
    MediaGone
        No file of it is where it was.
    """
    for path in map(Path, paths_of(connection, known(track_id))):
        if path.is_file():
            return path, MIME.get(path.suffix.lower(), "application/octet-stream")
    raise MediaGone(
        "The file of this track is no longer where it was. Connect its disk again, or scan the folder it moved to."
    )


def _subject(connection: sa.Connection, track_id: str) -> str:
    return f"{title_in(connection, track_id)[:120]} ({track_id[:12]})"


def _status(decision: Decision | None) -> dict[str, object]:
    if decision is None or decision.status is None:
        return {"status": "as measured"}
    return {"status": decision.status, "reason": decision.reason, "by": decision.decided_by}
