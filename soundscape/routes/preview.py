"""The patients' preview: its page and its few operations. All that a public address needs, and nothing else.

The link's secret comes in the body of one POST and becomes a cookie that goes along from our own page only; it is in no
address that a server sees. Nothing here notes who listened to what: not a row, not a log line, and the browser is told
to keep no copy of the sound.
"""

from http import HTTPStatus
from typing import Annotated, TypeVar
from urllib.parse import urlsplit

import msgspec
from flask import Blueprint, Response, render_template, request
from werkzeug.exceptions import BadRequest

from library.errors import UnsupportedFormat
from library.store import writing
from library.track import Track
from soundscape import excerpts, offered, previews, votes
from soundscape.errors import NotAllowed
from soundscape.parts import parts
from soundscape.ranges import serve_file
from soundscape.rights import caller, right
from soundscape.security import PREVIEW_COOKIE, SAFE, slows_down
from soundscape.votes import Vote

blueprint = Blueprint("preview", __name__, url_prefix="/preview")

KEEP_NO_COPY = "no-store"
"""A clinic's tablet goes from hand to hand: what was listened to stays in no cache."""

Body = TypeVar("Body", bound=msgspec.Struct)


class Opening(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The secret of a link."""

    secret: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class Casting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A vote on one piece."""

    vote: Vote


class Choosing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of the offered lists."""

    playlist_id: Annotated[str, msgspec.Meta(min_length=1, max_length=32)]


@blueprint.before_request
def require_own_page() -> None:
    """Refuse what another site's page sends. Browsers say where a request comes from, and pages cannot forge that.

    The cookie is SameSite=Strict besides; this also guards opening, which needs no cookie.
    """
    if request.method in SAFE:
        return
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    own = site == "same-origin" if site is not None else origin is None or urlsplit(origin).netloc == request.host
    if not own:
        raise NotAllowed("This can only be done from the preview's own page. Open the link that the clinic gave you.")


@blueprint.get("")
@right("public")
def page() -> str:
    """The page, the same for everybody: it knows nothing until it has opened a link."""
    return render_template("preview.html")


@blueprint.post("/open")
@slows_down(HTTPStatus.GONE)
@right("public", csrf=False)
def open_link() -> Response:
    """Exchange a link's secret for the cookie. The cookie ends with the browser; the link can be opened again."""
    secret = _body(Opening).secret
    with parts().engine.connect() as connection:
        previews.open_with(connection, secret, parts().clock())
    answer = Response(status=204)
    answer.set_cookie(PREVIEW_COOKIE, secret, secure=True, httponly=True, samesite="Strict", path="/preview")
    return answer


@blueprint.post("/forget")
@right("public", csrf=False)
def forget() -> Response:
    """Take the cookie from this browser, as on a tablet that others use. What was voted and chosen stays."""
    answer = Response(status=204)
    answer.delete_cookie(PREVIEW_COOKIE, secure=True, httponly=True, samesite="Strict", path="/preview")
    return answer


@blueprint.get("/lists")
@right("preview")
def lists() -> Response:
    """The offered lists, the votes and the choice."""
    return _json(_shown())


@blueprint.put("/votes/<track_id>")
@right("preview")
def cast(track_id: str) -> Response:
    """Like, neutral or veto; a veto refits the lists that hold the piece, which takes up to three seconds."""
    wanted = _body(Casting).vote
    preview_id = caller().preview_id
    changes = votes.vote(parts(), preview_id, track_id, wanted)
    shown = _shown()
    said = {change.before.playlist_id: offered.words_of(change, shown.veiled, parts().catalogue) for change in changes}
    return _json({"said": said, "shown": shown})


@blueprint.post("/choose")
@right("preview")
def choose() -> Response:
    """Choose a list; until a session has begun another one can be chosen."""
    wanted = _body(Choosing).playlist_id
    with writing(parts().engine) as connection:
        votes.choose(connection, caller().preview_id, wanted, now_ms=parts().clock())
    return _json({"shown": _shown()})


@blueprint.get("/media/<track_id>")
@right("preview")
def whole(track_id: str) -> Response:
    """A whole piece as its file is."""
    track = _heard(track_id)
    path = excerpts.sound_file(track)
    mime = offered.whole_type(path)
    if mime is None:
        raise UnsupportedFormat("Browsers cannot play the whole of this piece. A part of it can be heard.")
    return serve_file(path, mime=mime, etag=track_id, request=request, names_bytes=False, cache=KEEP_NO_COPY)


@blueprint.get("/media/<track_id>/excerpt")
@right("preview")
def excerpt(track_id: str) -> Response:
    """45 seconds that stand for the piece; made at the first request, in one to three seconds."""
    here = parts()
    path = excerpts.excerpt(_heard(track_id), here.data, here.config.target_lufs)
    return serve_file(path, mime="audio/mp4", etag=track_id, request=request, names_bytes=False, cache=KEEP_NO_COPY)


def _heard(track_id: str) -> Track:
    with parts().engine.connect() as connection:
        return offered.heard(connection, parts().catalogue, caller().preview_id, track_id)


def _shown() -> offered.Shown:
    here = parts()
    with here.engine.connect() as connection:
        return offered.shown(connection, here.catalogue, caller().preview_id, here.config.target_lufs)


def _body(kind: type[Body]) -> Body:
    """The request's JSON as what is expected of it.

    Raises
    ------
    BadRequest
    """
    try:
        return msgspec.json.decode(request.get_data(), type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadRequest(f"The request is not what this address expects: {error}.") from error


def _json(value: object) -> Response:
    return Response(msgspec.json.encode(value), mimetype="application/json")
