"""``analyse``: measure files afresh, without a library."""

import sys
from pathlib import Path

import click

from library.audio import is_audio, readable
from soundscape import console, show
from soundscape.analyse import analyse_files
from soundscape.commands import FAILED, SOME_FAILED
from soundscape.options import json_option, workers_option


@click.command("analyse")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@json_option
@click.option("--picture", is_flag=True, help="Also draw each track as NAME.svg in the working directory.")
@workers_option
def analyse_command(files: tuple[Path, ...], as_json: bool, picture: bool, workers: int | None) -> None:
    """Measure each of FILES afresh and show what was found; nothing is stored."""
    audio = [file for file in files if is_audio(file)]
    for ignored in sorted(set(files) - set(audio)):
        console.say(f"Ignored: {readable(ignored)} has no audio extension.")
    failed = 0
    for finding in analyse_files(audio, workers=workers):
        failed += finding.error_code is not None
        show.finding(finding, as_json=as_json)
        if picture and finding.track is not None:
            console.say(f"Drawn: {show.write_track_picture(finding.track)}")
    if failed:
        sys.exit(FAILED if failed == len(audio) else SOME_FAILED)
