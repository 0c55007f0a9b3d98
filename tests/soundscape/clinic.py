"""A clinic with music in it: the small library, lists fitted to it, and what may be previewed of it."""

import shutil
from pathlib import Path

from flask.testing import FlaskClient

from library.decisions import put_preview_right
from library.store import writing
from playlists import revisions, shelf
from playlists.fit import fit
from playlists.playlist import Playlist, Policy, Request
from soundscape.app import create_preview_app
from tests.soundscape.house import House

TEN_MINUTES = Request(infusion_s=600.0, tail_s=0.0)
COOKIE = "soundscape_preview"


class Clinic(House):
    """A house over a copy of the scanned library."""

    def __init__(self, scanned: Path, data: Path) -> None:
        shutil.copytree(scanned, data, dirs_exist_ok=True)
        super().__init__(data)
        self.tracks = list(self.parts.catalogue.tracks())

    def may_preview(self, track_id: str, may: bool | None) -> None:
        with writing(self.engine) as connection:
            put_preview_right(connection, track_id, may, by="test", at_ms=self.clock())

    def all_may_be_heard(self) -> None:
        for track in self.tracks:
            self.may_preview(track.track_id, True)

    def shelved(self, title: str, request: Request = TEN_MINUTES, playlist: Playlist | None = None) -> str:
        """A list fitted to the library, signed off."""
        with writing(self.engine) as connection:
            playlist_id = shelf.put_new(
                connection,
                title=title,
                note=f"The clinic's note on {title}.",
                request=request,
                playlist=playlist or fit(self.tracks, request),
                offered=False,
                by="test",
                now_ms=self.clock(),
            )
            revisions.sign(connection, playlist_id, 1, note="", by="test", now_ms=self.clock())
            return playlist_id

    def link(self, *playlist_ids: str, veiled: bool = False) -> dict:
        """A new preview, as staff are told of it."""
        answer = self.staff("clinician").call(
            "POST", "/previews", {"playlist_ids": list(playlist_ids), "veiled": veiled}
        )
        assert answer.status_code == 201, answer.text
        return answer.json

    def patient(self, secret: str, *, alone: bool = False) -> "Patient":
        """A browser that has opened the link; ``alone``: of the preview's own app."""
        app = create_preview_app(self.data, clock=self.clock) if alone else self.app
        patient = Patient(app.test_client())
        answer = patient.send("POST", "open", {"secret": secret})
        assert answer.status_code == 204, answer.text
        return patient


class Patient:
    """A patient's browser, as its page calls the server."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def send(self, method: str, address: str, json: object = None, **headers: str):
        return self.client.open(
            f"/preview/{address}",
            method=method,
            json=json,
            base_url="https://localhost",
            buffered=True,
            headers={"Sec-Fetch-Site": "same-origin", **headers},
        )

    def lists(self) -> dict:
        answer = self.send("GET", "lists")
        assert answer.status_code == 200, answer.text
        return answer.json

    def vote(self, track_id: str, vote: str):
        return self.send("PUT", f"votes/{track_id}", {"vote": vote})


def excluding(*track_ids: str) -> Request:
    """Ten minutes without these."""
    return Request(infusion_s=600.0, tail_s=0.0, policy=Policy(exclude_tracks=frozenset(track_ids)))
