"""The API of playlists. Every change names the revision it was made on; an older one is refused with 409."""

from typing import Any

from flask import Response, request

from library.store import writing
from playlists import shelf
from playlists.playlist import Request
from soundscape import jobs, lists, session_files
from soundscape.earlier import heard_after
from soundscape.exports import file_stem
from soundscape.lists import Maker
from soundscape.mixdown_file import MIME
from soundscape.parts import parts
from soundscape.ranges import serve_file
from soundscape.rights import caller, right
from soundscape.routes.api import playlist_schemas as schemas
from soundscape.routes.api.common import in_ranges, operations
from soundscape.routes.api.tables import TableQuery, as_csv

blueprint = operations("playlists", "Playlists: build, change, make the session file")


def maker() -> Maker:
    """Who asks, and with what lists are made here."""
    here = parts()
    return Maker(here.engine, here.catalogue, here.templates, caller().actor, here.clock, here.ready)


def _request(asked: dict[str, Any], before: Request | None = None) -> Request:
    """What is asked for; the code of a session stands for what was heard in it."""
    if asked.get("after"):
        with parts().engine.connect() as connection:
            asked = {**asked, "heard": heard_after(connection, asked["after"], parts().clock())}
    return schemas.request_of(asked, before)


@blueprint.route("/arcs", methods=["GET"])
@right("see_playlists")
@blueprint.response(200, schemas.TemplateSchema(many=True))
def list_arcs() -> Any:
    """The templates, with their phases."""
    return list(parts().templates.values())


@blueprint.route("/playlists", methods=["GET"])
@right("see_playlists")
@blueprint.arguments(TableQuery, location="query")
@blueprint.response(200, schemas.ListedSchema(many=True))
@blueprint.alt_response(200, schema={"type": "string"}, content_type="text/csv")
def list_playlists(wanted: dict[str, Any]) -> Any:
    """The lists in use, last changed first; as JSON, or as CSV for a spreadsheet."""
    with parts().engine.connect() as connection:
        found = shelf.list_all(connection)
    return found if wanted["format"] == "json" else as_csv("lists", schemas.ListedSchema(), found)


@blueprint.route("/playlists", methods=["POST"])
@right("keep_playlists")
@blueprint.arguments(schemas.NewListSchema)
@blueprint.response(201, schemas.PlaylistSchema)
def build(asked: dict[str, Any]) -> Any:
    """Build a list and keep it."""
    title, note = asked["title"].strip(), asked.get("note", "").strip()
    return lists.build(maker(), _request(asked), title=title, note=note)


@blueprint.route("/playlists/<playlist_id>", methods=["GET"])
@right("see_playlists")
@blueprint.response(200, schemas.PlaylistSchema)
def one_playlist(playlist_id: str) -> Any:
    """One list, archived or not."""
    with parts().engine.connect() as connection:
        return shelf.get(connection, playlist_id)


@blueprint.route("/playlists/<playlist_id>", methods=["PATCH"])
@right("keep_playlists")
@blueprint.arguments(schemas.DescribeSchema)
@blueprint.response(200, schemas.PlaylistSchema)
def describe(wanted: dict[str, Any], playlist_id: str) -> Any:
    """Another title or note; the music stays."""
    words = {name: wanted[name].strip() for name in ("title", "note") if name in wanted}
    return lists.describe(maker(), playlist_id, wanted["revision"], **words)


@blueprint.route("/playlists/<playlist_id>/rebuild", methods=["POST"])
@right("keep_playlists")
@blueprint.arguments(schemas.RebuildSchema)
@blueprint.response(200, schemas.PlaylistSchema)
def rebuild(asked: dict[str, Any], playlist_id: str) -> Any:
    """Choose every piece anew, for what is asked now."""
    with parts().engine.connect() as connection:
        before = shelf.get(connection, playlist_id)
    return lists.rebuild(maker(), playlist_id, asked["revision"], _request(asked, before.request))


@blueprint.route("/playlists/<playlist_id>/veto", methods=["POST"])
@right("keep_playlists")
@blueprint.arguments(schemas.RemoveSchema)
@blueprint.response(200, schemas.PlaylistSchema)
def veto(wanted: dict[str, Any], playlist_id: str) -> Any:
    """Take a piece out for good: no later fit of this list uses it."""
    return lists.veto(maker(), playlist_id, wanted["revision"], wanted["track_id"])


@blueprint.route("/playlists/<playlist_id>/remove", methods=["POST"])
@right("keep_playlists")
@blueprint.arguments(schemas.RemoveSchema)
@blueprint.response(200, schemas.PlaylistSchema)
def remove(wanted: dict[str, Any], playlist_id: str) -> Any:
    """Take a piece out; the list lasts as long as before."""
    return lists.remove(maker(), playlist_id, wanted["revision"], wanted["track_id"])


@blueprint.route("/playlists/<playlist_id>/replace", methods=["POST"])
@right("keep_playlists")
@blueprint.arguments(schemas.ReplaceSchema)
@blueprint.response(200, schemas.PlaylistSchema)
def replace(wanted: dict[str, Any], playlist_id: str) -> Any:
    """Put another track in a piece's place."""
    return lists.replace(maker(), playlist_id, wanted["revision"], wanted["track_id"], wanted["by"])


@blueprint.route("/playlists/<playlist_id>/reorder", methods=["POST"])
@right("keep_playlists")
@blueprint.arguments(schemas.ReorderSchema)
@blueprint.response(200, schemas.PlaylistSchema)
def reorder(wanted: dict[str, Any], playlist_id: str) -> Any:
    """Play the pieces in another order."""
    return lists.reorder(maker(), playlist_id, wanted["revision"], wanted["order"])


@blueprint.route("/playlists/<playlist_id>/replacements", methods=["GET"])
@right("keep_playlists")
@blueprint.arguments(schemas.ReplacementsQuery, location="query")
@blueprint.response(200, schemas.ReplacementSchema(many=True))
def replacements(wanted: dict[str, Any], playlist_id: str) -> Any:
    """What could take a piece's place, the best first."""
    return lists.replacements(maker(), playlist_id, wanted["track_id"])


@blueprint.route("/playlists/<playlist_id>/archive", methods=["POST"])
@right("keep_playlists")
@blueprint.arguments(schemas.RevisionSchema)
@blueprint.response(200, schemas.PlaylistSchema)
def archive(wanted: dict[str, Any], playlist_id: str) -> Any:
    """Take a list off the shelf; sessions that name it keep it."""
    return lists.archive(maker(), playlist_id, wanted["revision"])


@blueprint.route("/playlists/<playlist_id>/mixdown", methods=["POST"])
@right("see_playlists")
@blueprint.response(200, schemas.SessionFileSchema)
def make_session_file(playlist_id: str) -> Any:
    """Ask for the session file: the file that is there, else the job that makes it."""
    with writing(parts().engine) as connection:
        found, job_id = session_files.ask(connection, playlist_id, by=caller().actor, now_ms=parts().clock())
    if job_id is not None:
        jobs.enqueue(job_id)
    return {
        "state": found.word,
        "mixdown_id": found.mixdown and found.mixdown.mixdown_id,
        "job_id": found.job and found.job.job_id,
    }


@blueprint.route("/media/mixdowns/<mixdown_id>", methods=["GET"])
@right("see_playlists")
@in_ranges(blueprint)
def session_file(mixdown_id: str) -> Response:
    """A session file for the staff to hear, in ranges."""
    with parts().engine.connect() as connection:
        found = shelf.mixdown(connection, mixdown_id)
        title = shelf.get(connection, found.playlist_id).title
    answer = serve_file(found.path, mime=MIME[found.path.suffix], etag=found.manifest.sha256, request=request)
    # Who keeps the file finds it by the name that the list's cue sheet says.
    answer.headers.set("Content-Disposition", "inline", filename=f"{file_stem(title)}{found.path.suffix}")
    return answer
