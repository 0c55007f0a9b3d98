"""The API of sound for staff: a track, to be heard before it is decided about."""

from flask import Response, request

from soundscape import excerpts, review, tracks
from soundscape.parts import parts
from soundscape.ranges import serve_file
from soundscape.rights import right
from soundscape.routes.api.common import in_ranges, operations

blueprint = operations("media", "Sound, by right only")


@blueprint.route("/media/tracks/<track_id>", methods=["GET"])
@right("see_library")
@in_ranges(blueprint)
def track(track_id: str) -> Response:
    """The track's file as it is, in ranges."""
    with parts().engine.connect() as connection:
        path, mime = tracks.sound_of(connection, track_id)
    # The id names the music and not its bytes: retagging changes the one and not the other.
    return serve_file(path, mime=mime, etag=track_id, request=request, names_bytes=False)


@blueprint.route("/media/tracks/<track_id>/moments/<name>", methods=["GET"])
@right("see_library")
@in_ranges(blueprint)
def moment(track_id: str, name: str) -> Response:
    """A moment in doubt, with a little of what is around it, at the loudness of lists; made at the first request."""
    here = parts()
    found = here.catalogue.track(tracks.known(track_id))
    path = excerpts.moment_sound(found, review.moment_of(found, name), here.data, here.config.target_lufs)
    return serve_file(path, mime="audio/mp4", etag=path.stem, request=request, names_bytes=False)
