"""The page of the connection to Spotify, for administrators: connect, come back, disconnect."""

from urllib.parse import urlsplit

from flask import Blueprint, flash, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from soundscape.elsewhere import Door
from soundscape.errors import ServiceError, SpotifyNotConnected
from soundscape.headers import with_forms_to
from soundscape.parts import parts
from soundscape.rights import caller, right

blueprint = Blueprint("spotify", __name__)

STATE = "spotify_state"
"""What the session holds while somebody is at Spotify."""
DENIED = "At Spotify the connection was not allowed. Nothing was changed."
REFUSED = (
    "Spotify did not connect the account. Nothing was changed. Compare spotify_client_id in the settings, and the "
    "redirect address, with the app's page at Spotify."
)


@blueprint.get("/spotify")
@right("keep_connections")
def page() -> ResponseReturnValue:
    """Whether an app is set, who connected an account, and whether that connection can still be opened."""
    door = Door.of(parts())
    state, come_back = door.state(), url_for("spotify.callback", _external=True)
    problem = _problem(door) if state == "connected" else None
    answer = make_response(
        render_template("spotify.html", state=state, connection=door.connection(), come_back=come_back, problem=problem)
    )
    if state != "no app":
        # The form's answer leads to Spotify, and browsers look at where an answer leads, too.
        answer.headers["Content-Security-Policy"] = with_forms_to(_origin(door.place.accounts))
    return answer


@blueprint.post("/spotify/connect")
@right("keep_connections")
def connect() -> ResponseReturnValue:
    """Send the person to Spotify."""
    door = Door.of(parts())
    begun = door.vault.begin(door.place, url_for("spotify.callback", _external=True))
    session[STATE] = begun.state
    return redirect(begun.url, 303)


@blueprint.get("/spotify/callback")
@right("keep_connections")
def callback() -> ResponseReturnValue:
    """Where Spotify sends the person back to; they go on at once, so that the code stays in no address."""
    flash(_come_back(session.pop(STATE, None)))
    answer = redirect(url_for("spotify.page"), 303)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


@blueprint.post("/spotify/disconnect")
@right("keep_connections")
def disconnect() -> ResponseReturnValue:
    """Forget the connection; again does nothing."""
    vault = Door.of(parts()).vault
    if vault.connection() is not None:
        vault.forget(by=caller().actor)
    flash("No Spotify account is connected any more. At Spotify, end it under Account, Manage apps.")
    return redirect(url_for("spotify.page"), 303)


def _come_back(kept: str | None) -> str:
    """Take what the address holds, and say what came of it."""
    came = request.args
    if "error" in came:
        return DENIED if came["error"] == "access_denied" else REFUSED
    try:
        Door.of(parts()).finish(kept=kept, came=came.get("state"), code=came.get("code", ""), by=caller().actor)
    except ServiceError as error:
        return str(error)
    return "The Spotify account is connected."


def _problem(door: Door) -> str | None:
    try:
        door.check()
    except SpotifyNotConnected as error:
        return str(error)
    return None


def _origin(address: str) -> str:
    found = urlsplit(address)
    return f"{found.scheme}://{found.netloc}"
