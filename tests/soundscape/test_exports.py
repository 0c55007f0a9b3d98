"""Lists for elsewhere: as files for other players, as marks of a session file, as tables for a spreadsheet."""

import csv
import io
import itertools
import json
import os
import subprocess
from pathlib import Path

import msgspec
import pytest

from playlists.exchange.errors import UnwritablePath
from playlists.exchange.reading import read_listing
from playlists.exchange.writing import write_listing
from soundscape.exports import FORMATS, LIST_FORMATS, file_stem, find, listing_of
from tests.playlists.exchange.test_players import played
from tests.playlists.sources import noise, write


@pytest.fixture
def nurse(clinic):
    return clinic.staff("clinician")


def exported(browser, playlist_id, **query):
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    return browser.client.get(f"/api/v1/playlists/{playlist_id}/export?{asked}")


@pytest.mark.parametrize("format_", FORMATS)
def test_every_format_names_every_piece_and_is_kept_as_a_file(clinic, nurse, format_):
    playlist_id = clinic.shelved("Slow/water: 1")
    answer = exported(nurse, playlist_id, format=format_)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="Slow water 1.')
    items = nurse.call("GET", f"/playlists/{playlist_id}").json["playlist"]["items"]
    titles = {track.track_id: track.tags.title for track in clinic.tracks}
    for item in items:
        assert titles[item["track_id"]] in answer.text


def test_names_only_holds_no_path_and_paths_hold_the_files(clinic, nurse, pieces):
    playlist_id = clinic.shelved("Slow water")
    assert str(pieces) not in exported(nurse, playlist_id, format="m3u8").text
    whole = lines_of(exported(nurse, playlist_id, format="m3u8", paths="absolute").text)
    assert whole
    assert all(Path(line).is_file() for line in whole)
    relative = lines_of(exported(nurse, playlist_id, format="m3u8", paths="relative").text)
    assert [str(pieces / line) for line in relative] == whole
    assert not any(os.sep in line for line in relative)


def lines_of(text):
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def test_marks_begin_where_the_session_does(clinic, nurse):
    playlist_id = clinic.shelved("Slow water")
    items = nurse.call("GET", f"/playlists/{playlist_id}").json["playlist"]["items"]
    cue = exported(nurse, playlist_id, format="cue").text
    indexes = [line.split()[-1] for line in cue.splitlines() if "INDEX 01" in line]
    found_s = [int(m) * 60 + int(s) + int(f) / 75 for m, s, f in (index.split(":") for index in indexes)]
    assert found_s == pytest.approx([item["start_s"] for item in items], abs=1 / 75)
    assert 'FILE "Slow water.m4a"' in cue


def test_chapters_are_read_by_ffmpeg(clinic, nurse, tmp_path):
    playlist_id = clinic.shelved("Slow water")
    items = nurse.call("GET", f"/playlists/{playlist_id}").json["playlist"]["items"]
    path = tmp_path / "chapters.ffmetadata"
    path.write_bytes(exported(nurse, playlist_id, format="chapters").data)
    asked = ["ffprobe", "-v", "error", "-f", "ffmetadata", "-show_chapters", "-of", "json", str(path)]
    chapters = json.loads(subprocess.run(asked, capture_output=True, check=True, timeout=60).stdout)["chapters"]
    assert [float(chapter["start_time"]) for chapter in chapters] == pytest.approx(
        [item["start_s"] for item in items], abs=0.001
    )


def test_what_is_no_list_or_no_format_is_said(clinic, nurse):
    assert exported(nurse, "0" * 16, format="m3u8").status_code == 404
    assert exported(nurse, clinic.shelved("A"), format="exe").status_code == 422
    assert clinic.nobody().client.get("/api/v1/playlists/1/export").status_code in (302, 401)


@pytest.mark.parametrize(
    "title", ["../../etc/passwd", "", "...", "\x00\n", "a" * 500, 'q"uote', "Ünïcode – 音楽", "CON:1"]
)
def test_a_title_is_never_a_path(title):
    stem = file_stem(title)
    assert stem
    assert len(stem) <= 80
    assert not set(stem) & set('/\\:"\x00\n')
    assert not stem.startswith(".")


def test_the_shelf_as_a_table_says_what_the_answer_says(clinic, nurse):
    clinic.shelved("=HYPERLINK(1)")
    clinic.shelved("Slow, water")
    rows = list(csv.DictReader(io.StringIO(nurse.client.get("/api/v1/playlists?format=csv").data.decode("utf-8-sig"))))
    lists = nurse.call("GET", "/playlists?format=json").json
    assert lists == nurse.call("GET", "/playlists").json
    assert {row["playlist_id"] for row in rows} == {found["playlist_id"] for found in lists}
    assert {row["title"] for row in rows} == {"'=HYPERLINK(1)", "Slow, water"}


def test_records_as_a_table(clinic, nurse):
    room_id, playlist_id = clinic.room(), clinic.shelved("Slow water")
    clinic.mixdown(playlist_id)
    session = nurse.call("POST", "/sessions", {"room_id": room_id, "playlist_id": playlist_id}).json["session"]
    started = nurse.call("POST", f"/sessions/{session['session_id']}/start", {})
    assert started.status_code == 200, started.text
    (found,) = nurse.call("GET", "/records").json
    assert (found["code"], found["room"], found["heard_s"]) == (session["code"], "Room 1", 0.0)
    table = nurse.client.get("/api/v1/records?format=csv").data.decode("utf-8-sig")
    assert next(iter(csv.DictReader(io.StringIO(table))))["code"] == session["code"]
    assert nurse.call("GET", f"/records?before_ms={found['started_ms']}").json == []


# Where the files lie


def lying(clinic, *paths):
    """A list of the shelf whose files lie at these paths, in turn."""
    playlist_id = clinic.shelved("Slow water")
    with clinic.engine.connect() as connection:
        shelved = find(connection, playlist_id)
    ids = [item.track_id for item in shelved.playlist.items]
    places = dict(zip(ids, itertools.cycle(paths)))
    return shelved, {
        track.track_id: msgspec.structs.replace(track, paths=(places[track.track_id],))
        for track in clinic.tracks
        if track.track_id in places
    }


@pytest.mark.parametrize("format_", LIST_FORMATS)
def test_a_relative_path_holds_whatever_colon_its_folder_has(clinic, format_):
    files = ["/m/re:member/02 unfold.flac", "/m/data:1/a.flac", "/m/http:/a.flac", "/m/C:/a.flac", "/m/#1.flac"]
    shelved, tracks = lying(clinic, *files)
    data = write_listing(listing_of(shelved, tracks, "relative", None), format_)
    found = read_listing(io.BytesIO(data), f"list.{format_}")
    assert {os.path.normpath(f"/m/{entry.location}") for entry in found.entries} == set(files)


def test_a_file_whose_name_no_list_can_hold_is_named(clinic):
    shelved, tracks = lying(clinic, "/m/a.flac", "/m/caf\udce9.flac")
    with pytest.raises(UnwritablePath, match=r"'/m/caf\\udce9\.flac' cannot stand in a list"):
        write_listing(listing_of(shelved, tracks, "absolute", None), "m3u8")
    assert write_listing(listing_of(shelved, tracks, "names", None), "m3u8")


def test_names_alone_ask_no_disk(clinic):
    """Of a name of 5,000 letters no system answers whether it is there: who asks, fails."""
    shelved, tracks = lying(clinic, "/" + "a" * 5_000)
    with pytest.raises(OSError, match="too long"):
        listing_of(shelved, tracks, "absolute", None)
    assert all(entry.location is None for entry in listing_of(shelved, tracks, "names", None).entries)


@pytest.mark.parametrize("paths", ["relative", "absolute"])
def test_mpv_plays_a_list_that_lies_beside_its_music(clinic, tmp_path, paths):
    (tmp_path / "data:1").mkdir()
    names = ["Für Élise #1, 100%25.wav", "#rain.wav", "re:member.wav"]
    files = [str(write(tmp_path / "data:1" / name, noise(0.5, -30))) for name in names]
    shelved, tracks = lying(clinic, *files)
    out = tmp_path / "list.m3u8"
    out.write_bytes(write_listing(listing_of(shelved, tracks, paths, str(out.parent)), "m3u8"))
    assert (str(tmp_path) in out.read_text(encoding="utf-8")) is (paths == "absolute")
    heard = [path for path, *_ in played(out)]
    assert [os.path.normpath(out.parent / path) for path in heard] == [
        tracks[item.track_id].paths[0] for item in shelved.playlist.items
    ]


# The command line


@pytest.fixture
def shelf(clinic):
    return clinic.shelved("Slow water")


def test_export_writes_a_list_whose_paths_hold_from_where_it_lies(run, clinic, shelf, tmp_path):
    out = tmp_path / "out" / "list.m3u8"
    out.parent.mkdir()
    asked = ("--format", "m3u8", "--paths", "relative", "--out", out, "--data", clinic.data)
    assert run("export", "Slow water", *asked).status == 0
    assert all((out.parent / line).is_file() for line in lines_of(out.read_text()))
    by_id = run("export", shelf, "--format", "json", "--data", clinic.data)
    assert json.loads(by_id.out)["title"] == "Slow water"


def test_export_of_an_unknown_or_doubtful_title_fails_in_words(run, clinic, shelf):
    clinic.shelved("Slow water")
    twice = run("export", "Slow water", "--format", "m3u8", "--data", clinic.data)
    assert (twice.status, shelf in twice.err) == (1, True)
    none = run("export", "Fast fire", "--format", "m3u8", "--data", clinic.data)
    assert (none.status, none.out) == (1, "")
    assert "'Fast fire'" in none.err
    assert run("export", "Slow water", "--format", "exe", "--data", clinic.data).status == 2


def test_import_says_of_each_line_what_it_is_and_the_service_shows_it(run, clinic, tmp_path):
    path = tmp_path / "list.m3u8"
    path.write_text("#EXTM3U\n#EXTINF:65,Artist 1 - Piece 1\na\n#EXTINF:1,Nobody - Nothing\nb\n")
    said = run("import", path, "--data", clinic.data)
    assert said.status == 0, said.err
    assert said.out.splitlines()[0].startswith("owned     Artist 1 - Piece 1  is ")
    assert said.out.splitlines()[1] == "missing   Nobody - Nothing"
    assert said.out.splitlines()[2].endswith("list.m3u8: 1 owned, 0 doubtful, 1 missing.")
    objects = run("import", path, "--data", clinic.data, "--json").objects
    assert [found["verdict"] for found in objects] == ["owned", "missing"]
    shown = clinic.staff("curator").call("GET", "/imports").json
    assert [(one["state"], one["entries"], one["created_by"]) for one in shown] == [("ready", 2, "command line")] * 2


def test_import_of_nothing_fails_in_words(run, clinic, tmp_path):
    (tmp_path / "no.list").write_text("no list")
    for source in (
        tmp_path / "no.list",
        tmp_path / "gone.m3u8",
        "https://open.spotify.com/playlist/abc",
        "https://x.org/a",
    ):
        failed = run("import", source, "--data", clinic.data)
        assert (failed.status, failed.out) == (1, ""), source
        assert failed.err.startswith("Error: ")
    assert clinic.staff("curator").call("GET", "/imports").json == []
