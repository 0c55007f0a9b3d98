"""`lists` on the command line: what the API does to a list, a person does here, with the same revisions."""

import shutil

import pytest

from library.catalogue import Catalogue
from library.store import open_store, sqlite_url, writing
from playlists import shelf
from playlists.fit import fit
from playlists.playlist import Request
from soundscape.stores import audit

ASKED = Request(infusion_s=600.0, tail_s=120.0)


@pytest.fixture
def data(scanned, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(scanned, data)
    return data


@pytest.fixture
def playlist_id(data):
    """A list of twelve minutes on the shelf."""
    engine = open_store(sqlite_url(data))
    playlist = fit(list(Catalogue(engine).tracks()), ASKED)
    with writing(engine) as connection:
        made = shelf.put_new(
            connection,
            title="Slow water",
            note="",
            request=ASKED,
            playlist=playlist,
            offered=False,
            by="anna",
            now_ms=1,
        )
    engine.dispose()
    return made


def order_of(shown) -> list[str]:
    return [item["track_id"] for item in shown["playlist"]["items"]]


def test_a_list_is_changed_undone_signed_off_and_compared(run, data, playlist_id, tmp_path):
    def lists(*arguments):
        ran = run("lists", *arguments, "--data", data, "--json")
        assert ran.status == 0, ran.err
        return ran.objects[0]

    before = lists("show", playlist_id)
    order = order_of(before)
    assert before["revision"] == 1
    assert playlist_id in run("lists", "show", "--data", data).out

    assert order_of(lists("change", playlist_id, "--move", order[0], 2))[1] == order[0]
    assert lists("undo", playlist_id, "--by", "ben")["playlist"] == before["playlist"]
    assert order_of(lists("redo", playlist_id))[1] == order[0]
    assert lists("change", playlist_id, "--lock", order[1])["request"]["policy"]["locked"] == [order[1]]
    points = ("--point", 0, 0.1, "--point", 20, 0.2, "--point", 55, 0.1)
    drawn = lists("change", playlist_id, "--minutes", 11, *points)
    assert (drawn["playlist"]["total_s"], max(drawn["playlist"]["arc"]["wished"])) == (780.0, 0.2)
    assert order[1] in order_of(drawn)

    signed = lists("sign", playlist_id, "--note", "Heard twice.", "--by", "ben")
    assert (signed["version"], signed["signed_by"], signed["note"]) == (1, "ben", "Heard twice.")
    assert lists("differ", playlist_id, 1, 6)["infusion_by_s"] == 60.0
    assert "The infusion is 01:00 longer." in run("lists", "differ", playlist_id, 1, 6, "--data", data).out
    past = lists("past", playlist_id)
    assert [one["step"] for one in past["revisions"]] == ["change", "change", "undo", "redo", "change", "change"]
    assert lists("bring-back", playlist_id, 1)["playlist"] == before["playlist"]
    assert lists("change", playlist_id, "--arc", "im55")["playlist"]["template"] == "im55"

    out = tmp_path / "seam.m4a"
    assert run("lists", "seam", playlist_id, 1, "--out", out, "--data", data).status == 0
    assert out.stat().st_size > 50_000
    engine = open_store(sqlite_url(data))
    with engine.connect() as connection:
        assert audit.latest(connection, action="list signed off")[0].actor == "ben"
    engine.dispose()


def test_lists_are_made_rebuilt_ordered_named_and_archived(run, data, playlist_id):
    def lists(*arguments):
        ran = run("lists", *arguments, "--data", data, "--json")
        assert ran.status == 0, ran.err
        return ran.objects

    order = order_of(lists("show", playlist_id)[0])
    best = lists("replacements", playlist_id, order[1])[0]
    replaced = lists("change", playlist_id, "--replace", order[1], best["track_id"])[0]
    assert order_of(replaced) == [order[0], best["track_id"], *order[2:]]
    turned = lists("order", playlist_id, *reversed(order))[0]
    assert order_of(turned) == order[::-1]
    vetoed = lists("change", playlist_id, "--veto", order[0])[0]
    assert order[0] in vetoed["request"]["policy"]["exclude_tracks"]
    rebuilt = lists("rebuild", playlist_id, "--minutes", 12, "--require", order[0], "--seed", 2)[0]
    assert (rebuilt["playlist"]["total_s"], rebuilt["request"]["seed"]) == (840.0, 2)
    assert order[0] in order_of(rebuilt)
    wide = lists("rebuild", playlist_id, "--artist-distance", 1)[0]
    narrow = lists("rebuild", playlist_id, "--artist-distance", 3)[0]
    distances = [each["request"]["policy"]["artist_distance"] for each in (wide, narrow)]
    assert distances == [1, 3], "an option that is the default counts too"
    named = lists("describe", playlist_id, "--title", "Slow air", "--note", "Mornings")[0]
    assert (named["title"], named["note"]) == ("Slow air", "Mornings")
    assert lists("archive", playlist_id)[0]["archived_ms"]

    (made,) = lists("new", "Evening", "--minutes", 10, "--tail", 0, "--exclude", order[0], "--by", "ben")
    assert (made["title"], made["playlist"]["total_s"]) == ("Evening", 600.0)
    assert order[0] not in order_of(made)
    (kept,) = lists("new", "Choice", "--minutes", 10, "--tail", 0, "--sets", 2)
    assert [each["title"] for each in kept["lists"]] == ["Choice 1", "Choice 2"]
    assert 0.0 <= kept["overlap_mean"] <= kept["overlap_most"] <= 1.0
    assert [each["title"] for each in lists("show")] == ["Choice 2", "Choice 1", "Evening"]


def test_what_cannot_be_done_is_said(run, data, playlist_id):
    def status(*arguments):
        ran = run("lists", *arguments, "--data", data)
        assert ran.err
        return ran.status

    assert status("undo", playlist_id) == 1
    assert status("show", "nothing") == 1
    assert status("change", playlist_id) == 2
    assert status("change", playlist_id, "--lock", "a", "--veto", "b") == 2
    assert status("change", playlist_id, "--remove", "0" * 64) == 2
