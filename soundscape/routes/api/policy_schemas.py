"""The policy of a list as the API takes and shows it: `playlists.playlist.Policy`, key by key.

Whoever builds anew sends the energy ceiling, the startle limit and what is left out each time; any other key that is
not sent stays as it was.
"""

from typing import Any

from marshmallow import Schema, fields, validate
from msgspec.structs import replace

from playlists.arc import PHASES
from playlists.cost import MAX_FADE_S, MIN_FADE_S
from playlists.playlist import Policy
from playlists.rules import MOST_SESSIONS
from soundscape.routes.api.common import name_field

MOST_EXCLUDED, MOST_PIECES = 2000, 500
STARTLE_MOST_LU = 40.0
TRACK_ID = r"^[0-9a-f]{1,64}$"
CODE = r"^[0-9A-Za-z]{4}$"
STRINGS = {"type": "array", "items": {"type": "string"}}
SETS = ("require_tracks", "exclude_tracks", "exclude_artists")
AS_SENT = (
    *("vocals", "rights", "phase_ceilings", "first_track", "last_track", "arrival_track", "places"),
    "no_repeat_sessions",
)


def track_id_field(**more: Any) -> fields.String:
    """A track's id."""
    return fields.String(validate=validate.Regexp(TRACK_ID), **more)


def _energy(**more: Any) -> fields.Float:
    return fields.Float(validate=validate.Range(min=0.0, max=1.0), **more)


def _phase() -> fields.String:
    return fields.String(validate=validate.OneOf(PHASES))


def _tracks(**more: Any) -> Any:
    return fields.List(track_id_field(), **more)


PhaseCeilingsSchema = Schema.from_dict({name: _energy() for name in PHASES}, name="PhaseCeilingsSchema")
"""A ceiling for each phase that has one."""


class AskedPolicySchema(Schema):
    """What is allowed beyond *cleared*, and what is asked for."""

    vocals = fields.String(validate=validate.OneOf(["cleared", "none"]))
    rights = fields.String(validate=validate.OneOf(["any", "preview"]))
    energy_ceiling = _energy(load_default=None, allow_none=True)
    phase_ceilings = fields.Nested(PhaseCeilingsSchema)
    startle_limit_lu = fields.Float(
        load_default=None, allow_none=True, validate=validate.Range(min=0.0, max=STARTLE_MOST_LU)
    )
    exclude_tracks = _tracks(load_default=list, validate=validate.Length(max=MOST_EXCLUDED))
    exclude_artists = fields.List(name_field(500), load_default=list, validate=validate.Length(max=MOST_EXCLUDED))
    require_tracks = _tracks(validate=validate.Length(max=MOST_PIECES))
    first_track = track_id_field(allow_none=True)
    last_track = track_id_field(allow_none=True)
    arrival_track = track_id_field(
        allow_none=True, metadata={"description": "A piece kept for before the start; the list does not play it."}
    )
    places = fields.Dict(
        keys=fields.String(), values=_phase(), metadata={"description": "By track id, the phase it must play in."}
    )
    after = fields.String(
        allow_none=True,
        validate=validate.Regexp(CODE),
        metadata={"description": "A session's code: what it played, and what its list was built after, is `heard`."},
    )
    heard = fields.List(
        _tracks(validate=validate.Length(max=MOST_PIECES)),
        validate=validate.Length(max=MOST_SESSIONS),
        metadata={"description": "What earlier sessions of the same person played, the newest first."},
    )
    no_repeat_sessions = fields.Integer(strict=True, validate=validate.Range(min=0, max=MOST_SESSIONS))
    artist_distance = fields.Integer(strict=True, validate=validate.Range(min=1, max=20))
    crossfade_s = fields.List(
        fields.Integer(strict=True, validate=validate.Range(min=MIN_FADE_S, max=MAX_FADE_S)),
        validate=validate.Length(equal=2),
        metadata={"description": "The shortest and the longest crossfade in whole seconds."},
    )


class PolicySchema(Schema):
    """What is allowed beyond *cleared*, and what was asked for."""

    vocals = fields.String(required=True)
    rights = fields.String(required=True)
    energy_ceiling = fields.Float(required=True, allow_none=True)
    phase_ceilings = fields.Dict(keys=fields.String(), values=fields.Float(), required=True)
    startle_limit_lu = fields.Float(required=True, allow_none=True)
    exclude_tracks = fields.Function(lambda policy: sorted(policy.exclude_tracks), metadata=STRINGS)
    exclude_artists = fields.Function(lambda policy: sorted(policy.exclude_artists), metadata=STRINGS)
    require_tracks = fields.Function(lambda policy: sorted(policy.require_tracks), metadata=STRINGS)
    locked = fields.Function(lambda policy: sorted(policy.locked), metadata=STRINGS)
    first_track = fields.String(required=True, allow_none=True)
    last_track = fields.String(required=True, allow_none=True)
    arrival_track = fields.String(required=True, allow_none=True)
    places = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    heard = fields.List(fields.List(fields.String()), required=True)
    no_repeat_sessions = fields.Integer(required=True)
    artist_distance = fields.Integer(required=True)
    crossfade_s = fields.List(fields.Integer(), required=True)


def policy_of(asked: dict[str, Any], before: Policy) -> Policy:
    """The policy that these fields ask for. What is now left out is no longer required."""
    sent = {name: asked[name] for name in AS_SENT if name in asked}
    sent |= {name: frozenset(asked[name]) for name in SETS if name in asked}
    if "artist_distance" in asked:
        sent["artist_distance"] = asked["artist_distance"]
    if "crossfade_s" in asked:
        sent["crossfade_s"] = tuple(asked["crossfade_s"])
    if "heard" in asked:
        sent["heard"] = tuple(map(tuple, asked["heard"]))
    newly_out = sent["exclude_tracks"] - before.exclude_tracks
    return replace(
        before.not_requiring(newly_out),
        energy_ceiling=asked["energy_ceiling"],
        startle_limit_lu=asked["startle_limit_lu"],
        **sent,
    )
