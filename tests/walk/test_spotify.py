"""Connecting to Spotify in a real browser, which looks at where a form's answer leads; then reading, and the end."""

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import expect

from library.catalogue import Catalogue, FileState
from library.track import Tags
from soundscape.parts import now_ms
from tests.soundscape.conftest import first_scan, pieces, scanned
from tests.soundscape.elsewhere import working
from tests.soundscape.house import House
from tests.soundscape.lived import live_through, put_pieces
from tests.soundscape.served import served
from tests.soundscape.spotify import elsewhere
from tests.soundscape.spotify.elsewhere import CODE, Handler
from tests.soundscape.spotify.house import ADDRESS, clinic_at, connect, set_up
from tests.walk.test_pages import Site, look

__all__ = ["first_scan", "pieces", "scanned"]  # fixtures

LONGEST_MS = 60_000


@pytest.fixture
def spotify():
    with elsewhere.running() as found:
        yield found


def allow(handler: Handler) -> None:
    """Spotify's page, on which the person allows it at once."""
    asked = {key: values[0] for key, values in parse_qs(urlsplit(handler.path).query).items()}
    handler.server.elsewhere.challenge = asked["code_challenge"]
    back = f"{asked['redirect_uri']}?{urlencode({'code': CODE, 'state': asked['state']})}"
    handler.say(302, b"", Location=back)


def test_an_account_is_connected_a_list_read_and_the_account_disconnected(browser, spotify, scanned, tmp_path):
    clinic = clinic_at(spotify.address, scanned, tmp_path / "data")
    clinic.clock.ms = now_ms()
    spotify.fail("GET /accounts/authorize", allow)
    with (
        served(clinic) as address,
        working(clinic),
        Site(browser, clinic, clinic.staff().name, address).window(signed_in=True) as watched,
    ):
        page = watched.page
        page.goto(f"{address}/spotify")
        assert look(page, "spotify-unconnected") == []
        page.get_by_role("button", name="Connect").click()
        expect(page.get_by_text("The Spotify account is connected.")).to_be_visible()
        assert page.url == f"{address}/spotify"
        assert look(page, "spotify-connected") == []
        page.get_by_role("link", name="Lists from elsewhere").click()
        page.get_by_label("Address of the playlist").fill(ADDRESS)
        page.get_by_role("button", name="Read it").click()
        expect(page.locator(".counts")).to_have_text("● 0 owned ◆ 0 in doubt ○ 2 missing", timeout=LONGEST_MS)
        page.goto(f"{address}/spotify")
        spotify.fail("GET /accounts/authorize", allow)
        page.get_by_role("button", name="Connect again").click()
        expect(page.get_by_text("The Spotify account is connected.")).to_be_visible()
        page.get_by_role("button", name="Disconnect").click()
        expect(page.get_by_text("No account is connected")).to_be_visible()
        assert len(watched.wrong) == 2
        assert all(left.startswith(f"a request to {spotify.address}/accounts/authorize?") for left in watched.wrong)


def test_a_take_home_page_says_at_once_why_its_list_could_not_be_written(browser, spotify, tmp_path):
    """The connection ends while the list is written, and with it the way to write one from this page."""
    set_up(spotify.address, tmp_path / "data")
    house = House(tmp_path / "data")
    house.clock.ms = now_ms()
    put_pieces(house)
    file = FileState(path="/srv/music/secret-folder/a.flac", size_bytes=1, modified_ns=2)
    Catalogue(house.engine).put_tags(file, "a" * 64, Tags(title="Rain", isrc="DEX260000001"))
    connect(house.staff("admin"), spotify)
    nurse = house.staff("clinician")
    session_id = live_through(house, nurse, house.room())
    spotify.access.clear()
    spotify.refresh = "another"
    with (
        served(house) as address,
        working(house),
        Site(browser, house, nurse.name, address).window(signed_in=True) as watched,
    ):
        page = watched.page
        page.goto(f"{address}/records/{session_id}/take-home")
        page.get_by_role("button", name="Write as a Spotify list").click()
        expect(page.get_by_text("Spotify no longer accepts this connection.")).to_be_visible(timeout=LONGEST_MS)
        expect(page.get_by_text("No account is connected.")).to_be_visible()
        expect(page.locator("#at-spotify progress")).to_have_count(0)
        expect(page.locator("#at-spotify button")).to_have_count(0)
