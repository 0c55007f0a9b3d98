"""``export``: write a list of the shelf for other players, or its marks in the session file."""

import sys
from pathlib import Path

import click

from soundscape import exports
from soundscape.exports import Format, Paths
from soundscape.list_commands import maker_of
from soundscape.options import data_option


@click.command("export")
@click.argument("named", metavar="LIST")
@click.option("--format", "format_", type=click.Choice(exports.FORMATS), required=True, help="What to write.")
@click.option(
    "--paths",
    type=click.Choice(exports.PATHS),
    default="names",
    show_default=True,
    help="How files are named: not at all, or for players that reach them; relative ones to where --out lies.",
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="File to write. [default: stdout]")
@data_option
def export_command(named: str, format_: Format, paths: Paths, out: Path | None, data: Path | None) -> None:
    """Hand on LIST, named by its id or title."""
    folder = (out or Path("-")).absolute().parent
    with maker_of(data) as maker:
        with maker.engine.connect() as connection:
            shelved = exports.find(connection, named)
        file = exports.written(maker.catalogue, shelved, format_, paths, str(folder))
    if out is None:
        sys.stdout.buffer.write(file.data)
    else:
        out.write_bytes(file.data)
