"""``demo``: synthesise the demo library."""

from pathlib import Path

import click

from library.audio import readable
from library.workers import cores
from soundscape import console
from soundscape import data as datadir
from soundscape.options import data_option, workers_option


@click.command("demo")
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@data_option
@workers_option
def demo_command(folder: Path | None, data: Path | None, workers: int | None) -> None:
    """Synthesise the demo library into FOLDER, or into the data directory's demo folder."""
    from soundscape.demo import make_demo  # what it synthesises with takes a second to load

    folder = folder or (data or datadir.DEFAULT) / "demo"
    with console.progress("Playing") as tick:
        make_demo(folder, workers=workers or cores(), progress=lambda title, done, total: tick(done, total, title))
    click.echo(readable(folder))
