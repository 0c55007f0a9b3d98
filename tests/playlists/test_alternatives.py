"""Why a piece is where it is: what else could have been there, and that what was heard before is avoided."""

import pytest

from benchmarks.made_up_tracks import make_library
from library.picture import title_of
from playlists.errors import Infeasible
from playlists.fit import fit
from playlists.playlist import Policy, Request
from playlists.revise import replace

TWENTY = Request(infusion_s=900.0, tail_s=300.0)


def test_no_alternative_is_cheaper_than_said() -> None:
    tracks = make_library(30, 4)
    titles = {track.track_id: title_of(track) for track in tracks}
    playlist = fit(tracks, TWENTY)
    in_list = {item.track_id for item in playlist.items}
    tried = 0
    for item in playlist.items:
        assert 1 <= len(item.alternatives) <= 3
        dearer = [other.costs_more for other in item.alternatives]
        assert dearer == sorted(dearer)
        assert dearer[0] >= 0.0
        assert f"The next best here was {item.alternatives[0].title}" in item.why
        for other in item.alternatives:
            assert other.track_id not in in_list
            assert other.title == titles[other.track_id]
            try:
                _, with_it = replace(tracks, TWENTY, playlist, item.track_id, other.track_id)
            except Infeasible:
                continue
            if any("early" in note for note in with_it.notes):
                continue  # no list of the fit's
            assert with_it.cost["total"] >= playlist.cost["total"] + other.costs_more - 1e-9
            tried += 1
    assert tried > 3


def test_what_was_heard_last_time_is_avoided_and_counted() -> None:
    tracks = make_library(40, 5)
    first = [item.track_id for item in fit(tracks, TWENTY).items]
    after = Request(infusion_s=900.0, tail_s=300.0, policy=Policy(heard=(tuple(first),)))
    second = fit(tracks, after)
    again = [item.track_id for item in second.items if item.track_id in first]
    assert len(again) < len(first) / 2
    assert second.cost["novelty"] == pytest.approx(2.0 * len(again))
    never = Request(infusion_s=900.0, tail_s=300.0, policy=Policy(heard=(tuple(first),), no_repeat_sessions=1))
    assert not {item.track_id for item in fit(tracks, never).items} & set(first)
