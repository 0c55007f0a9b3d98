"""The options of ``build`` that make a policy: what may be used, what must be in the list and where, what was heard.

Each is a key of `playlists.playlist.Policy`; ``--policy FILE`` takes all of them as JSON, and options count over it. A
track is named by its id, or by a beginning of it that no other track has.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec
import sqlalchemy as sa

from library.clock import now_ms
from playlists.errors import BadRequest
from playlists.playlist import Policy
from soundscape.earlier import heard_after

Command = TypeVar("Command", bound=Callable[..., Any])

SHORTEST_BEGINNING = 4
"""Judgement: less of an id is a slip."""

OPTIONS = (
    click.option("--policy", type=click.Path(path_type=Path), help="JSON file with any of the keys of a policy."),
    click.option("--vocals", type=click.Choice(["cleared", "none"]), help="none: only music measured as instrumental."),
    click.option("--rights", type=click.Choice(["any", "preview"]), help="preview: only what patients may hear ahead."),
    click.option("--energy-ceiling", type=float, metavar="E", help="The most energy of a whole track, 0 to 1."),
    click.option("--phase-ceiling", "phase_ceilings", multiple=True, metavar="PHASE=E", help="The most in a phase."),
    click.option("--startle-limit", "startle_limit_lu", type=float, metavar="LU", help="The largest sudden rise."),
    click.option("--exclude", "exclude_tracks", multiple=True, metavar="TRACK", help="Leave a track out."),
    click.option("--exclude-artist", "exclude_artists", multiple=True, metavar="NAME", help="Leave an artist out."),
    click.option("--require", "require_tracks", multiple=True, metavar="TRACK", help="A track that must be in it."),
    click.option("--lock", "locked", multiple=True, metavar="TRACK", help="As --require; with --keep, at its time."),
    click.option("--first", "first_track", metavar="TRACK", help="The first piece."),
    click.option("--last", "last_track", metavar="TRACK", help="The last piece."),
    click.option("--arrival", "arrival_track", metavar="TRACK", help="Kept for before the start, not played in it."),
    click.option("--place", "places", multiple=True, metavar="TRACK=PHASE", help="A track that must be in a phase."),
    click.option("--artist-distance", type=int, metavar="N", help="No artist twice within N pieces. [default: 3]"),
    click.option("--crossfade", "crossfade_s", metavar="MIN-MAX", help="Whole seconds. [default: 4-12]"),
    click.option("--after", metavar="CODE", help="Avoid what this session played, and those its list was built after."),
    click.option("--no-repeat", "no_repeat_sessions", type=int, metavar="K", help="Nothing of the last K of these."),
)


def policy_options(command: Command) -> Command:
    """Give a command all the options of a policy; it gets them by their names."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def policy_of(asked: Mapping[str, Any], track_ids: Iterable[str], connection: sa.Connection) -> Policy:
    """The policy that the options ask for.

    Parameters
    ----------
    asked
        The options by name.
    track_ids
        Every track of the library.
    connection
        To find the session of ``--after``.

    Raises
    ------
    BadRequest
        A value makes no sense, or no track or several have this beginning.
    NoSuch, WrongState
        As :func:`soundscape.earlier.heard_after`.
    """
    values = _of_file(asked["policy"]) if asked["policy"] is not None else {}
    for name in ("vocals", "rights", "energy_ceiling", "startle_limit_lu", "artist_distance", "no_repeat_sessions"):
        if asked[name] is not None:
            values[name] = asked[name]
    for name in ("exclude_tracks", "exclude_artists", "require_tracks", "locked"):
        values[name] = [*values.get(name, ()), *asked[name]]
    for name in ("first_track", "last_track", "arrival_track"):
        values[name] = asked[name] or values.get(name)
    ceilings = {phase: _energy(text) for phase, text in map(_pair, asked["phase_ceilings"])}
    values["phase_ceilings"] = {**values.get("phase_ceilings", {}), **ceilings}
    values["places"] = {**values.get("places", {}), **dict(map(_pair, asked["places"]))}
    if asked["crossfade_s"] is not None:
        values["crossfade_s"] = _range(asked["crossfade_s"])
    if asked["after"] is not None:
        values["heard"] = heard_after(connection, asked["after"], now_ms())
    return _with_whole_ids(_converted(values), sorted(track_ids))


def _of_file(path: Path) -> dict[str, Any]:
    try:
        values = msgspec.json.decode(path.read_bytes())
    except msgspec.DecodeError as error:
        raise BadRequest(f"{path}: this is no JSON: {error}.") from error
    if not isinstance(values, dict):
        raise BadRequest(f"{path}: a policy is a JSON object, not {type(values).__name__}.")
    return values


def _converted(values: dict[str, Any]) -> Policy:
    unknown = sorted(values.keys() - {field.name for field in msgspec.structs.fields(Policy)})
    if unknown:
        raise BadRequest(f"A policy has no {unknown[0]!r}.")
    try:
        return msgspec.convert(values, Policy)
    except msgspec.ValidationError as error:
        raise BadRequest(f"The policy cannot be read: {error}.") from error


def _with_whole_ids(policy: Policy, known: list[str]) -> Policy:
    def whole(beginning: str) -> str:
        found = [track_id for track_id in known if track_id.startswith(beginning)]
        if beginning in found:
            return beginning
        if len(found) != 1 or len(beginning) < SHORTEST_BEGINNING:
            raise BadRequest(
                f"{beginning!r} is the beginning of {len(found)} tracks' ids. `scan --json` prints the id of each."
            )
        return found[0]

    return msgspec.structs.replace(
        policy,
        exclude_tracks=frozenset(map(whole, policy.exclude_tracks)),
        require_tracks=frozenset(map(whole, policy.require_tracks)),
        locked=frozenset(map(whole, policy.locked)),
        first_track=None if policy.first_track is None else whole(policy.first_track),
        last_track=None if policy.last_track is None else whole(policy.last_track),
        arrival_track=None if policy.arrival_track is None else whole(policy.arrival_track),
        places={whole(track_id): phase for track_id, phase in policy.places.items()},
    )


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals and value):
        raise BadRequest(f"{text!r} must have two parts: tail=0.3, or TRACK=rise.")
    return name, value


def _energy(text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise BadRequest(f"A ceiling is a number between 0 and 1, not {text!r}.") from error


def _range(text: str) -> tuple[int, int]:
    shortest, _, longest = text.partition("-")
    if not (shortest.isdecimal() and longest.isdecimal()):
        raise BadRequest(f"Crossfades are named as 4-12, in whole seconds, not {text!r}.")
    return int(shortest), int(longest)
