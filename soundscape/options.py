"""Options that several commands share."""

from pathlib import Path

import click

data_option = click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="SOUNDSCAPE_DATA",
    help="Directory of the library's data. [default: instance]",
)
workers_option = click.option(
    "--workers", type=click.IntRange(1, 64), help="Processes to measure with. [default: one per core]"
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line on stdout.")
