"""The job that writes a session's music as a private list at Spotify; broken off, it goes on with the same list."""

from collections.abc import Sequence

import msgspec

from library.catalogue import Catalogue
from library.store import writing
from playlists.exchange.entry import Entry
from soundscape import records, take_home
from soundscape.elsewhere import Door
from soundscape.running import Done, LeaseLost, Running
from soundscape.spotify.finding import with_pages
from soundscape.spotify.writing import Wanted, write_playlist
from soundscape.stores import jobs as store
from soundscape.stores.jobs import Arguments


def write_take_home(job: Running, arguments: Arguments) -> Done:
    """Write the list of ``arguments["session_id"]``; the result is ``{address, written, left_out: [name]}``.

    Once there is a list at Spotify, its id and the pieces meant for it are kept in the arguments: whatever is learned
    elsewhere of the pieces later, what stands there already is the beginning of the same list.
    """
    begun = arguments.get("playlist_id")
    with Door.of(job).calls(job.tell, job.stopping) as calls:
        heard = _entries(job, str(arguments["session_id"])) if begun is None else _kept(arguments)
        entries = with_pages(calls, heard) if begun is None else heard

        def remember(playlist_id: str, meant: Sequence[Entry]) -> None:
            kept = arguments | {"playlist_id": playlist_id, "entries": msgspec.to_builtins(meant)}
            with writing(job.engine) as connection:
                held = store.remember(connection, job.job_id, job.attempt, kept)
            if not held:
                raise LeaseLost

        wanted = Wanted(title=take_home.TITLE, entries=entries, mark=str(arguments["mark"]))
        playlist_id = None if begun is None else str(begun)
        written = write_playlist(calls, wanted, remember=remember, playlist_id=playlist_id)
    left_out = [" · ".join(part for part in (entry.title, entry.artist) if part) for entry in written.left_out]
    result: dict[str, object] = {"address": written.address, "written": written.written, "left_out": left_out}
    return Done(result, f"{written.written} of {len(entries)} pieces are in the list at Spotify.")


def _kept(arguments: Arguments) -> tuple[Entry, ...]:
    return msgspec.convert(arguments["entries"], tuple[Entry, ...])


def _entries(job: Running, session_id: str) -> tuple[Entry, ...]:
    catalogue = Catalogue(job.engine)
    with job.engine.connect() as connection:
        told = records.told(connection, catalogue, session_id, job.clock())
        heard = list({piece.track_id for piece, *_ in told.taken_home()})
        pages = take_home.known_pages(connection, heard, lambda: job.tell(0.0, "Looking for the pieces' pages"))
        isrcs = {track.track_id: track.tags.isrc for track in catalogue.some(heard)}
    return take_home.entries(told, pages, isrcs)
