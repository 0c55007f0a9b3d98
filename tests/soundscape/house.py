"""A clinic for tests: a real app on a temporary database, staff who sign in for real, a room, a list and its file."""

import secrets
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Flask
from flask.testing import FlaskClient

from library.store import open_store, sqlite_url, writing
from library.track import Curve
from playlists import revisions, shelf
from playlists.manifest import CHUNK_BYTES, Manifest, hashes
from playlists.playlist import ArcCurves, Item, Playlist, Request
from soundscape import accounts, rooms
from soundscape.app import create_app
from soundscape.parts import Parts

PASSWORD = "slow water lantern"
START_MS = 1_800_000_000_000


class Clock:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.ms = START_MS

    def __call__(self) -> int:
        return self.ms

    def wait(self, seconds: float) -> None:
        self.ms += round(seconds * 1000)


class Ticking(Clock):
    """One that moves on by a millisecond each time it is asked, so that no two things happen at once."""

    def __call__(self) -> int:
        self.ms += 1
        return self.ms


@cache
def _empty_store() -> bytes:
    """A database as the migrations leave it."""
    with TemporaryDirectory() as folder:
        engine = open_store(sqlite_url(Path(folder)))
        engine.dispose()
        return (Path(folder) / "soundscape.db").read_bytes()


def with_empty_store(data: Path) -> None:
    """Where the data directory has no database yet, it has an empty one, without the time that the migrations take."""
    data.mkdir(parents=True, exist_ok=True)
    path = data / "soundscape.db"
    if not path.exists():
        path.write_bytes(_empty_store())


class House:
    """The clinic."""

    def __init__(self, data: Path, clock: Clock | None = None) -> None:
        self.clock = clock or Clock()
        with_empty_store(data)
        self.app: Flask = create_app(data, clock=self.clock)
        self.parts: Parts = self.app.extensions["soundscape"]
        self.engine = self.parts.engine
        self.data = data

    def staff(self, role: str = "admin") -> "Browser":
        """Somebody of this role, signed in with a one-time login."""
        name = f"{role}-{secrets.token_hex(3)}"
        with writing(self.engine) as connection:
            _, code = accounts.make(connection, name, role, by="test", now_ms=self.clock())
        browser = Browser(self.app, name)
        answer = browser.client.post("/first", data={"code": code, "password": PASSWORD, "csrf_token": browser.token()})
        assert answer.status_code == 302, answer.text
        return browser

    def nobody(self) -> "Browser":
        """A browser in which nobody is signed in."""
        return Browser(self.app, "")

    def room(self, name: str = "Room 1", cap_db: float = -6.0) -> str:
        with writing(self.engine) as connection:
            return rooms.make(connection, name, cap_db=cap_db, by="test", now_ms=self.clock()).room_id

    def tablet(self, room_id: str) -> "Tablet":
        """A tablet paired with a room by its code."""
        with writing(self.engine) as connection:
            code, _ = rooms.new_code(connection, room_id, by="test", now_ms=self.clock())
        answer = self.app.test_client().post("/api/v1/player/pair", json={"code": code})
        assert answer.status_code == 201, answer.text
        return Tablet(self.app, answer.json["token"])

    def playlist(self, title: str = "Slow water", *, minutes: float = 2.0) -> str:
        """A list of two made-up pieces on the shelf, signed off."""
        with writing(self.engine) as connection:
            playlist_id = shelf.put_new(
                connection,
                title=title,
                note="",
                request=Request(infusion_s=minutes * 40, tail_s=minutes * 20),
                playlist=made_playlist(minutes * 40, minutes * 20),
                offered=False,
                by="test",
                now_ms=self.clock(),
            )
            revisions.sign(connection, playlist_id, 1, note="", by="test", now_ms=self.clock())
            return playlist_id

    def mixdown(self, playlist_id: str) -> str:
        """A session file of the list: bytes that stand for music."""
        path = self.data / "mixdowns" / f"{playlist_id}.m4a"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(secrets.token_bytes(2 * CHUNK_BYTES + 999))
        whole, chunks = hashes(path)
        with writing(self.engine) as connection:
            shelved = shelf.get(connection, playlist_id)
            manifest = Manifest(
                file=path.name,
                bytes=path.stat().st_size,
                sha256=whole,
                chunk_bytes=CHUNK_BYTES,
                chunks=chunks,
                sample_rate_hz=48_000,
                samples=round(shelved.playlist.total_s * 48_000),
                total_s=shelved.playlist.total_s,
                loudness_lufs=-20.0,
                true_peak_dbtp=-1.6,
                lowered_db=0.0,
                softened=(),
                levels_dbfs=(-20.0,) * round(shelved.playlist.total_s),
            )
            return shelf.put_mixdown(
                connection,
                playlist_id=playlist_id,
                playlist_revision=shelved.revision,
                playlist=shelved.playlist,
                path=path,
                manifest=manifest,
                now_ms=self.clock(),
            )


class Browser:
    """A browser of the staff."""

    def __init__(self, app: Flask, name: str) -> None:
        self.client: FlaskClient = app.test_client()
        self.name = name

    def token(self) -> str:
        """The page's own proof that a form comes from it."""
        page = self.client.get("/sign-in").text
        return page.split('name="csrf-token" content="')[1].split('"')[0]

    def call(self, method: str, address: str, json: object = None):
        """The API as a page calls it."""
        return self.client.open(f"/api/v1{address}", method=method, json=json, headers={"X-CSRFToken": self.token()})


class Tablet:
    """A paired player."""

    def __init__(self, app: Flask, token: str) -> None:
        self.client = app.test_client()
        self.headers = {"Authorization": f"Bearer {token}"}

    def get(self, address: str, **headers: str):
        return self.client.get(address, headers={**self.headers, **headers})

    def report(self, state: str = "empty", **more: object):
        """Report and return the answer's JSON."""
        answer = self.client.post(
            "/api/v1/player/report", headers=self.headers, json={"state": state, "revision": 1, **more}
        )
        assert answer.status_code == 200, answer.text
        return answer.json


def made_playlist(infusion_s: float, tail_s: float) -> Playlist:
    """Two pieces that cross in the middle."""
    total_s = infusion_s + tail_s
    middle = total_s / 2
    level = Curve(hop_s=total_s, values=(0.0, 0.0))
    items = tuple(
        Item(
            track_id=letter * 64,
            start_s=start_s,
            from_s=0.0,
            to_s=to_s,
            fade_in_s=fade_in_s,
            fade_out_s=fade_out_s,
            gain_curve=level,
            phase=phase,
            why="made up",
        )
        for letter, start_s, to_s, fade_in_s, fade_out_s, phase in (
            ("a", 0.0, middle + 3.0, 0.0, 6.0, "settle"),
            ("b", middle - 3.0, middle + 3.0, 6.0, 0.0, "tail"),
        )
    )
    hops = round(total_s)
    return Playlist(
        infusion_s=infusion_s,
        tail_s=tail_s,
        template="iv40",
        seed=0,
        items=items,
        total_s=total_s,
        cost={"arc": 1.0},
        bound=None,
        gap=None,
        arc=ArcCurves(hop_s=1.0, wished=(0.2,) * hops, achieved=(0.25,) * hops),
    )
