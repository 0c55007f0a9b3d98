"""How fast are range requests served: our capped read, Flask's `send_file`, and nginx, side by side in one run?

Usage: ``python benchmarks/streaming.py [--quick]``. All serve the same file of 60 MB on this machine, without TLS.
Clients are threads with one kept-alive connection each, asking for 256 KiB to 1 MiB at places drawn from a seed that
is the same for all. Each case is measured with and without 40 open event streams, which send one event a second and
go through nginx where there is one, so that both servers hold them. The order of the cases rotates from round to
round, and a ratio compares cases of the same round only: a noisy machine moves both. The two nginx cases: files
straight from disk, without any question of rights; and as a chain would run it, where our app is asked first and
names the file by ``X-Accel-Redirect``. What is not the file's bytes is an error.
"""

import argparse
import http.client
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from flask import Flask, Response, request, send_file

ROOT = Path(__file__).resolve().parent.parent
FILE_BYTES = 60_000_000
STREAMS = 40
CLIENTS = 4
SHORTEST_BYTES, LONGEST_BYTES = 1 << 18, 1 << 20
MIME = "audio/mp4"


class Case(NamedTuple):
    """One way to serve the file."""

    name: str
    port: int
    path: str


class Measured(NamedTuple):
    """One case in one round."""

    requests_per_s: float
    mb_per_s: float
    p50_ms: float
    p99_ms: float


def make_app() -> Flask:
    """The app that granian serves; the file's place comes by the environment."""
    from soundscape.ranges import serve_file

    path = Path(os.environ["BENCHMARK_FILE"])
    app = Flask(__name__)
    closing = threading.Event()

    @app.get("/ours")
    def ours() -> Response:
        return serve_file(path, mime=MIME, etag="benchmark", request=request)

    @app.get("/flask")
    def flask() -> Response:
        return send_file(path, mimetype=MIME, conditional=True, max_age=0)

    @app.get("/accel")
    def accel() -> Response:
        return serve_file(path, mime=MIME, etag="benchmark", request=request, accel=f"/inside/{path.name}")

    @app.get("/events")
    def events() -> Response:
        def each_second() -> Iterator[str]:
            yield ": open\n\n"
            while not closing.wait(1.0):
                yield "data: wake\n\n"

        return Response(each_second(), mimetype="text/event-stream")

    return app


NGINX = """
{user}
daemon off; worker_processes 1; pid {folder}/pid; error_log stderr error;
events {{ worker_connections 512; }}
http {{
  access_log off; sendfile on; keepalive_requests 1000000; types {{ {mime} m4a; }}
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  upstream app {{ server 127.0.0.1:{app_port}; keepalive 16; }}
  server {{
    listen 127.0.0.1:{port};
    location /plain/ {{ alias {folder}/; }}
    location /inside/ {{ internal; alias {folder}/; }}
    location / {{ proxy_pass http://app; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off; }}
  }}
}}
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def running(command: list[str], port: int, **environment: str) -> Iterator[None]:
    """A server that is up, and down again at the end."""
    process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except ConnectionRefusedError:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise SystemExit(f"{command[0]} does not listen on port {port}") from None
                time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)


def start_servers(stack: ExitStack, file: Path) -> tuple[list[Case], str]:
    """Start granian and, where there is one, nginx; what can be measured and what is missing."""
    port = free_port()
    granian = [sys.executable, "-m", "granian", "--interface", "wsgi", "--factory", "--port", str(port)]
    # As `serve` does: as many threads as streams may be open, and 16 for everything else.
    granian += ["--blocking-threads", str(STREAMS + 16), "--no-ws", "streaming:make_app"]
    paths = os.pathsep.join((str(ROOT), str(ROOT / "benchmarks")))
    stack.enter_context(running(granian, port, PYTHONPATH=paths, BENCHMARK_FILE=str(file)))
    cases = [Case("send_file", port, "/flask"), Case("capped read", port, "/ours")]
    nginx = shutil.which("nginx")
    if nginx is None:
        return cases, "nginx is not installed: its two cases are missing"
    front = free_port()
    user = "user root;" if os.geteuid() == 0 else ""
    text = NGINX.format(user=user, folder=file.parent, mime=MIME, app_port=port, port=front)
    (file.parent / "nginx.conf").write_text(text)
    stack.enter_context(running([nginx, "-c", str(file.parent / "nginx.conf"), "-e", "stderr"], front))
    return [*cases, Case("nginx, X-Accel", front, "/accel"), Case("nginx alone", front, f"/plain/{file.name}")], ""


@contextmanager
def open_streams(port: int, count: int) -> Iterator[None]:
    """Hold event streams open and read them; at the end each must have had an event and still be open."""
    connections = [http.client.HTTPConnection("127.0.0.1", port, timeout=10) for _ in range(count)]
    closing, had = threading.Event(), [0] * count

    def read(index: int) -> None:
        connections[index].request("GET", "/events")
        answer = connections[index].getresponse()
        while not closing.is_set():
            had[index] += answer.readline().startswith(b"data")

    with ThreadPoolExecutor(max(count, 1)) as pool:
        readers = [pool.submit(read, index) for index in range(count)]
        try:
            deadline = time.monotonic() + 20
            while not all(had):
                if time.monotonic() > deadline:
                    raise SystemExit(f"only {sum(map(bool, had))} of {count} event streams are alive")
                time.sleep(0.05)
            yield
        finally:
            closing.set()
        for reader in readers:
            reader.result()
    for connection in connections:
        connection.close()


def one_client(case: Case, data: bytes, seed: int, until_s: float) -> list[tuple[float, int]]:
    """``(seconds, bytes)`` of each request, asked one after the other."""
    draw, timed = random.Random(seed), []
    connection = http.client.HTTPConnection("127.0.0.1", case.port, timeout=30)
    while (begin_s := time.perf_counter()) < until_s:
        length = draw.randint(SHORTEST_BYTES, LONGEST_BYTES)
        first = draw.randrange(FILE_BYTES - length)
        connection.request("GET", case.path, headers={"Range": f"bytes={first}-{first + length - 1}"})
        answer = connection.getresponse()
        body = answer.read()
        timed.append((time.perf_counter() - begin_s, length))
        if answer.status != 206 or len(body) != length or body[-64:] != data[first + length - 64 : first + length]:
            raise SystemExit(f"{case.name}: wrong answer to bytes {first} to {first + length}: {answer.status}")
    connection.close()
    return timed


def measure(case: Case, data: bytes, seed: int, run_s: float) -> Measured:
    begin_s = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        each = [pool.submit(one_client, case, data, 1000 * seed + n, begin_s + run_s) for n in range(CLIENTS)]
        timed = [one for client in each for one in client.result()]
    took_s = time.perf_counter() - begin_s
    seconds = statistics.quantiles((spent for spent, _ in timed), n=100, method="inclusive")
    moved_mb = sum(length for _, length in timed) / 1e6
    return Measured(len(timed) / took_s, moved_mb / took_s, seconds[49] * 1e3, seconds[98] * 1e3)


def spread(values: list[float], digits: int) -> str:
    return "/".join(f"{value:.{digits}f}" for value in (min(values), statistics.median(values), max(values)))


def print_table(cases: list[Case], streams: int, rounds: list[dict[str, Measured]]) -> None:
    """Each figure as min/median/max over the rounds."""
    print(f"\n{streams} event streams open. Each figure: min/median/max of {len(rounds)} rounds.\n")
    print("| served by | requests/s | MB/s | p50 ms | p99 ms | MB/s : send_file | p99 : send_file |")
    print("|---|---|---|---|---|---|---|")
    for case in cases:
        got, base = [one[case.name] for one in rounds], [one["send_file"] for one in rounds]
        cells = [spread([one[n] for one in got], digits) for n, digits in enumerate((0, 0, 1, 1))]
        pairs = list(zip(got, base, strict=True))
        cells += [spread([one[column] / other[column] for one, other in pairs], 2) for column in (1, 3)]
        print(f"| {case.name} | {' | '.join(cells)} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="two short rounds: shows that it runs, not how fast")
    rounds, run_s = (2, 0.5) if parser.parse_args().quick else (7, 2.0)
    data = random.Random(0).randbytes(FILE_BYTES)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        file = Path(folder) / "whole.m4a"
        file.write_bytes(data)
        cases, missing = start_servers(stack, file)
        print(
            f"{FILE_BYTES // 10**6} MB, {CLIENTS} clients, {run_s} s a round and case, {os.cpu_count()} cores", missing
        )
        for streams in (0, STREAMS):
            found: list[dict[str, Measured]] = []
            with open_streams(cases[-1].port, streams):
                for number in range(rounds):
                    order = cases[number % len(cases) :] + cases[: number % len(cases)]
                    found.append({case.name: measure(case, data, number, run_s) for case in order})
            print_table(cases, streams, found)


if __name__ == "__main__":
    main()
