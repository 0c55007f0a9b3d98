"""The desk: every room at one look."""

from flask import Blueprint, render_template

from soundscape.rights import right

blueprint = Blueprint("desk", __name__)


@blueprint.get("/desk")
@right("run_sessions")
def page() -> str:
    """Every room as a card."""
    return render_template("desk.html")
