"""The API of sound for staff: a track, to be heard before it is decided about."""

from flask import Response, request

from soundscape import tracks
from soundscape.parts import parts
from soundscape.ranges import serve_file
from soundscape.rights import right
from soundscape.routes.api.common import operations

blueprint = operations("media", "Sound, by right only")


@blueprint.route("/media/tracks/<track_id>", methods=["GET"])
@right("see_library")
@blueprint.response(200, {"type": "string", "format": "binary"}, content_type="audio/*")
@blueprint.alt_response(206, description="The asked range, or its first MiB")
@blueprint.alt_response(304, description="What the client holds is still right")
@blueprint.alt_response(412, description="The file is another one than the client wants")
@blueprint.alt_response(416, description="No part of the range lies in the file")
def track(track_id: str) -> Response:
    """The track's file as it is, in ranges."""
    with parts().engine.connect() as connection:
        path, mime = tracks.sound_of(connection, track_id)
    # The id names the music and not its bytes: retagging changes the one and not the other.
    return serve_file(path, mime=mime, etag=track_id, request=request, names_bytes=False)
