"""The commands that run the service. Each parses its options, calls one thing and shows the answer."""

import sys
from pathlib import Path

import click

from playlists.errors import Infeasible
from soundscape import console
from soundscape import data as datadir
from soundscape.first_list import NoSessionFile, prepare_first_list
from soundscape.options import data_option
from soundscape.queues import QUEUES, QueueName
from soundscape.serve import serve
from soundscape.worker import run_workers

NOT_ALL_DONE = 3


@click.command("serve")
@click.option("--only", type=click.Choice(["preview"]), help="Serve this part alone: no staff, no rooms, no workers.")
@data_option
def serve_command(only: str | None, data: Path | None) -> None:
    """Serve the pages, the rooms and the previews over HTTPS, and do the jobs, until Ctrl-C."""
    serve(data or datadir.DEFAULT, click.echo, only_preview=only is not None)


@click.command("worker")
@click.option(
    "--queue",
    "queues",
    type=click.Choice(QUEUES),
    required=True,
    multiple=True,
    help="What plays now, session files, scans, or lists from elsewhere; more than one may be given.",
)
@click.option("--supervised", is_flag=True, hidden=True, help="Stop when standard input closes.")
@data_option
def worker_command(queues: tuple[QueueName, ...], supervised: bool, data: Path | None) -> None:
    """Do the jobs of these queues until Ctrl-C. `serve` starts its own; more of them share the work."""
    run_workers(data or datadir.DEFAULT, queues, supervised=supervised)


@click.command("first-list")
@data_option
def first_list_command(data: Path | None) -> None:
    """Where there is no list yet: build one of 40 minutes and its session file, ready to assign."""
    with console.progress("Session file, per cent") as tick:
        try:
            made = prepare_first_list(
                data or datadir.DEFAULT, tick=lambda share, _words: tick(round(share * 100), 100, "")
            )
        except (Infeasible, NoSessionFile) as error:
            console.say(f"Note: {error}")
            sys.exit(NOT_ALL_DONE)
    console.say("There is a list already." if made is None else f"Ready to assign: {made.title}.")
