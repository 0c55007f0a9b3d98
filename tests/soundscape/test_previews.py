"""Links, votes, vetoes and the choice, over the real apps; and what nobody can reach, see or find out."""

import logging
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from library.store import metadata, writing
from playlists import shelf
from soundscape import assigning, votes
from soundscape.app import create_preview_app
from soundscape.routes.preview import KEEP_NO_COPY
from soundscape.stores import audit
from soundscape.stores import previews as store
from tests.soundscape.clinic import COOKIE, Clinic, Patient, excluding


@pytest.fixture
def clinic(scanned, tmp_path) -> Clinic:
    clinic = Clinic(scanned, tmp_path / "data")
    clinic.all_may_be_heard()
    return clinic


@pytest.fixture
def link(clinic) -> dict:
    return clinic.link(clinic.shelved("Warm and slow"))


def stored(clinic, playlist_id: str):
    with clinic.engine.connect() as connection:
        return shelf.get(connection, playlist_id)


def pieces_of(shown: dict) -> list[str]:
    return [piece["track_id"] for piece in shown["lists"][0]["pieces"]]


def test_a_link_is_said_once_and_stored_as_a_hash(clinic, link):
    assert link["address"].endswith(f"/preview#{link['secret']}")
    assert len(link["secret"]) * 6 >= 128
    assert link["expires_ms"] == clinic.clock() + 72 * 3_600_000
    assert "<svg" in link["qr_svg"]
    clinic.patient(link["secret"]).lists()
    with clinic.engine.connect() as connection:
        for table in metadata.sorted_tables:
            assert link["secret"] not in str(connection.execute(sa.select(table)).all()), table.name


def test_the_setting_names_the_public_address(scanned, tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    (data / "soundscape.toml").write_text('preview_address = "https://music.example.org/"\nveiled_titles = true\n')
    clinic = Clinic(scanned, data)
    playlist_id = clinic.shelved("Warm")
    answer = clinic.staff().call("POST", "/previews", {"playlist_ids": [playlist_id]})
    assert answer.json["address"] == f"https://music.example.org/preview#{answer.json['secret']}"
    assert clinic.patient(answer.json["secret"]).lists()["veiled"] is True


def test_the_cookie_goes_nowhere_else(clinic, link):
    answer = Patient(clinic.app.test_client()).send("POST", "open", {"secret": link["secret"]})
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith(f"{COOKIE}={link['secret']};")
    assert {"Secure", "HttpOnly", "SameSite=Strict", "Path=/preview"} <= set(cookie.split("; "))
    assert "Expires" not in cookie
    assert "Max-Age" not in cookie


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}])
def test_what_another_site_sends_is_refused(clinic, link, headers):
    patient = clinic.patient(link["secret"])
    track_id = pieces_of(patient.lists())[0]
    for method, address, body in (
        ("POST", "open", {"secret": link["secret"]}),
        ("PUT", f"votes/{track_id}", {"vote": "veto"}),
        ("POST", "choose", {"playlist_id": patient.lists()["lists"][0]["playlist_id"]}),
        ("POST", "forget", None),
    ):
        assert patient.send(method, address, body, **headers).status_code == 403, address
    assert track_id in pieces_of(patient.lists())


def test_without_the_browsers_word_the_origin_counts(clinic, link):
    client = clinic.app.test_client()
    send = {"json": {"secret": link["secret"]}, "base_url": "https://localhost"}
    assert client.post("/preview/open", headers={"Origin": "https://evil.example"}, **send).status_code == 403
    assert client.post("/preview/open", headers={"Origin": "https://localhost"}, **send).status_code == 204


def test_guessing_links_is_slowed_down(clinic):
    patient = Patient(clinic.app.test_client())
    answers = [patient.send("POST", "open", {"secret": f"guess {n}"}).status_code for n in range(25)]
    assert answers[0] == 410
    assert answers[-1] == 429


def test_a_copy_is_offered_and_the_staffs_list_stays(clinic):
    playlist_id = clinic.shelved("Warm and slow")
    link = clinic.link(playlist_id)
    patient = clinic.patient(link["secret"])
    offered = patient.lists()["lists"][0]
    assert offered["playlist_id"] != playlist_id
    assert (offered["title"], offered["note"]) == ("Warm and slow", "The clinic's note on Warm and slow.")
    before = stored(clinic, playlist_id)
    assert patient.vote(offered["pieces"][2]["track_id"], "veto").status_code == 200
    assert stored(clinic, playlist_id) == before
    with clinic.engine.connect() as connection:
        assert [found.playlist_id for found in shelf.list_all(connection)] == [playlist_id]


def test_a_veto_refits_at_once_and_the_rest_stays(clinic, link):
    patient = clinic.patient(link["secret"])
    before = patient.lists()["lists"][0]
    gone = before["pieces"][2]
    answer = patient.vote(gone["track_id"], "veto").json
    after = answer["shown"]["lists"][0]
    old, new = ({piece["track_id"] for piece in found["pieces"]} for found in (before, after))
    assert gone["track_id"] not in new
    assert len(old & new) == len(old) - 1
    assert after["total_s"] == before["total_s"] == 600.0
    (said,) = answer["said"].values()
    assert said.startswith(f"{gone['name']} ")
    assert "gone from “Warm and slow”" in said
    came = [piece["name"] for piece in after["pieces"] if piece["track_id"] not in old]
    assert all(name in said for name in came)
    assert [piece["track_id"] for piece in answer["shown"]["left_out"]] == [gone["track_id"]]


def test_vetoed_pieces_never_come_back(clinic, link):
    patient = clinic.patient(link["secret"])
    vetoed = set()
    for _ in range(3):
        track_id = pieces_of(patient.lists())[0]
        vetoed.add(track_id)
        shown = patient.vote(track_id, "veto").json["shown"]
        if shown["lists"][0]["can_be_chosen"]:
            assert not vetoed & set(pieces_of(shown))
    offered = stored(clinic, shown["lists"][0]["playlist_id"])
    left = {item.track_id for item in offered.playlist.items} & vetoed
    assert vetoed - left <= offered.request.policy.exclude_tracks


def test_a_veto_changes_every_list_that_holds_the_piece(clinic):
    first = clinic.shelved("First")
    second = clinic.shelved("Second", playlist=stored(clinic, first).playlist)
    patient = clinic.patient(clinic.link(first, second)["secret"])
    track_id = pieces_of(patient.lists())[1]
    answer = patient.vote(track_id, "veto").json
    assert len(answer["said"]) == 2
    assert all(track_id not in [p["track_id"] for p in found["pieces"]] for found in answer["shown"]["lists"])


def test_a_list_that_does_not_hold_the_piece_may_never_take_it_in(clinic):
    first = clinic.shelved("First")
    spared = stored(clinic, first).playlist.items[1].track_id
    second = clinic.shelved("Second", excluding(spared))
    lists = clinic.patient(clinic.link(second, first)["secret"])
    answer = lists.vote(spared, "veto").json
    assert list(answer["said"]) == [answer["shown"]["lists"][1]["playlist_id"]]
    assert spared in stored(clinic, answer["shown"]["lists"][0]["playlist_id"]).request.policy.exclude_tracks


def test_a_list_that_cannot_be_made_without_a_piece_cannot_be_chosen(clinic):
    first = clinic.shelved("First")
    held = {item.track_id for item in stored(clinic, first).playlist.items}
    others = [track.track_id for track in clinic.tracks if track.track_id not in held]
    only = clinic.shelved("Only", excluding(*others), stored(clinic, first).playlist)
    patient = clinic.patient(clinic.link(only)["secret"])
    shown = patient.lists()
    playlist_id = shown["lists"][0]["playlist_id"]
    assert patient.send("POST", "choose", {"playlist_id": playlist_id}).status_code == 200
    for track_id in pieces_of(shown):
        answer = patient.vote(track_id, "veto").json
        if not answer["shown"]["lists"][0]["can_be_chosen"]:
            break
    assert "cannot be made without" in answer["said"][playlist_id]
    assert answer["shown"]["chosen"] is None
    refused = patient.send("POST", "choose", {"playlist_id": playlist_id})
    assert refused.status_code == 409
    assert "left out" in refused.json["detail"]
    shown = patient.vote(track_id, "neutral").json["shown"]
    assert shown["lists"][0]["can_be_chosen"]


def test_the_last_of_two_browsers_counts(clinic, link):
    one, other = clinic.patient(link["secret"]), clinic.patient(link["secret"])
    track_id = pieces_of(one.lists())[0]
    one.vote(track_id, "like")
    other.vote(track_id, "neutral")
    assert one.lists()["lists"][0]["pieces"][0]["vote"] == "neutral"


def test_two_vetoes_at_the_same_moment_both_count(clinic, link):
    browsers = [clinic.patient(link["secret"]) for _ in range(2)]
    wished = pieces_of(browsers[0].lists())[:2]
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda pair: pair[0].vote(pair[1], "veto"), zip(browsers, wished, strict=True)))
    assert {answer.status_code for answer in answers} == {200}
    shown = browsers[0].lists()
    assert {piece["track_id"] for piece in shown["left_out"]} == set(wished)
    if shown["lists"][0]["can_be_chosen"]:
        assert not set(wished) & set(pieces_of(shown))


def test_a_veto_is_worked_out_again_if_the_list_changes_meanwhile(clinic, link, monkeypatch):
    patient = clinic.patient(link["secret"])
    shown = patient.lists()
    first, second = pieces_of(shown)[:2]
    real, calls = votes.veto, []

    def overtaken(*args, **kwargs):
        calls.append(args)
        if len(calls) == 1:  # another browser of this preview is quicker
            assert clinic.patient(link["secret"]).vote(second, "veto").status_code == 200
        return real(*args, **kwargs)

    monkeypatch.setattr(votes, "veto", overtaken)
    shown = patient.vote(first, "veto").json["shown"]
    assert not {first, second} & set(pieces_of(shown))


def test_a_choice_can_be_changed_and_is_in_the_audit_trail(clinic):
    link = clinic.link(clinic.shelved("First"), clinic.shelved("Second"))
    patient = clinic.patient(link["secret"])
    one, two = (found["playlist_id"] for found in patient.lists()["lists"])
    for playlist_id in (one, two, two):
        answer = patient.send("POST", "choose", {"playlist_id": playlist_id})
        assert answer.json["shown"]["chosen"] == playlist_id
    assert patient.send("POST", "choose", {"playlist_id": "f" * 16}).status_code == 404
    with clinic.engine.connect() as connection:
        rows = [row for row in audit.latest(connection) if row.action == "list chosen"]
    assert [(row.actor, row.subject) for row in rows] == [(f"preview {link['code']}", link["code"])] * 2


def test_votes_have_no_time_and_listening_leaves_nothing(clinic, link, caplog):
    patient = clinic.patient(link["secret"])
    clinic.clock.wait(1000)
    before = {table.name: rows(clinic, table) for table in metadata.sorted_tables}
    track_id = pieces_of(patient.lists())[0]
    with caplog.at_level(logging.DEBUG):
        assert patient.send("GET", f"media/{track_id}").status_code == 200
        assert patient.send("GET", f"media/{track_id}/excerpt").status_code == 200
    assert track_id not in caplog.text
    assert {table.name: rows(clinic, table) for table in metadata.sorted_tables} == before
    later_ms = clinic.clock()
    patient.vote(track_id, "veto")
    after = {table.name: rows(clinic, table) for table in metadata.sorted_tables}
    assert {name for name in after if after[name] != before[name]} == {
        "playlist",
        "playlist_revision",
        "preview_vote",
        "pulse",
    }
    assert str(later_ms) not in str(after)


def rows(clinic, table: sa.Table) -> list:
    with clinic.engine.connect() as connection:
        return connection.execute(sa.select(table)).all()


def test_only_what_the_rights_allow_can_be_heard(clinic, link):
    patient = clinic.patient(link["secret"])
    heard, refused, silent = pieces_of(patient.lists())[:3]
    clinic.may_preview(refused, False)
    clinic.may_preview(silent, None)
    can_hear = {piece["track_id"]: piece["can_hear"] for piece in patient.lists()["lists"][0]["pieces"]}
    assert (can_hear[heard], can_hear[refused], can_hear[silent]) == (True, False, False)
    for part in ("", "/excerpt"):
        assert patient.send("GET", f"media/{heard}{part}").status_code == 200
        answer = patient.send("GET", f"media/{refused}{part}")
        assert (answer.status_code, answer.json["code"]) == (403, "may_not_preview")
    assert patient.vote(refused, "veto").status_code == 200


def test_a_piece_of_no_offered_list_is_not_there(clinic, link):
    patient = clinic.patient(link["secret"])
    other = next(track.track_id for track in clinic.tracks if track.track_id not in pieces_of(patient.lists()))
    assert patient.send("GET", f"media/{other}").status_code == 404
    assert patient.send("GET", f"media/{other}/excerpt").status_code == 404
    assert patient.vote(other, "veto").status_code == 404
    assert patient.vote(pieces_of(patient.lists())[0], "love").status_code == 400


def test_sound_is_sent_in_ranges_and_kept_nowhere(clinic, link):
    patient = clinic.patient(link["secret"])
    track_id = pieces_of(patient.lists())[0]
    for part, mime in (("", "audio/flac"), ("/excerpt", "audio/mp4")):
        answer = patient.send("GET", f"media/{track_id}{part}", Range="bytes=0-99")
        assert (answer.status_code, len(answer.data)) == (206, 100)
        assert answer.headers["Content-Type"] == mime
        assert answer.headers["Cache-Control"] == KEEP_NO_COPY


def test_veiled_nothing_names_a_piece(clinic):
    patient = clinic.patient(clinic.link(clinic.shelved("Warm"), veiled=True)["secret"])
    shown = patient.lists()
    assert [piece["name"] for piece in shown["lists"][0]["pieces"]][:2] == ["Piece 1", "Piece 2"]
    assert {piece["artist"] for piece in shown["lists"][0]["pieces"]} == {""}
    (said,) = patient.vote(pieces_of(shown)[2], "veto").json["said"].values()
    assert said.startswith("Piece 3 ")
    assert "Artist" not in said


def test_an_expired_link_says_so_at_the_next_action(clinic, link):
    patient = clinic.patient(link["secret"])
    track_id = pieces_of(patient.lists())[0]
    clinic.clock.wait(72 * 3600)
    for answer in (
        patient.send("GET", "lists"),
        patient.vote(track_id, "veto"),
        patient.send("GET", f"media/{track_id}"),
    ):
        assert answer.status_code == 410
        assert "run out" in answer.json["detail"]
        assert "Ask the clinic" in answer.json["detail"]


def test_a_revoked_link_says_so_at_the_next_action(clinic, link):
    patient, staff = clinic.patient(link["secret"]), clinic.staff("clinician")
    for _ in range(2):
        assert staff.call("POST", f"/previews/{link['preview_id']}/revoke").status_code == 204
    assert "closed this link" in patient.send("GET", "lists").json["detail"]
    assert "closed this link" in patient.send("POST", "open", {"secret": link["secret"]}).json["detail"]
    with clinic.engine.connect() as connection:
        assert [row.action for row in audit.latest(connection)].count("preview revoked") == 1


def test_forgetting_takes_the_cookie_and_keeps_the_votes(clinic, link):
    patient = clinic.patient(link["secret"])
    patient.vote(pieces_of(patient.lists())[0], "like")
    assert patient.send("POST", "forget").status_code == 204
    assert patient.send("GET", "lists").status_code == 401
    assert clinic.patient(link["secret"]).lists()["lists"][0]["pieces"][0]["vote"] == "like"


def test_staff_who_open_a_link_see_what_the_patient_sees(clinic, link):
    staff = clinic.staff()
    patient = Patient(staff.client)
    assert patient.send("POST", "open", {"secret": link["secret"]}).status_code == 204
    assert patient.lists()["code"] == link["code"]
    assert staff.call("GET", "/previews").status_code == 200


def test_a_veto_reaches_the_room_where_the_list_waits(clinic, link):
    patient, staff, room_id = clinic.patient(link["secret"]), clinic.staff("clinician"), clinic.room()
    shown = patient.lists()
    playlist_id = shown["lists"][0]["playlist_id"]
    clinic.mixdown(playlist_id)
    planned = staff.call("POST", "/sessions", {"room_id": room_id, "playlist_id": playlist_id}).json["session"]
    assert planned["mixdown_id"]
    patient.vote(pieces_of(shown)[1], "veto")
    assert staff.call("GET", f"/sessions/{planned['session_id']}").json["state"] == "aborted"
    with clinic.engine.connect() as connection:
        (now,) = votes.session_store.open_sessions(connection).values()
    assert (now.playlist_id, now.mixdown_id) == (playlist_id, None)
    jobs = staff.call("GET", "/jobs").json["jobs"]
    assert [job["kind"] for job in jobs] == ["mixdown"]
    started = staff.call("POST", f"/sessions/{now.session_id}/start", {})
    assert (started.status_code, started.json["mixdown_id"]) == (200, None)  # it waits for the new file


def test_a_session_file_of_the_list_before_the_veto_is_handed_to_no_room(clinic, link):
    patient, staff, room_id = clinic.patient(link["secret"]), clinic.staff("clinician"), clinic.room()
    shown = patient.lists()
    playlist_id = shown["lists"][0]["playlist_id"]
    staff.call("POST", "/sessions", {"room_id": room_id, "playlist_id": playlist_id})
    old = clinic.mixdown(playlist_id)  # being made while the patient vetoes
    patient.vote(pieces_of(shown)[1], "veto")
    with writing(clinic.engine) as connection:
        assigning.mixdown_ready(connection, playlist_id, 1, old, clinic.clock())
        (now,) = votes.session_store.open_sessions(connection).values()
    assert now.mixdown_id is None
    new = clinic.mixdown(playlist_id)
    with writing(clinic.engine) as connection:
        assigning.mixdown_ready(connection, playlist_id, 2, new, clinic.clock())
        (now,) = votes.session_store.open_sessions(connection).values()
    assert now.mixdown_id == new


def test_once_a_session_has_begun_nothing_changes(clinic, link):
    patient, staff, room_id = clinic.patient(link["secret"]), clinic.staff("clinician"), clinic.room()
    shown = patient.lists()
    playlist_id = shown["lists"][0]["playlist_id"]
    clinic.mixdown(playlist_id)
    planned = staff.call("POST", "/sessions", {"room_id": room_id, "playlist_id": playlist_id}).json["session"]
    assert staff.call("POST", f"/sessions/{planned['session_id']}/start", {}).status_code == 200
    assert patient.lists()["begun"] is True
    assert patient.vote(pieces_of(shown)[0], "veto").status_code == 409
    refused = patient.send("POST", "choose", {"playlist_id": playlist_id})
    assert (refused.status_code, "has begun" in refused.json["detail"]) == (409, True)
    assert patient.send("GET", f"media/{pieces_of(shown)[0]}/excerpt").status_code == 200


def test_staff_see_what_came_of_it(clinic, link):
    patient, staff = clinic.patient(link["secret"]), clinic.staff("clinician")
    first = patient.lists()["lists"][0]
    liked, vetoed = first["pieces"][0], first["pieces"][1]
    patient.vote(liked["track_id"], "like")
    patient.vote(vetoed["track_id"], "veto")
    patient.send("POST", "choose", {"playlist_id": first["playlist_id"]})
    (seen,) = staff.call("GET", "/previews").json
    assert (seen["likes"], seen["vetoes"]) == ([liked["name"]], [vetoed["name"]])
    assert (seen["state"], seen["choice"]["title"], seen["choice"]["file_ready"]) == ("open", "Warm and slow", False)
    job_id = staff.call("POST", f"/previews/{link['preview_id']}/file").json["job_id"]
    assert staff.call("GET", f"/jobs/{job_id}").json["kind"] == "mixdown"
    assert staff.call("POST", f"/previews/{link['preview_id']}/file").json["job_id"] == job_id
    (seen,) = staff.call("GET", "/previews").json
    assert seen["choice"]["making"] == 0.0
    page = staff.client.get("/previews").text
    assert "The session file is being made." in page
    assert liked["name"] in page


def test_nothing_chosen_makes_no_file(clinic, link):
    answer = clinic.staff("clinician").call("POST", f"/previews/{link['preview_id']}/file")
    assert answer.status_code == 409


def test_three_different_lists_are_made_for_a_session(clinic):
    staff = clinic.staff("clinician")
    answer = staff.call("POST", "/previews/sets", {"template": "iv40", "minutes": 10, "tail_minutes": 0})
    assert answer.status_code == 201, answer.text
    lists = clinic.patient(answer.json["secret"]).lists()["lists"]
    assert lists[0]["title"] == "First list"
    assert len(lists) >= 2
    assert len({frozenset(piece["track_id"] for piece in found["pieces"]) for found in lists}) == len(lists)
    two = staff.call("POST", "/previews/sets", {"template": "iv40", "minutes": 10, "tail_minutes": 0, "count": 2})
    assert len(clinic.patient(two.json["secret"]).lists()["lists"]) == 2
    refused = staff.call("POST", "/previews/sets", {"template": "none"})
    assert refused.status_code == 422


@pytest.mark.parametrize("count", [0, 6])
def test_a_preview_offers_one_to_five_lists(clinic, count):
    answer = clinic.staff().call("POST", "/previews", {"playlist_ids": [f"{n:016}" for n in range(count)]})
    assert answer.status_code == 422


def test_a_curator_makes_no_previews(clinic):
    assert clinic.staff("curator").call("GET", "/previews").status_code == 403


def test_the_previews_own_app_has_nothing_else(clinic, link):
    alone = create_preview_app(clinic.data, clock=clinic.clock).test_client()
    rules = {rule.rule for rule in clinic.app.url_map.iter_rules()}
    ours = {rule for rule in rules if rule == "/preview" or rule.startswith(("/preview/", "/static/"))}
    assert len(rules - ours) > 20
    for rule in rules - ours:
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            address = rule.replace("<", "").replace(">", "").replace("path:", "")
            assert alone.open(address, method=method).status_code == 404, (method, rule)
    assert {rule.rule for rule in alone.application.url_map.iter_rules()} == ours
    page = alone.get("/preview")
    assert page.status_code == 200
    assert "Set-Cookie" not in page.headers
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert page.headers["Cache-Control"] == "no-store"
    patient = clinic.patient(link["secret"], alone=True)
    assert patient.vote(pieces_of(patient.lists())[0], "veto").status_code == 200
    assert Patient(alone).send("GET", "lists").status_code == 401


def test_the_offered_copies_say_nothing_of_when(clinic, link):
    patient = clinic.patient(link["secret"])
    clinic.clock.wait(500)
    patient.vote(pieces_of(patient.lists())[0], "veto")
    with clinic.engine.connect() as connection:
        preview = store.get(connection, link["preview_id"])
        (playlist_id,) = store.lists_of(connection, link["preview_id"])
        offered = shelf.get(connection, playlist_id)
    assert offered.revision == 2
    assert offered.changed_ms == preview.created_ms


def test_a_piece_whose_file_is_gone_says_so(clinic, link):
    patient = clinic.patient(link["secret"])
    track_id = pieces_of(patient.lists())[0]
    with writing(clinic.engine) as connection:
        connection.execute(sa.text("UPDATE file SET path = path || '.gone'"))
    answer = patient.send("GET", f"media/{track_id}/excerpt")
    assert (answer.status_code, answer.json["code"]) == (410, "media_gone")
