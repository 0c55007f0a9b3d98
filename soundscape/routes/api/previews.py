"""The API of previews for staff: making links, closing them, and what came of them."""

from typing import Any

import segno
from marshmallow import Schema, fields, validate

from library.store import writing
from playlists.arc import named
from playlists.playlist import Request
from soundscape import jobs, outcomes, previews, session_files
from soundscape.addresses import own_address
from soundscape.errors import WrongState
from soundscape.parts import parts
from soundscape.previews import MOST_LISTS, Offer
from soundscape.rights import caller, right
from soundscape.routes.api.common import Truth, operations
from soundscape.stores import previews as store

blueprint = operations("previews", "Links for patients: hear the music in advance, vote, choose")

SETS = 3
"""How many different lists are made at once (judgement: a real choice that is heard in half an hour)."""
STATES = ("open", "expired", "revoked")


class NewPreviewSchema(Schema):
    """Which lists a link offers. ``veiled``: pieces have no names; without it the setting counts."""

    playlist_ids = fields.List(
        fields.String(validate=validate.Length(min=1, max=32)),
        required=True,
        validate=validate.Length(min=1, max=MOST_LISTS),
    )
    veiled = Truth()


class NewSetsSchema(Schema):
    """A session for which different lists are made, three if no ``count`` is said. Without ``minutes`` the template's
    own length counts."""

    template = fields.String(load_default="iv40", validate=validate.Length(min=1, max=64))
    minutes = fields.Float(validate=validate.Range(min=10, max=240))
    tail_minutes = fields.Float(validate=validate.Range(min=0, max=120))
    count = fields.Integer(load_default=SETS, strict=True, validate=validate.Range(min=2, max=MOST_LISTS))
    veiled = Truth()


class LinkSchema(Schema):
    """A new link. The secret is said this once; the QR code is an SVG picture of ``address``."""

    preview_id = fields.String(required=True)
    code = fields.String(required=True)
    secret = fields.String(required=True)
    expires_ms = fields.Integer(required=True)
    address = fields.String(required=True)
    qr_svg = fields.String(required=True)


class OfferedTitleSchema(Schema):
    """An offered list; one that cannot be chosen holds a piece that was vetoed and cannot be made without it."""

    playlist_id = fields.String(required=True)
    title = fields.String(required=True)
    total_s = fields.Float(required=True)
    can_be_chosen = fields.Boolean(required=True)


class ChoiceSchema(Schema):
    """The chosen list, the share of its session file that is made, and where it waits or plays."""

    playlist_id = fields.String(required=True)
    title = fields.String(required=True)
    file_ready = fields.Boolean(required=True)
    making = fields.Float(required=True, allow_none=True)
    problem = fields.String(required=True, allow_none=True)
    room = fields.String(required=True, allow_none=True)
    begun = fields.Boolean(required=True)


class OutcomeSchema(Schema):
    """A preview and what came of it; votes by the piece's name."""

    preview_id = fields.String(required=True)
    code = fields.String(required=True)
    veiled = fields.Boolean(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    created_by = fields.String(required=True)
    created_ms = fields.Integer(required=True)
    expires_ms = fields.Integer(required=True)
    lists = fields.List(fields.Nested(OfferedTitleSchema), required=True)
    likes = fields.List(fields.String(), required=True)
    vetoes = fields.List(fields.String(), required=True)
    choice = fields.Nested(ChoiceSchema, required=True, allow_none=True)


class FileJobSchema(Schema):
    """The job that makes a session file; null where the file is there already."""

    job_id = fields.String(required=True, allow_none=True)


@blueprint.route("/previews", methods=["GET"])
@right("run_sessions")
@blueprint.response(200, OutcomeSchema(many=True))
def list_previews() -> Any:
    """The newest previews."""
    with parts().engine.connect() as connection:
        return outcomes.outcomes(connection, parts().catalogue, parts().clock())


@blueprint.route("/previews", methods=["POST"])
@right("run_sessions")
@blueprint.arguments(NewPreviewSchema)
@blueprint.response(201, LinkSchema)
def make_preview(wanted: dict[str, Any]) -> Any:
    """Make a link that offers copies of lists on the shelf."""
    with parts().engine.connect() as connection:
        offers = previews.from_shelf(connection, wanted["playlist_ids"])
    return _link(offers, wanted.get("veiled"))


@blueprint.route("/previews/sets", methods=["POST"])
@right("run_sessions")
@blueprint.arguments(NewSetsSchema)
@blueprint.response(201, LinkSchema)
def make_sets(wanted: dict[str, Any]) -> Any:
    """Make lists with as little in common as the cost allows, and a link that offers them. Takes a few seconds."""
    here = parts()
    template = named(wanted["template"], here.templates)
    request = Request(
        infusion_s=60.0 * wanted.get("minutes", template.infusion_min),
        tail_s=60.0 * wanted["tail_minutes"] if "tail_minutes" in wanted else None,
        template=template.name,
    )
    offers = previews.different_lists(here.ready.now(), request, wanted["count"], here.templates)
    return _link(offers, wanted.get("veiled"))


@blueprint.route("/previews/<preview_id>/revoke", methods=["POST"])
@right("run_sessions")
@blueprint.response(204)
def revoke(preview_id: str) -> None:
    """Close a link for good; votes and choice stay."""
    with writing(parts().engine) as connection:
        previews.revoke(connection, preview_id, by=caller().actor, now_ms=parts().clock())


@blueprint.route("/previews/<preview_id>/file", methods=["POST"])
@right("run_sessions")
@blueprint.response(201, FileJobSchema)
def make_file(preview_id: str) -> Any:
    """Make the session file of the chosen list, as a job."""
    with writing(parts().engine) as connection:
        preview = store.get(connection, preview_id)
        if preview.playlist_id is None:
            raise WrongState(f"Nothing was chosen yet in preview {preview.code}.")
        found, job_id = session_files.ask(connection, preview.playlist_id, by=caller().actor, now_ms=parts().clock())
    if job_id is not None:
        jobs.enqueue(job_id)
    return {"job_id": found.job and found.job.job_id}


def _link(offers: list[Offer], veiled: bool | None) -> dict[str, Any]:
    here = parts()
    veiled = here.config.veiled_titles if veiled is None else veiled
    with writing(here.engine) as connection:
        preview, secret = previews.make(
            connection,
            offers,
            veiled=veiled,
            hours=here.config.preview_hours,
            by=caller().actor,
            now_ms=here.clock(),
        )
    # In the fragment, which browsers send to nobody: the secret is in no log.
    address = f"{(here.config.preview_address or own_address()).rstrip('/')}/preview#{secret}"
    return {
        "preview_id": preview.preview_id,
        "code": preview.code,
        "secret": secret,
        "expires_ms": preview.expires_ms,
        "address": address,
        "qr_svg": segno.make(address, error="m").svg_inline(border=2, omitsize=True, dark="#000", light="#fff"),
    }
