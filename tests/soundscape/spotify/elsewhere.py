"""Spotify as a script has it: a real server on this machine, with lists, tokens, and faults in the place of answers."""

import hashlib
import json
import threading
import zlib
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

LIST = "3cEYpjA9oz9GiPac4AsH4n"
CODE = "code-that-opens-an-account"
Act = Callable[["Handler"], None]


def track(number: int, **more: object) -> dict:
    """A line of a list, as the interface describes it."""
    piece = {
        "type": "track",
        "id": track_id(number),
        "uri": f"spotify:track:{track_id(number)}",
        "name": f"Piece {number}",
        "duration_ms": 200_000 + number,
        "artists": [{"name": "Ana Light"}, {"name": "Bo"}],
        "album": {"name": "Quiet"},
        "external_ids": {"isrc": f"DEX260{number:06d}"},
        "is_local": False,
    }
    return {"is_local": False, "item": piece | more}


def track_id(number: int) -> str:
    return f"{number:022d}"


@dataclass
class Fault:
    """What comes in the place of the next answer to ``where``, "GET /v1/playlists" and the like."""

    where: str
    act: Act
    heeded: bool = False
    """Whether the request is done all the same, and only its answer is lost."""


@dataclass
class Elsewhere:
    """What the server holds, and what it was asked."""

    lines: list = field(default_factory=lambda: [track(1), track(2)])
    head: dict = field(
        default_factory=lambda: {"name": "Calm", "description": "For Bo&#x27;s &amp; ours", "snapshot_id": "one"}
    )
    sold: list = field(default_factory=list)
    """What a search finds."""
    unknown: set[str] = field(default_factory=set)
    """Tracks that it no longer has: a request that names one is refused whole."""
    own: list[dict] = field(default_factory=list)
    access: set[str] = field(default_factory=set)
    refresh: str = ""
    challenge: str = ""
    rotates: bool = True
    renewals: int = 0
    connections: int = 0
    faults: list[Fault] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    bodies: list[dict] = field(default_factory=list)
    on_page: Callable[[int], None] = lambda _offset: None
    released: threading.Event = field(default_factory=threading.Event)
    address: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def fail(self, where: str, act: Act, times: int = 1, *, heeded: bool = False) -> None:
        self.faults += [Fault(where, act, heeded) for _ in range(times)]

    def answer(self, method: str, path: str, query: dict, body: bytes) -> tuple[int, dict]:
        """What Spotify would answer."""
        if path == "/accounts/api/token":
            return self._exchange({key: values[0] for key, values in parse_qs(body.decode()).items()})
        sent = json.loads(body) if body else {}
        if method == "POST":
            self.bodies.append(sent)
        match method, path.removeprefix("/v1/").split("/"):
            case "GET", ["playlists", found]:
                return (200, self.head) if found == LIST else (404, {"error": {"message": "Resource not found"}})
            case "GET", ["playlists", found, "items"]:
                lines = self._lines(found)
                offset, limit = int(query.get("offset", 0)), int(query["limit"])
                self.on_page(offset)
                return 200, {"items": lines[offset : offset + limit], "total": len(lines), "next": "http://elsewhere/"}
            case "GET", ["search"]:
                isrc = query["q"].removeprefix("isrc:")
                items = [line["item"] for line in self.sold if line["item"]["external_ids"]["isrc"] == isrc]
                return 200, {"tracks": {"items": [None, *items][: int(query["limit"])], "total": len(items)}}
            case "GET", ["me", "playlists"]:
                return 200, {"items": self.own}
            case "POST", ["me", "playlists"]:
                self.own.insert(0, {**sent, "id": f"{len(self.own) + 7:022d}", "uris": []})
                return 201, self.own[0]
            case "POST", ["playlists", _, "items"] if self.unknown.intersection(sent["uris"]):
                return 400, {"error": {"status": 400, "message": "Payload contains a non-existing ID"}}
            case "POST", ["playlists", found, "items"]:
                self._own(found)["uris"] += sent["uris"]
                return 201, {"snapshot_id": "two"}
        raise AssertionError(f"asked for {method} {path}")

    def _own(self, found: str) -> dict:
        return next(each for each in self.own if each["id"] == found)

    def _lines(self, found: str) -> list:
        return self.lines if found == LIST else self._own(found)["uris"]

    def _exchange(self, form: dict) -> tuple[int, dict]:
        if form["grant_type"] == "authorization_code":
            digest = urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
            granted = form["code"] == CODE and digest == self.challenge
        else:
            granted = form["refresh_token"] == self.refresh
        if not granted:
            return 400, {"error": "invalid_grant", "error_description": "Refresh token revoked"}
        self.renewals += 1
        token = {"access_token": f"access-{self.renewals}-of-the-clinic", "expires_in": 3600}
        self.access = {token["access_token"]}
        if self.rotates or not self.refresh:
            self.refresh = token["refresh_token"] = f"refresh-{self.renewals}-of-the-clinic"
        return 200, token


class Handler(BaseHTTPRequestHandler):
    """One request at a time of a connection that is kept open, as Spotify keeps it."""

    protocol_version = "HTTP/1.1"
    server: "Server"

    def setup(self) -> None:
        super().setup()
        with self.server.elsewhere.lock:
            self.server.elsewhere.connections += 1

    def do_GET(self) -> None:
        here = self.server.elsewhere
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with here.lock:
            here.asked.append(f"{self.command} {parts.path}")
            fault = next((f for f in here.faults if f"{self.command} {parts.path}".startswith(f.where)), None)
            if fault is not None:
                here.faults.remove(fault)
            known = self.headers.get("Authorization", "").removeprefix("Bearer ") in here.access
            if not known and not parts.path.startswith("/accounts"):
                status, content = 401, {"error": {"status": 401, "message": "The access token expired"}}
            elif fault is None or fault.heeded:
                query = {key: values[0] for key, values in parse_qs(parts.query).items()}
                status, content = here.answer(self.command, parts.path, query, body)
        if fault is not None and known | parts.path.startswith("/accounts"):
            fault.act(self)
        else:
            self.say(status, json.dumps(content).encode())

    do_POST = do_PUT = do_DELETE = do_GET

    def say(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        usual = {"Content_Type": "application/json", "Content_Length": str(len(body))}
        for name, value in (usual | headers).items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        with suppress(OSError):
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """The test says what was asked."""


class Server(ThreadingHTTPServer):
    """Each connection in a thread of its own."""

    elsewhere: Elsewhere

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever asks may go before the answer is whole."""


@contextmanager
def running() -> Iterator[Elsewhere]:
    """The server, until the test is over."""
    here = Elsewhere()
    with Server(("127.0.0.1", 0), Handler) as server:
        server.elsewhere = here
        server.daemon_threads = True
        server.block_on_close = False
        here.address = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield here
        finally:
            here.released.set()
            server.shutdown()
            thread.join()


def status(code: int, body: bytes = b"{}", **headers: str) -> Act:
    """Another status."""
    return lambda handler: handler.say(code, body, **headers)


def text(body: bytes, kind: str = "application/json") -> Act:
    """200, with this."""
    return lambda handler: handler.say(200, body, Content_Type=kind)


def cut(handler: Handler) -> None:
    """An answer that breaks off in its middle."""
    handler.say(200, b'{"items": [', Content_Length="100000")
    handler.close_connection = True


def gone(handler: Handler) -> None:
    """No answer at all."""
    handler.close_connection = True


def silent(handler: Handler) -> None:
    """Nothing, until whoever asks gives up."""
    handler.connection.recv(1)
    handler.close_connection = True


def dripping(handler: Handler) -> None:
    """A byte now and then, so that every single read is quick."""
    handler.say(200, b"", Content_Length="100000")
    with suppress(OSError):
        while not handler.server.elsewhere.released.wait(0.05):
            handler.wfile.write(b" ")
    handler.close_connection = True


def dripping_headers(handler: Handler) -> None:
    """The same before the answer begins; over after ten seconds, so that who waits for its end can say that."""
    with suppress(OSError):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        for _ in range(200):
            if handler.server.elsewhere.released.wait(0.05):
                break
            handler.wfile.write(b"x")
    handler.close_connection = True


def endless(handler: Handler) -> None:
    """A gigabyte of spaces, chunked, unless nobody listens any more."""
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    with suppress(OSError):
        for _ in range(1024):
            handler.wfile.write(b"100000\r\n" + b" " * (1 << 20) + b"\r\n")
    handler.close_connection = True


def bomb(handler: Handler) -> None:
    """A gigabyte of spaces in one megabyte."""
    packer = zlib.compressobj(9, wbits=31)
    packed = b"".join(packer.compress(b" " * (1 << 20)) for _ in range(1024)) + packer.flush()
    handler.say(200, packed, Content_Encoding="gzip")
