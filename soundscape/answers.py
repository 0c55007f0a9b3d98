"""Every refusal and failure becomes an answer here: problem details under `/api/`, a page elsewhere."""

import logging
from typing import Any

import msgspec
import sqlalchemy as sa
from flask import Flask, Response, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from soundscape.errors import Answer, NotSignedIn, ServiceError, answer_of
from soundscape.rights import Caller, caller

PROBLEM = "application/problem+json"
log = logging.getLogger("soundscape")


def init_app(app: Flask) -> None:
    """Catch everything, known or not."""
    app.register_error_handler(HTTPException, _answer)
    app.register_error_handler(Exception, _answer)


def wants_json() -> bool:
    """Whether the one who asks is a program: the API, and the patients' page's own requests."""
    return (
        request.path.startswith("/api/")
        or request.path.startswith("/preview/")
        or request.accept_mimetypes.best == "application/json"
    )


def _answer(error: Exception) -> ResponseReturnValue:
    if isinstance(error, HTTPException) and (error.code or 500) < 400:
        return error.get_response()
    answer = answer_of(error)
    if isinstance(error, sa.exc.DBAPIError):
        log.warning("%s %s: the database refused: %s", request.method, request.url_rule, error.orig)
    if answer is None:
        # The rule and not the path: which piece a patient listened to is in no log.
        log.error("%s %s failed", request.method, request.url_rule, exc_info=error)
        answer = Answer(
            500, "defect", "Something went wrong here", "This is our fault, not yours. Nothing was changed; try again."
        )
    headers = _kept_headers(error)
    if wants_json():
        return Response(msgspec.json.encode(answer.problem()), answer.status, headers, mimetype=PROBLEM)
    if isinstance(error, NotSignedIn) and request.method == "GET":
        return redirect(url_for("sign_in.page", next=request.path))
    response = make_response(_page(answer), answer.status)
    response.headers.update(headers)
    return response


def _page(answer: Answer) -> str:
    """The page of a refusal, also where it could not be found out who asks."""
    try:
        caller()
    except (ServiceError, sa.exc.SQLAlchemyError):
        g.caller = Caller()
    return render_template("error.html", answer=answer)


def _kept_headers(error: Exception) -> dict[str, Any]:
    """Headers that belong to the status: `Allow` of a 405, `Retry-After` of a 429."""
    if not isinstance(error, HTTPException):
        return {}
    return {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After", "Content-Range")}
