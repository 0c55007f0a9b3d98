"""``scan``: measure a folder of music into the library."""

import os
import sys
from pathlib import Path

import click

from library.audio import readable
from library.catalogue import Catalogue
from library.clock import now_ms
from library.errors import LibraryError, NoSuchFolder
from library.scan import Outcome, scan
from library.store import writing
from soundscape import console, show
from soundscape import data as datadir
from soundscape.commands import COMMAND_LINE, SOME_FAILED
from soundscape.options import data_option, json_option, workers_option
from soundscape.stores import audit


@click.command("scan")
@click.argument("folder", type=click.Path(path_type=Path))
@data_option
@workers_option
@json_option
def scan_command(folder: Path, data: Path | None, workers: int | None, as_json: bool) -> None:
    """Measure the music in FOLDER and below it; what is known and unchanged is passed over."""
    with datadir.opened(data or datadir.DEFAULT) as catalogue:
        failed = scan_shown(catalogue, folder, workers, as_json=as_json)
        if not as_json:
            show.library(catalogue.tracks())
    sys.exit(SOME_FAILED if failed else 0)


def scan_shown(catalogue: Catalogue, folder: Path, workers: int | None, *, as_json: bool = False) -> int:
    """Scan with progress and return how many files failed; a folder in which nothing can be used is an error."""
    failed = done = 0
    if folder.is_dir():
        with writing(catalogue.engine) as connection:
            audit.record(connection, now_ms(), COMMAND_LINE, "scan asked for", readable(folder.absolute()))
    with console.progress("Measuring") as tick:
        for outcome in scan(folder, catalogue, workers=workers):
            done += 1
            failed += outcome.did == "failed"
            if as_json:
                show.json_line(outcome)
            if outcome.error_message:
                console.say(f"Failed: {outcome.error_message}")
            tick(outcome.done, outcome.total, _last(outcome))
    if not done:
        raise NoSuchFolder(f"{readable(folder)}: no audio files in this folder. Name the folder that holds the music.")
    if failed == done:
        raise LibraryError(f"{readable(folder)}: none of the {done} audio files here can be used.")
    return failed


def _last(outcome: Outcome) -> str:
    return f"{readable(os.path.basename(outcome.path))}: {outcome.status or outcome.did}"  # noqa: PTH119 - any bytes
