"""The style sheet that all pictures in pages share."""

from flask import Blueprint, Flask, Response, request
from flask.blueprints import BlueprintSetupState

from library.drawing import stylesheet
from soundscape.pictures import style_link
from soundscape.rights import right

blueprint = Blueprint("pictures", __name__)


@blueprint.record
def _known_to_templates(state: BlueprintSetupState) -> None:
    app = state.app
    assert isinstance(app, Flask)
    app.add_template_global(style_link, "picture_style")


@blueprint.get("/pictures.css")
@right("public")
def css() -> Response:
    """Colours and letters of the pictures, in both themes."""
    answer = Response(stylesheet(), mimetype="text/css")
    answer.headers["Cache-Control"] = "no-cache"  # kept, but asked for each time: a new version counts at once
    answer.add_etag()
    answer.make_conditional(request)
    return answer
