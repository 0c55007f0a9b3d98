"""Music that is sent: safe names, audio only, limits, cut connections and full disks; folders of the server; scans."""

import os
import resource
import socket
import subprocess
import sys
from contextlib import contextmanager

import pytest

from soundscape import folders, jobs
from soundscape.errors import FolderRefused, UploadRefused
from soundscape.uploads import SWEEP_AFTER_S, safe_name
from tests.sounds import noise, tone, write
from tests.soundscape.conftest import ROOT
from tests.soundscape.house import House
from tests.soundscape.shelf_house import audited, pulses
from tests.waiting import until

MIB = 1 << 20
FORM = "multipart/form-data; boundary=cut"


@pytest.fixture
def house(tmp_path):
    (tmp_path / "data").mkdir()
    return House(tmp_path / "data")


@pytest.fixture
def curator(house):
    return house.staff("curator")


@pytest.fixture
def sound(tmp_path) -> bytes:
    """A WAV file of 1.8 MiB, larger than any other request may be, with every byte in it that a form's end has."""
    return write(tmp_path / "noise.wav", noise(20.0, seed=1)).read_bytes()


def send(browser, *files):
    """Send (name, content) pairs as the page's form does."""
    headers = {"X-CSRFToken": browser.token()}
    return browser.client.post("/api/v1/uploads", data=form(*files), content_type=FORM, headers=headers)


def form(*files) -> bytes:
    """The body of a form with these files."""
    head = '--cut\r\nContent-Disposition: form-data; name="files"; filename="{}"\r\n\r\n'
    parts = [head.format(name).encode() + content + b"\r\n" for name, content in files]
    return b"".join([*parts, b"--cut--\r\n"])


def music(house):
    """What lies in the folder of uploads, hidden files too."""
    folder = house.data / "music"
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_what_is_sent_is_kept_byte_for_byte_and_a_scan_is_asked_for(house, curator, sound):
    answer = send(curator, ("Été à Loch Ness.WAV", sound))
    assert answer.status_code == 201, answer.text
    assert answer.json["names"] == music(house) == ["Ete a Loch Ness.wav"]
    assert (house.data / "music" / "Ete a Loch Ness.wav").read_bytes() == sound
    job = curator.call("GET", f"/jobs/{answer.json['job_id']}").json
    assert (job["kind"], job["state"], job["created_by"]) == ("scan", "queued", curator.name)
    assert audited(house, "music uploaded")[0].after == {"names": ["Ete a Loch Ness.wav"]}
    assert pulses(house, "jobs") == 1
    assert "A scan waits" in curator.client.get("/library").text


def test_a_name_in_use_gets_a_number_and_a_waiting_scan_will_do(house, curator, sound):
    ids = {send(curator, ("a.wav", sound)).json["job_id"] for _ in range(3)}
    assert music(house) == ["a-2.wav", "a-3.wav", "a.wav"]
    assert len(ids) == 1


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../../etc/cron.d/a.mp3", "a.mp3"),
        ("..\\..\\a.mp3", "a.mp3"),
        ("C:\\music\\a.mp3", "a.mp3"),
        ("/a.mp3", "a.mp3"),
        (".hidden.mp3", "hidden.mp3"),
        ("...mp3", "music.mp3"),
        ("Музыка.mp3", "music.mp3"),
        ("a\x00b\n.mp3", "ab.mp3"),
        ("-rf.mp3", "-rf.mp3"),
        ("x" * 5000 + ".flac", "x" * 80 + ".flac"),
        ("a.mp3.exe/b.mp3", "b.mp3"),
        ("<script>.mp3", "script.mp3"),
    ],
)
def test_a_name_can_hold_no_path(sent, kept):
    assert safe_name(sent) == kept


@pytest.mark.parametrize("sent", ["a.exe", "a", "", "..", "a.mp3/..", "a.mp3\x00.exe", ".mp3", "a.html"])
def test_a_name_that_is_no_audio_files_is_refused(sent):
    with pytest.raises(UploadRefused, match="not a kind of file"):
        safe_name(sent)


@pytest.mark.parametrize(
    "content", [b"", b"no music\n" * 9999, b"RIFF", b"\x89PNG\r\n\x1a\n" + bytes(999), b"#EXTM3U\nhttp://127.0.0.1/a\n"]
)
def test_what_is_no_audio_is_refused_in_words_and_leaves_nothing(house, curator, content):
    answer = send(curator, ("song.mp3", content))
    assert (answer.status_code, answer.json["code"]) == (422, "upload_refused")
    assert answer.json["detail"].startswith("song.mp3: ")
    assert str(house.data) not in answer.json["detail"]
    assert music(house) == []
    assert audited(house, "music uploaded") == []


def test_a_list_that_names_other_files_is_no_audio(house, curator, sound):
    send(curator, ("a.wav", sound))
    answer = send(curator, ("b.mp3", b"ffconcat version 1.0\nfile a.wav\n"))
    assert answer.status_code == 422
    assert music(house) == ["a.wav"]


def test_of_several_all_are_kept_or_none(house, curator, sound):
    assert send(curator, ("a.wav", sound), ("b.wav", b"no music")).status_code == 422
    assert music(house) == []
    assert send(curator, ("a.wav", sound), ("b.wav", sound)).json["names"] == ["a.wav", "b.wav"]


def test_more_than_the_settings_allow_is_refused_before_it_is_read(tmp_path, sound):
    data = tmp_path / "data"
    data.mkdir()
    (data / "soundscape.toml").write_text("upload_mib = 1")
    house = House(data)
    answer = send(house.staff("curator"), ("a.wav", sound))
    assert answer.status_code == 413
    assert music(house) == []


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=b", b"no form"),
        ("multipart/form-data; boundary=b", b"--b--\r\n"),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="files"\r\n\r\nx\r\n--b--\r\n',
        ),
        ("application/json", b"{}"),
        ("text/plain", b""),
    ],
)
def test_what_is_no_form_with_files_is_a_problem_with_words(house, curator, kind, body):
    answer = curator.client.post(
        "/api/v1/uploads", data=body, content_type=kind, headers={"X-CSRFToken": curator.token()}
    )
    assert answer.status_code in (400, 422)
    assert answer.json["detail"]
    assert music(house) == []


def test_without_the_pages_own_proof_nothing_is_taken(house, curator, sound):
    answer = curator.client.post("/api/v1/uploads", data=form(("a.wav", sound)), content_type=FORM)
    assert answer.status_code in (400, 413)
    assert music(house) == []


def test_what_a_killed_server_left_is_swept_away_a_day_later(house, curator, sound):
    folder = house.data / "music"
    folder.mkdir()
    for name, age_s in ((".upload-old.wav", SWEEP_AFTER_S + 60), (".upload-new.wav", 60)):
        (folder / name).write_bytes(b"half")
        then_s = (folder / name).stat().st_mtime - age_s
        os.utime(folder / name, (then_s, then_s))
    send(curator, ("a.wav", sound))
    assert music(house) == [".upload-new.wav", "a.wav"]


# Folders of the server


@pytest.fixture
def shares(tmp_path):
    """A data directory, a folder that the settings allow, one that they do not, and links between them."""
    data, allowed, other = tmp_path / "data", tmp_path / "share", tmp_path / "other"
    for folder in (data / "demo", allowed / "calm" / "deep" / "deeper", allowed / ".hidden", other):
        folder.mkdir(parents=True)
    (allowed / "out").symlink_to(other)
    return data, allowed, other


def test_allowed_folders_and_those_within_are_offered(shares):
    data, allowed, _ = shares
    found = folders.offered(data, (str(allowed), "/nowhere"))
    assert found == [allowed, allowed / "calm", allowed / "calm" / "deep", data / "demo"]
    for folder in found:
        assert folders.allowed(str(folder), data, (str(allowed),)) == folder


def test_anything_else_is_refused_however_it_is_written(shares):
    data, allowed, other = shares
    within = str(allowed)
    bad = ["/", "/etc", str(other), f"{within}/../other", f"{within}/out", f"{within}/nothing", str(data), "demo", ""]
    bad += [f"{within}x", f"{within}\x00", "\ud800", f"{within}/calm\n", "x" * 9999]
    for folder in bad:
        with pytest.raises(FolderRefused):
            folders.allowed(folder, data, (within,))


def test_a_scan_is_asked_for_by_the_api(house, curator):
    (house.data / "demo").mkdir()
    (folder,) = curator.call("GET", "/folders").json["folders"]
    first = curator.call("POST", "/scans", {"folder": folder})
    assert first.status_code == 202
    assert curator.call("POST", "/scans", {"folder": folder}).json == first.json
    with house.engine.connect() as connection:
        assert jobs.get(connection, first.json["job_id"]).arguments == {"folder": folder}
    assert audited(house, "scan asked for")[0].subject == folder
    refused = curator.call("POST", "/scans", {"folder": "/etc"})
    assert (refused.status_code, refused.json["code"]) == (403, "folder_refused")
    assert curator.call("POST", "/scans", {"folder": "\ud800"}).status_code == 400


# The same against the real server: a cut connection, a full disk


@pytest.fixture(scope="module")
def started(tmp_path_factory):
    """A running service, in which no file can grow beyond 8 MiB, and a curator's browser for it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data = tmp_path_factory.mktemp("served")
    lines = ['host = "127.0.0.1"', f"port = {port}", "plain_http = true", "streams = 2"]
    (data / "soundscape.toml").write_text("\n".join(lines))
    house = House(data)
    with running(data, port):
        yield Sender(house, port)


@pytest.fixture
def server(started):
    """The same, with none of the music that a test before it sent."""
    for name in music(started.house):
        (started.house.data / "music" / name).unlink()
    return started


@contextmanager
def running(data, port):
    process = subprocess.Popen(
        [sys.executable, "-m", "soundscape", "serve", "--data", data],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (8 * MIB, 8 * MIB)),
    )
    try:
        until(lambda: process.poll() is not None or listening(port))
        assert process.poll() is None
        yield
    finally:
        process.terminate()
        process.wait(60)


def listening(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Sender:
    """Speaks HTTP by hand, so that it can stop in the middle."""

    def __init__(self, house, port):
        self.house, self.port = house, port
        browser = house.staff("curator")
        self.token = browser.token()
        self.cookie = browser.client.get_cookie("soundscape_session").value

    def begin(self, name, content):
        """A connection, and all that is to be sent through it."""
        body = form((name, content))
        head = (
            "POST /api/v1/uploads HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            f"Cookie: soundscape_session={self.cookie}\r\nX-CSRFToken: {self.token}\r\n"
            f"Content-Type: {FORM}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return socket.create_connection(("127.0.0.1", self.port), 60), head.encode() + body

    def send(self, name, content):
        """Send it whole; the answer's head and body."""
        connection, data = self.begin(name, content)
        with connection:
            connection.sendall(data)
            answer = b""
            while block := connection.recv(1 << 16):
                answer += block
        return answer


def test_an_upload_that_is_cut_leaves_nothing_and_can_be_sent_again(server, sound):
    connection, data = server.begin("cut.wav", sound)
    with connection:
        connection.sendall(data[: len(data) // 2])
        until(lambda: any(name.startswith(".upload-") for name in music(server.house)), 60)
    until(lambda: music(server.house) == [], 60)
    assert b" 201 " in server.send("cut.wav", sound)[:20]
    assert music(server.house) == ["cut.wav"]
    assert (server.house.data / "music" / "cut.wav").read_bytes() == sound


def test_a_full_disk_is_said_in_words_and_nothing_is_left(server, tmp_path):
    large = write(tmp_path / "large.wav", noise(100.0, seed=2)).read_bytes()
    assert len(large) > 8 * MIB
    answer = server.send("large.wav", large)
    assert b" 422 " in answer[:20], answer[:200]
    assert b"make room on the server's disk" in answer
    assert music(server.house) == []


def test_what_was_sent_is_measured_and_then_in_the_library(server, tmp_path):
    calm = write(tmp_path / "calm.flac", 0.2 * tone(220, 35.0)).read_bytes()
    assert b" 201 " in server.send("calm.flac", calm)[:20]
    curator = server.house.staff("curator")
    until(lambda: "calm" in [track["title"] for track in curator.call("GET", "/tracks").json["tracks"]])
    until(lambda: "1 measured" in curator.client.get("/library").text, 60)
