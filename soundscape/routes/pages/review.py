"""The review queue's page: one doubtful track, drawn large to listen by, and those that wait."""

from flask import Blueprint, render_template, request

from library import listing
from soundscape import review, scans, tracks
from soundscape.facts import facts
from soundscape.listening import listening
from soundscape.parts import parts
from soundscape.rights import caller, right

blueprint = Blueprint("review", __name__, url_prefix="/library/review")


@blueprint.get("")
@right("keep_library")
def page() -> str:
    """The track that is asked for, else the most urgent one; and its neighbours in the queue."""
    here = parts()
    asked = request.args.get("track")
    with here.engine.connect() as connection:
        queue = review.queue(connection, asked and tracks.known(asked))
        under_way = any(job.state in ("queued", "running") for job in scans.shown(connection))
        last = listing.last_decided(connection, caller().actor, here.clock() - review.TAKEN_BACK_WITHIN_MS)
        anything = any(listing.counts(connection).values())
    track = None if queue.now_id is None else here.catalogue.track(queue.now_id)
    return render_template(
        "review.html",
        queue=queue,
        refusals=review.REFUSALS,
        longest_reason=tracks.LONGEST_REASON,
        track=track,
        heard=track and listening(track, here.config.target_lufs),
        facts=track and [fact for fact in facts(track.analysis, here.config.target_lufs) if fact.name in review.FACTS],
        seen_ms=track and tracks.decided_ms(track.decision),
        last=last,
        scanning=under_way,
        anything=anything,
    )
