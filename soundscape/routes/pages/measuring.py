"""The page of measuring: what is measured, waits, failed and is stale; pause, resume, one next, try again."""

from flask import Blueprint, render_template

from library.audio import readable
from library.track import ANALYSIS_VERSION
from soundscape import measuring
from soundscape.file_names import file_id
from soundscape.parts import parts
from soundscape.rights import right

blueprint = Blueprint("measuring", __name__, url_prefix="/library")


@blueprint.get("/measuring")
@right("keep_library")
def page() -> str:
    """How measuring stands."""
    with parts().engine.connect() as connection:
        found = measuring.overview(connection, parts().clock())
    return render_template(
        "measuring.html",
        found=found,
        running=next((job for job in found.jobs if job.state == "running"), None),
        last=next((job for job in found.jobs if job.ended_ms is not None), None),
        queued=[job for job in found.jobs if job.state == "queued"],
        stale_under_way=any(measuring.is_for_stale(job) and job.ended_ms is None for job in found.jobs),
        most=measuring.MOST,
        version=ANALYSIS_VERSION,
        file_id=file_id,
        readable=readable,
        time_left=measuring.time_left,
    )
