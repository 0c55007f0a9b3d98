"""Every refusal and failure becomes an answer here: problem details under `/api/`, a page elsewhere."""

import logging
from typing import Any

import msgspec
from flask import Flask, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from soundscape.errors import Answer, NotSignedIn, answer_of

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
    response = make_response(render_template("error.html", answer=answer), answer.status)
    response.headers.update(headers)
    return response


def _kept_headers(error: Exception) -> dict[str, Any]:
    """Headers that belong to the status: `Allow` of a 405, `Retry-After` of a 429."""
    if not isinstance(error, HTTPException):
        return {}
    return {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After", "Content-Range")}
