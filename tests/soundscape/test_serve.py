"""The service as a person starts it: real processes, HTTPS, and every way it can fail to start or end."""

import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import urllib.request
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from library.store import open_store, sqlite_url, writing
from soundscape import jobs, tls
from soundscape.parts import now_ms
from tests.processes import all_ended, children_of, watched
from tests.soundscape.conftest import ROOT, run_process
from tests.waiting import until

READY = "Ctrl-C stops it."


@pytest.fixture
def port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def data(tmp_path, port):
    """A data directory with settings that let several tests run at once."""
    folder = tmp_path / "data"
    folder.mkdir()
    settings(folder, port)
    return folder


def settings(folder, port, *more):
    lines = ['host = "127.0.0.1"', f"port = {port}", f"preview_port = {port}", "streams = 4", *more]
    (folder / "soundscape.toml").write_text("\n".join(lines))


class Service:
    """A running `serve` and what it has said so far."""

    def __init__(self, process):
        self.process, self.said = process, []
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.said.append(line.rstrip())

    @property
    def words(self):
        return "\n".join(self.said)

    def stop(self, number=signal.SIGINT):
        self.process.send_signal(number)
        return self.ended()

    def ended(self):
        status = self.process.wait(30)
        self._reader.join()
        return status


def descendants(pid):
    found = []
    for child in children_of(pid):
        found += [child, *descendants(child)]
    return found


@contextmanager
def serving(data, *arguments):
    process = subprocess.Popen(
        [sys.executable, "-m", "soundscape", "serve", "--data", data, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    service = Service(process)
    try:
        until(lambda: READY in service.said or process.poll() is not None)
        assert process.poll() is None, service.words
        yield service
    finally:
        process.kill()
        process.wait()
        service.ended()
        process.stdout.close()


def get(data, port, path, trusted=None):
    context = ssl.create_default_context(cafile=trusted or data / "tls" / "authority.pem")
    try:
        with urllib.request.urlopen(f"https://localhost:{port}{path}", context=context, timeout=20) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


def seen(data):
    engine = open_store(sqlite_url(data))
    try:
        with engine.connect() as connection:
            return jobs.worker_seen(connection, now_ms())
    finally:
        engine.dispose()


# A good day


def test_it_answers_over_https_says_what_to_do_and_stops_without_a_trace(data, port):
    with serving(data) as service:
        assert f"https://localhost:{port}/" in service.words
        code = re.search(r"/first#(\S+)", service.words).group(1)
        assert re.search(r"fingerprint is ([0-9A-F]{2}:){31}[0-9A-F]{2}", service.words)
        assert get(data, port, f"/sign-in?token={code}") == 200
        until(lambda: seen(data))
        with watched(descendants(service.process.pid)) as everybody:
            assert len(everybody) >= 3
            os.killpg(service.process.pid, signal.SIGINT)  # as a terminal does
            assert service.ended() == 0
            assert all_ended(everybody, within_s=1)
        assert not seen(data)
        assert "Traceback" not in service.words
        assert service.words.count(code) == 1
    with serving(data) as again:
        assert "certificate" not in again.words.lower()
        assert again.stop(signal.SIGTERM) == 0


def test_killed_outright_it_leaves_no_process(data):
    with serving(data) as service, watched(descendants(service.process.pid)) as everybody:
        service.process.kill()
        assert all_ended(everybody, within_s=20)


def test_a_second_start_is_refused_and_a_dead_worker_is_started_again_and_said(data, port):
    def workers():
        found = {}
        for child in children_of(pid):
            with suppress(ProcessLookupError, FileNotFoundError):  # it has just ended
                words = Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
                if b"worker" in words:
                    found[words[words.index(b"--queue") + 1]] = child
        return found

    with serving(data) as service:
        pid = service.process.pid
        ran = run_process("serve", "--data", data)
        assert ran.status == 1
        assert f"Port {port} is in use" in ran.err
        assert get(data, port, "/sign-in") == 200
        until(lambda: seen(data))
        before = workers()
        os.kill(before[b"long"], signal.SIGKILL)
        until(lambda: workers().get(b"long", before[b"long"]) != before[b"long"])
        until(lambda: "worker for long and lists jobs ended (signal 9)" in service.words)
        assert workers()[b"live"] == before[b"live"]
        assert service.stop() == 0


def test_the_preview_alone_has_no_staff_pages_and_no_workers(data, port):
    with serving(data, "--only", "preview") as service:
        assert get(data, port, "/preview") == 200
        assert {get(data, port, path) for path in ("/sign-in", "/first", "/api/v1/rooms", "/room")} == {404}
        assert "First sign-in" not in service.words
        assert not seen(data)
        assert service.stop() == 0


def test_plain_http_is_served_where_it_is_set_and_said(data, port):
    settings(data, port, "plain_http = true")
    with serving(data) as service:
        assert "plain HTTP" in service.words
        assert f"http://127.0.0.1:{port}/" in service.words
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/sign-in", timeout=20) as answer:
            assert answer.status == 200
        assert not (data / "tls").exists()
        assert service.stop() == 0


# Bad days


def test_a_port_in_use_is_named_with_who_has_it_before_anything_starts(data, port):
    with socket.socket() as mine:
        mine.bind(("127.0.0.1", port))
        mine.listen()
        ran = run_process("serve", "--data", data)
    assert ran.status == 1
    assert f"Port {port} is in use by process {os.getpid()}" in ran.err
    assert "soundscape.toml" in ran.err
    assert not (data / "soundscape.db").exists()


def test_an_expired_certificate_of_our_own_is_renewed_and_said(data, port):
    tls.ensure_certificate(data, [], datetime.now(UTC) - timedelta(days=500))
    with serving(data) as service:
        assert "The certificate expired on" in service.words
        assert get(data, port, "/sign-in") == 200
        assert service.stop() == 0


def test_an_expired_certificate_of_the_clinic_is_named(data, port):
    made = tls.ensure_certificate(data, [], datetime.now(UTC) - timedelta(days=500))
    for name, path in (("own.pem", made.cert_path), ("own.key", made.key_path)):
        shutil.copy(path, data / name)
    until_day = x509.load_pem_x509_certificate((data / "own.pem").read_bytes()).not_valid_after_utc
    settings(data, port, 'certificate = "own.pem"', 'certificate_key = "own.key"')
    ran = run_process("serve", "--data", data)
    assert ran.status == 1
    assert f"own.pem expired on {until_day:%Y-%m-%d}" in ran.err


def test_a_database_from_a_newer_version_is_left_alone(data):
    engine = open_store(sqlite_url(data))
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'from-the-future'")
    engine.dispose()
    ran = run_process("serve", "--data", data)
    assert ran.status == 1
    assert "newer version" in ran.err


def test_a_damaged_database_is_named(data):
    (data / "soundscape.db").write_text("shopping list\n" * 100)
    ran = run_process("serve", "--data", data)
    assert ran.status == 1
    assert "soundscape.db" in ran.err
    assert "Traceback" not in ran.err


def test_a_locked_database_is_said(data, run, monkeypatch):
    monkeypatch.setattr("library.store.BUSY_TIMEOUT_S", 0)
    engine = open_store(sqlite_url(data))
    with writing(engine):
        ran = run("serve", "--data", data)
    engine.dispose()
    assert ran.status == 1
    assert "locked" in ran.err


def test_an_unknown_setting_is_named(data, port):
    settings(data, port, "prot = 8443")
    ran = run_process("serve", "--data", data)
    assert ran.status == 1
    assert "prot" in ran.err
