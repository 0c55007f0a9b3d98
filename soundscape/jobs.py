"""Work that takes longer than an answer may: asked for in a transaction, done by a worker, watched and cancelled.

Use: ``job_id = submit(connection, ...)`` inside the transaction of the change, ``enqueue(job_id)`` after it. Were the
second forgotten or lost, a worker would still find the row within a second or two.
"""

from collections.abc import Collection

import sqlalchemy as sa

from soundscape import queues
from soundscape.parts import parts
from soundscape.queues import QUEUES, QueueName
from soundscape.stores import audit
from soundscape.stores import jobs as store
from soundscape.stores.jobs import Arguments, Job

QUEUE_OF: dict[str, QueueName] = {
    "scan": "long",
    "measure": "long",
    "mixdown": "files",
    "refit": "live",
    "successor": "live",
    "standing": "long",
    "import": "lists",
    "take_home": "lists",
    "match": "lists",
}
AWAY_AFTER_MS = 15_000
"""Three beats of a worker missed (`worker.BEAT_EVERY_S`)."""


def submit(connection: sa.Connection, kind: str, arguments: Arguments, *, by: str, now_ms: int) -> str:
    """Ask for a job of a kind in `QUEUE_OF` and return its id."""
    return store.submit(connection, kind, QUEUE_OF[kind], arguments, by=by, now_ms=now_ms)


def enqueue(job_id: str) -> None:
    """Wake a worker for a submitted job; inside the app, after the transaction."""
    here = parts()
    with here.engine.connect() as connection:
        kind = store.get(connection, job_id).kind
    queues.put(QUEUE_OF[kind], job_id, here.data, here.config.redis_url)


def get(connection: sa.Connection, job_id: str) -> Job:
    """Return one job, or raise :class:`~soundscape.errors.NoSuch`."""
    return store.get(connection, job_id)


def list_recent(connection: sa.Connection, limit: int = 50) -> list[Job]:
    """The newest jobs; those under way first."""
    return store.list_recent(connection, limit)


def under_way(connection: sa.Connection) -> list[Job]:
    """All that wait or run, however many, the newest first."""
    return store.under_way(connection)


def shown(connection: sa.Connection, kinds: Collection[str]) -> list[Job]:
    """Jobs of some kinds as a page shows them: all that wait or run, and the one that ended last."""
    return [job for job in under_way(connection) if job.kind in kinds] + store.last_ended(connection, kinds)


def cancel(connection: sa.Connection, job_id: str, *, by: str, now_ms: int) -> Job:
    """Stop a queued job at once, a running one when it next says how far it is; an ended one stays as it is."""
    before = store.get(connection, job_id)
    after = store.cancel(connection, job_id, now_ms=now_ms)
    if before.state in ("queued", "running") and not before.cancel_wished:
        audit.record(connection, now_ms, by, "job.cancel", f"job {job_id}", after={"kind": after.kind})
    return after


def worker_seen(connection: sa.Connection, now_ms: int) -> bool:
    """Whether every queue has a worker that was alive within the last 15 s; if not, "The worker is not running"."""
    seen = store.seen(connection)
    return all(now_ms - seen.get(queue, 0) < AWAY_AFTER_MS for queue in QUEUES)
