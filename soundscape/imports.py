"""Use cases of lists from elsewhere: bring one in, see what of it is owned, answer what is in doubt, build with it.

What a line means is what its job found (:mod:`soundscape.owned`), without the tracks that are gone since, and what
people said over it. A list is never matched while somebody waits for a page.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal

import sqlalchemy as sa

from library import naming
from library.naming import Named
from library.track import Record
from playlists.exchange.answers import answer_key
from playlists.exchange.entry import Entry, Listing
from playlists.exchange.matching import Match, answered, still
from soundscape import jobs, spool
from soundscape.errors import WrongState
from soundscape.secret import new_id
from soundscape.stores import audit, pulse
from soundscape.stores import imports as store
from soundscape.stores.imports import Answer, Found, Import, Line, Source
from soundscape.stores.jobs import Job

State = Literal["waiting", "reading", "ready", "failed", "stopped"]
STATES: Mapping[str, State] = {
    "queued": "waiting",
    "running": "reading",
    "done": "ready",
    "failed": "failed",
    "cancelled": "stopped",
}


class Choice(Record, frozen=True, kw_only=True):
    """A track that a line may mean, by its names; ``score`` is 0..1."""

    track_id: str
    title: str
    artist: str
    album: str
    length_s: float
    score: float
    reasons: tuple[str, ...]


class Matched(Record, frozen=True, kw_only=True):
    """A line, what it means, and which track's sound it has itself, if it has one here."""

    line: Line
    verdict: Literal["owned", "doubtful", "missing"]
    candidates: tuple[Choice, ...]
    own_track_id: str | None
    answer: Answer | None

    @property
    def page(self) -> str | None:
        """The address about the piece that its line gives, where it is one that a browser may safely open."""
        address = self.line.entry.page or ""
        return address if address.startswith(("https://", "http://")) else None


class Seen(Record, frozen=True, kw_only=True):
    """A list with its lines, as a page shows it."""

    found: Import
    state: State
    job: Job | None
    lines: tuple[Matched, ...]
    stale: bool
    """Whether the library has changed since the lines were matched."""
    matching: Job | None
    """The job that matches it again, while there is one."""

    @property
    def counts(self) -> dict[str, int]:
        """How many lines are owned, doubtful and missing."""
        counted = Counter(line.verdict for line in self.lines)
        return {verdict: counted[verdict] for verdict in ("owned", "doubtful", "missing")}

    def of(self, verdict: str) -> list[Matched]:
        """The lines of one verdict."""
        return [line for line in self.lines if line.verdict == verdict]

    def at(self, place: int | None) -> Matched | None:
        """The line at a place, if the list has it."""
        return next((line for line in self.lines if line.line.place == place), None)

    @property
    def owned_ids(self) -> list[str]:
        """The tracks that are owned, each once, in the order of the list."""
        return list(dict.fromkeys(line.candidates[0].track_id for line in self.of("owned")))


def new_import(import_id: str, source: Source, name: str, *, job_id: str | None, by: str, now_ms: int) -> Import:
    """A list that is still to be read."""
    return Import(
        import_id=import_id,
        source=source,
        name=name,
        title="",
        creator="",
        note="",
        remarks=(),
        job_id=job_id,
        created_by=by,
        created_ms=now_ms,
        matched_with=None,
    )


def ask(
    connection: sa.Connection, source: Source, name: str, *, import_id: str | None = None, by: str, now_ms: int
) -> Import:
    """Ask for a list to be read, as a job: from the file that waits under this id, or from a playlist's address."""
    import_id = import_id or new_id()
    job_id = jobs.submit(connection, "import", {"import_id": import_id}, by=by, now_ms=now_ms)
    found = new_import(import_id, source, name, job_id=job_id, by=by, now_ms=now_ms)
    store.put_new(connection, found)
    audit.record(connection, now_ms, by, "list brought in", subject(found), after={"source": source, "job_id": job_id})
    return found


def waiting_files(connection: sa.Connection) -> set[str]:
    """The imports whose file is still needed."""
    return {str(job.arguments["import_id"]) for job in jobs.under_way(connection) if job.kind == "import"}


def keep(connection: sa.Connection, import_id: str, listing: Listing, found: Iterable[Found], library: str) -> None:
    """Store what was read, and what was found for it in the library of this fingerprint."""
    keys = [answer_key(entry) for entry in listing.entries]
    store.put_listing(connection, import_id, listing, keys, found, library)


def match_again(connection: sa.Connection, *, by: str, now_ms: int) -> str:
    """Have every list matched again with which the library has changed, and return the id of the job."""
    for job in jobs.under_way(connection):
        if (job.kind, job.state) == ("match", "queued"):
            return job.job_id
    pulse.raise_(connection, store.TOPIC)  # whoever has a list open follows the job from now on
    return jobs.submit(connection, "match", {}, by=by, now_ms=now_ms)


def any_stale(connection: sa.Connection) -> bool:
    """Whether the library has changed since some list was matched."""
    return bool(store.matched_otherwise(connection, naming.fingerprint(connection)))


def states(connection: sa.Connection, found: Sequence[Import]) -> dict[str, tuple[State, Job | None]]:
    """How it stands with each of these lists, and the job that reads it."""
    told: dict[str, tuple[State, Job | None]] = {}
    for one in found:
        job = None if one.job_id is None else jobs.get(connection, one.job_id)
        told[one.import_id] = ("ready" if job is None else STATES[job.state], job)
    return told


def line_of(connection: sa.Connection, import_id: str, place: int) -> Matched:
    """One line of a list and what it means, without reading the others.

    Raises
    ------
    NoSuch
    """
    line = store.line(connection, import_id, place)
    said = store.answers(connection, [line.answer_key])
    named = {track.track_id: track for track in naming.some_named(connection, _named_by([line], said))}
    return _matched(line, said.get(line.answer_key), named)


def seen(connection: sa.Connection, import_id: str) -> Seen:
    """A list with its lines.

    Raises
    ------
    NoSuch
    """
    found = store.get(connection, import_id)
    state, job = states(connection, [found])[import_id]
    lines = store.lines(connection, import_id)
    said = store.answers(connection, [line.answer_key for line in lines])
    named = {track.track_id: track for track in naming.some_named(connection, _named_by(lines, said))}
    return Seen(
        found=found,
        state=state,
        job=job,
        lines=tuple(_matched(line, said.get(line.answer_key), named) for line in lines),
        stale=found.matched_with not in (None, naming.fingerprint(connection)),
        matching=next((job for job in jobs.under_way(connection) if job.kind == "match"), None),
    )


def answer(
    connection: sa.Connection, import_id: str, place: int, track_id: str | None, *, by: str, now_ms: int
) -> None:
    """Remember which track a line is, or with None that it is none of the library.

    Raises
    ------
    NoSuch
    """
    found, line = store.get(connection, import_id), store.line(connection, import_id, place)
    before = store.answers(connection, [line.answer_key]).get(line.answer_key)
    store.put_answer(
        connection, Answer(answer_key=line.answer_key, track_id=track_id, answered_by=by, answered_ms=now_ms)
    )
    audit.record(
        connection,
        now_ms,
        by,
        "match answered",
        subject(found),
        None if before is None else {"track_id": before.track_id},
        {"place": place, "title": line.entry.title, "track_id": track_id},
    )


def take_back(connection: sa.Connection, import_id: str, place: int, *, by: str, now_ms: int) -> None:
    """Forget what was said of a line; again does nothing.

    Raises
    ------
    NoSuch
    """
    found, line = store.get(connection, import_id), store.line(connection, import_id, place)
    before = store.answers(connection, [line.answer_key]).get(line.answer_key)
    if before is None:
        return
    store.take_back(connection, line.answer_key)
    said: dict[str, object] = {"place": place, "title": line.entry.title, "track_id": before.track_id}
    audit.record(connection, now_ms, by, "answer taken back", subject(found), said)


def remove(connection: sa.Connection, data: Path, import_id: str, *, by: str, now_ms: int) -> None:
    """Forget a list and its lines; lists built with it, and what was said of its lines, stay.

    Raises
    ------
    NoSuch
    WrongState
        It is being read.
    """
    found = store.get(connection, import_id)
    state, _ = states(connection, [found])[import_id]
    if state in ("waiting", "reading"):
        raise WrongState(f"{found.name} is being read just now. Stop that first, then remove it.")
    store.remove(connection, import_id)
    spool.path_of(data, import_id).unlink(missing_ok=True)
    audit.record(connection, now_ms, by, "list from elsewhere removed", subject(found))


def shopping(shown: Seen) -> list[Entry]:
    """The pieces that the library does not have; not what names no piece of music."""
    return [line.line.entry for line in shown.of("missing") if line.line.entry.missing is None]


def listing_of(shown: Seen) -> Listing:
    """The list as it was brought in, to be written again."""
    found = shown.found
    return Listing(
        title=found.title,
        creator=found.creator,
        note=found.note,
        remarks=found.remarks,
        entries=tuple(line.line.entry for line in shown.lines),
    )


def title_of(found: Import) -> str:
    """What to call a list: its own title, else the name it came by."""
    return found.title or found.name


def subject(found: Import) -> str:
    """What audit rows call it."""
    return f"{title_of(found)[:120]} ({found.import_id})"


def _named_by(lines: Iterable[Line], said: Mapping[str, Answer]) -> set[str]:
    """The tracks that what was found or said names."""
    found = {candidate.track_id for line in lines for candidate in line.found.match.candidates}
    own = {line.found.own_track_id for line in lines} | {answer.track_id for answer in said.values()}
    return found | {track_id for track_id in own if track_id is not None}


def _matched(line: Line, said: Answer | None, tracks: Mapping[str, Named]) -> Matched:
    """What a line means: what was said of it, unless its track is gone; else what was found."""
    match = still(line.found.match, tracks)
    if line.entry.missing is None and said is not None and (said.track_id is None or said.track_id in tracks):
        match = answered(said.track_id)
    own = line.found.own_track_id
    return Matched(
        line=line,
        verdict=match.verdict,
        candidates=_choices(match, tracks),
        own_track_id=own if own in tracks else None,
        answer=said,
    )


def _choices(match: Match, tracks: Mapping[str, Named]) -> tuple[Choice, ...]:
    return tuple(
        Choice(
            track_id=candidate.track_id,
            title=tracks[candidate.track_id].title,
            artist=tracks[candidate.track_id].artist,
            album=tracks[candidate.track_id].tags.album or "",
            length_s=tracks[candidate.track_id].duration_s,
            score=candidate.score,
            reasons=candidate.reasons,
        )
        for candidate in match.candidates
    )
