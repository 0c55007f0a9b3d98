"""All SQL about jobs. The row is the truth: what is to be done, how far it is, who holds it until when.

A job that runs is *held*: by the attempt that claimed it, until its lease ends. Whatever the holder writes names the
attempt, so one that lost its lease, because its machine slept, can no longer change anything.
"""

import secrets
from collections.abc import Collection, Iterable
from typing import Literal

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from library.track import Record
from soundscape.errors import NoSuch
from soundscape.stores import pulse
from soundscape.stores.tables import job_table, worker_table

State = Literal["queued", "running", "done", "failed", "cancelled"]
Arguments = dict[str, object]
TOPIC = "jobs"


class Job(Record, frozen=True, kw_only=True):
    """One row."""

    job_id: str
    kind: str
    queue: str
    arguments: Arguments
    state: State
    progress: float
    """0..1"""
    message: str
    result: dict[str, object] | None
    error_code: str | None
    error_message: str | None
    cancel_wished: bool
    attempts: int
    created_by: str
    created_ms: int
    started_ms: int | None
    ended_ms: int | None


def submit(connection: sa.Connection, kind: str, queue: str, arguments: Arguments, *, by: str, now_ms: int) -> str:
    """Store a job to be done and return its id."""
    job_id = secrets.token_hex(8)
    connection.execute(
        sa.insert(job_table).values(
            job_id=job_id,
            kind=kind,
            queue=queue,
            arguments=_text(arguments),
            state="queued",
            progress=0.0,
            message="",
            cancel_wished=False,
            attempts=0,
            created_by=by,
            created_ms=now_ms,
        )
    )
    pulse.raise_(connection, TOPIC)
    return job_id


def get(connection: sa.Connection, job_id: str) -> Job:
    """Return one job.

    Raises
    ------
    NoSuch
    """
    for job in _jobs(connection, sa.select(job_table).where(job_table.c.job_id == job_id)):
        return job
    raise NoSuch(f"{job_id}: no such job.")


def list_recent(connection: sa.Connection, limit: int = 50) -> list[Job]:
    """The newest jobs; those under way first."""
    under_way = sa.case((job_table.c.state.in_(("queued", "running")), 0), else_=1)
    order = (under_way, job_table.c.created_ms.desc(), job_table.c.job_id)
    return list(_jobs(connection, sa.select(job_table).order_by(*order).limit(limit)))


def under_way(connection: sa.Connection) -> list[Job]:
    """All that wait or run, however many, the newest first."""
    query = sa.select(job_table).where(job_table.c.state.in_(("queued", "running")))
    return list(_jobs(connection, query.order_by(job_table.c.created_ms.desc(), job_table.c.job_id)))


def last_ended(connection: sa.Connection, kinds: Collection[str]) -> list[Job]:
    """The job of these kinds that ended last, if any has."""
    query = sa.select(job_table).where(job_table.c.kind.in_(kinds), job_table.c.ended_ms.is_not(None))
    return list(_jobs(connection, query.order_by(job_table.c.ended_ms.desc(), job_table.c.job_id).limit(1)))


def last_done(connection: sa.Connection, kind: str, most: int) -> list[Job]:
    """The jobs of a kind that were done last, the newest first."""
    query = sa.select(job_table).where(job_table.c.kind == kind, job_table.c.state == "done")
    return list(_jobs(connection, query.order_by(job_table.c.ended_ms.desc(), job_table.c.job_id).limit(most)))


def newest(connection: sa.Connection, kind: str, argument: str, value: str) -> Job | None:
    """The job of a kind that was asked for last with this value of an argument, if any was."""
    part = _text({argument: value})[1:-1]
    query = sa.select(job_table).where(job_table.c.kind == kind, job_table.c.arguments.contains(part, autoescape=True))
    return next(iter(_jobs(connection, query.order_by(job_table.c.created_ms.desc()).limit(1))), None)


def waiting(connection: sa.Connection, queue: str) -> list[str]:
    """Ids of the jobs of a queue that nobody has claimed, oldest first."""
    query = (
        sa.select(job_table.c.job_id)
        .where(job_table.c.queue == queue, job_table.c.state == "queued")
        .order_by(job_table.c.created_ms, job_table.c.job_id)
    )
    return list(connection.execute(query).scalars())


def claim(connection: sa.Connection, job_id: str, *, lease_until_ms: int, now_ms: int) -> Job | None:
    """Take a queued job; None if it is not queued any more. Of two who claim it at once, one gets it."""
    claimed = connection.execute(
        sa.update(job_table)
        .where(job_table.c.job_id == job_id, job_table.c.state == "queued")
        .values(
            state="running",
            attempts=job_table.c.attempts + 1,
            lease_until_ms=lease_until_ms,
            started_ms=now_ms,
            progress=0.0,
            message="",
        )
    )
    if not claimed.rowcount:
        return None
    pulse.raise_(connection, TOPIC)
    return get(connection, job_id)


def tell(
    connection: sa.Connection, job_id: str, attempt: int, progress: float, message: str, *, lease_until_ms: int
) -> bool | None:
    """Store how far a job is and renew its lease; whether it shall stop, or None if it is held no longer."""
    told = connection.execute(
        _held(job_id, attempt).values(progress=progress, message=message, lease_until_ms=lease_until_ms)
    )
    if not told.rowcount:
        return None
    pulse.raise_(connection, TOPIC)
    wished: bool = connection.execute(
        sa.select(job_table.c.cancel_wished).where(job_table.c.job_id == job_id)
    ).scalar_one()
    return wished


def remember(connection: sa.Connection, job_id: str, attempt: int, arguments: Arguments) -> bool:
    """Store arguments with what a later attempt must know; False if the job is held no longer."""
    return bool(connection.execute(_held(job_id, attempt).values(arguments=_text(arguments))).rowcount)


def renew(connection: sa.Connection, held: Iterable[tuple[str, int]], *, lease_until_ms: int) -> None:
    """Renew the leases of (job id, attempt): who holds them is alive, though it may have nothing to tell."""
    for job_id, attempt in held:
        connection.execute(_held(job_id, attempt).values(lease_until_ms=lease_until_ms))


def finish(
    connection: sa.Connection, job_id: str, attempt: int, result: dict[str, object], message: str, *, now_ms: int
) -> bool:
    """The job is done; False if it was held no longer, and then nothing is stored."""
    return _end(
        connection, job_id, attempt, state="done", progress=1.0, message=message, result=_text(result), ended_ms=now_ms
    )


def fail(connection: sa.Connection, job_id: str, attempt: int, code: str, message: str, *, now_ms: int) -> bool:
    """The job cannot be done."""
    return _end(connection, job_id, attempt, state="failed", error_code=code, error_message=message, ended_ms=now_ms)


def stop(connection: sa.Connection, job_id: str, attempt: int, *, now_ms: int) -> bool:
    """The job was under way and has stopped, because somebody wished so."""
    return _end(connection, job_id, attempt, state="cancelled", ended_ms=now_ms)


def give_back(connection: sa.Connection, job_id: str, attempt: int) -> bool:
    """The worker stops before the job is done: it waits again, and this attempt does not count."""
    return _end(connection, job_id, attempt, state="queued", attempts=attempt - 1, progress=0.0, message="")


def cancel(connection: sa.Connection, job_id: str, *, now_ms: int) -> Job:
    """Stop a queued job at once, a running one when it next tells how far it is; an ended one stays as it is.

    Raises
    ------
    NoSuch
    """
    queued = sa.update(job_table).where(job_table.c.job_id == job_id, job_table.c.state == "queued")
    if not connection.execute(queued.values(state="cancelled", cancel_wished=True, ended_ms=now_ms)).rowcount:
        running = sa.update(job_table).where(job_table.c.job_id == job_id, job_table.c.state == "running")
        connection.execute(running.values(cancel_wished=True))
    pulse.raise_(connection, TOPIC)
    return get(connection, job_id)


def any_expired(connection: sa.Connection, queue: str, *, now_ms: int) -> bool:
    """Whether some holder of the queue's jobs has died; a read, to be asked often."""
    return connection.execute(sa.select(sa.exists(_expired(queue, now_ms)))).scalar_one()


def requeue_expired(connection: sa.Connection, queue: str, *, most_attempts: int, now_ms: int) -> list[str]:
    """Jobs whose holder has died wait again, are cancelled if that was wished, or fail after too many attempts.

    Returns the ids of those that wait again.
    """
    again = []
    for row in connection.execute(_expired(queue, now_ms)).all():
        if row.cancel_wished:
            stop(connection, row.job_id, row.attempts, now_ms=now_ms)
        elif row.attempts >= most_attempts:
            message = (
                f"The worker died {row.attempts} times while it did this. Its last words are in the log; "
                "often the machine has too little memory."
            )
            fail(connection, row.job_id, row.attempts, "worker_died", message, now_ms=now_ms)
        elif _end(connection, row.job_id, row.attempts, state="queued", message="The worker died; it is done again."):
            again.append(row.job_id)
    return again


def beat(connection: sa.Connection, queue: str, pid: int, *, now_ms: int) -> None:
    """A worker of the queue is alive."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    values = {"pid": pid, "seen_ms": now_ms}
    row = insert(worker_table).values(queue=queue, **values)
    connection.execute(row.on_conflict_do_update(index_elements=[worker_table.c.queue], set_=values))


def forget_worker(connection: sa.Connection, queue: str, pid: int) -> None:
    """A worker of the queue has stopped."""
    connection.execute(sa.delete(worker_table).where(worker_table.c.queue == queue, worker_table.c.pid == pid))


def seen(connection: sa.Connection) -> dict[str, int]:
    """When a worker of each queue was last alive."""
    return {row.queue: row.seen_ms for row in connection.execute(sa.select(worker_table))}


def _expired(queue: str, now_ms: int) -> sa.Select[tuple[str, int, bool]]:
    return sa.select(job_table.c.job_id, job_table.c.attempts, job_table.c.cancel_wished).where(
        job_table.c.queue == queue, job_table.c.state == "running", job_table.c.lease_until_ms < now_ms
    )


def _held(job_id: str, attempt: int) -> sa.Update:
    return sa.update(job_table).where(
        job_table.c.job_id == job_id, job_table.c.state == "running", job_table.c.attempts == attempt
    )


def _end(connection: sa.Connection, job_id: str, attempt: int, **values: object) -> bool:
    ended = connection.execute(_held(job_id, attempt).values(lease_until_ms=None, **values))
    if ended.rowcount:
        pulse.raise_(connection, TOPIC)
    return bool(ended.rowcount)


def _jobs(connection: sa.Connection, query: sa.Select[tuple[object, ...]]) -> Iterable[Job]:
    for row in connection.execute(query).mappings():
        values = {name: row[name] for name in Job.__struct_fields__}
        values["arguments"] = msgspec.json.decode(row["arguments"], type=Arguments)
        values["result"] = None if row["result"] is None else msgspec.json.decode(row["result"], type=Arguments)
        yield Job(**values)


def _text(value: dict[str, object]) -> str:
    return msgspec.json.encode(value).decode()
