"""One pass over one file: every question answered, and every ``None`` with its reason."""

import msgspec
import numpy as np
import pytest

from library.analysis.measure import measure
from library.errors import NoAudioPackets, UnreadableAudio
from library.track import ANALYSIS_VERSION, Analysis
from tests.sounds import joined, noise, note, placed, silence, tone, write


def piece(seconds=40.0, rate_hz=44_100):
    """A pluck every second over a held tone, then two seconds of silence."""
    pluck = note(330, 1.2, attack_s=0.01, decay_s=0.4, rate_hz=rate_hz)
    plucks = placed(seconds, [(float(at_s), pluck) for at_s in range(int(seconds) - 1)], rate_hz=rate_hz)
    return joined(plucks + tone(165, seconds, -30, rate_hz=rate_hz), silence(2, rate_hz=rate_hz))


def nones_of(analysis):
    fields = msgspec.structs.asdict(analysis)
    return {name for name, value in fields.items() if value is None}


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return measure(write(tmp_path_factory.mktemp("measure") / "a.flac", piece()))


def test_every_question_is_answered(found):
    assert nones_of(found) <= set(found.unknown)
    assert nones_of(found) <= {"key"}  # three notes need not make a key
    assert found.analysis_version == ANALYSIS_VERSION
    assert (found.duration_s, found.sample_rate_hz, found.channels) == (42.0, 44_100, 1)
    assert found.damaged_at_s == ()


def test_the_answers_are_those_of_the_sound(found):
    assert found.tempo_bpm == pytest.approx(60, rel=0.01)
    assert (found.pulse, found.vocals.verdict) == ("steady", "instrumental")
    assert (found.music_from_s, found.music_to_s) == (0.0, pytest.approx(40, abs=0.2))
    assert found.loudness_lufs == pytest.approx(-24 + 3 - 0.7 + 0.5, abs=2)  # plucks, both ears, K-weighting, the tone
    assert found.onset_rate_hz == pytest.approx(1.0, abs=0.1)
    assert 165 < found.brightness_hz < 700
    assert found.startle.events == ()
    assert 0 < found.energy < 0.5
    assert len(found.energy_curve.values) == pytest.approx(42, abs=1)
    assert 0 < found.analysis_seconds < 60


def test_the_record_survives_json(found):
    assert msgspec.json.decode(msgspec.json.encode(found), type=Analysis) == found


def test_mono_and_the_same_in_stereo_sound_alike(tmp_path):
    mono = piece(12)
    one, two = (measure(write(tmp_path / f"{n}.wav", np.repeat(mono, n, axis=0))) for n in (1, 2))
    differing = {
        name for name, value in msgspec.structs.asdict(one).items() if value != msgspec.structs.asdict(two)[name]
    }
    assert differing <= {"channels", "analysis_seconds"}


@pytest.mark.parametrize(("suffix", "rate_hz"), [(".wav", 22_050), (".flac", 96_000), (".opus", 48_000)])
def test_rate_and_format_hardly_change_the_answers(tmp_path, found, suffix, rate_hz):
    other = measure(write(tmp_path / f"a{suffix}", piece(rate_hz=rate_hz), rate_hz))
    assert other.loudness_lufs == pytest.approx(found.loudness_lufs, abs=0.2)
    assert other.tempo_bpm == pytest.approx(found.tempo_bpm, rel=0.01)
    assert other.energy == pytest.approx(found.energy, abs=0.05)
    assert other.vocals.verdict == found.vocals.verdict


def test_silence_is_unknown_in_everything_that_needs_sound(tmp_path):
    found = measure(write(tmp_path / "a.wav", silence(40)))
    assert nones_of(found) <= set(found.unknown)
    assert nones_of(found) >= {
        "loudness_lufs",
        "true_peak_dbtp",
        "energy",
        "startle",
        "key",
        "brightness_hz",
        "tempo_bpm",
    }
    assert found.duration_s == 40.0


@pytest.mark.parametrize("seconds", [1 / 44_100, 0.01, 0.2, 1.0, 2.9])
def test_a_moment_of_sound_is_measured_as_far_as_it_goes(tmp_path, seconds):
    found = measure(write(tmp_path / "a.wav", noise(seconds)))
    assert found.duration_s == pytest.approx(seconds, abs=1e-5)
    assert nones_of(found) <= set(found.unknown)
    assert found.tempo_bpm is None
    if seconds < 1:
        assert found.vocals.verdict == "unknown"


def test_damage_is_part_of_the_answer(tmp_path):
    path = write(tmp_path / "a.flac", piece())
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 64] = np.random.default_rng(0).bytes(64)
    path.write_bytes(content)
    (at_s,) = measure(path).damaged_at_s
    assert at_s == pytest.approx(20, abs=5)


def test_nothing_is_measured_by_halves(tmp_path):
    path = write(tmp_path / "a.flac", noise(20))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(UnreadableAudio):
        measure(path)
    (tmp_path / "b.flac").write_bytes(write(tmp_path / "c.flac", silence(0.01)).read_bytes()[:200])
    with pytest.raises((NoAudioPackets, UnreadableAudio)):
        measure(tmp_path / "b.flac")
