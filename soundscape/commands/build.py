"""``build``: a playlist exactly as long as asked, and its session file."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from playlists.arc import load_templates
from playlists.playlist import Request
from soundscape import console, show
from soundscape import data as datadir
from soundscape.build import build, build_sets, check_out, read_kept
from soundscape.commands import SOME_FAILED
from soundscape.commands.scan import scan_shown
from soundscape.options import data_option, json_option, workers_option
from soundscape.policy_options import policy_of, policy_options


@click.command("build")
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
            failed = scan_shown(catalogue, folder, workers)
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
