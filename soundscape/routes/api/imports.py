"""The API of lists from elsewhere: bring one in, see what is owned, answer what is in doubt, build with it."""

from collections.abc import Callable
from typing import Any

from flask import Response, request
from marshmallow import ValidationError
from werkzeug.exceptions import RequestEntityTooLarge, UnprocessableEntity

from library.store import writing
from playlists.exchange.entry import Listing
from playlists.exchange.writing import KINDS, write_listing
from soundscape import building, imports, jobs, spool
from soundscape.elsewhere import Door
from soundscape.errors import UploadRefused
from soundscape.exports import Written, attachment
from soundscape.parts import parts
from soundscape.rights import caller, right
from soundscape.routes.api import import_schemas as schemas
from soundscape.routes.api.common import operations
from soundscape.routes.api.forms import read_form
from soundscape.routes.api.playlist_schemas import request_of
from soundscape.routes.api.playlists import maker
from soundscape.secret import new_id
from soundscape.spotify.address import playlist_id
from soundscape.stores import imports as store
from soundscape.stores.imports import Import

blueprint = operations("imports", "Lists from elsewhere")

FORM_BYTES = 1 << 20
"""Of a form around its file."""
FILE = {"description": "The file in the format that was asked for; some formats are JSON, others are text."}


def attached(file: Written) -> Response:
    """A file that the browser keeps."""
    answer = Response(file.data, mimetype=file.mime)
    answer.headers.set("Content-Disposition", "attachment", filename=file.name)
    return answer


@blueprint.route("/imports", methods=["POST"])
@right("keep_playlists")
@blueprint.doc(
    requestBody={
        "required": True,
        "content": {
            "multipart/form-data": {"schema": schemas.ListFileSchema},
            "application/json": {"schema": schemas.AddressSchema},
        },
    },
)
@blueprint.response(202, schemas.ImportSchema)
def bring_in() -> Any:
    """Bring in a list, a file or a Spotify playlist's address; a job reads it."""
    found = _from_address() if request.is_json else _from_file()
    jobs.enqueue(str(found.job_id))
    return schemas.import_answer(found, "waiting", None, 0)


@blueprint.route("/imports", methods=["GET"])
@right("see_playlists")
@blueprint.response(200, schemas.ImportSchema(many=True))
def list_imports() -> Any:
    """The lists that were brought in, the newest first."""
    with parts().engine.connect() as connection:
        found, counts = store.list_all(connection), store.counts(connection)
        told = imports.states(connection, found)
    answers = []
    for one in found:
        state, job = told[one.import_id]
        problem = None if job is None else job.error_message
        answers.append(schemas.import_answer(one, state, problem, counts.get(one.import_id, 0)))
    return answers


@blueprint.route("/imports/matching", methods=["POST"])
@right("keep_playlists")
@blueprint.response(202, schemas.MatchingSchema)
def match_again() -> Any:
    """Match all lists again with which the library has changed; a job does it."""
    here = parts()
    with writing(here.engine) as connection:
        job_id = imports.match_again(connection, by=caller().actor, now_ms=here.clock())
    jobs.enqueue(job_id)
    return {"job_id": job_id}


@blueprint.route("/imports/<import_id>", methods=["GET"])
@right("see_playlists")
@blueprint.response(200, schemas.SeenSchema)
def one_import(import_id: str) -> Any:
    """One list: each line with what it means now, and where both can be heard."""
    return schemas.seen_answer(_seen(import_id))


@blueprint.route("/imports/<import_id>", methods=["DELETE"])
@right("keep_playlists")
@blueprint.response(204)
def remove(import_id: str) -> None:
    """Forget a list; what was answered, and lists that were built with it, stay."""
    here = parts()
    with writing(here.engine) as connection:
        imports.remove(connection, here.data, import_id, by=caller().actor, now_ms=here.clock())


@blueprint.route("/imports/<import_id>/answers", methods=["POST"])
@right("keep_playlists")
@blueprint.arguments(schemas.MatchAnswerSchema)
@blueprint.response(200, schemas.LineSchema)
def answer(wanted: dict[str, Any], import_id: str) -> Any:
    """Say which track a line is; it counts for this piece in every list, until it is taken back."""
    here, track_id = parts(), wanted["track_id"]
    if track_id is not None:
        here.catalogue.track(track_id)
    place = wanted["place"]
    with writing(here.engine) as connection:
        imports.answer(connection, import_id, place, track_id, by=caller().actor, now_ms=here.clock())
        return schemas.line_answer(imports.line_of(connection, import_id, place))


@blueprint.route("/imports/<import_id>/answers/<int:place>", methods=["DELETE"])
@right("keep_playlists")
@blueprint.response(200, schemas.LineSchema)
def take_back(import_id: str, place: int) -> Any:
    """Take an answer back; again does nothing."""
    here = parts()
    with writing(here.engine) as connection:
        imports.take_back(connection, import_id, place, by=caller().actor, now_ms=here.clock())
        return schemas.line_answer(imports.line_of(connection, import_id, place))


@blueprint.route("/imports/<import_id>/shopping", methods=["GET"])
@right("see_playlists")
@blueprint.response(200, {"type": "string"}, content_type="text/csv")
def shopping(import_id: str) -> Response:
    """The pieces that the library lacks, as CSV with each one's ISRC."""
    shown = _seen(import_id)
    listing = Listing(title=imports.title_of(shown.found), entries=tuple(imports.shopping(shown)))
    return attached(attachment(f"{listing.title} to get", KINDS["csv"], write_listing(listing, "csv")))


@blueprint.route("/imports/<import_id>/export", methods=["GET"])
@right("see_playlists")
@blueprint.arguments(schemas.FormatQuery, location="query")
@blueprint.response(200, FILE, content_type="*/*")
def export(wanted: dict[str, Any], import_id: str) -> Response:
    """The list as it was brought in, in another format."""
    shown, format = _seen(import_id), wanted["format"]
    data = write_listing(imports.listing_of(shown), format)
    return attached(attachment(imports.title_of(shown.found), KINDS[format], data))


@blueprint.route("/imports/<import_id>/playlists", methods=["POST"])
@right("keep_playlists")
@blueprint.arguments(schemas.BuildSchema)
@blueprint.response(201, schemas.BuiltSchema)
def build(asked: dict[str, Any], import_id: str) -> Any:
    """Build a list with what is owned of this one."""
    owned = _seen(import_id).owned_ids
    title, note = asked["title"], asked.get("note", "").strip()
    built = building.build_with(maker(), request_of(asked), owned, asked["use"], title=title, note=note)
    return {name: getattr(built.shelved, name) for name in built.shelved.__struct_fields__} | {
        "left_out": built.left_out
    }


def _seen(import_id: str) -> imports.Seen:
    here = parts()
    with here.engine.connect() as connection:
        return imports.seen(connection, import_id)


def _from_address() -> Import:
    try:
        url = schemas.AddressSchema().load(request.get_json())["url"]
    except ValidationError as error:
        refused = UnprocessableEntity()
        refused.data = {"messages": error.messages}  # type: ignore[attr-defined] # as webargs says it
        raise refused from error
    here = parts()
    playlist_id(url)
    Door.of(here).check()
    with writing(here.engine) as connection:
        return imports.ask(connection, "spotify", url, by=caller().actor, now_ms=here.clock())


def _from_file() -> Import:
    """Let the file wait where its job finds it; whatever goes wrong, it does not stay."""
    here = parts()
    request.max_content_length = spool.MOST_BYTES + FORM_BYTES
    with here.engine.connect() as connection:
        spool.prepare(here.data, imports.waiting_files(connection))
    sent: list[spool.Spooled] = []
    import_id, asked = new_id(), False
    try:
        read_form(_taking(import_id, sent), 2)
        if not sent:
            raise UploadRefused("There is no file in this request. Choose a list.")
        sent[0].close()
        with writing(here.engine) as connection:
            now_ms = here.clock()
            found = imports.ask(connection, "file", sent[0].name, import_id=import_id, by=caller().actor, now_ms=now_ms)
        asked = True
    except RequestEntityTooLarge as error:
        raise RequestEntityTooLarge(spool.too_large()) from error
    finally:
        for file in () if asked else sent:
            file.drop()
    return found


def _taking(import_id: str, sent: list[spool.Spooled]) -> Callable[..., spool.Spooled]:
    def begin(filename: str | None, **_: object) -> spool.Spooled:
        if sent:
            raise UploadRefused("There are several files in this request. Send one list at a time.")
        sent.append(spool.Spooled(parts().data, import_id, filename or ""))
        return sent[0]

    return begin
