"""A connection is begun and finished by one person, once; what it gives is readable here alone, and renewed by one."""

import logging
import stat
import threading
from urllib.parse import parse_qs, urlsplit

import pytest

from soundscape.errors import ServiceError, SpotifyNotConnected, SpotifyRefused, SpotifyTooOften, SpotifyUnavailable
from soundscape.spotify import connecting, seal
from soundscape.spotify.place import for_a_page
from soundscape.spotify.vault import TO_CONNECT_MS
from soundscape.spotify.writing import Wanted, write_playlist
from soundscape.stores import audit
from tests.soundscape.spotify import elsewhere
from tests.soundscape.spotify.asking import REDIRECT, read
from tests.soundscape.spotify.elsewhere import CODE, status
from tests.soundscape.spotify.test_writing import entries


def finish(clinic, begun, **changed):
    came = {"kept": begun.state, "came": begun.state, "code": CODE} | changed
    clinic.spotify.challenge = begun.url.partition("code_challenge=")[2]
    clinic.vault.finish(clinic.place, clinic.patience(), by="anna", **came)


def test_the_person_is_sent_with_a_challenge_and_few_rights(clinic):
    begun = clinic.vault.begin(clinic.place, REDIRECT)
    parts = urlsplit(begun.url)
    query = {key: values[0] for key, values in parse_qs(parts.query).items()}
    assert begun.url.startswith(f"{clinic.place.accounts}/authorize?")
    assert query.pop("code_challenge") not in begun.verifier
    assert query == {
        "response_type": "code",
        "client_id": clinic.place.client_id,
        "redirect_uri": REDIRECT,
        "state": begun.state,
        "scope": "playlist-read-private playlist-read-collaborative playlist-modify-private",
        "code_challenge_method": "S256",
    }
    assert 43 <= len(begun.verifier) <= 128
    assert clinic.spotify.asked == []


@pytest.mark.parametrize(
    "redirect", ["http://soundscape.local/spotify/callback", "http://localhost:8443/", "/callback"]
)
def test_an_address_that_spotify_sends_nobody_back_to_is_refused(clinic, redirect):
    with pytest.raises(SpotifyRefused, match="https://"):
        clinic.vault.begin(clinic.place, redirect)


def test_a_connection_says_who_made_it_and_opens_the_account(clinic):
    finish(clinic, clinic.vault.begin(clinic.place, REDIRECT))
    made = clinic.vault.connection()
    assert (made.connected_by, made.connected_ms) == ("anna", clinic.now_ms)
    assert len(read(clinic).entries) == 2


@pytest.mark.parametrize(
    "changed", [{"came": "another"}, {"came": None}, {"kept": None}, {"kept": "", "came": ""}, {"kept": "another"}]
)
def test_whoever_was_not_sent_connects_nothing(clinic, changed):
    with pytest.raises(SpotifyNotConnected, match="nothing that was begun here"):
        finish(clinic, clinic.vault.begin(clinic.place, REDIRECT), **changed)
    assert clinic.spotify.asked == []
    assert clinic.vault.connection() is None


def test_what_was_begun_is_finished_once(clinic):
    begun = clinic.vault.begin(clinic.place, REDIRECT)
    finish(clinic, begun)
    with pytest.raises(SpotifyNotConnected, match="nothing that was begun here"):
        finish(clinic, begun)
    assert clinic.vault.connection() is not None


def test_what_was_begun_too_long_ago_is_not_finished(clinic):
    begun = clinic.vault.begin(clinic.place, REDIRECT)
    clinic.now_ms += TO_CONNECT_MS
    with pytest.raises(SpotifyNotConnected, match="nothing that was begun here"):
        finish(clinic, begun)


def test_a_code_that_spotify_does_not_accept_connects_nothing(clinic):
    with pytest.raises(SpotifyNotConnected, match="Connect again"):
        finish(clinic, clinic.vault.begin(clinic.place, REDIRECT), code="old")
    assert clinic.vault.connection() is None


@pytest.mark.parametrize(
    ("act", "said"),
    [(status(503), SpotifyUnavailable), (elsewhere.gone, SpotifyUnavailable), (status(429), SpotifyTooOften)],
)
def test_a_page_waits_for_no_second_attempt(clinic, act, said):
    clinic.place = for_a_page(clinic.place)
    clinic.spotify.fail("POST", act)
    with pytest.raises(said):
        finish(clinic, clinic.vault.begin(clinic.place, REDIRECT))
    assert clinic.spotify.asked == ["POST /accounts/api/token"]


def test_an_answer_without_a_token_connects_nothing(clinic):
    clinic.spotify.fail("POST", status(200, b'{"access_token": 7}'))
    with pytest.raises(SpotifyUnavailable, match="no token"):
        finish(clinic, clinic.vault.begin(clinic.place, REDIRECT))
    assert clinic.vault.connection() is None


@pytest.mark.parametrize("rotates", [True, False])
def test_a_renewed_token_is_stored_whether_or_not_the_refresh_token_is_another(connected, rotates):
    connected.spotify.rotates = rotates
    for _ in range(3):
        connected.spotify.access.clear()
        read(connected)
    connected.spotify.asked.clear()
    read(connected)
    assert "POST /accounts/api/token" not in connected.spotify.asked
    assert connected.vault.connection().connected_by == "anna"


def test_of_two_who_renew_one_does_and_both_go_on(connected):
    connected.spotify.access.clear()
    both, done = threading.Barrier(2), []
    act = elsewhere.status(401)
    connected.spotify.fail("GET /v1/playlists", lambda handler: (both.wait(), act(handler)), times=2)
    connected.spotify.access = {"access-1-of-the-clinic"}

    def run():
        read(connected)
        done.append(True)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert done == [True, True]
    assert connected.spotify.asked.count("POST /accounts/api/token") == 1


def test_who_connected_and_who_ended_it_stays_on_record(connected):
    connected.spotify.access.clear()
    read(connected)
    connected.vault.forget(by="ben")
    connected.connect()
    connected.spotify.access.clear()
    connected.spotify.refresh = "another"
    with pytest.raises(SpotifyNotConnected):
        read(connected)
    with connected.engine.connect() as connection:
        rows = [(row.actor, row.action, row.subject) for row in reversed(audit.latest(connection))]
    assert rows == [
        ("anna", "connected", "spotify"),
        ("ben", "disconnected", "spotify"),
        ("anna", "connected", "spotify"),
        ("spotify", "disconnected", "spotify"),
    ]


@pytest.mark.parametrize("act", [None, status(400, b'{"error": "invalid_grant"}')])
@pytest.mark.parametrize("again", [False, True])
def test_what_a_person_does_while_a_token_is_renewed_stands(connected, act, again):
    answer = connected.spotify.answer

    def meanwhile(*asked):
        connected.spotify.answer = answer
        connected.spotify.lock.release()
        connected.vault.forget(by="ben")
        if again:
            connected.connect()
        connected.spotify.lock.acquire()
        return answer(*asked)

    connected.spotify.access.clear()
    if act is not None:
        connected.spotify.fail("POST /accounts", act, heeded=True)
    connected.spotify.answer = meanwhile
    with pytest.raises(SpotifyNotConnected):
        read(connected)
    assert (connected.vault.connection() is not None) == again
    if again:
        connected.spotify.access.clear()
        assert len(read(connected).entries) == 2


def test_the_key_is_its_owners_alone_and_lies_outside_the_database(connected):
    key = connected.data / seal.FOLDER / seal.KEY_FILE
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert stat.S_IMODE(key.parent.stat().st_mode) == 0o700
    stored = b"".join(path.read_bytes() for path in connected.data.glob("soundscape.db*"))
    assert connected.vault.connection().sealed.encode() in stored
    assert key.read_bytes() not in stored


@pytest.mark.parametrize("content", [None, b"", b"garbage", b"A" * 43 + b"="])
def test_with_a_lost_key_one_connects_again_and_that_helps(connected, content):
    key = connected.data / seal.FOLDER / seal.KEY_FILE
    key.unlink() if content is None else key.write_bytes(content)
    with pytest.raises(SpotifyNotConnected, match=r"key .* is lost\. Connect again"):
        read(connected)
    assert connected.vault.connection().connected_by == "anna"
    connected.connect()
    assert len(read(connected).entries) == 2


def test_what_was_sealed_opens_only_unchanged(tmp_path):
    sealed = seal.seal(tmp_path, "for our eyes")
    assert seal.opened(tmp_path, sealed) == "for our eyes"
    with pytest.raises(seal.Unopened):
        seal.opened(tmp_path, sealed[:-9] + "A" + sealed[-8:])


def test_a_connection_belongs_to_the_app_that_made_it(connected):
    connected.hurried(client_id="fedcba9876543210")
    with pytest.raises(SpotifyNotConnected, match="another app, 0123456789abcdef"):
        read(connected)


def test_a_connection_can_be_ended(connected):
    connected.vault.forget(by="ben")
    with pytest.raises(SpotifyNotConnected, match="No Spotify account is connected"):
        read(connected)
    assert connected.spotify.asked == []


def test_no_secret_is_in_a_log_a_message_an_address_or_a_file(clinic, caplog, capfd, monkeypatch):
    """Everything at once: each library logs all it can, and all that can fail fails."""
    monkeypatch.chdir(clinic.data)
    caplog.set_level(logging.DEBUG)
    begun = clinic.vault.begin(clinic.place, REDIRECT)
    finish(clinic, begun)
    messages = []
    for where, act in [
        ("GET /v1/playlists", status(403, b'{"error": {"message": "access-1-of-the-clinic"}}')),
        ("GET /v1/playlists", elsewhere.cut),
        ("POST /accounts", status(400, b'{"error": "invalid_client refresh-1-of-the-clinic"}')),
        ("POST /accounts", status(400, b'{"error": "invalid_grant"}')),
    ]:
        clinic.spotify.fail(where, act)
        if where.startswith("POST"):
            clinic.spotify.access.clear()
        else:
            read_or_say(clinic, messages)
        read_or_say(clinic, messages)
    finish(clinic, again := clinic.vault.begin(clinic.place, REDIRECT))
    with clinic.calls() as calls:
        wanted = Wanted(title="Calm", entries=entries(2), mark="K7PX2B9M")
        write_playlist(calls, wanted, remember=lambda playlist_id, _: messages.append(playlist_id))
    token = clinic.vault.token(clinic.place)
    printed = "".join(capfd.readouterr())
    shown = "\n".join([caplog.text, printed, *messages, clinic.words, repr(begun), repr(token), str(token), f"{again}"])
    stored = b"".join(path.read_bytes() for path in clinic.data.rglob("*") if path.is_file())
    asked = "\n".join(clinic.spotify.asked)
    assert "spotipy" in {record.name.partition(".")[0] for record in caplog.records}
    for word in ("of-the-clinic", token.access, token.refresh, begun.verifier, again.verifier, CODE):
        assert word not in shown
        assert word.encode() not in stored
        assert word not in asked
    assert not list(clinic.data.rglob(".cache*"))


def read_or_say(clinic, messages):
    try:
        read(clinic)
    except ServiceError as error:
        messages.append(str(error))


def test_a_state_is_compared_as_it_is():
    assert connecting.same_state("ä", "ä")
    assert not connecting.same_state("a", "b")
