"""Files in ranges: every rule of RFC 9110 that `soundscape.ranges` names, in this process and through a real server."""

import email.policy
import http.client
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.parser import BytesParser
from pathlib import Path
from typing import NamedTuple

import pytest
from flask import Flask, request
from hypothesis import given, settings
from hypothesis import strategies as st

from soundscape.errors import MediaGone
from soundscape.range_header import LEAST_GAP_BYTES, MOST_RANGES
from soundscape.ranges import RANGE_CAP_BYTES, FileCutShort, serve_file
from tests.processes import all_ended, watched

ROOT = Path(__file__).resolve().parents[2]
SIZE = 3_000_000
DATA = b"".join(number.to_bytes(4, "big") for number in range(SIZE // 4))
"""No two places look alike, so bytes from the wrong place are noticed."""
ETAG = "5ea1"
MODIFIED_MS = 1_700_000_000_500
MODIFIED = "Tue, 14 Nov 2023 22:13:20 GMT"
LATER = "Tue, 14 Nov 2023 22:13:21 GMT"
EARLIER = "Tue, 14 Nov 2023 22:13:19 GMT"


class Got(NamedTuple):
    """An answer; names of headers in small letters."""

    status: int
    headers: dict[str, str]
    body: bytes


def app_of(path: Path, **options) -> Flask:
    """The smallest app that serves one file; no other route to hide behind."""
    app = Flask(__name__)
    named = {"mime": "audio/mp4", "etag": ETAG, "last_modified_ms": MODIFIED_MS, **options}
    app.testing = True
    app.add_url_rule("/file", "file", lambda: serve_file(path, request=request, **named))
    return app


def asked(app: Flask, method: str = "GET", **headers: str) -> Got:
    with app.test_client().open("/file", method=method, headers=_named(headers)) as answer:
        return Got(answer.status_code, {k.lower(): v for k, v in answer.headers.items()}, answer.data)


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


def parts_of(got: Got) -> list[tuple[int, bytes, int]]:
    """``(first, bytes, size)`` of a 206, read by the standard library's own parser where it has several."""
    if "content-range" in got.headers:
        return [_stated(got.headers["content-range"], got.body)]
    head = f"Content-Type: {got.headers['content-type']}\r\n\r\n".encode()
    message = BytesParser(policy=email.policy.HTTP).parsebytes(head + got.body)
    assert not message.defects
    whole = re.findall(rb"\r\nContent-Range: ([^\r]+)\r\n\r\n", got.body)
    parts = list(message.iter_parts())
    assert [part["Content-Range"].encode() for part in parts] == whole
    assert {part["Content-Type"] for part in parts} <= {"audio/mp4"}
    return [_stated(stated.decode(), body) for stated, body in zip(whole, _bodies(got), strict=True)]


def _bodies(got: Got) -> list[bytes]:
    """The parts' bytes by their boundary: the e-mail parser may mend line ends in what is no text."""
    boundary = got.headers["content-type"].partition("boundary=")[2].encode()
    first, *between, last = got.body.split(b"\r\n--" + boundary)
    assert (first, last) == (b"", b"--\r\n")
    return [part.partition(b"\r\n\r\n")[2] for part in between]


def _stated(header: str, body: bytes) -> tuple[int, bytes, int]:
    first, last, size = (int(number) for number in re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", header).groups())
    assert last - first + 1 == len(body)
    return first, body, size


@pytest.fixture(scope="module")
def file(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("media") / "whole.m4a"
    path.write_bytes(DATA)
    return path


@contextmanager
def granian(path: Path, folder: Path) -> Iterator[int]:
    """A real server for one file; gives its port once it listens, and ends it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (folder / "served.py").write_text(
        "from pathlib import Path\n"
        "from tests.soundscape.test_ranges import app_of\n"
        f"app = app_of(Path({str(path)!r}))\n"
    )
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port), "--blocking-threads", "8"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(folder), str(ROOT)))}
    process = subprocess.Popen([*command, "served:app"], env=environment, stdout=subprocess.DEVNULL, cwd=ROOT)
    try:
        _await_port(process.pid, port)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=20)


def _await_port(pid: int, port: int, within_s: float = 60.0) -> None:
    """Wait until a connection is taken: granian says "Started worker" some time before it listens."""
    deadline = time.monotonic() + within_s
    with watched([pid]) as descriptors:
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=within_s).close()
                return
            except ConnectionRefusedError:
                assert not all_ended(descriptors, 0.02), "the server ended before it listened"
                assert time.monotonic() < deadline, f"nothing listens on port {port} after {within_s} s"


@pytest.fixture(scope="module")
def served(file, tmp_path_factory):
    """``served(method, **headers)``: one connection to a real granian, kept alive over all its requests."""
    with granian(file, tmp_path_factory.mktemp("server")) as port:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)

        def ask(method: str = "GET", **headers: str) -> Got:
            connection.request(method, "/file", headers=_named(headers))
            answer = connection.getresponse()
            return Got(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())

        yield ask
        connection.close()


@pytest.fixture(params=["client", "granian"])
def ask(request, file):
    """The same questions to the app in this process and to a server."""
    if request.param == "granian":
        return request.getfixturevalue("served")
    app = app_of(file)
    return lambda method="GET", **headers: asked(app, method, **headers)


def test_without_range_the_whole_file_is_sent(ask):
    got = ask()
    assert got.status == 200
    assert got.body == DATA
    assert got.headers["content-length"] == str(SIZE)
    assert got.headers["content-type"] == "audio/mp4"
    assert got.headers["accept-ranges"] == "bytes"
    assert got.headers["etag"] == f'"{ETAG}"'
    assert got.headers["last-modified"] == MODIFIED
    assert got.headers["cache-control"] == "private, no-cache"
    assert "content-range" not in got.headers


@pytest.mark.parametrize("headers", [{}, {"Range": "bytes=5-9"}, {"Range": f"bytes={SIZE}-"}])
def test_head_has_the_headers_of_the_whole_file_and_no_body(ask, headers):
    whole, head = ask(), ask("HEAD", **headers)
    assert (head.status, head.body) == (200, b"")
    assert _without_date(head) == _without_date(whole)


def _without_date(got: Got) -> dict[str, str]:
    return {name: value for name, value in got.headers.items() if name != "date"}


@pytest.mark.parametrize(
    ("asked_for", "first", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=500-999", 500, 1000),
        ("BYTES=500-999", 500, 1000),
        ("bytes= 500-999 ,", 500, 1000),
        ("bytes=-500", SIZE - 500, SIZE),
        (f"bytes={SIZE - 500}-", SIZE - 500, SIZE),
        (f"bytes={SIZE - 1}-{SIZE + 10**20}", SIZE - 1, SIZE),
        (f"bytes={SIZE}-,0-9", 0, 10),
        ("bytes=10-19,0-9", 0, 20),
        (f"bytes=0-9,{9 + LEAST_GAP_BYTES}-99", 0, 100),
        ("bytes=0-9,5-14,10-19", 0, 20),
        ("bytes=0-", 0, RANGE_CAP_BYTES),
        (f"bytes=7-{SIZE}", 7, 7 + RANGE_CAP_BYTES),
        (f"bytes=-{SIZE + 9}", 0, RANGE_CAP_BYTES),
    ],
)
def test_what_comes_to_one_range_is_one_part(ask, asked_for, first, stop):
    got = ask(Range=asked_for)
    assert got.status == 206
    assert got.headers["content-range"] == f"bytes {first}-{stop - 1}/{SIZE}"
    assert got.headers["content-length"] == str(stop - first)
    assert got.headers["content-type"] == "audio/mp4"
    assert {"etag", "last-modified", "cache-control", "accept-ranges"} <= got.headers.keys()
    assert got.body == DATA[first:stop]


@pytest.mark.parametrize(
    ("asked_for", "parts"),
    [
        ("bytes=0-9,1000-1009", [(0, 10), (1000, 1010)]),
        ("bytes=1000-1009,0-9", [(1000, 1010), (0, 10)]),
        (f"bytes=0-9,{10 + LEAST_GAP_BYTES}-99", [(0, 10), (10 + LEAST_GAP_BYTES, 100)]),
        (f"bytes=1000-1009,{SIZE}-,-7", [(1000, 1010), (SIZE - 7, SIZE)]),
        ("bytes=0-9,9000-9009,300-309,100-299", [(0, 10), (9000, 9010), (100, 310)]),
        ("bytes=0-9,9000-,5000-5009", [(0, 10), (9000, 9000 + RANGE_CAP_BYTES - 10)]),
    ],
)
def test_several_ranges_are_parts_in_the_order_asked(ask, asked_for, parts):
    got = ask(Range=asked_for)
    assert got.status == 206
    assert "content-range" not in got.headers
    assert got.headers["content-type"].startswith("multipart/byteranges; boundary=")
    assert got.headers["content-length"] == str(len(got.body))
    assert parts_of(got) == [(first, DATA[first:stop], SIZE) for first, stop in parts]


@pytest.mark.parametrize("asked_for", [f"bytes={SIZE}-", "bytes=-0", f"bytes={SIZE}-{SIZE + 5},-0", f"bytes={10**30}-"])
def test_nothing_of_the_file_asked_for(ask, asked_for):
    got = ask(Range=asked_for)
    assert (got.status, got.body) == (416, b"")
    assert got.headers["content-range"] == f"bytes */{SIZE}"
    assert got.headers["content-length"] == "0"


@pytest.mark.parametrize(
    "asked_for",
    [
        "bytes=9-5",
        "bytes=0-9,9-5",
        "bytes=",
        "bytes=,",
        "bytes",
        "bytes=-",
        "bytes=a-b",
        "bytes=--5",
        "bytes=1-2-3",
        "bytes=+1-5",
        "bytes=0x1-5",
        "bytes=1_0-20",
        "seconds=0-5",
        "lines=1",
        "bytes=0-9;10-19",
        "bytes=" + ",".join(f"{n}00000-{n}00001" for n in range(MOST_RANGES + 1)),
        "bytes=0-" + "9" * 5000,
    ],
)
def test_ignored_headers_give_the_whole_file(ask, asked_for):
    got = ask(Range=asked_for)
    assert got.status == 200
    assert "content-range" not in got.headers
    assert got.body == DATA


def test_as_many_ranges_as_allowed(ask):
    got = ask(Range="bytes=" + ",".join(f"{n}00000-{n}00001" for n in range(MOST_RANGES)))
    assert [first for first, _, _ in parts_of(got)] == [n * 100_000 for n in range(MOST_RANGES)]


@pytest.mark.parametrize(
    ("condition", "status"),
    [
        (f'"{ETAG}"', 206),
        (f'W/"{ETAG}"', 200),
        (ETAG, 200),
        ('"other"', 200),
        (MODIFIED, 206),
        (LATER, 200),
        (EARLIER, 200),
        ("nonsense", 200),
    ],
)
def test_if_range(ask, condition, status):
    got = ask(Range="bytes=5-9", If_Range=condition)
    assert got.status == status
    assert got.body == (DATA[5:10] if status == 206 else DATA)


def test_if_range_alone_means_nothing(ask):
    assert ask(If_Range='"other"').status == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"If_None_Match": f'"{ETAG}"'}, 304),
        ({"If_None_Match": f'"x", W/"{ETAG}"'}, 304),
        ({"If_None_Match": "*"}, 304),
        ({"If_None_Match": '"other"'}, 200),
        ({"If_None_Match": '"other"', "If_Modified_Since": MODIFIED}, 200),
        ({"If_Modified_Since": MODIFIED}, 304),
        ({"If_Modified_Since": EARLIER}, 200),
        ({"If_None_Match": f'"{ETAG}"', "Range": "bytes=0-9"}, 304),
        ({"If_None_Match": f'"{ETAG}"', "Range": f"bytes={SIZE}-"}, 304),
        ({"If_None_Match": '"other"', "Range": "bytes=0-9"}, 206),
        ({"If_Match": f'"{ETAG}"'}, 200),
        ({"If_Match": "*"}, 200),
        ({"If_Match": f'W/"{ETAG}"'}, 412),
        ({"If_Match": '"other"', "Range": "bytes=0-9"}, 412),
        ({"If_Match": f'"{ETAG}"', "If_Unmodified_Since": EARLIER}, 200),
        ({"If_Unmodified_Since": EARLIER}, 412),
        ({"If_Unmodified_Since": MODIFIED}, 200),
    ],
)
def test_conditions_come_before_ranges(ask, headers, status):
    got = ask(**headers)
    assert got.status == status
    assert got.headers["etag"] == f'"{ETAG}"'
    if status in (304, 412):
        assert got.body == b""
        assert "content-type" not in got.headers
        assert ask("HEAD", **{k: v for k, v in headers.items() if k != "Range"}).status == status


def test_without_a_time_dates_mean_nothing(file):
    app = app_of(file, last_modified_ms=None)
    assert "last-modified" not in asked(app).headers
    assert asked(app, If_Modified_Since=LATER).status == 200
    assert asked(app, Range="bytes=0-9", If_Range=MODIFIED).status == 200


def test_an_empty_file(tmp_path):
    path = tmp_path / "empty.wav"
    path.touch()
    app = app_of(path)
    assert (asked(app).status, asked(app).body, asked(app).headers["content-length"]) == (200, b"", "0")
    for header in ("bytes=0-", "bytes=0-0", "bytes=-5"):
        got = asked(app, Range=header)
        assert (got.status, got.headers["content-range"]) == (416, "bytes */0")


def test_a_file_that_vanished_is_a_cause_of_its_own(tmp_path):
    for headers in ({}, {"Range": "bytes=0-9"}):
        with pytest.raises(MediaGone, match="no longer where it was"):
            asked(app_of(tmp_path / "gone.m4a"), **headers)


def test_a_file_cut_short_while_it_is_sent_is_no_shorter_answer(tmp_path):
    path = tmp_path / "cut.m4a"
    path.write_bytes(DATA)
    with app_of(path).test_client().get("/file", buffered=False) as answer:
        blocks = answer.iter_encoded()
        next(iter(blocks))
        os.truncate(path, 1000)
        with pytest.raises(FileCutShort, match=r"bytes early|has only"):
            list(blocks)


def test_a_tag_of_the_audio_alone_changes_with_the_bytes(tmp_path):
    path = tmp_path / "track.flac"
    path.write_bytes(DATA[:1000])
    app = app_of(path, names_bytes=False)
    before = asked(app).headers["etag"]
    assert asked(app, If_None_Match=before).status == 304
    path.write_bytes(DATA[:1001])
    after = asked(app, Range="bytes=0-9", If_Range=before)
    assert after.status == 200
    assert after.headers["etag"] != before


def test_nginx_is_given_the_address_and_settles_the_rest(file):
    app = app_of(file, accel="/inside/whole.m4a")
    for headers in ({}, {"Range": "bytes=0-9"}, {"If_Match": '"other"'}):
        got = asked(app, **headers)
        assert (got.status, got.body) == (200, b"")
        assert got.headers["x-accel-redirect"] == "/inside/whole.m4a"
        assert got.headers["content-type"] == "audio/mp4"
        assert got.headers["etag"] == f'"{ETAG}"'


def test_a_client_that_follows_what_it_gets_has_the_whole_file(ask):
    have = b""
    while len(have) < SIZE:
        got = ask(Range=f"bytes={len(have)}-")
        first, body, size = parts_of(got)[0]
        assert (first, size) == (len(have), SIZE)
        have += body
    assert have == DATA


def test_files_are_closed(file):
    before = len(list(Path("/proc/self/fd").iterdir()))
    app = app_of(file)
    for headers in ({}, {"Range": "bytes=0-9"}, {"Range": f"bytes={SIZE}-"}, {"If_None_Match": "*"}):
        asked(app, **headers)
        asked(app, "HEAD", **headers)
    app.test_client().get("/file").close()  # a body that nobody read
    assert len(list(Path("/proc/self/fd").iterdir())) == before


NUMBERS = st.integers(0, 1200)
SPECS = st.one_of(
    st.tuples(NUMBERS, st.none()),
    st.tuples(st.none(), NUMBERS),
    st.tuples(NUMBERS, NUMBERS).map(sorted).map(tuple),
)


@settings(max_examples=300, deadline=None)
@given(size=st.integers(0, 1000), specs=st.lists(SPECS, min_size=1, max_size=10), cap=st.sampled_from([1, 90, 10**6]))
def test_any_list_of_ranges(tmp_path_factory, size, specs, cap):
    path = tmp_path_factory.getbasetemp() / "any.m4a"
    path.write_bytes(DATA[:size])
    app = app_of(path, cap_bytes=cap)
    header = ",".join("-".join("" if n is None else str(n) for n in spec) for spec in specs)
    got = asked(app, Range=f"bytes={header}")
    wished = [_bytes_of(*spec, size) for spec in specs]
    if len(specs) > MOST_RANGES:
        assert (got.status, got.body) == (200, DATA[:size])
        return
    if not any(wished):
        assert (got.status, got.headers["content-range"]) == (416, f"bytes */{size}")
        return
    assert got.status == 206
    parts = parts_of(got)
    for first, body, stated_size in parts:
        assert body == DATA[first : first + len(body)]
        assert stated_size == size
        assert body
    sent = [place for first, body, _ in parts for place in range(first, first + len(body))]
    assert len(sent) == len(set(sent)), "no byte is sent twice"
    assert len(sent) <= cap
    wanted = set().union(*wished)
    if cap >= size:
        assert wanted <= set(sent)
    extra = sorted(set(sent) - wanted)
    assert all(_lies_in_a_small_gap(place, wanted) for place in extra)


def _bytes_of(first: int | None, last: int | None, size: int) -> set[int]:
    """The bytes one range names, counted one by one."""
    if first is None:
        return {place for place in range(size) if place >= size - last}
    return {place for place in range(size) if place >= first and (last is None or place <= last)}


def _lies_in_a_small_gap(place: int, wanted: set[int]) -> bool:
    before = max((p for p in wanted if p < place), default=None)
    after = min((p for p in wanted if p > place), default=None)
    return before is not None and after is not None and after - before - 1 < LEAST_GAP_BYTES
