"""The job that matches lists from elsewhere again after the library has changed."""

from library.store import writing
from soundscape.owned import Shelves, shelves_of
from soundscape.running import Done, Running
from soundscape.stores import imports as store
from soundscape.stores.jobs import Arguments


def match_again(job: Running, arguments: Arguments) -> Done:
    """Match every list that was matched with the library as it no longer is; the result is ``{lists}``.

    ``arguments`` are none. A list is kept as soon as it is done: one that was cut off goes on with the next.
    """
    job.tell(0.0, "Reading the library")
    shelves = shelves_of(job.engine)
    with job.engine.connect() as connection:
        behind = store.matched_otherwise(connection, shelves.fingerprint)
    for done, import_id in enumerate(behind):
        _match(job, shelves, import_id, done, len(behind))
    count = len(behind)
    return Done({"lists": count}, f"{count} list{' is' if count == 1 else 's are'} matched again.")


def _match(job: Running, shelves: Shelves, import_id: str, done: int, of: int) -> None:
    with job.engine.connect() as connection:
        entries = [line.entry for line in store.lines(connection, import_id)]
    found = shelves.found(entries, lambda share, words: job.tell((done + share) / of, words))
    with writing(job.engine) as connection:
        store.put_found(connection, import_id, found, shelves.fingerprint)
