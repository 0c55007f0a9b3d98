"""`lists`, further commands: build lists onto the shelf, choose anew, rank replacements, set the order, name, archive.

What each does is the use case that the API calls too; :mod:`soundscape.list_commands` has the group and the rest.
"""

from pathlib import Path
from typing import Any

import click
from msgspec.structs import replace as changed

from playlists import shelf
from playlists.playlist import Policy, Request
from soundscape import lists, refits
from soundscape.list_commands import (
    asked_of,
    by_option,
    changed_list,
    json_option,
    lists_group,
    maker_of,
    print_json,
    show,
)
from soundscape.lists import Maker
from soundscape.options import data_option
from soundscape.policy_options import policy_of, policy_options

LENGTHS = ("minutes", "tail", "arc", "points")

points_option = click.option(
    "--point", "points", nargs=2, type=float, multiple=True, metavar="MIN ENERGY", help="The arc, point by point."
)


@lists_group.command("new")
@click.argument("title")
@click.option("--note", default="", help="Words about the list.")
@click.option("--minutes", type=float, required=True, help="Minutes of infusion, 10 to 240.")
@click.option("--tail", type=float, help="Minutes of recovery after it. [default: the arc's own]")
@click.option("--arc", default="iv40", show_default=True, help="Template.")
@points_option
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Another seed, another list.")
@click.option("--sets", "count", type=int, help="So many lists with little in common; each title gets a number.")
@policy_options
@by_option
@data_option
@json_option
def new_command(
    title: str, note: str, count: int | None, by: str, data: Path | None, as_json: bool, **asked: Any
) -> None:
    """Build a list, or several, and keep them on the shelf."""
    with maker_of(data, by) as maker:
        request = Request(
            infusion_s=asked["minutes"] * 60.0,
            tail_s=None if asked["tail"] is None else asked["tail"] * 60.0,
            template=asked["arc"],
            points=asked["points"] or None,
            seed=asked["seed"],
            policy=_policy(maker, asked),
        )
        if count is None:
            return show(lists.build(maker, request, title=title, note=note), as_json)
        kept = refits.build_sets(maker, request, count, title=title, note=note)
    if as_json:
        found = kept.found
        shared = {name: getattr(found, name) for name in ("overlap_mean", "overlap_most", "dearest")}
        return print_json({"lists": kept.lists, **shared})
    for shelved in kept.lists:
        show(shelved, as_json)
    click.echo(f"Two lists share {kept.found.overlap_mean:.0%} on average and {kept.found.overlap_most:.0%} at most.")
    return None


@lists_group.command("rebuild")
@click.argument("playlist_id")
@click.option("--minutes", type=float, help="Another length of the infusion.")
@click.option("--tail", type=float, help="Another length of the tail, in minutes.")
@click.option("--arc", help="Another template.")
@points_option
@click.option("--seed", type=click.IntRange(min=0), help="Another seed, another list.")
@policy_options
@by_option
@data_option
@json_option
def rebuild_command(playlist_id: str, by: str, data: Path | None, as_json: bool, **asked: Any) -> None:
    """Choose every piece anew but the locked ones. Any option of a policy replaces what was asked before, except that
    locked pieces stay and pieces that were left out stay out unless they are required now."""

    named = {name: value for name, value in asked.items() if value not in (None, ())}

    def rebuilt(maker: Maker, at: str, seen: int) -> shelf.Shelved:
        with maker.engine.connect() as connection:
            request = asked_of(connection, at, {name: named[name] for name in LENGTHS if name in named})
        if "seed" in named:
            request = changed(request, seed=named["seed"])
        if named.keys() - {*LENGTHS, "seed"}:
            policy, before = _policy(maker, asked), request.policy
            out = (policy.exclude_tracks | before.exclude_tracks) - policy.required
            request = changed(request, policy=changed(policy, locked=policy.locked | before.locked, exclude_tracks=out))
        return lists.rebuild(maker, at, seen, request)

    changed_list(data, by, playlist_id, as_json, rebuilt)


@lists_group.command("replacements")
@click.argument("playlist_id")
@click.argument("track")
@data_option
@json_option
def replacements_command(playlist_id: str, track: str, data: Path | None, as_json: bool) -> None:
    """What could take a piece's place, the best first; `lists change --replace` puts one there."""
    with maker_of(data) as maker:
        found = lists.replacements(maker, playlist_id, track)
    for each in found:
        print_json(each) if as_json else click.echo(
            f"{each.cost_difference:+7.2f}  {each.track_id}  {each.title}. {each.why}"
        )


@lists_group.command("order")
@click.argument("playlist_id")
@click.argument("tracks", nargs=-1, required=True)
@by_option
@data_option
@json_option
def order_command(playlist_id: str, tracks: tuple[str, ...], by: str, data: Path | None, as_json: bool) -> None:
    """Set the whole order by hand; pieces may be left out or added."""
    changed_list(data, by, playlist_id, as_json, lambda maker, at, seen: lists.reorder(maker, at, seen, tracks))


@lists_group.command("describe")
@click.argument("playlist_id")
@click.option("--title", help="Another title.")
@click.option("--note", help="Another note.")
@by_option
@data_option
@json_option
def describe_command(
    playlist_id: str, title: str | None, note: str | None, by: str, data: Path | None, as_json: bool
) -> None:
    """Give a list another title or note; the music stays."""
    if title is None and note is None:
        raise click.UsageError("Name --title, --note or both.")

    def described(maker: Maker, at: str, seen: int) -> shelf.Shelved:
        return lists.describe(maker, at, seen, title=title, note=note)

    changed_list(data, by, playlist_id, as_json, described)


@lists_group.command("archive")
@click.argument("playlist_id")
@by_option
@data_option
@json_option
def archive_command(playlist_id: str, by: str, data: Path | None, as_json: bool) -> None:
    """Take a list off the shelf; sessions that name it keep it."""
    changed_list(data, by, playlist_id, as_json, lists.archive)


def _policy(maker: Maker, asked: dict[str, Any]) -> Policy:
    with maker.engine.connect() as connection:
        return policy_of(asked, [track.track_id for track in maker.catalogue.tracks()], connection)
