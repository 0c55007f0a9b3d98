"""The API of music that comes in: files sent through the browser, folders of the server, and their scans."""

from pathlib import Path
from typing import Any

from flask import request
from flask_smorest.fields import Upload
from marshmallow import Schema, fields, validate

from library.store import writing
from soundscape import folders, jobs, scans, uploads
from soundscape.errors import UploadRefused
from soundscape.parts import parts
from soundscape.rights import caller, right
from soundscape.routes.api.common import operations
from soundscape.routes.api.forms import read_form
from soundscape.stores import audit

blueprint = operations("uploads", "Music that comes into the library")

MOST_FILES = 100
"""Of one request; the page sends one at a time, so that each can be sent again."""


class FoldersSchema(Schema):
    """Folders of the server that may be scanned."""

    folders = fields.List(fields.String(), required=True)


class ScanSchema(Schema):
    """The folder to bring the library up to date with, as `GET /folders` names it."""

    folder = fields.String(required=True, validate=validate.Length(min=1, max=1000))


class JobIdSchema(Schema):
    """The job that does it; watch it at `/jobs/<id>`."""

    job_id = fields.String(required=True)


class FilesSchema(Schema):
    """Audio files, as a browser's form sends them."""

    files = fields.List(Upload(), required=True)


class UploadedSchema(JobIdSchema):
    """The names that the files got, and the scan that measures them."""

    names = fields.List(fields.String(), required=True)


@blueprint.route("/folders", methods=["GET"])
@right("keep_library")
@blueprint.response(200, FoldersSchema)
def list_folders() -> Any:
    """Folders of the server that may be scanned, and those within them."""
    here = parts()
    return {"folders": [str(folder) for folder in folders.offered(here.data, here.config.music_folders)]}


@blueprint.route("/scans", methods=["POST"])
@right("keep_library")
@blueprint.arguments(ScanSchema)
@blueprint.response(202, JobIdSchema)
def scan(wanted: dict[str, Any]) -> Any:
    """Measure what is new in a folder, as a job."""
    here = parts()
    return {"job_id": _scan(folders.allowed(wanted["folder"], here.data, here.config.music_folders))}


@blueprint.route("/uploads", methods=["POST"])
@right("keep_library")
@blueprint.doc(
    requestBody={"required": True, "content": {"multipart/form-data": {"schema": FilesSchema}}},
)
@blueprint.response(201, UploadedSchema)
def upload() -> Any:
    """Add audio files to the library and have them measured. All of them are kept, or none."""
    here = parts()
    request.max_content_length = here.config.upload_mib << 20
    names = _receive(here.data / folders.UPLOADS)
    with writing(here.engine) as connection:
        audit.record(
            connection, here.clock(), caller().actor, "music uploaded", folders.UPLOADS, after={"names": names}
        )
    return {"names": names, "job_id": _scan(here.data / folders.UPLOADS)}


def _scan(folder: Path) -> str:
    here = parts()
    with writing(here.engine) as connection:
        job_id = scans.ask(connection, folder, by=caller().actor, now_ms=here.clock())
    jobs.enqueue(job_id)
    return job_id


def _receive(music: Path) -> list[str]:
    """Read the files of this request into the folder; whatever goes wrong, none of them stays."""
    uploads.prepare(music)
    incoming: list[uploads.Incoming] = []
    kept: list[Path] = []

    def begin(filename: str | None, **_: object) -> uploads.Incoming:
        incoming.append(uploads.Incoming(music, filename or ""))
        return incoming[-1]

    done = False
    try:
        read_form(begin, MOST_FILES)
        if not incoming:
            raise UploadRefused("There is no file in this request. Choose at least one.")
        kept.extend(file.keep() for file in incoming)  # those kept before one is refused are in it
        done = True
    finally:
        for file in incoming:
            file.drop()
        if not done:
            for path in kept:
                path.unlink(missing_ok=True)
    return [path.name for path in kept]
