"""Building with what is owned of a list from elsewhere: one piece that cannot be used costs no other its place."""

import pytest
from msgspec.structs import replace

from benchmarks.made_up_tracks import make_track
from library.catalogue import Catalogue, FileState
from library.store import open_store, sqlite_url
from library.track import Vocals
from playlists.arc import load_templates
from playlists.errors import BadRequest, Infeasible
from playlists.playlist import Policy, Request
from soundscape import lists
from soundscape.building import build_with
from soundscape.lists import Maker

SESSION_S = 1200.0
OWNED = ["owned 0", "owned 1", "owned 2"]
"""Lively: no fit takes them of its own accord where there is anything else."""


@pytest.fixture
def maker(tmp_path):
    """A library of calm pieces of 200 s, and of lively ones, which are those that a list has."""
    engine = open_store(sqlite_url(tmp_path))
    maker = Maker(engine, Catalogue(engine), load_templates(), "anna", lambda: 1_800_000_000_000)
    for number in range(10):
        put(maker, make_track(f"calm {number}", length_s=200.0, artist=f"Artist {number}"))
    for track_id in OWNED:
        put(maker, make_track(track_id, length_s=200.0, energy=0.85, artist=track_id))
    yield maker
    engine.dispose()


def put(maker, track):
    file = FileState(path=f"/music/{track.track_id}.flac", size_bytes=1, modified_ns=1)
    maker.catalogue.put_track(file, track.track_id, track.tags, track.analysis, track.verdict)


def built(maker, track_ids, use="preferred", policy=None):
    request = Request(infusion_s=SESSION_S, tail_s=0.0, policy=policy or Policy())
    found = build_with(maker, request, track_ids, use, title="Built", note="")
    return {item.track_id for item in found.shelved.playlist.items}, found


def test_without_a_list_the_fit_takes_none_of_its_pieces(maker):
    request = Request(infusion_s=SESSION_S, tail_s=0.0)
    shelved = lists.build(maker, request, title="Built", note="")
    assert {item.track_id for item in shelved.playlist.items}.isdisjoint(OWNED)


def test_a_first_piece_longer_than_the_session_costs_no_other_its_place(maker):
    put(maker, make_track("long", length_s=2 * SESSION_S, artist="Slow"))
    played, found = built(maker, ["long", *OWNED])
    assert played >= set(OWNED)
    assert found.left_out == ("Piece long did not fit.",)


def test_a_piece_that_has_no_room_left_costs_no_shorter_one_its_place(maker):
    put(maker, make_track("half", length_s=SESSION_S - 150.0, artist="Slow"))
    played, found = built(maker, ["owned 0", "half", "owned 1", "owned 2"])
    assert played >= set(OWNED)
    assert found.left_out == ("Piece half did not fit.",)


@pytest.mark.parametrize(
    ("first", "policy"),
    [
        (make_track("first", length_s=20.0), Policy()),
        (make_track("first", known=False), Policy()),
        (make_track("first", energy=0.95), Policy(energy_ceiling=0.9)),
        (make_track("first", startle_lu=9.0), Policy(startle_limit_lu=3.0)),
        (make_track("first", artist="Loud"), Policy(exclude_artists=frozenset({"loud"}))),
        (make_track("first"), Policy(exclude_tracks=frozenset({"first"}))),
        (make_track("first"), Policy(arrival_track="first")),
        (make_track("first"), Policy(heard=(("first",),), no_repeat_sessions=1)),
    ],
)
def test_a_first_piece_that_the_policy_keeps_out_costs_no_other_its_place(maker, first, policy):
    put(maker, first)
    played, found = built(maker, ["first", *OWNED], policy=policy)
    assert played >= set(OWNED)
    assert found.left_out == ("Piece first did not fit.",)


def test_a_voice_costs_no_other_its_place_where_none_is_wanted(maker):
    track = make_track("sung")
    put(maker, replace(track, analysis=replace(track.analysis, vocals=Vocals(verdict="vocal", share=0.9))))
    played, found = built(maker, ["sung", *OWNED], policy=Policy(vocals="none"))
    assert played >= set(OWNED)
    assert found.left_out == ("Piece sung did not fit.",)


def test_where_all_are_kept_out_the_list_is_built_without_any(maker):
    played, found = built(maker, OWNED[:2], policy=Policy(exclude_tracks=frozenset(OWNED[:2])))
    assert played.isdisjoint(OWNED[:2])
    assert len(found.left_out) == 2


def test_required_pieces_are_refused_with_the_rule_that_binds(maker):
    put(maker, make_track("first", energy=0.95))
    with pytest.raises(Infeasible, match=r"Piece first is required but above the energy ceiling of 0\.9"):
        built(maker, ["first", *OWNED], use="required", policy=Policy(energy_ceiling=0.9))


def test_without_a_cleared_piece_nothing_is_built(maker):
    put(maker, make_track("first", status="review"))
    with pytest.raises(BadRequest, match="No piece of this list is owned and cleared"):
        built(maker, ["first"])
