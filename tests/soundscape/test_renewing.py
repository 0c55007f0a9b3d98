"""A certificate is renewed while a room plays: the same authority, no report unanswered, nothing lost of the record."""

import json
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
import urllib.request
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

from soundscape import renewing, serve, tls
from soundscape.parts import now_ms
from soundscape.tls import Certificate, CertificateExpired
from tests.conftest import ROOT
from tests.soundscape.house import House
from tests.soundscape.test_serve import READY, settings
from tests.waiting import until

SERVE = """
import sys, pathlib
from soundscape import renewing, serve
serve.Renewal = lambda *parts: renewing.Renewal(*parts, every_s=0.3)
serve.serve(pathlib.Path(sys.argv[1]), lambda words: print(words, flush=True))
"""
EVERY_S = 0.2


class Reporter:
    """A room's player as far as the network goes: it reports, keeps events until they are acknowledged, verifies."""

    def __init__(self, port: int, authority: Path, token: str, session_id: str) -> None:
        self.address = f"https://localhost:{port}/api/v1/player/report"
        self.context = ssl.create_default_context(cafile=authority)
        self.token, self.session_id = token, session_id
        self.answered_s, self.refused, self.leaves = [], [], []
        self.waiting, self.sent = [], 0
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def run(self):
        while not self.stop.wait(EVERY_S):
            self.sent += 1
            self.waiting.append({"event_id": f"bedside-{self.sent:06d}", "at_ms": now_ms(), "kind": "reloaded"})
            try:
                answer = self.report()
            except OSError as error:
                self.refused.append(error)
                continue
            self.answered_s.append(time.monotonic())
            self.waiting = [event for event in self.waiting if event["event_id"] not in answer["acknowledged"]]

    def report(self):
        body = {"state": "playing", "revision": 3, "position_s": 1.0, "level_dbfs": -26.0, "gain_db": -6.0}
        events = [{**event, "session_id": self.session_id} for event in self.waiting[:200]]
        request = urllib.request.Request(
            self.address,
            data=json.dumps({**body, "clock_ms": now_ms(), "events": events}).encode(),
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, context=self.context, timeout=5) as answer:
            self.leaves.append(answer.fp.raw._sock.getpeercert(binary_form=True))
            return json.load(answer)

    @property
    def kinds(self):
        """The certificates in the order in which they were first seen."""
        return list(dict.fromkeys(self.leaves))


@pytest.fixture
def port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def started(tmp_path):
    """A data directory with a room in which a session runs, as if the server had been stopped; and its token."""
    house = House(tmp_path, clock=now_ms)
    room_id, playlist_id, nurse = house.room(), house.playlist(minutes=60), house.staff("clinician")
    house.mixdown(playlist_id)
    tablet = house.tablet(room_id)
    session = nurse.call("POST", "/sessions", {"room_id": room_id, "playlist_id": playlist_id}).json["session"]
    nurse.call("POST", f"/sessions/{session['session_id']}/start", {})
    return house, nurse, tablet.headers["Authorization"].split()[1], session["session_id"]


def test_renewed_while_a_room_plays(started, tmp_path, port):
    house, nurse, token, session_id = started
    settings(tmp_path, port)
    old = tls.ensure_certificate(tmp_path, [], datetime.now(UTC) - timedelta(days=370))
    for path in (old.cert_path, old.key_path):
        shutil.copy(path, tmp_path / path.name)
    said = tmp_path / "said.txt"
    with said.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-c", SERVE, str(tmp_path)], cwd=ROOT, stdout=out, stderr=subprocess.STDOUT
        )
    reporter = Reporter(port, tmp_path / "tls" / "authority.pem", token, session_id)
    try:
        until(lambda: READY in said.read_text() or process.poll() is not None)
        reporter.thread.start()
        until(lambda: len(reporter.answered_s) > 5, within_s=30)
        for path in (old.key_path, old.cert_path):  # as if a year had passed
            shutil.copy(tmp_path / path.name, path)
        until(lambda: len(reporter.kinds) > 1, within_s=60)
        seen = len(reporter.leaves)
        until(lambda: len(reporter.leaves) > seen + 10 and len(set(reporter.leaves[-10:])) == 1, within_s=60)
    finally:
        reporter.stop.set()
        reporter.thread.join()
        process.terminate()
        process.wait(60)
    assert reporter.leaves[-1] == reporter.kinds[1], "the renewed one in the end, verified by the same authority"
    gaps = [after - before for before, after in zip(reporter.answered_s, reporter.answered_s[1:], strict=False)]
    assert max(gaps) < 6.0, f"never lost; {len(reporter.refused)} of {reporter.sent} reports were refused"
    record = nurse.call("GET", f"/sessions/{session_id}/record").json
    assert "lost" not in {alarm["code"] for alarm in record["alarms"]}
    with house.engine.connect() as connection:
        query = "SELECT count(*) FROM session_log WHERE event_id LIKE 'bedside-%'"
        kept = connection.exec_driver_sql(query).scalar_one()
    assert kept == reporter.sent - len(reporter.waiting)
    assert len(reporter.waiting) <= 1
    assert "renewed; devices need not be touched" in said.read_text()


def test_one_that_cannot_be_renewed_is_said_once_and_the_service_goes_on(tmp_path):
    path = tmp_path / "own.pem"
    path.write_text("the one in use")
    served = Certificate(path, path, None, (), 0, "")
    answers = iter([CertificateExpired("own.pem expired."), CertificateExpired("own.pem expired."), served])
    said, swapped = [], threading.Event()

    def look(_now):
        found = next(answers)
        if isinstance(found, Exception):
            raise found
        path.write_text("a new one")
        return found

    renewal = renewing.Renewal(look, swapped.set, said.append, every_s=0.01)
    renewal.start(served)
    assert swapped.wait(10)
    until(lambda: len(said) == 2)
    renewal.close()
    assert said[0] == "The certificate cannot be renewed, and the one from before is used: own.pem expired."
    assert said[1].startswith(f"The certificate in {path} is another one now")
    assert len(said) == 2


def test_what_cannot_be_read_now_is_said_and_tried_again(tmp_path):
    """First the new file is not there, then the settings hold a fault: neither ends what answers, or the looking."""
    path, settings_path = tmp_path / "own.pem", tmp_path / "soundscape.toml"
    path.write_text("the one in use")
    served = Certificate(path, path, None, (), 0, "")
    swapped, said = threading.Event(), []
    server = SimpleNamespace(signal_handler_reload=swapped.set)
    settings_path.write_text("port = 'none'")
    renewal = renewing.Renewal(lambda _now: served, partial(serve._swap, tmp_path, server), said.append, every_s=0.01)
    renewal.start(served)
    path.unlink()
    until(lambda: len(said) == 1)
    path.write_text("a new one")
    until(lambda: len(said) == 2)
    assert "No such file" in said[0]
    assert str(settings_path) in said[1]
    assert not swapped.is_set()
    settings_path.write_text("")
    assert swapped.wait(10)
    renewal.close()
