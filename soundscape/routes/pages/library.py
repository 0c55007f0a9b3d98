"""The library's pages: the list with its coverage and what comes in, and one track."""

from dataclasses import dataclass
from typing import cast, get_args

import sqlalchemy as sa
from flask import Blueprint, render_template, request

from library import audio, listing, marks
from library.rights import preview_right, stated_right
from library.track import ANALYSIS_VERSION, Status
from soundscape import coverage, folders, pictures, scans, tracks
from soundscape.facts import facts
from soundscape.jobs import worker_seen
from soundscape.listening import listening
from soundscape.parts import parts
from soundscape.rights import caller, right

blueprint = Blueprint("library", __name__, url_prefix="/library")

PER_PAGE = 50
MOST_FAILED = 100
SEARCH_MOST = 200
SORTED_BY: dict[str, tuple[listing.Sort, bool, str]] = {
    "title": ("title", False, "Title"),
    "artist": ("artist", False, "Artist"),
    "calm": ("energy", False, "Energy, calmest first"),
    "intense": ("energy", True, "Energy, most intense first"),
    "short": ("length", False, "Length, shortest first"),
    "long": ("length", True, "Length, longest first"),
    "tempo": ("tempo", False, "Tempo, slowest first"),
}
VOICE_WORDS = {
    "instrumental": "no voice",
    "review": "perhaps a voice",
    "vocal": "a voice",
    "unknown": "voices unknown",
}


@dataclass(frozen=True)
class Wanted:
    """What the address asks for; what makes no sense in it is left out."""

    search: str
    status: Status | None
    sort: str
    page: int

    def query(self, **changed: object) -> dict[str, object]:
        """The address's query with some of it changed; what is as usual is left out."""
        asked = {"q": self.search, "status": self.status, "sort": self.sort, "page": self.page} | changed
        usual = {"q": "", "status": None, "sort": "title", "page": 1}
        return {name: value for name, value in asked.items() if value != usual[name]}


@blueprint.get("")
@right("see_library")
def page() -> str:
    """The list, its coverage, and how music comes in."""
    here, wanted = parts(), _wanted()
    with here.engine.connect() as connection:
        all_counts = listing.counts(connection)
        counts = listing.counts(connection, wanted.search)
        fitting = sum(counts.values()) if wanted.status is None else counts[wanted.status]
        pages = max(1, -(-fitting // PER_PAGE))
        number = min(wanted.page, pages)
        rows = _rows(connection, wanted, number)
        bands = coverage.bands(listing.cleared(connection), here.templates)
        jobs = scans.shown(connection)
        working = worker_seen(connection, here.clock())
        failed = listing.failed(connection, MOST_FAILED)
    return render_template(
        "library.html",
        wanted=wanted,
        everything=sum(all_counts.values()),
        to_review=all_counts["review"],
        counts=counts,
        fitting=fitting,
        pages=pages,
        number=number,
        per_page=PER_PAGE,
        rows=rows,
        sorts=SORTED_BY,
        statuses=get_args(Status),
        bands=bands,
        coverage_picture=pictures.inline(coverage.picture(bands)),
        jobs=jobs,
        working=working,
        failed=failed,
        folders=_folders(),
        upload_mib=here.config.upload_mib,
        extensions=",".join(sorted(audio.EXTENSIONS)),
        verdict_words=marks.VERDICT_WORD,
        voice_words=VOICE_WORDS,
        readable=audio.readable,
    )


@blueprint.get("/<track_id>")
@right("see_library")
def track(track_id: str) -> str:
    """One track: hear it, see what was measured, decide."""
    here = parts()
    found = here.catalogue.track(tracks.known(track_id))
    with here.engine.connect() as connection:
        measured = listing.measured_status(connection, track_id)
    return render_template(
        "track.html",
        track=found,
        measured=measured,
        heard=listening(found, here.config.target_lufs),
        facts=facts(found.analysis, here.config.target_lufs),
        seen_ms=tracks.decided_ms(found.decision),
        stale=found.analysis.analysis_version != ANALYSIS_VERSION,
        analyses=here.catalogue.analyses(track_id),
        decisions=here.catalogue.decisions(track_id),
        preview_right=preview_right(found),
        file_right=stated_right(found.tags, None),
        verdict_words=marks.VERDICT_WORD,
        longest_reason=tracks.LONGEST_REASON,
        taken_back=tracks.TAKEN_BACK,
        paths=[audio.readable(path) for path in found.paths],
    )


def _wanted() -> Wanted:
    asked = request.args
    status = asked.get("status", "")
    sort = asked.get("sort", "")
    page = asked.get("page", "")
    return Wanted(
        search=asked.get("q", "")[:SEARCH_MOST].strip(),
        status=cast(Status, status) if status in get_args(Status) else None,
        sort=sort if sort in SORTED_BY else "title",
        page=int(page) if page.isascii() and page.isdigit() and 0 < len(page) < 8 and int(page) else 1,
    )


def _rows(connection: sa.Connection, wanted: Wanted, number: int) -> list[listing.Entry]:
    """The tracks of a page, counted from 1."""
    sort, descending, _ = SORTED_BY[wanted.sort]
    return listing.page(
        connection,
        search=wanted.search,
        status=wanted.status,
        sort=sort,
        descending=descending,
        offset=(number - 1) * PER_PAGE,
        limit=PER_PAGE,
    )


def _folders() -> list[str]:
    """What may be scanned, for those who may."""
    here = parts()
    if not caller().may("keep_library"):
        return []
    return [str(folder) for folder in folders.offered(here.data, here.config.music_folders)]
