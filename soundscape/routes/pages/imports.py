"""The pages of lists from elsewhere: bringing one in, and what of it is owned, in doubt and missing.

A page asks about one line at a time, which its address names: ``at`` a line in doubt, or ``find`` any line, for which
``q`` searches the library. The question stays as it was asked; an answer leads to the page of the next.
"""

from collections.abc import Sequence

from flask import Blueprint, render_template, request

from library import listing
from soundscape import imports, jobs, list_cards
from soundscape.elsewhere import Door
from soundscape.exports import LIST_FORMATS
from soundscape.imports import Matched, Seen
from soundscape.parts import parts
from soundscape.rights import caller, right
from soundscape.routes.api.import_schemas import NO_SOUND, listen
from soundscape.routes.api.playlist_schemas import TITLE_LONGEST
from soundscape.spool import MOST_BYTES
from soundscape.stores import imports as store

blueprint = Blueprint("imports", __name__)

MOST_SHOWN = 500
"""Lines that a page shows of each kind (judgement: a page of 5,000 is megabytes that nobody reads)."""
MOST_FOUND = 20
"""Tracks that a search shows; more words find fewer (judgement)."""
SEARCH_MOST = 200


@blueprint.get("/imports")
@right("see_playlists")
def page() -> str:
    """Bringing a list in, and those that were."""
    here = parts()
    with here.engine.connect() as connection:
        found, counts = store.list_all(connection), store.counts(connection)
        told = imports.states(connection, found)
        return render_template(
            "imports.html",
            rows=[(one, *told[one.import_id], counts.get(one.import_id, 0)) for one in found],
            title_of=imports.title_of,
            spotify=Door.of(here).state(),
            worker_running=jobs.worker_seen(connection, here.clock()),
            most_mib=MOST_BYTES >> 20,
        )


@blueprint.get("/imports/<import_id>")
@right("see_playlists")
def one(import_id: str) -> str:
    """One list, and what its lines mean now."""
    here = parts()
    with here.engine.connect() as connection:
        shown = imports.seen(connection, import_id)
        title = list_cards.free_title(connection, imports.title_of(shown.found)[:TITLE_LONGEST])
        sought = _sought(shown)
        words = request.args.get("q", sought.line.entry.title if sought else "")[:SEARCH_MOST].strip()
        tracks = listing.page(connection, search=words, limit=MOST_FOUND) if sought else []
    doubtful, after = _in_doubt(shown.of("doubtful"), request.args.get("at", 1, type=int))
    choices = () if doubtful is None else doubtful.candidates
    asked_about = doubtful is not None and request.args.get("at", type=int) == doubtful.line.place
    without = request.args.get("without", 0, type=int) if asked_about else 0
    without = min(max(without, 0), max(len(choices) - 1, 0))
    return render_template(
        "import.html",
        shown=shown,
        doubtful=doubtful,
        after=after,
        candidate=choices[without] if choices else None,
        without=without,
        sought=sought,
        words=words,
        tracks=tracks,
        most_found=MOST_FOUND,
        search_most=SEARCH_MOST,
        others=len(choices) - without - 1,
        name=imports.title_of(shown.found),
        title=title,
        shopping=imports.shopping(shown),
        templates=list(here.templates.values()),
        formats=LIST_FORMATS,
        listen=listen,
        no_sound=NO_SOUND,
        title_longest=TITLE_LONGEST,
        most_shown=MOST_SHOWN,
    )


def _sought(shown: Seen) -> Matched | None:
    """The line for which a track is looked for, if it names a piece of music and the caller may say which it is."""
    found = shown.at(request.args.get("find", type=int)) if caller().may("keep_playlists") else None
    return found if found and found.line.entry.missing is None else None


def _in_doubt(lines: Sequence[Matched], at: int) -> tuple[Matched | None, int]:
    """The line to ask about, at this place or after it, else the first; and the place of the next."""
    if not lines:
        return None, 0
    here = next((number for number, line in enumerate(lines) if line.line.place >= at), 0)
    return lines[here], lines[(here + 1) % len(lines)].line.place
