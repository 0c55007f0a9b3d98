"""Coming in: sign-in, first login with a one-time code, sign-out."""

import re
from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from library.store import writing
from soundscape import accounts, security
from soundscape.errors import ServiceError, answer_of
from soundscape.parts import parts
from soundscape.rights import caller, right

blueprint = Blueprint("sign_in", __name__)

WITHIN = re.compile(r"/(?!/)[!-\[\]-~]*")
"""Visible ASCII without backslashes: browsers take those for slashes, and drop tabs and line ends between slashes."""


@blueprint.get("/")
@right("public")
def home() -> ResponseReturnValue:
    """Where to begin: the desk for who runs sessions, the library for who keeps it."""
    if caller().kind != "staff":
        return redirect(url_for("sign_in.page"))
    return redirect(url_for("desk.page" if caller().may("run_sessions") else "library.page"))


@blueprint.get("/sign-in")
@right("public")
def page() -> ResponseReturnValue:
    """Name and password."""
    return render_template("sign_in.html", onward=_within(request.args.get("next", "")))


@blueprint.post("/sign-in")
@security.slows_down(HTTPStatus.FORBIDDEN, security.TRIES_OF_A_NAME, security.visitor_and_name)
@security.slows_down(HTTPStatus.FORBIDDEN, security.TRIES_OF_NAMES)
@right("public")
def sign_in() -> ResponseReturnValue:
    """Sign in, and go on to where one was going."""
    onward = _within(request.form.get("next", ""))
    try:
        name, password = request.form.get("name", ""), request.form.get("password", "")
        account = accounts.sign_in(parts().engine, name, password, parts().clock())
    except ServiceError as error:
        return _again("sign_in.html", error, onward=onward)
    security.sign_in(account)
    return redirect(onward or url_for("sign_in.home"))


@blueprint.get("/first")
@right("public")
def first_page() -> ResponseReturnValue:
    """The one-time login that the start of the service, or an administrator, gave out."""
    return render_template("first.html")


@blueprint.post("/first")
@security.slows_down(HTTPStatus.FORBIDDEN)
@right("public")
def first() -> ResponseReturnValue:
    """Set a password with a one-time login."""
    try:
        with writing(parts().engine) as connection:
            code, password = request.form.get("code", ""), request.form.get("password", "")
            account = accounts.use_first_login(connection, code, password, parts().clock())
    except ServiceError as error:
        return _again("first.html", error, code=request.form.get("code", ""))
    security.sign_in(account)
    flash(f"Your name for signing in is {account.name}.")
    return redirect(url_for("sign_in.home"))


@blueprint.post("/sign-out")
@right("public")
def sign_out() -> ResponseReturnValue:
    """Sign out."""
    security.sign_out()
    return redirect(url_for("sign_in.page"))


def _again(template: str, error: ServiceError, **words: str) -> ResponseReturnValue:
    answer = answer_of(error)
    assert answer is not None
    return render_template(template, problem=answer.detail, **words), answer.status


def _within(address: str) -> str:
    """An address of this server, or nothing: nobody is led elsewhere after signing in."""
    return address if WITHIN.fullmatch(address) else ""
