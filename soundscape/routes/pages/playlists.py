"""The pages of playlists: the shelf, a new list, and the builder."""

from flask import Blueprint, render_template, request

from library import listing
from playlists import shelf
from playlists.arc import Template
from playlists.errors import BadRequest
from soundscape import jobs, list_cards, list_page, past_view, session_files
from soundscape.arc_view import wished_view
from soundscape.parts import parts
from soundscape.pictures import inline
from soundscape.rights import caller, right
from soundscape.routes.api.playlist_schemas import NOTE_LONGEST, TITLE_LONGEST
from soundscape.routes.api.policy_schemas import STARTLE_MOST_LU
from soundscape.stores import rooms
from soundscape.stores import sessions as session_store

blueprint = Blueprint("playlists", __name__)

blueprint.app_template_filter("length_words")(list_cards.length_words)
blueprint.app_template_filter("pieces_words")(list_cards.pieces_words)
LIMITS = {"title_longest": TITLE_LONGEST, "note_longest": NOTE_LONGEST, "startle_most_lu": STARTLE_MOST_LU}


@blueprint.get("/playlists")
@right("see_playlists")
def shelf_page() -> str:
    """Every list as a card."""
    here = parts()
    with here.engine.connect() as connection:
        cards = list_cards.cards(connection, here.templates)
        cleared = 0 if cards else listing.counts(connection)["cleared"]
    return render_template("playlists.html", cards=cards, cleared=cleared, picture=inline)


@blueprint.get("/playlists/new")
@right("keep_playlists")
def new_page() -> str:
    """What a new list is asked for, with the arc it will follow."""
    here = parts()
    template = here.templates.get(request.args.get("template", ""), next(iter(here.templates.values())))
    infusion_min = _minutes("infusion_min", template.infusion_min)
    tail_min = _minutes("tail_min", template.tail_min)
    view, problem, points = None, "", _points(request.args.get("points", ""))
    try:
        drawn = template if points is None else template.drawn(points)
        view = wished_view(drawn, infusion_min * 60.0, tail_min * 60.0, drawn=points is not None)
    except BadRequest as error:
        problem = str(error)
    with here.engine.connect() as connection:
        title = list_cards.free_title(connection, template.title)
    return render_template(
        "playlist_new.html",
        view=view,
        problem=problem,
        asked=list_page.Asked(
            template=template.name, infusion_min=infusion_min, tail_min=tail_min, points=points if view else None
        ),
        templates=_templates(),
        title=title,
        limits=LIMITS,
    )


@blueprint.get("/playlists/<playlist_id>")
@right("see_playlists")
def page(playlist_id: str) -> str:
    """One list: its arc, its pieces, its session file, and what was asked."""
    here = parts()
    may_assign = caller().may("run_sessions")
    before, after = (request.args.get(name, type=int) for name in ("before", "after"))
    with here.engine.connect() as connection:
        shelved = shelf.get(connection, playlist_id)
        differs = None
        if before is not None:
            differs = past_view.compared(
                connection, here.catalogue, playlist_id, before, shelved.revision if after is None else after
            )
        return render_template(
            "playlist.html",
            page=list_page.page_of(connection, here.catalogue, here.templates, shelved),
            past=past_view.past_of(connection, shelved),
            differs=differs,
            file=session_files.file_of(connection, shelved, session_files.recent_jobs(connection)),
            worker_running=jobs.worker_seen(connection, here.clock()),
            rooms=rooms.list_open(connection) if may_assign else [],
            busy=session_store.open_sessions(connection) if may_assign else {},
            templates=_templates(),
            limits=LIMITS,
        )


def _templates() -> list[Template]:
    return list(parts().templates.values())


def _points(text: str) -> list[tuple[float, float]] | None:
    """A drawn arc as the address says it, ``0:0.15,10:0.2``; nothing where that makes no sense."""
    try:
        pairs = [pair.split(":") for pair in text.split(",")] if text else []
        return [(float(minute), float(energy)) for minute, energy in pairs] or None
    except ValueError:
        return None


def _minutes(name: str, otherwise: float) -> float:
    """What the address says, if it is a number."""
    found = request.args.get(name, type=float)
    return otherwise if found is None or found != found else found
