"""From somebody's real music to a session file, measured by somebody else's meter.

The music is that of two games in Debian (``singularity-music``, ``wesnoth-1.16-music``): unpack both packages and name
their folder in ``SOUNDSCAPE_GAME_MUSIC``. It is louder and more restless than a clinic's library, which is the point.
"""

import hashlib
import os
from pathlib import Path

import msgspec
import numpy as np
import pytest

from benchmarks.random_lists import arc_rms, best_of_random
from library.catalogue import Catalogue
from library.scan import scan
from library.store import open_store, sqlite_url
from library.track import Track, Verdict
from playlists.arc import load_templates
from playlists.fit import fit
from playlists.playlist import Playlist, Request
from soundscape.build import build
from tests import needs
from tests.meter import decoded, ebur128, level_db, powers, true_peak_dbtp

REQUEST = Request(infusion_s=40 * 60.0, tail_s=15 * 60.0)
SHORT = Request(infusion_s=10 * 60.0, tail_s=0.0)
SILENCE = "silence.ogg"
"""Ten seconds below -70 LUFS: it has no loudness, no energy and no edges, and says so."""
MAY_BE_UNKNOWN = {"tempo_bpm", "tempo_alternative_bpm", "tempo_confidence", "key"}
TOO_SHORT_FOR_A_PULSE_S = 6.0
METERS_DIFFER_LU = 0.1


@pytest.fixture(scope="module")
def music() -> Path:
    folder = os.environ.get("SOUNDSCAPE_GAME_MUSIC")
    if folder:
        return Path(folder)
    return needs.missing("no game music: unpack two Debian packages and name their folder in SOUNDSCAPE_GAME_MUSIC")


@pytest.fixture(scope="module")
def catalogue(music, tmp_path_factory):
    engine = open_store(sqlite_url(tmp_path_factory.mktemp("real")))
    found = Catalogue(engine)
    outcomes = list(scan(music, found))
    assert len(outcomes) >= 57
    assert [outcome for outcome in outcomes if outcome.did != "measured"] == []
    yield found
    engine.dispose()


@pytest.fixture(scope="module")
def session(catalogue, tmp_path_factory) -> tuple[Playlist, Path]:
    out = tmp_path_factory.mktemp("session") / "session.wav"
    built = build(catalogue, REQUEST, load_templates(), out=out)
    return built.playlist, out


def test_nothing_is_unknown_but_free_pulses_and_uncertain_keys(catalogue):
    for track in catalogue.tracks():
        if Path(track.paths[0]).name == SILENCE:
            continue
        allowed = MAY_BE_UNKNOWN | ({"pulse"} if track.analysis.duration_s < TOO_SHORT_FOR_A_PULSE_S else set())
        unknown = {name for name, value in msgspec.structs.asdict(track.analysis).items() if value is None}
        assert unknown <= allowed, track.paths
        assert unknown == track.analysis.unknown.keys(), track.paths
        assert ("tempo_bpm" in unknown) == (track.analysis.pulse != "steady"), track.paths


def test_the_session_plays_only_cleared_tracks_once(catalogue, session):
    playlist, _ = session
    ids = [item.track_id for item in playlist.items]
    assert len(set(ids)) == len(ids)
    assert {catalogue.track(track_id).verdict.status for track_id in ids} == {"cleared"}


def test_the_file_is_exact_and_calm_by_an_independent_meter(session):
    playlist, out = session
    values = ebur128(out)
    total, steps = powers(out, 4800)
    assert total == 55 * 60 * 48_000
    assert values["I"][-1] == pytest.approx(-20.0 - playlist.mixdown.lowered_db, abs=0.5)
    assert true_peak_dbtp(values) <= -1.5
    assert _longest_below(level_db(steps, -120.0), -60.0) <= 5, "a silence of more than 0.5 s"
    seconds_db = level_db(np.convolve(steps, np.ones(10) / 10, "valid"), -60.0)
    assert (seconds_db[10:] - seconds_db[:-10]).max() <= 12.0
    short_term = np.maximum(values["S"], -60.0)
    for item in playlist.items[1:]:
        around = short_term[round(item.start_s * 10) : round((item.start_s + item.fade_in_s + 4) * 10)]
        rises_lu = around[10:] - around[:-10]
        within_lu, after_lu = rises_lu[:-10].max(), rises_lu[-10:].max()  # after: 3 s hold nothing of the fade any more
        assert within_lu <= 6.0 + METERS_DIFFER_LU, f"seam at {item.start_s} s"  # what playlists/check.py refuses
        assert after_lu <= 9.0, f"after the seam at {item.start_s} s"


def _longest_below(levels_db: np.ndarray, floor_db: float) -> int:
    """The longest run of steps below a level, the fades at both ends left out."""
    inside = levels_db[30:-30] < floor_db
    longest = run = 0
    for below in inside:
        run = run + 1 if below else 0
        longest = max(longest, run)
    return longest


def test_flac_holds_the_same_samples_and_the_list_is_the_same_again(catalogue, tmp_path):
    wav, flac = (
        build(catalogue, SHORT, load_templates(), out=tmp_path / f"session.{kind}") for kind in ("wav", "flac")
    )
    assert flac.playlist.items == wav.playlist.items
    assert _samples_hash(tmp_path / "session.flac") == _samples_hash(tmp_path / "session.wav")


def _samples_hash(path: Path) -> str:
    """Both formats hold 24-bit samples; their interleaved stream is compared, wherever the decoder cuts it."""
    digest = hashlib.sha256()
    for block in decoded(path):
        digest.update(np.rint(block.T.astype(np.float64) * 2**23).astype("<i4").tobytes())
    return digest.hexdigest()


@pytest.mark.parametrize("seed", range(10))
def test_the_fit_beats_the_best_of_a_thousand_random_lists(catalogue, seed):
    """All tracks are taken as if a person had cleared them, so that ten draws of forty differ."""
    held = [_cleared(track) for track in catalogue.tracks() if track.analysis.duration_s >= 30]
    chosen = np.random.default_rng(seed).choice(len(held), 40, replace=False)
    tracks = [held[index] for index in chosen]
    playlist = fit(tracks, REQUEST)
    ours = arc_rms(playlist.arc.wished, playlist.arc.achieved)
    assert ours < best_of_random(sorted(tracks, key=lambda track: track.track_id), REQUEST, draws=1000, seed=seed)
    assert fit(tracks[::-1], REQUEST) == playlist


def _cleared(track: Track) -> Track:
    return msgspec.structs.replace(track, verdict=Verdict(status="cleared"))
