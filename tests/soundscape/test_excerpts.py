"""The excerpt as a decoder gives it back: its length, its fades, its level; and which stretch it is."""

import math

import numpy as np
import pytest
from msgspec.structs import replace

from library.analysis.loudness import Loudness
from library.audio import decode
from library.track import Analysis, Curve, Span, Startle, StartleEvent, Vocals, VocalSegment
from playlists.playlist import SAMPLE_RATE_HZ
from soundscape import excerpts
from soundscape.errors import MediaGone

TARGET_LUFS = -20.0


def analysed(energies: list[float], **more) -> Analysis:
    """A piece of which only the energy of each second is known."""
    unknown = dict.fromkeys(
        ("tempo_bpm", "tempo_alternative_bpm", "tempo_confidence", "pulse", "loudness_lufs", "loudness_range_lu",
         "true_peak_dbtp", "loudness_curve", "startle", "key", "key_confidence", "brightness_hz", "onset_rate_hz")
    )  # fmt: skip
    known = {
        "analysis_version": 1,
        "duration_s": float(len(energies)),
        "sample_rate_hz": 48_000,
        "channels": 2,
        "energy": float(np.mean(energies)),
        "energy_curve": Curve(hop_s=1.0, values=tuple(energies)),
        "vocals": Vocals(verdict="instrumental", share=0.0),
        "quiet_spans": (),
        "music_from_s": 0.0,
        "music_to_s": float(len(energies)),
        "analysis_seconds": 0.1,
    }
    return Analysis(**unknown | known | more)


def decoded(path) -> np.ndarray:
    return np.concatenate(list(decode(path)), axis=1)


def measured(samples: np.ndarray):
    loudness = Loudness(SAMPLE_RATE_HZ, channels=2)
    loudness.feed(samples)
    return loudness.result()


def test_the_typical_part_is_taken_not_the_quiet_start_nor_the_climax():
    piece = analysed([0.05] * 60 + [0.3] * 100 + [0.8] * 60)
    span = excerpts.stretch(piece)
    assert (span.from_s, span.to_s) == (60.0, 105.0)


def test_voices_rises_and_quiet_are_avoided():
    piece = analysed([0.3] * 300)
    voice = VocalSegment(from_s=20.0, to_s=60.0, kind="singing", probability=0.9)
    rise = Startle(score=12.0, events=(StartleEvent(at_s=120.5, jump_lu=12.0, kind="hit"),))
    piece = replace(
        piece,
        vocals=Vocals(verdict="review", share=0.1, segments=(voice,)),
        startle=rise,
        quiet_spans=(Span(from_s=170.0, to_s=176.0),),
    )
    span = excerpts.stretch(piece)
    assert span == Span(from_s=60.0, to_s=105.0)


@pytest.mark.parametrize("music_to_s", [30.0, 45.0, 45.6, 46.0])
def test_a_short_piece_is_heard_as_far_as_it_goes(music_to_s):
    piece = replace(analysed([0.3] * 50), music_from_s=0.4, music_to_s=music_to_s)
    span = excerpts.stretch(piece)
    assert span.from_s >= 0.4
    assert span.to_s <= music_to_s
    assert span.to_s - span.from_s == pytest.approx(min(45.0, music_to_s - 0.4))


def test_a_piece_whose_energy_is_unknown_has_an_excerpt_too():
    piece = replace(analysed([0.3] * 200), energy=None, energy_curve=None)
    assert excerpts.stretch(piece) == Span(from_s=0.0, to_s=45.0)


@pytest.mark.parametrize("target_lufs", [-20.0, -27.0])
def test_the_file_lasts_45_seconds_fades_and_has_the_level(clinic, target_lufs):
    for track in clinic.tracks[:3]:
        path = excerpts.excerpt(track, clinic.data, target_lufs)
        samples = decoded(path)
        result = measured(samples)
        assert 0 <= samples.shape[1] - 45 * SAMPLE_RATE_HZ < 1024
        assert result.loudness_lufs == pytest.approx(target_lufs, abs=0.5)
        assert result.true_peak_dbtp <= -1.5
        assert_faded(samples[:, : 45 * SAMPLE_RATE_HZ])


def assert_faded(samples: np.ndarray) -> None:
    """Silent at the very ends, and over 2 s not above a raised cosine of the music's peak."""
    second = SAMPLE_RATE_HZ
    peak = np.abs(samples).max()
    for end in (samples[:, : 2 * second], samples[:, : -2 * second - 1 : -1]):
        assert np.abs(end[:, : second // 100]).max() < 0.01 * peak
        at = np.arange(end.shape[1]) / (2 * second)
        allowed = 1.2 * peak * (0.5 - 0.5 * np.cos(math.pi * at)) + 0.02 * peak
        assert (np.abs(end).max(axis=0) <= allowed).all()


def test_it_is_the_music_from_the_stretch(clinic):
    track = clinic.tracks[0]
    span = excerpts.stretch(track.analysis)
    made = decoded(excerpts.excerpt(track, clinic.data, TARGET_LUFS))[0]
    whole = next(decode(track.paths[0], sample_rate_hz=SAMPLE_RATE_HZ, stereo=True, from_s=span.from_s + 10.0))[0]
    ten, length = 10 * SAMPLE_RATE_HZ, 2 * SAMPLE_RATE_HZ
    assert np.corrcoef(made[ten : ten + length], whole[:length])[0, 1] > 0.999


def test_a_quiet_piece_is_not_lifted_without_end_and_peaks_stay_below_the_ceiling():
    rng = np.random.default_rng(7)
    noise = rng.standard_normal((2, 10 * SAMPLE_RATE_HZ)).astype(np.float32)
    quiet = measured(excerpts.levelled(1e-3 * noise, TARGET_LUFS)).loudness_lufs
    assert quiet == pytest.approx(measured(1e-3 * noise).loudness_lufs + 12.0, abs=0.1)
    clicks = np.zeros_like(noise)
    clicks[:, :: SAMPLE_RATE_HZ // 4] = 0.9
    assert measured(excerpts.levelled(0.01 * noise + clicks, -16.0)).true_peak_dbtp <= -1.5
    silence = np.zeros_like(noise)
    assert (excerpts.levelled(silence, TARGET_LUFS) == 0).all()


def test_it_is_made_once_and_nothing_unfinished_is_left(clinic):
    track = clinic.tracks[0]
    path = excerpts.excerpt(track, clinic.data, TARGET_LUFS)
    before = path.stat().st_mtime_ns
    assert excerpts.excerpt(track, clinic.data, TARGET_LUFS) == path
    assert path.stat().st_mtime_ns == before
    assert list(path.parent.iterdir()) == [path]
    assert excerpts.excerpt(track, clinic.data, -23.0) != path


def test_a_broken_file_leaves_nothing_behind(clinic, tmp_path):
    broken = tmp_path / "broken.flac"
    broken.write_bytes(b"fLaC" + bytes(100))
    track = replace(clinic.tracks[0], paths=(str(broken),))
    with pytest.raises(MediaGone, match="cannot be read"):
        excerpts.excerpt(track, clinic.data, TARGET_LUFS)
    with pytest.raises(MediaGone, match="not where it was"):
        excerpts.excerpt(replace(track, paths=(str(tmp_path / "none.flac"),)), clinic.data, TARGET_LUFS)
    assert list((clinic.data / excerpts.FOLDER).iterdir()) == []
