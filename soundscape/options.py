"""Options that several commands share."""

from pathlib import Path

import click

data_option = click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="SOUNDSCAPE_DATA",
    help="Directory of the library's data. [default: instance]",
)
