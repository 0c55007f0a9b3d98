"""The API of tracks: the library's list, one track, and what a person decides about it."""

from typing import Any

import msgspec
from marshmallow import Schema, fields, validate

from library import listing
from library.moments import moments
from library.picture import artist_of, title_of
from library.rights import preview_right
from library.store import writing
from library.track import Track
from soundscape import tracks
from soundscape.parts import parts
from soundscape.rights import caller, right
from soundscape.routes.api.common import Truth, name_field, operations

blueprint = operations("tracks", "The library")

RIGHTS = ("yes", "no", "not stated")
MOST_AT_ONCE = 500
TRACK_ID = validate.Regexp(r"^[0-9a-f]{64}\Z")


class WantedSchema(Schema):
    """Which tracks to list. Every word of ``search`` must be in title, artist or album."""

    search = fields.String(load_default="", validate=validate.Length(max=200))
    status = fields.String(load_default=None, validate=validate.OneOf(listing.STATUSES))
    sort = fields.String(load_default="title", validate=validate.OneOf(listing.SORTS))
    descending = fields.Boolean(load_default=False)
    offset = fields.Integer(load_default=0, validate=validate.Range(min=0, max=10_000_000))
    limit = fields.Integer(load_default=50, validate=validate.Range(min=1, max=MOST_AT_ONCE))


class EntrySchema(Schema):
    """A track in a list. ``status`` is the one that counts, ``measured_status`` what was measured.

    ``stale``: an older version of the analysis measured it; what that found counts until it is measured again.
    """

    track_id = fields.String(required=True)
    title = fields.String(required=True)
    artist = fields.String(required=True)
    duration_s = fields.Float(required=True)
    energy = fields.Float(required=True, allow_none=True)
    tempo_bpm = fields.Float(required=True, allow_none=True)
    pulse = fields.String(required=True, allow_none=True)
    vocals = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(listing.STATUSES))
    measured_status = fields.String(required=True, validate=validate.OneOf(listing.STATUSES))
    reasons = fields.List(fields.String(), required=True)
    preview_right = fields.String(required=True, validate=validate.OneOf(RIGHTS))
    decided_by = fields.String(required=True, allow_none=True)
    analysis_version = fields.Integer(required=True)
    stale = fields.Boolean(required=True)


class QueuedSchema(EntrySchema):
    """A track that waits for a person; ``doubt`` says how urgently, from 0 up, a certain voice alone being 1."""

    doubt = fields.Float(required=True)


class QueueWantedSchema(Schema):
    """Which part of the queue."""

    offset = fields.Integer(load_default=0, validate=validate.Range(min=0, max=10_000_000))
    limit = fields.Integer(load_default=50, validate=validate.Range(min=1, max=MOST_AT_ONCE))


class QueueSchema(Schema):
    """How many tracks wait for a person, and one page of them, the most urgent first."""

    waiting = fields.Integer(required=True)
    tracks = fields.List(fields.Nested(QueuedSchema), required=True)


class TracksSchema(Schema):
    """One page of the tracks that fit, and how many there are of each status."""

    counts = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    tracks = fields.List(fields.Nested(EntrySchema), required=True)


class DecisionSchema(Schema):
    """What a person decided; ``status`` null where only the right to preview was."""

    status = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True)
    may_preview = fields.Boolean(required=True, allow_none=True)
    decided_by = fields.String(required=True)
    decided_ms = fields.Integer(required=True)


class PastDecisionSchema(Schema):
    """A decision of the past; ``status`` null where one was taken back."""

    status = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True)
    decided_by = fields.String(required=True)
    decided_ms = fields.Integer(required=True)


class MomentSchema(Schema):
    """A moment that a person should hear, at ``/media/tracks/<track_id>/moments/<name>``.

    The nine that weigh most (``weight`` 0..1) have a ``number``, in order of time.
    """

    name = fields.String(required=True)
    number = fields.Integer(required=True, allow_none=True)
    kind = fields.String(required=True)
    from_s = fields.Float(required=True)
    to_s = fields.Float(required=True)
    weight = fields.Float(required=True)
    words = fields.String(required=True)


class TrackSchema(Schema):
    """All that is known of one track; ``analysis`` has the keys of `analyse --json`, ``decisions`` the newest first."""

    track_id = fields.String(required=True)
    title = fields.String(required=True)
    artist = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(listing.STATUSES))
    reasons = fields.List(fields.String(), required=True)
    preview_right = fields.String(required=True, validate=validate.OneOf(RIGHTS))
    decision = fields.Nested(DecisionSchema, required=True, allow_none=True)
    tags = fields.Dict(keys=fields.String(), required=True)
    analysis = fields.Dict(keys=fields.String(), required=True)
    moments = fields.List(fields.Nested(MomentSchema), required=True)
    decisions = fields.List(fields.Nested(PastDecisionSchema), required=True)


class DecideSchema(Schema):
    """A status, or null to go back to what was measured, and why: about the music, never about a patient.

    ``seen_ms`` is the ``decided_ms`` of the decision that stood when the person looked, null if there was none: if
    another one stands now, nothing is changed and the answer, a 409 `decided_meanwhile`, says whose. Left out, the last
    one to decide decides.
    """

    status = fields.String(required=True, allow_none=True, validate=validate.OneOf((*listing.STATUSES, None)))
    reason = name_field(tracks.LONGEST_REASON, required=True)
    seen_ms = fields.Integer(allow_none=True)


class UndoSchema(Schema):
    """Which decision is meant."""

    decided_ms = fields.Integer(required=True)


class PreviewRightSchema(Schema):
    """Whether it may be heard in advance; null leaves it to what the file says."""

    may_preview = Truth(required=True, allow_none=True)


class PreviewRightsSchema(PreviewRightSchema):
    """The same for many tracks."""

    track_ids = fields.List(
        fields.String(validate=TRACK_ID), required=True, validate=validate.Length(min=1, max=MOST_AT_ONCE)
    )


@blueprint.route("/tracks", methods=["GET"])
@right("see_library")
@blueprint.arguments(WantedSchema, location="query")
@blueprint.response(200, TracksSchema)
def list_tracks(wanted: dict[str, Any]) -> Any:
    """The library: searched, filtered, sorted, a page at a time."""
    with parts().engine.connect() as connection:
        counts = listing.counts(connection, wanted["search"])
        return {"counts": counts, "tracks": listing.page(connection, **wanted)}


@blueprint.route("/review", methods=["GET"])
@right("keep_library")
@blueprint.arguments(QueueWantedSchema, location="query")
@blueprint.response(200, QueueSchema)
def review_queue(wanted: dict[str, Any]) -> Any:
    """Tracks in doubt, for a person to hear and decide about, the most urgent first."""
    with parts().engine.connect() as connection:
        waiting = listing.counts(connection)["review"]
        return {"waiting": waiting, "tracks": listing.review_queue(connection, **wanted)}


@blueprint.route("/tracks/<track_id>", methods=["GET"])
@right("see_library")
@blueprint.response(200, TrackSchema)
def one_track(track_id: str) -> Any:
    """One track with its whole analysis."""
    return _record(parts().catalogue.track(tracks.known(track_id)))


@blueprint.route("/tracks/<track_id>/decision", methods=["PUT"])
@right("keep_library")
@blueprint.arguments(DecideSchema)
@blueprint.response(200, TrackSchema)
def decide(wanted: dict[str, Any], track_id: str) -> Any:
    """Clear, refuse or set aside a track, or go back to what was measured."""
    here = parts()
    with writing(here.engine) as connection:
        tracks.decide(connection, track_id, **wanted, by=caller().actor, now_ms=here.clock())
    return _record(here.catalogue.track(track_id))


@blueprint.route("/tracks/<track_id>/decision/undo", methods=["POST"])
@right("keep_library")
@blueprint.arguments(UndoSchema)
@blueprint.response(200, TrackSchema)
def undo(wanted: dict[str, Any], track_id: str) -> Any:
    """Take a decision back: what stood before it stands again."""
    here = parts()
    with writing(here.engine) as connection:
        tracks.undo(connection, track_id, **wanted, by=caller().actor, now_ms=here.clock())
    return _record(here.catalogue.track(track_id))


@blueprint.route("/tracks/<track_id>/preview-right", methods=["PUT"])
@right("keep_library")
@blueprint.arguments(PreviewRightSchema)
@blueprint.response(200, TrackSchema)
def allow_preview(wanted: dict[str, Any], track_id: str) -> Any:
    """Say whether a patient may hear a track in advance."""
    here = parts()
    with writing(here.engine) as connection:
        tracks.allow_preview(connection, [track_id], wanted["may_preview"], by=caller().actor, now_ms=here.clock())
    return _record(here.catalogue.track(track_id))


@blueprint.route("/tracks/preview-rights", methods=["POST"])
@right("keep_library")
@blueprint.arguments(PreviewRightsSchema)
@blueprint.response(204)
def allow_previews(wanted: dict[str, Any]) -> None:
    """Say it of many tracks; all of them, or none if one is unknown."""
    here = parts()
    with writing(here.engine) as connection:
        tracks.allow_preview(
            connection, wanted["track_ids"], wanted["may_preview"], by=caller().actor, now_ms=here.clock()
        )


def _record(track: Track) -> dict[str, object]:
    return {
        "track_id": track.track_id,
        "title": title_of(track),
        "artist": artist_of(track),
        "status": track.verdict.status,
        "reasons": track.verdict.reasons,
        "preview_right": preview_right(track),
        "decision": track.decision,
        "tags": msgspec.to_builtins(track.tags),
        "analysis": msgspec.to_builtins(track.analysis),
        "moments": moments(track.analysis),
        "decisions": parts().catalogue.decisions(track.track_id),
    }
