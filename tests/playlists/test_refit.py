"""Refits: exact, what sounds and what is locked stay, nothing forbidden, and little else changes."""

from collections.abc import Callable

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace as changed

from benchmarks.made_up_tracks import make_library as library_of
from library.track import Track
from playlists.changes import ORDER_BY_HAND
from playlists.errors import BadRequest, Infeasible
from playlists.fit import fit
from playlists.hold import lock, move, unlock
from playlists.playlist import Item, Playlist, Policy, Request
from playlists.refit import refit
from playlists.revise import reorder, replace, veto
from playlists.seams import first_seam, seams
from playlists.timeline import layout, samples

Make = Callable[..., Track]
Library = Callable[..., list[Track]]
FORTY = Request(infusion_s=2400.0)
SHORT = Request(infusion_s=900.3, tail_s=150.1)
EXAMPLES = settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def ids(playlist: Playlist) -> list[str]:
    return [item.track_id for item in playlist.items]


def start_of(playlist: Playlist, track_id: str) -> float:
    return next(item.start_s for item in playlist.items if item.track_id == track_id)


def in_samples(item: Item) -> tuple[int, ...]:
    times = (item.start_s, item.from_s, item.to_s, item.fade_in_s, item.fade_out_s)
    return tuple(samples(time) for time in times)


def check(playlist: Playlist, request: Request) -> None:
    segments = layout(playlist)  # refuses holes, unequal overlaps and times off the grid
    tail_s = 900.0 if request.tail_s is None else request.tail_s
    assert segments[-1].end == samples(playlist.total_s) == round((request.infusion_s + tail_s) * 48_000)
    assert len(set(ids(playlist))) == len(playlist.items)
    assert not set(ids(playlist)) & request.policy.exclude_tracks
    assert request.policy.required <= set(ids(playlist))
    assert all(4 <= item.fade_in_s <= 12 for item in playlist.items[1:])
    assert playlist.bound is None
    terms = sum(value for term, value in playlist.cost.items() if term != "total")
    assert terms == pytest.approx(playlist.cost["total"])


@EXAMPLES
@given(data=st.data())
def test_whatever_is_asked_the_list_is_exact_and_keeps_what_it_must(data: st.DataObject) -> None:
    tracks = library_of(data.draw(st.integers(16, 40)), data.draw(st.integers(0, 99)))
    request = Request(infusion_s=data.draw(st.floats(800, 1500)), tail_s=data.draw(st.floats(0, 300)))
    try:
        before = fit(tracks, request)
    except Infeasible:
        return
    prefix_s = data.draw(st.floats(0, before.total_s * 0.6))
    asked = Request(
        infusion_s=max(600.0, request.infusion_s + data.draw(st.floats(-300, 600))),
        tail_s=request.tail_s,
        template=data.draw(st.sampled_from(["iv40", "im55"])),
    )
    sounding = [item for item in before.items if item.start_s < prefix_s]
    later = ids(before)[len(sounding) :]
    if later:
        locked = data.draw(st.frozensets(st.sampled_from(later), max_size=2))
        vetoed = data.draw(st.frozensets(st.sampled_from(later), max_size=2)) - locked
        asked = changed(lock(asked, before, locked), policy=lock(asked, before, locked).policy.excluding(vetoed))
    try:
        after = refit(tracks, asked, before, prefix_s=prefix_s)
    except Infeasible as refusal:
        assert refusal.binds and refusal.enough  # noqa: PT017, PT018
        return
    check(after, asked)
    for old, new in zip(sounding[:-1], after.items, strict=False):
        assert in_samples(old) == in_samples(new)
        assert old.gain_curve == new.gain_curve
    if sounding:
        old, new = sounding[-1], after.items[len(sounding) - 1]
        assert in_samples(old)[:2] == in_samples(new)[:2]
        assert old.track_id == new.track_id
        assert old.fade_in_s == new.fade_in_s
        assert new.start_s + (new.to_s - new.from_s) - new.fade_out_s >= prefix_s
        heard = int(prefix_s - old.start_s) + 1
        assert old.gain_curve.values[:heard] == new.gain_curve.values[:heard]
    shuffled = list(data.draw(st.permutations(tracks)))
    assert refit(shuffled, asked, before, prefix_s=prefix_s) == after


@EXAMPLES
@given(data=st.data())
def test_no_more_changes_than_in_a_new_fit(data: st.DataObject) -> None:
    tracks = library_of(data.draw(st.integers(20, 60)), data.draw(st.integers(0, 99)))
    before = fit(tracks, SHORT)
    asked = changed(SHORT, policy=SHORT.policy.excluding([data.draw(st.sampled_from(ids(before)))]))
    after, anew = refit(tracks, asked, before), fit(tracks, asked)
    assert len(set(ids(after)) - set(ids(before))) <= len(set(ids(anew)) - set(ids(before)))
    assert anew.cost["total"] <= after.cost["total"] + 1e-9


def test_what_is_asked_already_changes_nothing(make_library: Library) -> None:
    tracks = make_library(60, 1)
    before = fit(tracks, FORTY)
    after = refit(tracks, FORTY, before)
    assert [in_samples(item) for item in after.items] == [in_samples(item) for item in before.items]
    assert after.notes == before.notes


def test_chosen_anew_means_anew_though_one_piece_is_gone(make_library: Library) -> None:
    tracks = make_library(60, 1)
    before = fit(tracks, FORTY)
    asked = changed(FORTY, seed=7, policy=FORTY.policy.excluding([ids(before)[3]]))
    anew = refit(tracks, asked, before, anew=True)
    assert anew.cost["total"] < 1.1 * fit(tracks, asked).cost["total"]
    assert len(set(ids(anew)) - set(ids(before))) > 1


def test_longer_keeps_the_pieces_and_shorter_brings_nothing_new(make_library: Library) -> None:
    tracks = make_library(200, 1)
    before = fit(tracks, FORTY)
    longer = refit(tracks, changed(FORTY, infusion_s=3000.0), before)
    assert longer.total_s == before.total_s + 600.0
    assert len(set(ids(before)) - set(ids(longer))) <= 1
    assert longer.notes[0].startswith("10:00 longer. ")
    shorter = refit(tracks, changed(FORTY, infusion_s=1800.0), before)
    assert len(set(ids(shorter)) - set(ids(before))) <= 1
    assert shorter.notes[0].startswith("10:00 shorter. Out: ")


def test_a_locked_piece_stays_at_its_time_when_the_arc_changes(make_library: Library) -> None:
    tracks = make_library(200, 2)
    before = fit(tracks, FORTY)
    kept = ids(before)[3:8:2]
    asked = changed(lock(FORTY, before, kept), template="im55")
    after = refit(tracks, asked, before)
    check(after, asked)
    for track_id in kept:
        assert abs(start_of(after, track_id) - start_of(before, track_id)) <= 4
    assert "im55" in after.notes[0]
    assert unlock(asked, kept).policy.locked == frozenset()


def test_what_is_locked_stays_when_all_else_is_chosen_anew(make_library: Library) -> None:
    tracks = make_library(100, 2)
    best = fit(tracks, SHORT)
    by_hand = reorder(tracks, SHORT, best, list(reversed(ids(best))))
    asked = lock(SHORT, by_hand, ids(by_hand)[1:2])
    after = refit(tracks, asked, by_hand, anew=True)
    check(after, asked)
    assert abs(start_of(after, ids(by_hand)[1]) - by_hand.items[1].start_s) <= 4
    assert after.cost["total"] < refit(tracks, asked, by_hand).cost["total"] + 1e-9 <= by_hand.cost["total"] + 1e-9
    assert ORDER_BY_HAND not in after.notes


def test_a_vetoed_piece_is_locked_no_more_and_the_others_stay_locked(make_library: Library) -> None:
    tracks = make_library(100, 1)
    before = fit(tracks, SHORT)
    first, second = ids(before)[1:3]
    asked, after = veto(tracks, lock(SHORT, before, [first, second]), before, [first])
    assert asked.policy.locked == {second}
    assert second in ids(after)
    assert first not in ids(after)
    assert msgspec.json.decode(msgspec.json.encode(asked), type=Request) == asked


def test_a_session_that_sounds_can_be_brought_back_to_the_piece_that_plays(make_track: Make) -> None:
    tracks = [make_track(f"t{k}", length_s=300.0 + 7 * k, artist=f"a{k}") for k in range(8)]
    before = fit(tracks, Request(infusion_s=1200.0, tail_s=0.0))
    after = refit(tracks, Request(infusion_s=620.0, tail_s=0.0), before, prefix_s=500.0)
    assert ids(after)[:2] == ids(before)[:2]
    assert after.total_s == 620.0
    assert in_samples(after.items[0]) == in_samples(before.items[0])


def test_a_piece_that_sounds_and_was_vetoed_plays_on(make_library: Library) -> None:
    tracks = make_library(60, 1)
    before = fit(tracks, SHORT)
    asked = changed(SHORT, policy=SHORT.policy.excluding(ids(before)[:2]))
    after = refit(tracks, asked, before, prefix_s=10.0)
    assert ids(after)[0] == ids(before)[0]
    assert ids(before)[1] not in ids(after)


def test_an_order_by_hand_is_kept_as_long_as_it_can_be(make_library: Library) -> None:
    tracks = make_library(60, 1)
    by_hand = reorder(tracks, SHORT, fit(tracks, SHORT), sorted(ids(fit(tracks, SHORT))))
    after = refit(tracks, changed(SHORT, infusion_s=1100.3), by_hand)
    kept = [track_id for track_id in ids(after) if track_id in ids(by_hand)]
    assert (ORDER_BY_HAND in after.notes) == (kept == sorted(kept))


def test_an_artist_side_by_side_in_what_sounds_binds_nothing_that_follows(make_track: Make) -> None:
    tracks = [make_track(f"t{k}", length_s=200.0 + 7 * k, artist=f"a{k % 4}") for k in range(16)]
    request = Request(infusion_s=1200.0, tail_s=0.0)
    by_hand = reorder(tracks, request, fit(tracks, request), ["t0", "t4", "t1", "t2", "t3", "t5"])
    after = refit(tracks, changed(request, infusion_s=1500.0), by_hand, prefix_s=250.0)
    assert ids(after)[:2] == ["t0", "t4"]
    artists = [int(track_id[1:]) % 4 for track_id in ids(after)[1:]]
    assert all(artists[k] not in artists[k + 1 : k + 3] for k in range(len(artists)))


def test_the_first_good_place_for_a_seam(make_library: Library) -> None:
    playlist = fit(make_library(60, 1), SHORT)
    starts = [item.start_s for item in playlist.items]
    assert seams(playlist)[:-1] == tuple(starts[1:])
    assert first_seam(playlist, starts[1] - 0.5) == starts[1] == first_seam(playlist, starts[1])
    closing_s = playlist.total_s - playlist.items[-1].fade_out_s
    assert first_seam(playlist, starts[-1] + 1) == closing_s
    with pytest.raises(Infeasible, match="already fades"):
        first_seam(playlist, closing_s + 0.1)


def test_uses_that_cannot_be(make_library: Library) -> None:
    tracks = make_library(30, 1)
    before = fit(tracks, SHORT)
    with pytest.raises(BadRequest, match="not in the list"):
        lock(SHORT, before, ["nobody"])
    with pytest.raises(BadRequest, match="not at -1"):
        refit(tracks, SHORT, before, prefix_s=-1.0)
    with pytest.raises(Infeasible, match="already fades"):
        refit(tracks, SHORT, before, prefix_s=before.total_s - 0.5)
    with pytest.raises(Infeasible, match="will have sounded"):
        refit(tracks, changed(SHORT, infusion_s=600.0, tail_s=0.0), before, prefix_s=900.0)
    sounding = [track for track in tracks if track.track_id != ids(before)[0]]
    with pytest.raises(Infeasible, match="no longer in the library"):
        refit(sounding, SHORT, before, prefix_s=5.0)


def test_a_piece_taken_to_another_place_plays_there_and_the_rest_adapts(make_library: Library) -> None:
    tracks = make_library(200, 1)
    before = fit(tracks, FORTY)
    moved = ids(before)[2]
    after = move(tracks, FORTY, before, moved, 8)
    check(after, FORTY)
    assert abs(start_of(after, moved) - before.items[8].start_s) <= 240
    assert ids(after).index(moved) == 8
    assert len(set(ids(after)) - set(ids(before))) <= 4
    assert after.notes[0] == f"Moved: Piece {moved}."
    assert move(tracks, FORTY, before, moved, 2) == before
    with pytest.raises(BadRequest, match="the places 1 to"):
        move(tracks, FORTY, before, moved, 99)


def test_a_piece_moved_lands_exactly_where_asked(make_library: Library) -> None:
    tracks = make_library(30, 4)
    before = fit(tracks, SHORT)
    for at, moved in enumerate(ids(before)):
        for place in set(range(len(before.items))) - {at}:
            after = move(tracks, SHORT, before, moved, place)
            assert ids(after).index(moved) == place
            check(after, SHORT)


def test_a_place_where_a_piece_cannot_be_is_refused_in_words(make_track: Make) -> None:
    tracks = [make_track(f"t{k}", length_s=length_s, artist=f"a{k}") for k, length_s in enumerate((600, 200, 250))]
    before = fit(tracks, changed(SHORT, infusion_s=1020.0, tail_s=0.0))
    policy = Policy(last_track=ids(before)[-1])
    with pytest.raises(Infeasible, match=r"with Piece \w+ as piece 1\. .*fewer locked or required"):
        move(tracks, changed(SHORT, infusion_s=1020.0, tail_s=0.0, policy=policy), before, ids(before)[-1], 0)


def test_each_piece_of_a_refit_names_what_else_could_be_there_at_its_price(make_library: Library) -> None:
    tracks = make_library(60, 1)
    longer = changed(SHORT, infusion_s=1200.3)
    after = refit(tracks, longer, fit(tracks, SHORT))
    place, other = next((k, item.alternatives[0]) for k, item in enumerate(after.items) if item.alternatives)
    _, swapped = replace(tracks, longer, after, ids(after)[place], other.track_id)
    assert swapped.cost["total"] - after.cost["total"] == pytest.approx(other.costs_more, abs=1e-6)
