"""Lists changed by hand: exact again, nothing forbidden in them, and the rest moved as little as it can."""

from collections.abc import Callable

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace as changed

from benchmarks.made_up_tracks import make_library as library_of
from library.track import Track
from playlists import revise
from playlists.candidates import artist_of, length_s
from playlists.changes import ORDER_BY_HAND
from playlists.errors import BadRequest, Infeasible
from playlists.fit import fit
from playlists.playlist import Playlist, Policy, Request
from playlists.refit import CLEAR_GAIN
from playlists.timeline import layout, samples

Make = Callable[..., Track]
Library = Callable[..., list[Track]]
FORTY = Request(infusion_s=2400.0)
SHORT = Request(infusion_s=900.3, tail_s=150.1)


def ids(playlist: Playlist) -> list[str]:
    return [item.track_id for item in playlist.items]


def check(playlist: Playlist, tracks: list[Track], request: Request) -> None:
    """What holds of any list, made by hand or not."""
    by_id = {track.track_id: track for track in tracks}
    segments = layout(playlist)  # refuses holes, unequal overlaps and times off the grid
    assert segments[-1].end == samples(playlist.total_s) == round((request.infusion_s + playlist.tail_s) * 48_000)
    assert len(set(ids(playlist))) == len(playlist.items)
    assert not set(ids(playlist)) & request.policy.exclude_tracks
    assert request.policy.require_tracks <= set(ids(playlist))
    assert all(4 <= item.fade_in_s <= 12 for item in playlist.items[1:])
    for item in playlist.items:
        track = by_id[item.track_id]
        assert track.verdict.status == "cleared"
        assert track.analysis.music_from_s is not None
        assert track.analysis.music_to_s is not None
        assert track.analysis.music_from_s <= item.from_s + 1e-6
        assert item.to_s <= min(track.analysis.music_to_s, track.analysis.duration_s) + 1e-6
        # Heard whole (the part of a second that the session lacks may come off), or for at least a minute.
        assert item.to_s - item.from_s >= min(59, length_s(track) - 1)
    assert len(playlist.arc.wished) == len(playlist.arc.achieved) == np.ceil(playlist.total_s - 1e-9)
    terms = sum(value for term, value in playlist.cost.items() if term != "total")
    assert terms == pytest.approx(playlist.cost["total"])


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_veto_is_kept_through_every_later_change(data: st.DataObject) -> None:
    tracks = library_of(data.draw(st.integers(12, 26)), data.draw(st.integers(0, 99)))
    request = Request(infusion_s=data.draw(st.floats(600, 1500)), tail_s=data.draw(st.floats(0, 300)))
    try:
        playlist = fit(tracks, request)
        vetoed = data.draw(st.frozensets(st.sampled_from(ids(playlist)), min_size=1, max_size=3))
        asked, after = revise.veto(tracks, request, playlist, vetoed)
    except Infeasible as refusal:
        assert refusal.binds and refusal.enough  # noqa: PT017, PT018
        return
    assert asked.policy.exclude_tracks == vetoed
    check(after, tracks, asked)
    assert after.notes[0].startswith("Out: ")
    shuffled = list(data.draw(st.permutations(tracks)))
    assert revise.veto(shuffled, request, playlist, vetoed) == (asked, after)
    again = data.draw(st.sampled_from(ids(after)))
    try:
        asked, after = revise.veto(tracks, asked, after, [again])
    except Infeasible:
        return
    assert asked.policy.exclude_tracks == vetoed | {again}
    check(after, tracks, asked)


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_order_of_a_list_lasts_exactly_as_long(data: st.DataObject) -> None:
    tracks = library_of(data.draw(st.integers(12, 26)), data.draw(st.integers(0, 99)))
    request = Request(infusion_s=data.draw(st.floats(600, 1800)), tail_s=data.draw(st.floats(0, 600)))
    try:
        playlist = fit(tracks, request)
    except Infeasible:
        return
    order = data.draw(st.permutations(ids(playlist)))
    after = revise.reorder(tracks, request, playlist, order)
    assert ids(after) == order
    check(after, tracks, request)
    if order != ids(playlist):
        assert (after.bound, after.gap) == (None, None)
        assert after.notes[0] == ORDER_BY_HAND


@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_every_replacement_named_can_be_made_at_its_price(data: st.DataObject) -> None:
    tracks = library_of(data.draw(st.integers(14, 26)), data.draw(st.integers(0, 99)))
    try:
        playlist = fit(tracks, SHORT)
    except Infeasible:
        return
    place = data.draw(st.integers(0, len(playlist.items) - 1))
    gone = ids(playlist)[place]
    named = revise.replacements(tracks, SHORT, playlist, gone)
    differences = [replacement.cost_difference for replacement in named]
    assert differences == sorted(differences)
    assert not {replacement.track_id for replacement in named} & set(ids(playlist))
    for replacement in named:
        asked, after = revise.replace(tracks, SHORT, playlist, gone, replacement.track_id)
        assert asked == SHORT
        assert ids(after) == [*ids(playlist)[:place], replacement.track_id, *ids(playlist)[place + 1 :]]
        check(after, tracks, asked)
        assert after.cost["total"] - playlist.cost["total"] == pytest.approx(replacement.cost_difference, abs=1e-3)
        assert after.bound is None
        assert replacement.why.endswith(".")


@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_removed_piece_is_gone_but_not_forbidden(data: st.DataObject) -> None:
    tracks = library_of(data.draw(st.integers(14, 26)), data.draw(st.integers(0, 99)))
    try:
        playlist = fit(tracks, SHORT)
        gone = data.draw(st.sampled_from(ids(playlist)))
        asked, after = revise.remove(tracks, SHORT, playlist, gone)
    except Infeasible:
        return
    assert asked == SHORT
    assert gone not in ids(after)
    check(after, tracks, asked)


def test_from_a_library_with_choice_only_the_vetoed_piece_changes(make_library: Library) -> None:
    tracks = make_library(60, 1)
    playlist = fit(tracks, FORTY)
    for vetoed in ids(playlist)[1:12]:
        _, after = revise.veto(tracks, FORTY, playlist, [vetoed])
        place = ids(playlist).index(vetoed)
        assert ids(after)[:place] + ids(after)[place + 1 :] == [track for track in ids(playlist) if track != vetoed]
        assert after.cost["total"] <= 1.25 * playlist.cost["total"]
        assert after.bound is None


def test_more_than_the_vetoed_piece_changes_only_where_that_clearly_gains(make_library: Library) -> None:
    tracks = make_library(60, 2)
    playlist = fit(tracks, FORTY)
    more = 0
    for vetoed in ids(playlist)[::2]:
        _, after = revise.veto(tracks, FORTY, playlist, [vetoed])
        if len(set(ids(after)) ^ set(ids(playlist))) > 2:
            more += 1
            for alone in revise.replacements(tracks, FORTY, playlist, vetoed, most=1):
                one_for_one = playlist.cost["total"] + alone.cost_difference
                assert one_for_one - after.cost["total"] >= CLEAR_GAIN * playlist.cost["total"]
    assert more <= 1


def test_the_best_stand_in_is_found_by_the_quick_guess(make_library: Library) -> None:
    tracks = make_library(60, 2)
    playlist = fit(tracks, FORTY)
    gone = ids(playlist)[4]
    best = revise.replacements(tracks, FORTY, playlist, gone, most=1)[0]
    prices = {}
    for track in tracks:
        if track.track_id in ids(playlist):
            continue
        try:
            _, after = revise.replace(tracks, FORTY, playlist, gone, track.track_id)
        except Infeasible:
            continue
        if not any(" early, so that " in note or "between artists" in note for note in after.notes):
            prices[track.track_id] = after.cost["total"]
    assert best.track_id == min(prices, key=prices.__getitem__)


def test_a_veto_of_what_is_not_played_only_excludes_it(make_library: Library) -> None:
    tracks = make_library(30, 1)
    playlist = fit(tracks, SHORT)
    other = next(track.track_id for track in tracks if track.track_id not in ids(playlist))
    asked, after = revise.veto(tracks, SHORT, playlist, [other])
    assert after == playlist
    assert asked.policy.exclude_tracks == {other}


def test_a_vetoed_piece_is_required_no_more(make_library: Library) -> None:
    tracks = make_library(30, 1)
    first = ids(fit(tracks, SHORT))[0]
    request = changed(SHORT, policy=Policy(require_tracks=frozenset({first})))
    playlist = fit(tracks, request)
    asked, after = revise.veto(tracks, request, playlist, [first])
    assert asked.policy.require_tracks == frozenset()
    check(after, tracks, asked)
    assert revise.remove(tracks, request, playlist, first)[0] == SHORT


def test_a_piece_refused_since_then_leaves_with_the_vetoed_one(make_library: Library) -> None:
    tracks = make_library(40, 1)
    playlist = fit(tracks, SHORT)
    refused, vetoed = ids(playlist)[:2]
    now = [
        changed(track, verdict=changed(track.verdict, status="refused")) if track.track_id == refused else track
        for track in tracks
    ]
    asked, after = revise.veto(now, SHORT, playlist, [vetoed])
    check(after, now, asked)
    assert refused not in ids(after)


def test_the_note_names_all_that_left_and_came(make_library: Library) -> None:
    tracks = make_library(20, 1)
    playlist = fit(tracks, FORTY)
    _, after = revise.veto(tracks, FORTY, playlist, ids(playlist)[1:4])
    left, came = (
        [f"Piece {track_id}" for track_id in ids(one) if track_id not in ids(other)]
        for one, other in ((playlist, after), (after, playlist))
    )
    assert after.notes[0].startswith(f"Out: {', '.join(left)}. In: {', '.join(came)}.")


def test_several_gaps_are_filled_with_the_others_in_their_order(make_library: Library) -> None:
    tracks = make_library(60, 1)
    playlist = fit(tracks, FORTY)
    by_hand = revise.reorder(tracks, FORTY, playlist, sorted(ids(playlist)))
    _, after = revise.veto(tracks, FORTY, by_hand, sorted(ids(playlist))[2:9:3])
    check(after, tracks, FORTY)
    kept = [track_id for track_id in ids(after) if track_id in ids(playlist)]
    assert len(kept) == len(ids(playlist)) - 3
    assert kept == sorted(kept)


def test_without_enough_music_a_veto_is_refused_with_what_would_do(make_track: Make) -> None:
    tracks = [make_track(f"t{k}", length_s=250.0, artist=f"a{k}") for k in range(4)]
    request = Request(infusion_s=900.0, tail_s=0.0)
    playlist = fit(tracks, request)
    with pytest.raises(Infeasible, match="excluded") as caught:
        revise.veto(tracks, request, playlist, ["t0"])
    assert "more minute" in caught.value.enough


def test_a_list_in_a_persons_order_keeps_it_when_a_piece_goes(make_library: Library) -> None:
    tracks = make_library(60, 1)
    playlist = fit(tracks, FORTY)
    by_hand = revise.reorder(tracks, FORTY, playlist, sorted(ids(playlist)))
    _, after = revise.veto(tracks, FORTY, by_hand, [sorted(ids(playlist))[3]])
    kept = [track_id for track_id in ids(after) if track_id in ids(playlist)]
    assert kept == sorted(kept)
    assert ORDER_BY_HAND in after.notes


def test_pieces_too_long_together_end_early_and_a_note_says_which(make_track: Make) -> None:
    tracks = [make_track("a", length_s=700.0), make_track("b", length_s=500.0), make_track("c", length_s=100.0)]
    tracks += [make_track(f"other {k}", length_s=300.0 + k) for k in range(4)]
    request = Request(infusion_s=900.0, tail_s=0.0)
    after = revise.reorder(tracks, request, fit(tracks, request), ["a", "b", "c"])
    check(after, tracks, request)
    assert ids(after) == ["a", "b", "c"]
    assert any(note.startswith("Piece a ends 04:") and "15:00" in note for note in after.notes)
    assert after.cost["cut"] > 0
    heard = {item.track_id: item.to_s - item.from_s for item in after.items}
    assert heard["a"] == heard["b"] > heard["c"] >= 60


@pytest.mark.parametrize(
    ("order", "binds", "enough"),
    [
        (["t0", "t1"], "These 2 pieces last at most 08:16", "Add pieces of 06:48 or more"),
        (["t0"], "This piece lasts at most 04:10", "Add pieces of 10:54"),
        ([f"t{k}" for k in range(20)], "These 20 pieces last at least 16:12, each cut to a minute", "Leave out 2"),
        (["t0", "wait"], "Piece wait is required but waiting for review", "Clear it"),
        (["t0", "nobody"], "nobody is required but not in the library", "Scan"),
    ],
)
def test_an_order_that_cannot_be(make_track: Make, order: list[str], binds: str, enough: str) -> None:
    tracks = [make_track(f"t{k}", length_s=250.0, artist=f"a{k}") for k in range(20)]
    tracks.append(make_track("wait", status="review"))
    request = Request(infusion_s=900.0, tail_s=0.0)
    playlist = fit(tracks, request)
    with pytest.raises(Infeasible) as caught:
        revise.reorder(tracks, request, playlist, order)
    assert binds in caught.value.binds
    assert enough in caught.value.enough


def test_an_order_without_a_required_track_is_refused(make_track: Make) -> None:
    tracks = [make_track(f"t{k}", length_s=250.0, artist=f"a{k}") for k in range(6)]
    request = Request(infusion_s=900.0, tail_s=0.0, policy=Policy(require_tracks=frozenset({"t5"})))
    with pytest.raises(Infeasible, match="Piece t5 is required but not in this order"):
        revise.reorder(tracks, request, fit(tracks, request), ["t0", "t1", "t2", "t3"])


def test_an_artist_side_by_side_by_hand_is_noted(make_track: Make) -> None:
    tracks = [make_track(f"t{k}", length_s=210.0, artist=f"a{k % 3}") for k in range(6)]
    request = Request(infusion_s=600.0, tail_s=0.0)
    after = revise.reorder(tracks, request, fit(tracks, request), ["t0", "t3", "t1"])
    assert any("a0 is heard again with Piece t3" in note for note in after.notes)
    assert artist_of(tracks[0]) == artist_of(tracks[3])


def test_uses_that_make_no_sense(make_library: Library) -> None:
    tracks = make_library(30, 1)
    playlist = fit(tracks, SHORT)
    first, second = ids(playlist)[:2]
    for use in (
        lambda: revise.remove(tracks, SHORT, playlist, "nobody"),
        lambda: revise.replacements(tracks, SHORT, playlist, "nobody"),
        lambda: revise.replace(tracks, SHORT, playlist, "nobody", first),
        lambda: revise.replace(tracks, SHORT, playlist, first, second),
        lambda: revise.reorder(tracks, SHORT, playlist, [first, second, first]),
        lambda: revise.reorder(tracks, SHORT, playlist, []),
    ):
        with pytest.raises(BadRequest):
            use()


def test_where_nothing_else_fits_a_replacement_lets_others_end_early(make_track: Make) -> None:
    tracks = [make_track(f"t{k}", length_s=250.0, artist=f"a{k}") for k in range(4)]
    request = Request(infusion_s=900.0, tail_s=0.0)
    playlist = fit(tracks, request)
    tracks.append(make_track("endless", length_s=900.0))
    (only,) = revise.replacements(tracks, request, playlist, ids(playlist)[0])
    assert only.ends_early
    asked, after = revise.replace(tracks, request, playlist, ids(playlist)[0], "endless")
    check(after, tracks, asked)


def test_a_revised_list_survives_json(make_library: Library) -> None:
    tracks = make_library(30, 1)
    playlist = fit(tracks, SHORT)
    asked, after = revise.veto(tracks, SHORT, playlist, ids(playlist)[:1])
    assert msgspec.json.decode(msgspec.json.encode(after), type=Playlist) == after
    assert msgspec.json.decode(msgspec.json.encode(asked), type=Request) == asked
