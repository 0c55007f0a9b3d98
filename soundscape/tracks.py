"""Use cases of tracks: a person clears or refuses one, says whether it may be heard in advance, or listens to it.

What was measured stays beneath every decision. Who says which decision they saw is told when somebody else decided
since; who does not say it decides last. The audit trail and the track's history hold both.
"""

import re
from collections.abc import Sequence
from enum import Enum
from pathlib import Path

import sqlalchemy as sa

from library import history
from library.decisions import decision_of, put_decision, put_preview_right
from library.errors import UnknownTrack
from library.history import PastDecision
from library.listing import paths_of, title_in
from library.track import Decision, Status
from soundscape import standing
from soundscape.errors import DecidedMeanwhile, MediaGone
from soundscape.stores import audit, pulse


class Unseen(Enum):
    """The one value that says nothing about what was seen: None already says that there was no decision."""

    UNSEEN = "unseen"


UNSEEN = Unseen.UNSEEN
TAKEN_BACK = "Taken back."
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
    connection: sa.Connection,
    track_id: str,
    status: Status | None,
    reason: str,
    *,
    by: str,
    now_ms: int,
    seen_ms: int | Unseen | None = UNSEEN,
) -> None:
    """Clear, refuse or set aside a track, whatever was measured; ``None`` goes back to what was measured.

    ``seen_ms`` is when the decision was made that the person saw, None where there was none.

    Raises
    ------
    UnknownTrack
    DecidedMeanwhile
        Another decision stands than the one that was seen.
    """
    before = decision_of(connection, known(track_id))
    if not isinstance(seen_ms, Unseen):
        _same_as_seen(before, seen_ms)
    at_ms = _time_of_its_own(history.decisions(connection, track_id), now_ms)
    put_decision(connection, track_id, status=status, reason=reason, by=by, at_ms=at_ms)
    if status == "refused":
        standing.withdraw(connection, track_id)
    after = {"status": status or "as measured", "reason": reason}
    audit.record(connection, now_ms, by, "track decided", _subject(connection, track_id), _status(before), after)
    pulse.raise_(connection, "library")


def undo(connection: sa.Connection, track_id: str, decided_ms: int, *, by: str, now_ms: int) -> None:
    """Take a decision back: what stood before it stands again, as its own person made it then, or what was measured.

    ``decided_ms`` says which decision is meant. The history keeps all of it: the decision, that it was taken back, and
    what counts again.

    Raises
    ------
    UnknownTrack
    DecidedMeanwhile
        That decision no longer stands.
    """
    present = decision_of(connection, known(track_id))
    _same_as_seen(present, decided_ms)
    past = _before(history.decisions(connection, track_id), decided_ms)
    put_decision(connection, track_id, status=None, reason=TAKEN_BACK, by=by, at_ms=now_ms)
    if past is not None and past.status is not None:
        put_decision(
            connection, track_id, status=past.status, reason=past.reason, by=past.decided_by, at_ms=past.decided_ms
        )
    after = _status(decision_of(connection, track_id))
    audit.record(connection, now_ms, by, "decision undone", _subject(connection, track_id), _status(present), after)
    pulse.raise_(connection, "library")


def _time_of_its_own(past: Sequence[PastDecision], now_ms: int) -> int:
    """Now, or as little later as no other decision was made: a decision is named by its time."""
    taken, at_ms = {one.decided_ms for one in past}, now_ms
    while at_ms in taken:
        at_ms += 1
    return at_ms


def _before(newest_first: Sequence[PastDecision], at_ms: int) -> PastDecision | None:
    """What stood before the decision of this time was first made; one that counts again stands twice in a history."""
    made = max(index for index, past in enumerate(newest_first) if past.decided_ms == at_ms and past.status is not None)
    return newest_first[made + 1] if made + 1 < len(newest_first) else None


def decided_ms(decision: Decision | None) -> int | None:
    """When the status was decided that stands; None where nobody has decided one."""
    return None if decision is None or decision.status is None else decision.decided_ms


def _same_as_seen(stands: Decision | None, seen_ms: int | None) -> None:
    if decided_ms(stands) == seen_ms:
        return
    if stands is None or stands.status is None:
        raise DecidedMeanwhile("The decision that you saw was taken back meanwhile. Nothing was changed; look again.")
    did = {"cleared": "cleared", "refused": "refused", "review": "set aside for review"}[stands.status]
    raise DecidedMeanwhile(
        f"{stands.decided_by} has {did} this track meanwhile: “{stands.reason}”. Nothing was changed; look again."
    )


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
