"""The API's stream of pulses for pages that stay open."""

from typing import Any

from flask import Response
from marshmallow import Schema, fields, validate

from soundscape.parts import parts
from soundscape.rights import right
from soundscape.routes.api.common import operations

blueprint = operations("events", "What changes, as it changes")
TOPICS = ("desk", "jobs", "library", "playlists", "rooms", "previews", "imports")


class TopicsSchema(Schema):
    """What to be woken for."""

    topics = fields.String(
        load_default="desk",
        validate=validate.Regexp(rf"^({'|'.join(TOPICS)})(,({'|'.join(TOPICS)})){{0,5}}\Z"),
    )


@blueprint.route("/events", methods=["GET"])
@right("signed_in")
@blueprint.arguments(TopicsSchema, location="query")
@blueprint.response(200, content_type="text/event-stream")
def stream(wanted: dict[str, Any]) -> Response:
    """A line with the topic whenever something under it changed. What changed is asked for elsewhere."""
    return Response(parts().wakes.stream(wanted["topics"].split(",")), mimetype="text/event-stream")
