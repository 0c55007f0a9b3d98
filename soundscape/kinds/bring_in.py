"""The job that reads a list from elsewhere, a file that waits for it or an address, matches it and keeps its lines."""

import sqlalchemy as sa

from library.store import writing
from playlists.exchange.entry import Listing
from playlists.exchange.reading import read_listing
from soundscape import imports, spool
from soundscape.elsewhere import Door
from soundscape.errors import MediaGone
from soundscape.owned import shelves_of
from soundscape.running import Done, JobInterrupted, LeaseLost, Running
from soundscape.stores import imports as store
from soundscape.stores.imports import Import
from soundscape.stores.jobs import Arguments


def bring_in(job: Running, arguments: Arguments) -> Done:
    """Read the list ``arguments["import_id"]``; the result is ``{import_id, entries}``.

    Its file is gone afterwards, read or not; only where another attempt may follow it is still there.
    """
    import_id = str(arguments["import_id"])
    with job.engine.connect() as connection:
        found = store.get(connection, import_id)
    again = False
    try:
        # An attempt that was cut off before its row could say so may have stored all there is to store.
        count = _stored(job, found) if found.matched_with is None else _count(job, import_id)
    except (JobInterrupted, LeaseLost, sa.exc.DBAPIError):
        again = True
        raise
    finally:
        if not again:
            spool.path_of(job.data, import_id).unlink(missing_ok=True)
    result: dict[str, object] = {"import_id": import_id, "entries": count}
    return Done(result, f"{imports.title_of(found)} is read: {count} line{'' if count == 1 else 's'}.")


def _stored(job: Running, found: Import) -> int:
    """Read, match and store the lines; how many there are."""
    listing = _read(job, found)
    shelves = shelves_of(job.engine)
    matches = shelves.found(listing.entries, lambda share, words: job.tell((1.0 + share) / 2, words))
    with writing(job.engine) as connection:
        imports.keep(connection, found.import_id, listing, matches, shelves.fingerprint)
    return len(listing.entries)


def _count(job: Running, import_id: str) -> int:
    with job.engine.connect() as connection:
        return store.counts(connection).get(import_id, 0)


def _read(job: Running, found: Import) -> Listing:
    if found.source == "spotify":
        return Door.of(job).read(found.name, lambda share, words: job.tell(share / 2, words), job.stopping)
    job.tell(0.0, f"Reading {found.name}")
    path = spool.path_of(job.data, found.import_id)
    if not path.exists():
        raise MediaGone(f"{found.name}: its file is gone from the server. Send it again.")
    return read_listing(path, found.name)
