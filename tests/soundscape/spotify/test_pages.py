"""Connecting, reading a list and every refusal, as the people of a clinic see them: real pages, a real worker's job."""

import logging
import signal
import subprocess
import sys
import time
from datetime import datetime
from threading import Event, Thread

import pytest

from library.store import metadata
from soundscape.spotify import seal
from soundscape.spotify.vault import TO_CONNECT_MS
from soundscape.stores import audit
from tests.soundscape.clinic import Clinic
from tests.soundscape.conftest import ROOT, first_scan, pieces, run, scanned
from tests.soundscape.elsewhere import work, worker_of
from tests.soundscape.spotify import elsewhere
from tests.soundscape.spotify.elsewhere import CODE, LIST, status, track
from tests.soundscape.spotify.house import ADDRESS, AT, brought_in, clinic_at, come_back, connect, page, post, sent

__all__ = ["first_scan", "pieces", "run", "scanned"]  # fixtures

ITEMS = f"GET /v1/playlists/{LIST}/items"
TEN_HOURS_S = 36_000


@pytest.fixture
def spotify():
    with elsewhere.running() as found:
        yield found


@pytest.fixture
def clinic(spotify, scanned, tmp_path):
    return clinic_at(spotify.address, scanned, tmp_path / "data")


@pytest.fixture
def admin(clinic):
    return clinic.staff("admin")


@pytest.fixture
def curator(clinic, admin, spotify):
    """A curator of a clinic that is connected."""
    connect(admin, spotify)
    return clinic.staff("curator")


def failed(clinic, browser):
    """Why a list could not be read: one message for the API, its page and the page of all lists."""
    shown = brought_in(clinic, browser)
    assert (shown["state"], shown["lines"]) == ("failed", [])
    problem = shown["problem"]
    for address in (f"/imports/{shown['import_id']}", "/imports"):
        assert problem[:60].replace("'", "&#39;") in page(browser, address)
    return problem


# Connecting


def test_an_administrator_connects_and_disconnects_and_both_are_in_the_trail(clinic, admin, spotify):
    connect(admin, spotify)
    assert f"Connected by {admin.name}" in page(admin)
    assert post(admin, "/spotify/disconnect").location == "/spotify"
    assert "No Spotify account is connected any more." in page(admin)
    assert "No account is connected" in page(admin)
    post(admin, "/spotify/disconnect")
    with clinic.engine.connect() as connection:
        rows = [(row.action, row.actor) for row in audit.latest(connection) if row.subject == "spotify"]
    assert rows == [("disconnected", admin.name), ("connected", admin.name)]


def test_the_code_stays_in_no_address_and_no_answer_is_kept(admin, spotify):
    query = sent(admin)
    assert query["redirect_uri"] == f"{AT}/spotify/callback"
    spotify.challenge = query["code_challenge"]
    answer = come_back(admin, code=CODE, state=query["state"])
    assert (answer.status_code, answer.location) == (303, "/spotify")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert CODE not in answer.text


def test_only_the_page_with_the_form_lets_forms_lead_to_spotify(clinic, admin, spotify):
    def policy(address):
        return admin.client.get(address, base_url=AT).headers["Content-Security-Policy"]

    assert f"form-action 'self' {spotify.address};" in policy("/spotify")
    assert "form-action 'self';" in policy("/imports")
    connect(admin, spotify)
    assert f"form-action 'self' {spotify.address};" in policy("/spotify")


def test_a_connection_whose_key_is_lost_is_said_and_made_again_on_the_same_page(clinic, admin, spotify):
    connect(admin, spotify)
    assert "cannot be opened" not in page(admin)
    (clinic.data / seal.FOLDER / seal.KEY_FILE).unlink()
    text = page(admin)
    assert "The connection cannot be opened" in text
    assert "The key of the connection to Spotify is lost." in text
    assert 'action="/spotify/connect"' in text
    connect(admin, spotify)
    assert brought_in(clinic, admin)["state"] == "ready"


@pytest.mark.parametrize("act", [status(401), status(403, b'{"error": {"message": "Insufficient client scope"}}')])
def test_wherever_connecting_again_is_asked_for_the_page_offers_it(clinic, admin, curator, spotify, act):
    spotify.fail("GET /v1/playlists", act, times=2)
    assert "Connect again on the Spotify page" in failed(clinic, curator)
    assert "Connect again</button>" in page(admin)
    spotify.faults.clear()
    connect(admin, spotify)
    assert brought_in(clinic, curator)["state"] == "ready"


@pytest.mark.parametrize("came", [{}, {"state": "another"}, {"state": ""}])
def test_who_comes_back_with_a_wrong_state_is_refused(clinic, admin, spotify, came):
    spotify.challenge = sent(admin)["code_challenge"]
    come_back(admin, code=CODE, **came)
    assert "belongs to nothing that was begun here" in page(admin)
    assert spotify.asked == []


def test_a_state_is_of_use_once_and_for_its_own_person_only(clinic, admin, spotify):
    query = sent(admin)
    spotify.challenge = query["code_challenge"]
    other = clinic.staff("admin")
    come_back(other, code=CODE, state=query["state"])
    assert "belongs to nothing" in page(other)
    come_back(admin, code=CODE, state=query["state"])
    assert "The Spotify account is connected." in page(admin)
    come_back(admin, code=CODE, state=query["state"])
    assert "belongs to nothing" in page(admin)


def test_who_comes_without_having_been_sent_is_refused(admin, spotify):
    come_back(admin)
    assert "belongs to nothing that was begun here" in page(admin)
    assert spotify.asked == []


def test_who_takes_too_long_is_asked_to_connect_again(clinic, admin, spotify):
    query = sent(admin)
    clinic.clock.wait(TO_CONNECT_MS / 1000)
    come_back(admin, code=CODE, state=query["state"])
    assert "Connect again" in page(admin)


@pytest.mark.parametrize(
    ("came", "words"),
    [
        ({"error": "access_denied"}, "was not allowed"),
        ({"error": "<script>"}, "Spotify did not connect the account."),
    ],
)
def test_a_refusal_at_spotify_is_said_in_our_words(admin, spotify, came, words):
    come_back(admin, state=sent(admin)["state"], **came)
    text = page(admin)
    assert words in text
    assert "No account is connected" in text
    assert "<script>alert" not in text
    assert spotify.asked == []


def test_accounts_that_do_not_answer_do_not_hold_the_page(admin, spotify):
    query = sent(admin)
    spotify.fail("POST /accounts/api/token", status(503), times=9)
    come_back(admin, code=CODE, state=query["state"])
    assert "Spotify did not answer" in page(admin)
    assert len(spotify.asked) == 1


def test_an_address_that_spotify_sends_nobody_back_to_is_said(admin):
    answer = admin.client.post("/spotify/connect", data={"csrf_token": admin.token()})
    assert (answer.status_code, "https://" in answer.text) == (403, True)


# Reading


def test_a_list_is_read_by_its_job_and_matched(clinic, curator, spotify):
    owned = track(2, name="Piece 1", artists=[{"name": "Artist 1"}], duration_ms=65_000, is_playable=False)
    spotify.lines = [track(9), owned]
    shown = brought_in(clinic, curator)
    assert (shown["state"], shown["title"]) == ("ready", "Calm")
    assert [(line["verdict"], line["title"]) for line in shown["lines"]] == [
        ("missing", "Piece 9"),
        ("owned", "Piece 1"),
    ]
    text = page(curator, f"/imports/{shown['import_id']}")
    assert "Spotify no longer plays 1 of these" in text
    shopping = curator.client.get(f"/api/v1/imports/{shown['import_id']}/shopping").text
    assert "DEX260000009" in shopping
    assert "DEX260000002" not in shopping


def test_the_command_line_reads_it_too(run, clinic, curator):
    said = run("import", ADDRESS, "--data", clinic.data)
    assert said.status == 0, said.err
    assert said.out.splitlines()[-1].endswith("Calm: 0 owned, 0 doubtful, 2 missing.")
    assert curator.call("GET", "/imports").json[0]["source"] == "spotify"


def test_the_command_line_says_what_spotify_refuses(run, clinic, curator, spotify):
    spotify.fail("GET /v1/playlists", status(404))
    said = run("import", ADDRESS, "--data", clinic.data)
    assert (said.status, said.out) == (1, "")
    assert "Spotify has nothing there" in said.err
    assert curator.call("GET", "/imports").json == []


def test_ctrl_c_says_that_nothing_of_the_list_is_kept(clinic, curator, spotify):
    asked = Event()

    def silent(handler):
        asked.set()
        elsewhere.silent(handler)

    spotify.fail("GET /v1/playlists", silent)
    command = [sys.executable, "-m", "soundscape", "import", ADDRESS, "--data", clinic.data]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert asked.wait(60)
            process.send_signal(signal.SIGINT)
            said = process.communicate(timeout=30)[1]
        finally:
            process.kill()
    assert process.returncode == 130
    assert "Stopped. A list is kept only when all of it is matched" in said
    assert "goes on from there" not in said
    assert curator.call("GET", "/imports").json == []


def test_a_connection_that_was_ended_at_spotify_asks_to_connect_again(clinic, admin, curator, spotify):
    spotify.access.clear()
    spotify.refresh = "another"
    assert "Connect again on the Spotify page" in failed(clinic, curator)
    assert "No account is connected" in page(admin)
    assert "An administrator can connect one." in page(curator, "/imports")
    refused = curator.call("POST", "/imports", {"url": ADDRESS})
    assert (refused.status_code, refused.json["code"]) == (409, "spotify_not_connected")


def test_an_expired_token_is_renewed_and_nobody_notices(clinic, curator, spotify):
    spotify.access.clear()
    assert brought_in(clinic, curator)["state"] == "ready"


def test_403_explains_the_limits_of_development_mode(clinic, curator, spotify):
    spotify.fail(ITEMS, status(403))
    assert "development mode" in failed(clinic, curator)


def test_a_wish_to_wait_ten_hours_is_said_at_once_with_the_time(clinic, curator, spotify):
    spotify.fail(ITEMS, status(429, Retry_After=str(TEN_HOURS_S)))
    when = datetime.fromtimestamp(clinic.clock() / 1000 + TEN_HOURS_S).astimezone()
    assert f"{when:%-d %b %Y, %H:%M}" in failed(clinic, curator)


def test_a_job_that_waits_says_so_and_can_be_stopped(clinic, curator, spotify):
    spotify.fail(ITEMS, status(429, Retry_After="50"))
    asked = curator.call("POST", "/imports", {"url": ADDRESS}).json
    working = Thread(target=work, args=(clinic, asked["job_id"]))
    begun_s = time.monotonic()
    working.start()
    try:
        while "Spotify asks us to wait" not in (text := page(curator, f"/imports/{asked['import_id']}")):
            assert time.monotonic() - begun_s < 30, text
        curator.call("POST", f"/jobs/{asked['job_id']}/cancel")
    finally:
        working.join(30)
    assert time.monotonic() - begun_s < 40
    assert curator.call("GET", f"/imports/{asked['import_id']}").json["state"] == "stopped"


def test_a_worker_that_stops_gives_the_list_back(clinic, curator):
    asked = curator.call("POST", "/imports", {"url": ADDRESS}).json
    worker = worker_of(clinic)
    worker.stopping.set()
    worker.do(asked["job_id"])
    worker._let_go()
    work(clinic, asked["job_id"])
    assert curator.call("GET", f"/imports/{asked['import_id']}").json["state"] == "ready"


@pytest.mark.parametrize("url", ["https://example.org/list.m3u8", "file:///etc/passwd", "https://open.spotify.com/a/b"])
def test_no_other_address_is_ever_asked(curator, spotify, url):
    refused = curator.call("POST", "/imports", {"url": url})
    assert (refused.status_code, refused.json["code"]) == (422, "not_a_spotify_list")
    assert spotify.asked == []


# Without


def test_without_an_app_pages_say_so_and_nothing_is_asked_or_stored(scanned, tmp_path):
    clinic = Clinic(scanned, tmp_path / "data")
    admin = clinic.staff("admin")
    assert "No Spotify app is set" in page(admin)
    assert f"{AT}/spotify/callback" in page(admin)
    assert "No Spotify app is set." in page(clinic.staff("curator"), "/imports")
    refused = admin.call("POST", "/imports", {"url": ADDRESS})
    assert (refused.status_code, refused.json["code"]) == (409, "spotify_not_set_up")
    assert post(admin, "/spotify/connect").status_code == 409
    come_back(admin, code=CODE, state="x")
    assert "No Spotify app is set" in page(admin)
    assert admin.call("GET", "/imports").json == []


def test_before_anybody_connected_the_page_says_who_can(clinic, admin):
    assert '<a href="/spotify">Connect one</a>' in page(admin, "/imports")
    text = page(clinic.staff("curator"), "/imports")
    assert "An administrator can connect one." in text
    assert 'name="url"' not in text
    assert 'href="/spotify"' not in text


def test_without_network_the_job_says_so_and_the_rest_does_not_notice(scanned, tmp_path):
    with elsewhere.running() as spotify:
        clinic = clinic_at(spotify.address, scanned, tmp_path / "data")
        admin = clinic.staff("admin")
        connect(admin, spotify)
    assert "cannot be reached from here" in failed(clinic, admin)
    assert 'name="url"' in page(admin, "/imports")
    assert "An account is connected" in page(admin)


# Secrets


def test_no_token_code_or_state_is_in_a_page_a_log_a_job_or_any_other_row(clinic, admin, spotify, caplog):
    caplog.set_level(logging.DEBUG)
    connect(admin, spotify)
    spotify.access.clear()
    shown = brought_in(clinic, admin)
    spotify.fail(ITEMS, status(403))
    brought_in(clinic, admin)
    with clinic.engine.connect() as connection:
        rows = [str(row) for table in metadata.sorted_tables for row in connection.execute(table.select())]
    pages = [page(admin, address) for address in ("/spotify", "/imports", "/audit", f"/imports/{shown['import_id']}")]
    jobs = admin.client.get("/api/v1/jobs").text
    for secret in ("of-the-clinic", CODE):
        assert all(secret not in text for text in (*rows, *pages, jobs, caplog.text))
