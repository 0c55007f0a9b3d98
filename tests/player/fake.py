"""The player's endpoints alone, over a folder: what is wished lies in a file, what is reported is appended to another.

Everything is in the folder, so this server can be killed and started again at any time, as a clinic's can. A mixdown's
file is named by its id, its manifest beside it. For the mixdown ``m1`` a file
``broken-<from>`` makes the read that begins at that byte answer with one bit wrong, once; ``cut-<from>`` breaks the
connection off in the middle, once; ``slow`` makes each read wait until it is gone.
"""

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, request

from soundscape.headers import HEADERS
from soundscape.rights import right
from soundscape.routes.pages.room import blueprint as room_page
from tests.player.tap import WORKLET

API = "/api/v1/player"
player = Blueprint("player", __name__)


def folder() -> Path:
    return Path(os.environ["PLAYER_FAKE"])


def state() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder() / "state.json").read_text())
    return found


def put(where: Path, now: dict[str, Any]) -> None:
    """Write the state so that a reader sees the old one or the new one."""
    (where / "state.part").write_text(json.dumps(now))
    (where / "state.part").replace(where / "state.json")


def problem(status: int, code: str, detail: str) -> Response:
    body = json.dumps({"type": "about:blank", "title": code, "status": status, "detail": detail, "code": code})
    return Response(body, status, mimetype="application/problem+json")


def refused() -> Response | None:
    if request.headers.get("Authorization") == f"Bearer {state()['token']}":
        return None
    return problem(401, "device_revoked", "This tablet no longer belongs to a room.")


@player.post(f"{API}/pair")
@right("public")
def pair() -> Any:
    if request.get_json()["code"] != "123456":
        return problem(422, "pairing_refused", "This code is not known, or it has expired. Ask for a new one.")
    return {"token": state()["token"], "room": {"room_id": "r1", "name": "Room 1"}}


@player.post(f"{API}/report")
@right("device")
def report() -> Any:
    no = refused()
    if no:
        return no
    told = request.get_json()
    with (folder() / "reports.jsonl").open("a") as reports:
        reports.write(json.dumps(told) + "\n")
    now = press(told["events"])
    return {
        "server_ms": time.time_ns() // 1_000_000,
        "revision": now["revision"],
        "room": {"room_id": "r1", "name": "Room 1", "cap_db": -6.0, "quiet_db": 18.0},
        "wished": now["wished"],
        "standing": now.get("standing", {"bed": None, "lists": []}),
        "check": now.get("check"),
        "acknowledged": [event["event_id"] for event in told["events"]],
    }


def press(events: list[dict[str, Any]]) -> dict[str, Any]:
    """What the bedside pressed becomes what is wished."""
    now = state()
    changes: dict[str, Any] = {}
    for event in events:
        changes |= {
            "bedside_quiet": {"quiet": True},
            "bedside_resume": {"quiet": False},
            "bedside_level": {"level_db": event["value"]},
            "bedside_end": {"mode": "end", "end_ms": event["at_ms"]},
            "bedside_pause": {"paused": True},
            "bedside_go_on": {"paused": False},
        }.get(event["kind"], {})
        if event["kind"] == "bedside_start":
            changes |= begun(now["standing"]["lists"][int(event["value"])], event["at_ms"])
    if changes:
        now = {**now, "revision": now["revision"] + 1, "wished": {**now["wished"], **changes}}
        put(folder(), now)
    return now


def begun(standing: dict[str, Any], at_ms: int) -> dict[str, Any]:
    """A standing list that the bedside started is a session."""
    lengths = {key: standing[key] for key in ("infusion_s", "tail_s")}
    session = {"session_id": "s9", "code": "WALK", **lengths}
    return {"mode": "play", "session": session, "mixdown": standing["mixdown"], "started_ms": at_ms}


@player.get(f"{API}/events")
@right("device")
def events() -> Response:
    def stream() -> Iterator[str]:
        known = state()["revision"]
        yield ": here\n\n"
        while True:
            time.sleep(0.1)
            if state()["revision"] != known:
                known = state()["revision"]
                yield "data: wake\n\n"

    return refused() or Response(stream(), mimetype="text/event-stream")


@player.get(f"{API}/mixdowns/<mixdown_id>/manifest")
@right("device")
def manifest(mixdown_id: str) -> Response:
    found = folder() / f"{mixdown_id}.manifest.json"
    return refused() or Response(found.read_bytes(), mimetype="application/json")


@player.get(f"{API}/mixdowns/<mixdown_id>")
@right("device")
def mixdown(mixdown_id: str) -> Response:
    no = refused()
    if no:
        return no
    while (folder() / "slow").exists():
        time.sleep(0.05)
    first, last = (int(number) for number in request.headers["Range"].removeprefix("bytes=").split("-"))
    with (folder() / f"{mixdown_id}.reads").open("a") as reads:
        reads.write(f"{first}\n")
    data = bytearray((folder() / mixdown_id).read_bytes()[first : last + 1])
    length = str(len(data))
    if mixdown_id == "m1" and _once(f"broken-{first}"):
        data[1000] ^= 1
    if mixdown_id == "m1" and _once(f"cut-{first}"):
        del data[len(data) // 2 :]
    return Response(bytes(data), 206, {"Content-Length": length, "Content-Range": f"bytes {first}-{last}/*"})


@player.get("/tap.js")
@right("public")
def tap() -> Response:
    """The recorder that a test puts beside the player's way out."""
    return Response(WORKLET, mimetype="text/javascript")


def _once(name: str) -> bool:
    marker = folder() / name
    found = marker.exists()
    marker.unlink(missing_ok=True)
    return found


def create() -> Flask:
    """The app; the pages' strict headers are the service's own."""
    app = Flask("soundscape")
    app.register_blueprint(player)
    app.register_blueprint(room_page)

    @app.after_request
    def strict(answer: Response) -> Response:
        answer.headers.extend(HEADERS)
        return answer

    return app


if "PLAYER_FAKE" in os.environ:
    app = create()
