"""``import``: bring in a list from a file or an address, and see what of it is owned."""

import sys
import threading
from pathlib import Path

import click
import sqlalchemy as sa

from library.catalogue import Catalogue
from library.clock import now_ms
from library.store import writing
from playlists.exchange.entry import Listing
from playlists.exchange.reading import read_listing
from soundscape import console, imports, spool
from soundscape import data as datadir
from soundscape.commands import COMMAND_LINE
from soundscape.config import load_config
from soundscape.elsewhere import Door
from soundscape.imports import Matched, Seen
from soundscape.list_commands import maker_of, print_json
from soundscape.options import data_option, json_option
from soundscape.owned import shelves_of
from soundscape.secret import new_id
from soundscape.stores import audit
from soundscape.stores import imports as store
from soundscape.stores.imports import Source


@click.command("import")
@click.argument("source", metavar="FILE|URL")
@data_option
@json_option
def import_command(source: str, data: Path | None, as_json: bool) -> None:
    """Bring in a list: a file, or a Spotify playlist's address. Each line is said to be owned, doubtful or missing."""
    kind: Source = "spotify" if ":" in source and not Path(source).exists() else "file"
    name = source if kind == "spotify" else spool.shown_name(source)
    with maker_of(data) as maker:
        try:
            shown = _kept(maker.catalogue, kind, name, _read(maker.engine, data or datadir.DEFAULT, kind, source, name))
        except KeyboardInterrupt:
            console.say("Stopped. A list is kept only when all of it is matched; the same command begins it again.")
            sys.exit(130)
    if as_json:
        for line in shown.lines:
            print_json(_facts(shown, line))
        return
    for line in shown.lines:
        click.echo(_words(line))
    for remark in shown.found.remarks:
        console.say(remark)
    counts = ", ".join(f"{count} {verdict}" for verdict, count in shown.counts.items())
    click.echo(f"{shown.found.import_id}  {imports.title_of(shown.found)}: {counts}.")


def _read(engine: sa.Engine, data: Path, kind: Source, source: str, name: str) -> Listing:
    if kind == "file":
        return read_listing(Path(source), name)
    door = Door(load_config(data), engine, data, now_ms)
    with console.progress("Reading, per cent") as tick:
        return door.read(source, lambda share, words: tick(round(share * 100), 100, words), threading.Event())


def _kept(catalogue: Catalogue, kind: Source, name: str, listing: Listing) -> Seen:
    """The list as the service will show it too."""
    shelves = shelves_of(catalogue.engine)
    with console.progress("Matching, per cent") as tick:
        matches = shelves.found(listing.entries, lambda share, words: tick(round(share * 100), 100, words))
    with writing(catalogue.engine) as connection:
        found = imports.new_import(new_id(), kind, name, job_id=None, by=COMMAND_LINE, now_ms=now_ms())
        store.put_new(connection, found)
        imports.keep(connection, found.import_id, listing, matches, shelves.fingerprint)
        audit.record(
            connection,
            found.created_ms,
            COMMAND_LINE,
            "list brought in",
            imports.subject(found),
            after={"source": kind},
        )
    with catalogue.engine.connect() as connection:
        return imports.seen(connection, found.import_id)


def _facts(shown: Seen, line: Matched) -> dict[str, object]:
    entry = line.line.entry
    said = {name: getattr(entry, name) for name in ("title", "artist", "album", "length_s", "isrc", "missing")}
    return {
        "import_id": shown.found.import_id,
        "place": line.line.place,
        **said,
        "verdict": line.verdict,
        "candidates": line.candidates,
    }


def _words(line: Matched) -> str:
    entry = line.line.entry
    name = " - ".join(part for part in (entry.artist, entry.title) if part) or entry.location or "A line without a name"
    owned = f"  is {line.candidates[0].track_id}" if line.verdict == "owned" else ""
    why = f"  ({entry.missing})" if entry.missing else ""
    return f"{line.verdict:9} {name}{owned}{why}"
