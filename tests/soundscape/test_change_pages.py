"""Live changes from the desk in a real browser: by keyboard, said to a screen reader, one press however often sent."""

import re

from playwright.sync_api import expect

from soundscape.parts import now_ms
from tests.soundscape.house import House, Ticking
from tests.soundscape.served import served
from tests.soundscape.test_keepers_pages import sign_in
from tests.soundscape.test_preview_pages import DESK, page_of

REFRESHED = "() => new Promise((done) => document.addEventListener('refreshed', () => done(), { once: true }))"


def test_a_change_is_asked_by_keyboard_and_what_comes_of_it_is_said(tmp_path, chromium):
    house = House(tmp_path, Ticking())  # which of two presses came first must be known
    house.clock.ms = now_ms()
    room_id, desk = house.room(), house.staff("clinician")
    tablet, playlist_id = house.tablet(room_id), house.playlist(minutes=60)
    house.mixdown(playlist_id)
    session = desk.call("POST", "/sessions", {"room_id": room_id, "playlist_id": playlist_id}).json["session"]
    desk.call("POST", f"/sessions/{session['session_id']}/start", {})
    tablet.report("playing", position_s=1.0)
    sent = []
    with served(house) as address, page_of(chromium, DESK) as page:
        sign_in(page, address, house.staff("clinician").name)
        page.on("request", lambda request: sent.append(request.post_data_json) if "/changes" in request.url else None)
        page.route("**/changes", lambda route: route.abort())
        for wanted in ("Extend 10", "Press again: 10 minutes more"):
            page.get_by_role("button", name=wanted).press("Enter")
        expect(page.get_by_text("The server does not answer.")).to_be_visible()
        page.evaluate(REFRESHED)
        page.unroute("**/changes")
        for wanted in ("Extend 10", "Press again: 10 minutes more"):
            page.get_by_role("button", name=wanted).press("Enter")
        said = page.get_by_role("status").filter(has_text="10 minutes more")
        expect(said).to_have_text(re.compile(r"10 minutes more: joins at \d\d:\d\d, in \d+ minutes\."))
        expect(page.get_by_role("button", name="Extend 10")).to_be_focused()
        for wanted in ("Pause infusion", "Press again to pause"):
            page.get_by_role("button", name=wanted).press("Enter")
        expect(page.get_by_role("button", name="Infusion goes on")).to_be_focused()
        expect(said).to_contain_text("Pause of the infusion, with 10 minutes more: joins at")
        expect(page.get_by_text("The infusion's clock has stood since")).to_be_visible()
    first, again, pause = [body["change_id"] for body in sent]
    assert first == again != pause
    assert tablet.report("playing", position_s=2.0)["wished"]["paused"] is True
