"""A clinic whose app is asked at a scripted Spotify, and whose people come and go there as browsers do."""

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.soundscape.clinic import Clinic
from tests.soundscape.elsewhere import work
from tests.soundscape.house import Browser, House
from tests.soundscape.spotify.elsewhere import CODE, LIST, Elsewhere

AT = "https://localhost"
ADDRESS = f"https://open.spotify.com/playlist/{LIST}?si=1"


def clinic_at(address: str, scanned: Path, data: Path) -> Clinic:
    """A clinic with an app of its own; ``address`` is where Spotify is."""
    set_up(address, data)
    return Clinic(scanned, data)


def set_up(address: str, data: Path) -> None:
    """The settings of an app at this Spotify, in a new data directory."""
    data.mkdir()
    there = {"client_id": "0123456789abcdef", "api": f"{address}/v1", "accounts": f"{address}/accounts"}
    (data / "soundscape.toml").write_text("".join(f'spotify_{key} = "{value}"\n' for key, value in there.items()))


def post(browser: Browser, address: str):
    """A page's plain form."""
    form = {"csrf_token": browser.token()}
    return browser.client.post(address, data=form, base_url=AT, headers={"Referer": f"{AT}/spotify"})


def sent(browser: Browser) -> dict[str, str]:
    """Press Connect; with what the person is sent to Spotify."""
    answer = post(browser, "/spotify/connect")
    assert answer.status_code == 303, answer.text
    return {key: values[0] for key, values in parse_qs(urlsplit(answer.location).query).items()}


def come_back(browser: Browser, **query: str):
    return browser.client.get("/spotify/callback", query_string=query, base_url=AT)


def connect(browser: Browser, spotify: Elsewhere) -> None:
    query = sent(browser)
    spotify.challenge = query["code_challenge"]
    come_back(browser, code=CODE, state=query["state"])
    assert "An account is connected" in page(browser)
    spotify.asked.clear()


def page(browser: Browser, address: str = "/spotify") -> str:
    answer = browser.client.get(address, base_url=AT)
    assert answer.status_code == 200, answer.text
    return answer.text


def brought_in(clinic: House, browser: Browser, address: str = ADDRESS) -> dict:
    """A list that was asked for and that the job has read, or not, as the API shows it."""
    answer = browser.call("POST", "/imports", {"url": address})
    assert answer.status_code == 202, answer.text
    work(clinic, answer.json["job_id"])
    return browser.call("GET", f"/imports/{answer.json['import_id']}").json
