"""`lists`: the lists on the shelf from the command line. Each command parses, calls one use case and shows the answer.

A list is named by its id, which `lists show` prints. A change is made on the list as it is when the command starts;
where somebody changes it meanwhile nothing is changed and the exit status is 1, as the API answers 409.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import msgspec
import sqlalchemy as sa

from library.catalogue import Catalogue
from library.clock import now_ms
from library.store import open_store, sqlite_url, writing
from playlists import revisions, shelf
from playlists.piecelist import precise
from playlists.playlist import Request
from playlists.shelf import Shelved
from soundscape import data as datadir
from soundscape import list_cards, lists, past_view, refits, seam_sound, versions
from soundscape.config import load_config, templates_of
from soundscape.lists import Maker
from soundscape.options import data_option

by_option = click.option("--by", default="command line", show_default=True, help="Who does it, for the audit trail.")
json_option = click.option("--json", "as_json", is_flag=True, help="One object a line on stdout.")
Use = Callable[[Maker, str, int], Shelved]


@click.group("lists")
def lists_group() -> None:
    """The lists on the shelf: show, change, undo, redo, sign off, compare, hear a seam."""


@contextmanager
def maker_of(data: Path | None, by: str = "command line") -> Iterator[Maker]:
    """What the use cases need, over this data."""
    data = data or datadir.DEFAULT
    config = load_config(data)
    engine = open_store(config.database_url or sqlite_url(data))
    try:
        yield Maker(engine, Catalogue(engine), templates_of(data), by, now_ms)
    finally:
        engine.dispose()


def print_json(value: object) -> None:
    """One object on one line."""
    click.echo(msgspec.json.encode(value, order="deterministic").decode())


def show(shelved: Shelved, as_json: bool) -> None:
    """A list as one line, or as the object that the API answers with."""
    if as_json:
        return print_json(shelved)
    click.echo(
        f"{shelved.playlist_id}  revision {shelved.revision}  {list_cards.facts(shelved.playlist)}  {shelved.title}"
    )
    return None


def changed_list(data: Path | None, by: str, playlist_id: str, as_json: bool, use: Use) -> None:
    """Make a change on the list as it is, and show it."""
    with maker_of(data, by) as maker:
        with maker.engine.connect() as connection:
            revision = shelf.get(connection, playlist_id).revision
        show(use(maker, playlist_id, revision), as_json)


@lists_group.command("show")
@click.argument("playlist_id", required=False)
@click.option("--revision", type=int, help="As it was then.")
@data_option
@json_option
def show_command(playlist_id: str | None, revision: int | None, data: Path | None, as_json: bool) -> None:
    """Show every list in use, or one with its pieces."""
    with maker_of(data) as maker, maker.engine.connect() as connection:
        if playlist_id is None:
            for shelved in shelf.list_all(connection):
                show(shelved, as_json)
            return
        found = shelf.get(connection, playlist_id)
        found = found if revision is None else shelf.at(connection, playlist_id, revision)
        show(found, as_json)
        for item in () if as_json else found.playlist.items:
            click.echo(f"  {precise(item.start_s)}  {item.track_id}  {item.why}")


@lists_group.command("past")
@click.argument("playlist_id")
@data_option
@json_option
def past_command(playlist_id: str, data: Path | None, as_json: bool) -> None:
    """What was done to a list, by whom, and what is signed off of it."""
    with maker_of(data) as maker, maker.engine.connect() as connection:
        changes = versions.changes_of(connection, playlist_id)
        signed = revisions.versions_of(connection, playlist_id)
    if as_json:
        steps = revisions.steps_of(changes)
        return print_json({"revisions": changes, "versions": signed, "undo": steps.undo, "redo": steps.redo})
    numbers = {version.revision: version for version in signed}
    for change in changes:
        version = numbers.get(change.revision)
        words = f"  version {version.version}, signed off by {version.signed_by}: {version.note}" if version else ""
        click.echo(f"{change.revision:4}  {change.what}, {change.changed_by}{words}")
    return None


@lists_group.command("differ")
@click.argument("playlist_id")
@click.argument("before", type=int)
@click.argument("after", type=int)
@data_option
@json_option
def differ_command(playlist_id: str, before: int, after: int, data: Path | None, as_json: bool) -> None:
    """What differs between two revisions."""
    with maker_of(data) as maker, maker.engine.connect() as connection:
        if as_json:
            return print_json(versions.compare(connection, playlist_id, before, after))
        found = past_view.compared(connection, maker.catalogue, playlist_id, before, after)
    for sentence in found.sentences or ("Nothing differs.",):
        click.echo(sentence)
    return None


@lists_group.command("sign")
@click.argument("playlist_id")
@click.option("--note", default="", help="Words about the music of this version.")
@by_option
@data_option
@json_option
def sign_command(playlist_id: str, note: str, by: str, data: Path | None, as_json: bool) -> None:
    """Sign a list off as it is now: rooms play the newest version that was signed off."""
    with maker_of(data, by) as maker, writing(maker.engine) as connection:
        revision = shelf.get(connection, playlist_id).revision
        version, shelved = versions.sign(connection, playlist_id, revision, note=note, by=by, now_ms=now_ms())
    if as_json:
        return print_json(version)
    click.echo(f"{shelved.title}: version {version.version}, signed off by {version.signed_by}.")
    return None


@lists_group.command("undo")
@click.argument("playlist_id")
@by_option
@data_option
@json_option
def undo_command(playlist_id: str, by: str, data: Path | None, as_json: bool) -> None:
    """Take the last change back."""
    changed_list(data, by, playlist_id, as_json, versions.undo)


@lists_group.command("redo")
@click.argument("playlist_id")
@by_option
@data_option
@json_option
def redo_command(playlist_id: str, by: str, data: Path | None, as_json: bool) -> None:
    """Bring back what was undone last."""
    changed_list(data, by, playlist_id, as_json, versions.redo)


@lists_group.command("bring-back")
@click.argument("playlist_id")
@click.argument("revision", type=int)
@by_option
@data_option
@json_option
def bring_back_command(playlist_id: str, revision: int, by: str, data: Path | None, as_json: bool) -> None:
    """Make a list what it was at an earlier REVISION."""
    changed_list(data, by, playlist_id, as_json, lambda maker, at, seen: versions.bring_back(maker, at, seen, revision))


@lists_group.command("change")
@click.argument("playlist_id")
@click.option("--lock", metavar="TRACK", help="Keep a piece, whatever changes from now on.")
@click.option("--unlock", metavar="TRACK", help="Let it go again.")
@click.option("--remove", metavar="TRACK", help="Take a piece out.")
@click.option("--veto", metavar="TRACK", help="Take a piece out for good.")
@click.option("--replace", nargs=2, metavar="TRACK BY", help="Put another track in a piece's place.")
@click.option("--move", nargs=2, metavar="TRACK PLACE", help="Take a piece to another place, from 1.")
@click.option("--minutes", type=float, help="Another length of the infusion.")
@click.option("--tail", type=float, help="Another length of the tail, in minutes.")
@click.option("--arc", help="Another template.")
@click.option(
    "--point", "points", nargs=2, type=float, multiple=True, metavar="MIN ENERGY", help="The arc, point by point."
)
@by_option
@data_option
@json_option
def change_command(playlist_id: str, by: str, data: Path | None, as_json: bool, **asked: object) -> None:
    """Change a list, with as little else changed as is worth it. One change at a time; lengths and arc together."""
    wished = {name: value for name, value in asked.items() if value not in (None, ())}
    lengths = {"minutes", "tail", "arc", "points"} & wished.keys()
    if len(wished.keys() - lengths) + bool(lengths) != 1:
        raise click.UsageError(
            "Name one change: --lock, --unlock, --remove, --veto, --replace, --move, or lengths and arc."
        )
    changed_list(data, by, playlist_id, as_json, lambda maker, at, seen: _change(maker, at, seen, wished))


def _change(maker: Maker, playlist_id: str, seen: int, wished: dict[str, object]) -> Shelved:
    match wished:
        case {"lock": str(track)} | {"unlock": str(track)}:
            return lists.set_lock(maker, playlist_id, seen, track, locked="lock" in wished)
        case {"remove": str(track)}:
            return lists.remove(maker, playlist_id, seen, track)
        case {"veto": str(track)}:
            return lists.veto(maker, playlist_id, seen, track)
        case {"replace": (str(track), str(other))}:
            return lists.replace(maker, playlist_id, seen, track, other)
        case {"move": (str(track), str(place))}:
            return refits.move(maker, playlist_id, seen, track, _number(place))
    with maker.engine.connect() as connection:
        request = asked_of(connection, playlist_id, wished)
    return lists.change_request(maker, playlist_id, seen, request)


def _number(place: str) -> int:
    if not place.isdecimal():
        raise click.UsageError(f"A place is a number from 1, not {place!r}.")
    return int(place)


def asked_of(connection: sa.Connection, playlist_id: str, wished: dict[str, object]) -> Request:
    """What the list is asked for, with other lengths or another arc."""
    request = shelf.get(connection, playlist_id).request
    match wished.get("minutes"):
        case float(minutes):
            request = msgspec.structs.replace(request, infusion_s=minutes * 60.0)
    match wished.get("tail"):
        case float(minutes):
            request = msgspec.structs.replace(request, tail_s=minutes * 60.0)
    match wished.get("arc"):
        case str(name) if name != request.template:  # points are in the minutes of the template they were drawn on
            request = msgspec.structs.replace(request, template=name, points=None)
    match wished.get("points"):
        case tuple(points):
            request = msgspec.structs.replace(request, points=points)
    return request


@lists_group.command("seam")
@click.argument("playlist_id")
@click.argument("number", type=int)
@click.option("--revision", type=int, help="Of the list as it was then.")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The .m4a file to write.")
@data_option
def seam_command(playlist_id: str, number: int, revision: int | None, out: Path, data: Path | None) -> None:
    """Write the sound around seam NUMBER; 1 is between the first two pieces."""
    with maker_of(data) as maker:
        with maker.engine.connect() as connection:
            found = shelf.get(connection, playlist_id)
            found = found if revision is None else shelf.at(connection, playlist_id, revision)
        made = seam_sound.seam_sound(found.playlist, number, maker.catalogue, data or datadir.DEFAULT)
    shutil.copyfile(made, out)
    click.echo(str(out))
