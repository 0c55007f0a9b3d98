"""``doctor``: is everything there that the commands need?"""

import sys
from pathlib import Path

import click

from soundscape import data as datadir
from soundscape import show
from soundscape.commands import FAILED
from soundscape.options import data_option, json_option


@click.command("doctor")
@data_option
@json_option
def doctor_command(data: Path | None, as_json: bool) -> None:
    """Check that everything the commands need is there and works."""
    from soundscape.doctor import examine  # the analysis, which it tries, takes a second to load

    checks = list(examine(data or datadir.DEFAULT))
    show.checks(checks, as_json=as_json)
    if not all(check.good for check in checks):
        sys.exit(FAILED)
