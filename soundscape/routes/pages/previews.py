"""The staff's page of previews: make a link, see what came of each, go on with the chosen list."""

from flask import Blueprint, render_template

from playlists import shelf
from soundscape import outcomes
from soundscape.parts import parts
from soundscape.previews import MOST_LISTS
from soundscape.rights import right
from soundscape.stores import rooms

blueprint = Blueprint("previews", __name__)


@blueprint.get("/previews")
@right("run_sessions")
def page() -> str:
    """Links for patients, the newest first."""
    here = parts()
    with here.engine.connect() as connection:
        return render_template(
            "previews.html",
            shelf=shelf.list_all(connection),
            previews=outcomes.outcomes(connection, here.catalogue, here.clock()),
            rooms=rooms.list_open(connection),
            templates=list(here.templates.values()),
            veiled=here.config.veiled_titles,
            hours=here.config.preview_hours,
            most=MOST_LISTS,
        )
