"""The commands. Each parses its options, calls one thing and shows the answer.

Exit status: 0 all good; 1 failed; 2 wrong usage; 3 some inputs failed, the rest is done. With ``--json`` stdout carries
one object a line and nothing else; messages go to stderr.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa

from library.audio import is_audio, readable
from library.catalogue import Catalogue
from library.clock import now_ms
from library.errors import LibraryError, NoSuchFolder
from library.scan import Outcome, scan
from library.store import writing
from playlists.arc import load_templates
from playlists.errors import BadRequest, PlaylistError
from playlists.playlist import Request
from soundscape import console, show
from soundscape import data as datadir
from soundscape.analyse import analyse_files
from soundscape.build import build, build_sets, check_out, read_kept
from soundscape.demo import make_demo
from soundscape.doctor import examine
from soundscape.errors import ServiceError
from soundscape.options import data_option
from soundscape.policy_options import policy_of, policy_options
from soundscape.service_commands import COMMANDS
from soundscape.stores import audit

FAILED, WRONG_USAGE, SOME_FAILED = 1, 2, 3
COMMAND_LINE = "command line"
"""Who did it, in the audit trail: whoever may use the machine; it knows no more."""

workers_option = click.option(
    "--workers", type=click.IntRange(1, 64), help="Processes to measure with. [default: one per core]"
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line on stdout.")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name=None, version="0.1.0", prog_name="soundscape")
def cli() -> None:
    """Calm playlists from a clinic's own music, sized exactly to an infusion."""


for command in COMMANDS:
    cli.add_command(command)


def main() -> None:
    """Run a command and turn each known failure into its message and exit status."""
    try:
        cli.main(standalone_mode=False)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        console.say("Stopped. What was measured is kept; the same command goes on from there.")
        sys.exit(130)
    except BadRequest as error:
        console.say(f"Error: {error}")
        sys.exit(WRONG_USAGE)
    except (LibraryError, PlaylistError, ServiceError) as error:
        console.say(f"Error: {error}")
        sys.exit(FAILED)
    except sa.exc.DBAPIError as error:
        console.say(f"Error: the database refused: {error.orig}. What was stored before is kept.")
        sys.exit(FAILED)
    except OSError as error:
        place = f"{readable(error.filename)}: " if error.filename else ""
        console.say(f"Error: {place}{error.strerror or error}.")
        sys.exit(FAILED)


@cli.command("scan")
@click.argument("folder", type=click.Path(path_type=Path))
@data_option
@workers_option
@json_option
def scan_command(folder: Path, data: Path | None, workers: int | None, as_json: bool) -> None:
    """Measure the music in FOLDER and below it; what is known and unchanged is passed over."""
    with datadir.opened(data or datadir.DEFAULT) as catalogue:
        failed = _scan(catalogue, folder, workers, as_json=as_json)
        if not as_json:
            show.library(catalogue.tracks())
    sys.exit(SOME_FAILED if failed else 0)


def _scan(catalogue: Catalogue, folder: Path, workers: int | None, *, as_json: bool = False) -> int:
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


@cli.command("analyse")
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


@cli.command("build")
@click.option("--library", "folder", type=click.Path(path_type=Path), help="Folder of music to scan first.")
@click.option("--minutes", type=float, required=True, help="Minutes of infusion, 10 to 240.")
@click.option("--tail", type=float, help="Minutes of recovery after it. [default: the arc's own]")
@click.option("--arc", default="iv40", show_default=True, help="Template: iv40, iv60, im55, or one of --arcs.")
@click.option("--arcs", type=click.Path(path_type=Path), help="TOML file with the clinic's own templates.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Another seed, another list.")
@click.option("--keep", type=click.Path(path_type=Path), help="A list from --json, to change as little as needed.")
@click.option("--played", "played_s", type=float, default=0.0, metavar="S", help="With --keep: the seconds that stay.")
@click.option("--sets", "count", type=int, help="So many lists with little in common, instead of one.")
@click.option("--out", type=click.Path(path_type=Path), help="Session file to write: .m4a, .opus, .flac or .wav.")
@policy_options
@data_option
@workers_option
@json_option
def build_command(
    folder: Path | None,
    minutes: float,
    tail: float | None,
    arc: str,
    arcs: Path | None,
    seed: int,
    keep: Path | None,
    played_s: float,
    count: int | None,
    out: Path | None,
    data: Path | None,
    workers: int | None,
    as_json: bool,
    **policy: Any,
) -> None:
    """Build a playlist exactly as long as asked, and with --out its session file and picture."""
    if count is not None and (keep is not None or out is not None):
        raise click.UsageError("--sets makes new lists and no files: leave out --keep and --out.")
    if played_s and keep is None:
        raise click.UsageError("--played says what stays of a list: name the list with --keep.")
    kept = None if keep is None else read_kept(keep, played_s)
    templates = load_templates(arcs)
    failed = 0
    with _build_data(data, folder) as place, datadir.opened(place) as catalogue:
        if out is not None:
            check_out(out)
        if folder is not None:
            failed = _scan(catalogue, folder, workers)
        with catalogue.engine.connect() as connection:
            track_ids = [track.track_id for track in catalogue.tracks()]
            request = Request(
                infusion_s=minutes * 60.0,
                tail_s=None if tail is None else tail * 60.0,
                template=arc,
                seed=seed,
                policy=policy_of(policy, track_ids, connection),
            )
        if count is not None:
            show.sets(*build_sets(catalogue, request, templates, count, folder=folder), as_json=as_json)
            sys.exit(SOME_FAILED if failed else 0)
        with console.progress("Mixing down, per cent") as tick:
            session = build(
                catalogue,
                request,
                templates,
                folder=folder,
                kept=kept,
                out=out,
                tick=lambda share: tick(round(share * 100), 100, ""),
            )
        show.session(session, as_json=as_json)
    sys.exit(SOME_FAILED if failed else 0)


@contextmanager
def _build_data(data: Path | None, folder: Path | None) -> Iterator[Path]:
    """The data named; else a temporary one for a folder; else the usual one."""
    if data is None and folder is not None:
        with datadir.temporary() as place:
            yield place
    else:
        yield data or datadir.DEFAULT


@cli.command("demo")
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@data_option
@workers_option
def demo_command(folder: Path | None, data: Path | None, workers: int | None) -> None:
    """Synthesise the demo library into FOLDER, or into the data directory's demo folder."""
    folder = folder or (data or datadir.DEFAULT) / "demo"
    with console.progress("Playing") as tick:
        make_demo(
            folder, workers=workers or os.cpu_count() or 1, progress=lambda title, done, total: tick(done, total, title)
        )
    click.echo(readable(folder))


@cli.command("doctor")
@data_option
@json_option
def doctor_command(data: Path | None, as_json: bool) -> None:
    """Check that everything the commands need is there and works."""
    checks = list(examine(data or datadir.DEFAULT))
    show.checks(checks, as_json=as_json)
    if not all(check.good for check in checks):
        sys.exit(FAILED)
