"""The room player's page, and the service worker that keeps it on the tablet.

Both are public: the page is a shell without any fact in it, and can do nothing without a device's token.
"""

import hashlib
import json
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, current_app, render_template, url_for

from soundscape.rights import right

blueprint = Blueprint("room_page", __name__)

WORKER = "room-sw.js"


@blueprint.get("/room")
@right("public")
def show() -> str:
    """The player; what it shows comes from its scripts."""
    return render_template("room.html")


@blueprint.get("/room-sw.js")
@right("public")
def worker() -> Response:
    """The service worker with the list of files it keeps and their version in front."""
    static = Path(current_app.static_folder or "")
    page = url_for("room_page.show")
    kept = [page, *(url_for("static", filename=name) for name in _names(static))]
    head = f"const VERSION = {json.dumps(_version(static, render_template('room.html')))};\n"
    head += f"const FILES = {json.dumps(kept)};\n\n"
    answer = Response(head + (static / WORKER).read_text("utf-8"), mimetype="text/javascript")
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@cache
def _names(static: Path) -> tuple[str, ...]:
    """What the page needs, as names below the static folder."""
    scripts = sorted(path.name for path in (static / "js/player").glob("*.js"))
    return ("css/room.css", *(f"js/player/{name}" for name in scripts))


@cache
def _version(static: Path, page: str) -> str:
    """Changes with any file that the tablet keeps."""
    digest = hashlib.sha256(page.encode())
    for name in (*_names(static), WORKER):
        digest.update((static / name).read_bytes())
    return digest.hexdigest()[:16]
