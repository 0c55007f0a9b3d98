"""Looking back through the real app at a session that was lived through: record, list to take home, M3U8."""

import pytest

from tests.soundscape.house import House
from tests.soundscape.lived import live_through, put_pieces


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    house = House(tmp_path_factory.mktemp("records"))
    put_pieces(house)
    return house


@pytest.fixture(scope="module")
def nurse(house):
    return house.staff("clinician")


@pytest.fixture(scope="module")
def session_id(house, nurse):
    return live_through(house, nurse, house.room())


def test_the_record_says_what_was_heard(nurse, session_id):
    record = nurse.call("GET", f"/sessions/{session_id}/record").json
    assert record["heard_s"] == 106.0
    version = record["version"]
    assert (record["title"], version["version"], version["signed_by"]) == ("Slow water", 1, "test")
    assert [(gap["seconds"], gap["why"]) for gap in record["interruptions"]] == [(12.0, "reloaded")]
    assert [(piece["title"], round(piece["heard_s"], 3)) for piece in record["pieces"]] == [
        ("Für Élise <b>slowly</b>", 49.0),
        ("Rain", 63.0),
    ]
    assert [(quiet["to_ms"] - quiet["from_ms"], quiet["by"]) for quiet in record["quiet"]] == [(20_000, nurse.name)]
    assert [(change["from_db"], change["to_db"]) for change in record["levels"]] == [(-6.0, -9.0)]


def test_the_page_tells_it_in_sentences(nurse, session_id):
    page = nurse.client.get(f"/records/{session_id}").text
    for words in (
        "No music for 12 seconds. The player was loaded again.",
        "The music was back, at 0:44 of the list.",
        f"{nurse.name} made it softer: −6 dB to −9 dB.",
        f"{nurse.name} ended the music gently.",
        "Für Élise &lt;b&gt;slowly&lt;/b&gt;",
        "<strong>1 interruption</strong>",
        "1:03 of 1:03, whole",
        "signed off by <bdi>test</bdi>",
    ):
        assert words in page
    assert "<b>slowly" not in page
    assert "style=" not in page
    assert "<style" not in page


def test_the_list_of_sessions_by_day(house, nurse, session_id):
    page = nurse.client.get("/records").text
    assert f'href="/records/{session_id}"' in page
    assert "1:46 of 2:00" in page
    assert "1 interruption" in page
    older = nurse.client.get("/records?before_ms=0").text
    assert "There are no older sessions." in older
    assert nurse.client.get("/records?before_ms=-99999999999999999999").status_code == 200


def test_what_is_taken_home_names_the_music_and_nothing_else(house, nurse, session_id):
    page = nurse.client.get(f"/records/{session_id}/take-home").text
    sheet = page.split("<article")[1].split("</article>")[0]
    code = nurse.call("GET", f"/sessions/{session_id}").json["code"]
    assert sheet.index("Für Élise") < sheet.index("Rain")
    assert "0:02" in sheet
    for absent in (code, nurse.name, "Room 1", "interruption", "secret-folder"):
        assert absent not in sheet


def test_the_m3u8_opens_elsewhere_and_names_no_path(nurse, session_id):
    answer = nurse.call("GET", f"/sessions/{session_id}/take-home.m3u8")
    assert answer.mimetype == "application/vnd.apple.mpegurl"
    assert "attachment" in answer.headers["Content-Disposition"]
    lines = answer.data.decode("utf-8").splitlines()
    assert lines[0] == "#EXTM3U"
    assert lines[2:] == [
        "#EXTINF:49,L. v. B. - Für Élise <b>slowly</b>",
        "L. v. B. - Für Élise <b>slowly<-b>",
        "#EXTINF:63,Rain",
        "Rain",
    ]
    assert "secret-folder" not in answer.text


def test_a_session_that_only_was_planned_and_one_that_never_was(house, nurse):
    session = {"room_id": house.room("Room 9"), "playlist_id": house.playlist()}
    planned = nurse.call("POST", "/sessions", session).json["session"]["session_id"]
    assert "It was never started." in nurse.client.get(f"/records/{planned}").text
    assert "No piece of this session was heard yet." in nurse.client.get(f"/records/{planned}/take-home").text
    assert nurse.call("GET", f"/sessions/{planned}/record").json["spans"] == []
    assert nurse.call("GET", f"/sessions/{planned}/take-home.m3u8").status_code == 200
    assert nurse.client.get("/records/none").status_code == 404
    assert nurse.call("GET", "/sessions/none/record").json["code"] == "not_found"


def test_a_curator_does_not_read_records(house, session_id):
    curator = house.staff("curator")
    assert curator.client.get("/records").status_code == 403
    assert curator.call("GET", f"/sessions/{session_id}/record").status_code == 403
