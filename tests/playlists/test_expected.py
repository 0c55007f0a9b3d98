"""The loudness of a mix before it is rendered, and a mixdown that trusts it no further than it holds."""

import numpy as np
import pytest

from library.analysis.loudness import Loudness
from playlists.expected import expected
from playlists.labels import labels_of
from playlists.mix import mix
from playlists.mixdown import mixdown
from playlists.timeline import layout, rest_from, samples
from tests.playlists.sources import known, noise, playlist, swelling, write

RATE_HZ = 48_000


@pytest.fixture(scope="module")
def three(tmp_path_factory):
    """Files of three tracks at two rates, and what is known of them."""
    folder = tmp_path_factory.mktemp("known")
    files = {
        "0": write(folder / "a.wav", swelling(30, -33, rate_hz=44_100, seed=1), 44_100),
        "1": write(folder / "b.flac", swelling(30, -20, channels=1, seed=2)),
        "2": write(folder / "c.wav", swelling(30, -26, seed=3)),
    }
    return files, [known(path, track_id) for track_id, path in files.items()]


def loudness_of(segments, files) -> float:
    loudness = Loudness(RATE_HZ, channels=2)
    for block in mix(segments, files):
        loudness.feed(block)
    return loudness.result().loudness_lufs


@pytest.mark.parametrize("begin_s", [0.0, 17.0])
def test_it_agrees_with_the_rendered_mix(three, begin_s):
    files, tracks = three
    whole = layout(playlist([20.0, 24.5, 20.0], from_s=2.0, gains_db=[9.0, -2.0, 4.0]))
    segments = rest_from(whole, samples(begin_s))
    found = expected(segments, {track.track_id: track for track in tracks})
    assert found.loudness_lufs == pytest.approx(loudness_of(segments, files), abs=0.15)
    assert not found.measured


def test_a_track_that_is_not_known_leaves_it_open(three):
    _, tracks = three
    assert expected(layout(playlist([20.0, 20.0])), {"0": tracks[0]}) is None


def test_a_mixdown_of_known_tracks_is_at_its_target(three, tmp_path):
    files, tracks = three
    facts = mixdown(playlist([20.0, 24.5, 20.0], gains_db=[9.0, -2.0, 4.0]), files, tmp_path / "out.wav", tracks=tracks)
    assert facts.loudness_lufs == pytest.approx(-20.0, abs=0.3)
    assert facts.lowered_db == 0.0


def test_peaks_that_need_more_lower_the_whole_as_they_do_without_knowing(tmp_path):
    sound = noise(30, -32, seed=5)
    for at in range(RATE_HZ, sound.shape[1] - 100, RATE_HZ):
        sound[:, at : at + 40] += 0.9 * np.hanning(40)
    files = {"0": write(tmp_path / "a.wav", sound)}
    lowered = [
        mixdown(playlist([30.0]), files, tmp_path / "out.wav", tracks=tracks).lowered_db
        for tracks in ([], [known(files["0"], "0")])
    ]
    assert lowered[0] > 1.0
    assert lowered[1] == pytest.approx(lowered[0], abs=0.1)


def test_peaks_that_add_up_where_tracks_overlap_are_noticed(tmp_path):
    """Each alone needs less limiting than is allowed, both at once need more."""
    sound = noise(30, -25, seed=5)
    for at in range(RATE_HZ, sound.shape[1] - 100, RATE_HZ):
        sound[:, at : at + 40] += 0.55 * np.hanning(40)
    files = {str(number): write(tmp_path / f"{number}.wav", sound) for number in range(2)}
    tracks = [known(path, track_id) for track_id, path in files.items()]
    facts = mixdown(playlist([24.0, 24.0]), files, tmp_path / "out.wav", tracks=tracks, target_lufs=-18.5)
    assert facts.true_peak_dbtp <= -1.5
    assert facts.loudness_lufs == pytest.approx(-18.5 - facts.lowered_db, abs=0.5)


def test_labels_name_the_music_and_nothing_else(three):
    _, tracks = three
    wanted = playlist([20.0, 24.5, 20.0])
    labels = labels_of(wanted, layout(wanted), {track.track_id: track for track in tracks[:2]})
    assert [chapter.title for chapter in labels.chapters] == ["Nocturne 0 · Nobody", "Nocturne 1 · Nobody", "Piece 3"]
    assert [chapter.begin for chapter in labels.chapters] == [0, samples(16.0), samples(36.5)]
    assert (labels.title, labels.comment) == ("Music for 00:56", "Soundscape, arc iv40, 3 pieces")
    rest = labels_of(wanted, rest_from(layout(wanted), samples(17.0)), {}, 17.0)
    assert [(chapter.begin, chapter.title) for chapter in rest.chapters] == [(0, "Piece 2"), (samples(19.5), "Piece 3")]
    assert rest.title == "Music for 00:56, from 00:17 on"
