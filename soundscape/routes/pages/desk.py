"""The desk: every room at one look, and what can be done in each."""

from flask import Blueprint, render_template

from playlists import revisions, shelf
from soundscape import desk, jobs
from soundscape.parts import parts
from soundscape.pictures import inline
from soundscape.rights import right

blueprint = Blueprint("desk", __name__)

STARTING_MS = 30_000
"""Judgement: a worker that is not there so soon after the start is still coming."""


@blueprint.get("/desk")
@right("run_sessions")
def page() -> str:
    """Every room as a card."""
    here = parts()
    now_ms = here.clock()
    with here.engine.connect() as connection:
        under_way = {
            str(job.arguments.get("playlist_id")): job
            for job in jobs.list_recent(connection)
            if job.kind == "mixdown" and job.state in ("queued", "running", "failed")
        }
        lists = shelf.list_all(connection)
        return render_template(
            "desk.html",
            picture=inline,
            cards=desk.cards(connection, here.templates, now_ms),
            lists=lists,
            signed=revisions.newest_first(connection, [shelved.playlist_id for shelved in lists]),
            under_way=under_way,
            worker_away=now_ms - here.began_ms > STARTING_MS and not jobs.worker_seen(connection, now_ms),
        )
