"""Accounts through the real app: made, first used, changed, closed, and never without an administrator."""

import pytest

from library.store import writing
from soundscape import accounts
from soundscape.stores import accounts as store
from tests.soundscape.house import PASSWORD, Browser, House


@pytest.fixture
def house(tmp_path):
    return House(tmp_path)


@pytest.fixture
def admin(house):
    return house.staff("admin")


def first(house, code, password=PASSWORD):
    browser = Browser(house.app, "")
    return browser, browser.client.post(
        "/first", data={"code": code, "password": password, "csrf_token": browser.token()}
    )


def account(admin, name):
    return next(found for found in admin.call("GET", "/accounts").json if found["name"] == name)


def test_the_first_login_of_all_makes_an_administrator(house):
    with writing(house.engine) as connection:
        code = accounts.first_login(connection, house.clock())
    browser, answer = first(house, code)
    assert answer.status_code == 302
    assert browser.client.get("/accounts").status_code == 200


def test_somebody_new_comes_in_with_a_login_that_works_once(house, admin):
    made = admin.call("POST", "/accounts", {"name": "berta", "role": "curator"})
    assert made.status_code == 201
    assert not made.json["account"]["has_password"]
    code = made.json["one_time_login"]
    page = admin.client.get("/accounts").text
    assert "first login awaited" in page
    assert code not in page
    berta, answer = first(house, code)
    assert answer.status_code == 302
    assert berta.client.get("/accounts").status_code == 403
    assert first(house, code)[1].status_code == 403
    assert account(admin, "berta")["has_password"]


def test_a_login_is_void_after_a_day_and_after_the_next(house, admin):
    made = admin.call("POST", "/accounts", {"name": "berta", "role": "curator"}).json
    again = admin.call("POST", f"/accounts/{made['account']['account_id']}/one-time-login").json["one_time_login"]
    assert first(house, made["one_time_login"])[1].status_code == 403
    house.clock.wait(24 * 3600)
    assert first(house, again)[1].status_code == 403


def test_a_new_login_voids_the_password_and_every_sign_in(house, admin):
    nurse = house.staff("clinician")
    house.clock.wait(1)
    found = account(admin, nurse.name)
    assert nurse.client.get("/desk").status_code == 200
    assert admin.call("POST", f"/accounts/{found['account_id']}/one-time-login").status_code == 201
    assert nurse.client.get("/desk").status_code == 302


def test_another_role_counts_from_the_next_sign_in(house, admin):
    nurse = house.staff("clinician")
    house.clock.wait(1)
    found = account(admin, nurse.name)
    assert admin.call("PATCH", f"/accounts/{found['account_id']}", {"role": "curator"}).json["role"] == "curator"
    assert nurse.client.get("/desk").status_code == 302


def test_a_closed_account_stays_out_until_it_is_opened(house, admin):
    nurse = house.staff("clinician")
    house.clock.wait(1)
    address = f"/accounts/{account(admin, nurse.name)['account_id']}"
    assert not admin.call("PATCH", address, {"active": False}).json["active"]
    assert nurse.client.get("/desk").status_code == 302
    refused = admin.call("POST", f"{address}/one-time-login")
    assert "Open it first." in refused.json["detail"]
    again = house.nobody()
    form = {"name": nurse.name, "password": PASSWORD, "csrf_token": again.token()}
    assert again.client.post("/sign-in", data=form).status_code == 403
    admin.call("PATCH", address, {"active": True})
    assert again.client.post("/sign-in", data={**form, "csrf_token": again.token()}).status_code == 302


@pytest.mark.parametrize("change", [{"role": "curator"}, {"active": False}, None])
def test_the_last_administrator_stays(house, admin, change):
    address = f"/accounts/{account(admin, admin.name)['account_id']}"
    if change is None:
        refused = admin.call("POST", f"{address}/one-time-login")
    else:
        refused = admin.call("PATCH", address, change)
    assert refused.status_code == 409
    assert refused.json["code"] == "last_admin"
    assert "only administrator who can sign in" in refused.json["detail"]
    assert admin.client.get("/accounts").status_code == 200


def test_a_name_is_taken_whatever_its_case(admin):
    assert admin.call("POST", "/accounts", {"name": "Berta", "role": "curator"}).status_code == 201
    assert admin.call("POST", "/accounts", {"name": "berta", "role": "admin"}).json["code"] == "taken"


def test_the_page_says_what_each_role_may_do(admin):
    page = admin.client.get("/accounts").text
    for words in ("Runs sessions", "Keeps the music", "All of that"):
        assert words in page


def test_what_is_stored_costs_what_rfc_9106_asks(house, cheap_passwords, monkeypatch):
    hasher, nobody = cheap_passwords
    monkeypatch.setattr(accounts, "_hasher", hasher)
    admin = house.staff("admin")
    with house.engine.connect() as connection:
        stored = store.by_name(connection, admin.name).password_hash
    for each in (stored, nobody):
        assert each.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert accounts.sign_in(house.engine, admin.name, PASSWORD, house.clock()).name == admin.name
    with pytest.raises(accounts.WrongLogin):
        accounts.sign_in(house.engine, admin.name, "slow water lamp", house.clock())
