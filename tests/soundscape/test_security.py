"""Doors: where a sign-in leads, who is slowed down, how long a sign-in lasts, and what a proxy may say."""

import pytest
from flask import Flask, request

from library.store import writing
from soundscape import accounts, security
from soundscape.app import create_app, create_preview_app
from soundscape.config import FILE
from tests.soundscape.house import PASSWORD, House


@pytest.fixture
def house(tmp_path):
    return House(tmp_path)


@pytest.fixture
def admin(house):
    return house.staff("admin")


def sign_in(house: House, name: str, password: str = PASSWORD, onward: str = "", **environ: str):
    browser = house.nobody()
    form = {"name": name, "password": password, "next": onward, "csrf_token": browser.token()}
    return browser.client.post("/sign-in", data=form, environ_overrides=environ)


def behind_proxy(data) -> Flask:
    (data / FILE).write_text("plain_http = true\n")
    return create_app(data)


ELSEWHERE = ("//evil.example", "/\\evil.example", "/\t/evil.example", "/\n/evil.example", "/\r\n/evil.example")


@pytest.mark.parametrize("onward", [*ELSEWHERE, "\t//evil.example", "https://evil.example", "/\x00", "javascript:x"])
def test_nobody_is_led_elsewhere_after_signing_in(house, admin, onward):
    answer = sign_in(house, admin.name, onward=onward)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")


def test_after_signing_in_one_goes_on_to_where_one_was_going(house, admin):
    assert sign_in(house, admin.name, onward="/playlists/new?template=iv60").headers["Location"] == (
        "/playlists/new?template=iv60"
    )


def test_a_whole_clinic_signs_in_from_one_address(house, admin):
    assert {sign_in(house, admin.name).status_code for _ in range(30)} == {302}


def test_who_guesses_is_slowed_down_and_others_at_the_same_address_are_not(house, admin):
    tried = [sign_in(house, "somebody", "a wrong password").status_code for _ in range(15)]
    assert (tried[0], tried[-1]) == (403, 429)
    assert sign_in(house, admin.name).status_code == 302


def test_a_name_is_not_locked_for_its_owner_by_somebody_at_another_address(house, admin):
    for _ in range(15):
        sign_in(house, admin.name, "a wrong password", REMOTE_ADDR="192.168.1.77")
    assert sign_in(house, admin.name, REMOTE_ADDR="192.168.1.77").status_code == 429
    assert sign_in(house, admin.name).status_code == 302


def test_the_same_name_in_other_letters_is_the_same_name(house, admin):
    names = [admin.name, admin.name.upper(), f" {admin.name} "]
    tried = [sign_in(house, names[n % 3], "a wrong password").status_code for n in range(12)]
    assert tried[-1] == 429


def test_who_tries_one_password_on_many_names_is_slowed_down(house):
    assert 429 in [sign_in(house, f"name {n}", "a wrong password").status_code for n in range(61)]


@pytest.mark.parametrize(
    ("address", "body"), [("/api/v1/player/pair", {"code": "000000"}), ("/preview/open", {"secret": "none"})]
)
def test_who_guesses_codes_and_links_is_slowed_down(house, address, body):
    client = house.nobody().client
    answers = [client.post(address, json=body, headers={"Sec-Fetch-Site": "same-origin"}) for _ in range(61)]
    assert answers[0].status_code in (403, 410)
    assert answers[-1].status_code == 429
    assert answers[-1].json["code"] == "too_many_requests"


def test_many_tablets_pair_from_one_address(house):
    room_id = house.room()
    for _ in range(25):
        house.tablet(room_id)


def test_behind_a_proxy_each_visitor_counts_alone(tmp_path):
    client = behind_proxy(tmp_path).test_client()
    guess = {"code": "000000"}
    tried = [client.post("/api/v1/player/pair", json=guess, headers={"X-Forwarded-For": "7.7.7.7"}) for _ in range(61)]
    assert tried[-1].status_code == 429
    other = client.post("/api/v1/player/pair", json=guess, headers={"X-Forwarded-For": "8.8.8.8"})
    assert other.status_code == 403


def test_without_a_proxy_nobody_says_where_they_are(house):
    client = house.nobody().client
    tried = [
        client.post("/api/v1/player/pair", json={"code": "000000"}, headers={"X-Forwarded-For": f"7.7.7.{n}"})
        for n in range(61)
    ]
    assert tried[-1].status_code == 429


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.168.1.7", "192.168.1.7"),
        ("2001:db8::1:2:3:4", "2001:db8::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:192.168.1.7", "::ffff:192.168.1.7"),
    ],
)
def test_visitors_are_counted_by_what_one_of_them_has(house, address, counted):
    with house.app.test_request_context(environ_base={"REMOTE_ADDR": address}):
        assert security.visitor().replace("::ffff:c0a8:107", "::ffff:192.168.1.7") == counted


def test_another_sites_page_cannot_use_up_the_tries_of_a_clinic(house, admin):
    client = house.nobody().client
    for _ in range(61):
        assert client.post("/sign-in", data={"name": admin.name, "password": "x"}).status_code == 400
        foreign = {"Sec-Fetch-Site": "cross-site"}
        assert client.post("/preview/open", json={"secret": "none"}, headers=foreign).status_code == 403
    assert sign_in(house, admin.name).status_code == 302


def test_a_proxys_word_on_scheme_and_name_counts(tmp_path):
    app = behind_proxy(tmp_path)
    with app.test_client() as client:
        client.get("/sign-in", headers={"X-Forwarded-Proto": "https", "X-Forwarded-Host": "music.example"})
        assert request.host_url == "https://music.example/"


def test_a_sign_in_ends_when_it_is_said_to_however_much_it_is_used(house, admin):
    admin.client.get("/desk")
    answer = admin.client.get("/desk")
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers


def test_the_cookie_is_kept_from_scripts_and_other_sites(house, admin):
    cookie = next(c for c in sign_in(house, admin.name).headers.getlist("Set-Cookie") if "soundscape_session" in c)
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}


def test_signing_in_gives_another_session_than_the_one_before(house, admin):
    browser = house.nobody()
    form = {"name": admin.name, "password": PASSWORD, "csrf_token": browser.token()}
    before = form["csrf_token"]
    browser.client.post("/sign-in", data=form)
    answer = browser.client.post("/api/v1/rooms", json={"name": "R"}, headers={"X-CSRFToken": before})
    assert answer.status_code == 400


def test_only_a_certificate_of_the_clinics_own_binds_browsers_to_https(house, tmp_path):
    assert "Strict-Transport-Security" not in house.nobody().client.get("/sign-in").headers
    data = tmp_path / "own"
    data.mkdir()
    (data / FILE).write_text('certificate = "c.pem"\ncertificate_key = "k.pem"\n')
    for app in (create_app(data), create_preview_app(data)):
        assert app.test_client().get("/preview").headers["Strict-Transport-Security"] == "max-age=31536000"


def test_streams_never_take_every_thread(tmp_path):
    (tmp_path / FILE).write_text("streams = 1\n")
    house = House(tmp_path)
    tablet = house.tablet(house.room())
    first = tablet.client.get("/api/v1/player/events", headers=tablet.headers, buffered=False)
    lines = first.iter_encoded()
    assert next(lines) == b"retry: 2000\n\n"
    refused = house.staff("clinician").call("GET", "/events?topics=desk")
    assert (refused.status_code, refused.json["code"]) == (503, "too_many_streams")
    first.close()
    again = tablet.client.get("/api/v1/player/events", headers=tablet.headers, buffered=False)
    assert again.status_code == 200
    again.close()


def test_a_password_is_checked_without_holding_up_the_rooms(house, admin):
    """Checking takes a tenth of a second; the database's one writer is not to wait for it."""
    with writing(house.engine), pytest.raises(accounts.WrongLogin):
        accounts.sign_in(house.engine, admin.name, "a wrong password", house.clock())
