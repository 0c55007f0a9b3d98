"""Voices: none passes for instrumental, what has none is not called one, and segments lie where the voice is."""

import numpy as np
import pytest

from library.analysis.vocals import (
    FRAMES_PER_S,
    REVIEW_FROM,
    SAMPLE_RATE_HZ,
    VOCAL_ABOVE,
    VoiceDetector,
    judge,
)
from tests.library.analysis.hearing import of_file
from tests.sounds import noise, note, placed, tone


def heard(sound, block=100_000):
    detector = VoiceDetector()
    for piece in np.split(sound[0].astype(np.float32), range(block, sound.shape[1], block)):
        detector.feed(piece)
    return detector.result()


def files(test_data, folder, pattern="*"):
    found = sorted((test_data / "audio" / folder).glob(pattern))
    assert found
    return found


@pytest.fixture(scope="module")
def singer(test_data):
    """Ten seconds of a soprano alone."""
    return of_file(test_data / "audio" / "vocal" / "sol_soprano1_ros.opus", SAMPLE_RATE_HZ)[:, : 10 * SAMPLE_RATE_HZ]


def pad(seconds):
    chord = [note(hz, 8, attack_s=2, decay_s=4, partials=5, rate_hz=SAMPLE_RATE_HZ) for hz in (220, 277.18, 329.63)]
    return placed(
        seconds, [(at_s, voice) for at_s in np.arange(0, seconds, 5.0) for voice in chord], rate_hz=SAMPLE_RATE_HZ
    )


def test_no_singer_or_choir_passes_for_instrumental(test_data):
    passed = [
        path.name
        for path in files(test_data, "vocal")
        if heard(of_file(path, SAMPLE_RATE_HZ)).vocals.verdict == "instrumental"
    ]
    assert passed == []


def test_no_instrument_is_called_a_voice_and_most_pass(test_data):
    verdicts = {
        path.name: heard(of_file(path, SAMPLE_RATE_HZ)).vocals.verdict for path in files(test_data, "instrumental")
    }
    assert [name for name, verdict in verdicts.items() if verdict == "vocal"] == []
    assert list(verdicts.values()).count("instrumental") >= 17, verdicts


def test_a_voice_as_loud_as_the_music_is_found_where_it_is(test_data):
    strays = []
    for path in files(test_data, "mixture", "*_0dB.opus"):
        vocals = heard(of_file(path, SAMPLE_RATE_HZ)).vocals
        assert vocals.verdict in ("vocal", "review"), path.name
        near = [segment for segment in vocals.segments if 12 <= segment.from_s <= segment.to_s <= 26]
        strays += [path.name] * (len(vocals.segments) - len(near))
        assert near[0].from_s == pytest.approx(14, abs=2.5), path.name  # a singer takes her breath, and begins softly
        assert near[-1].to_s == pytest.approx(24, abs=2), path.name
        assert sum(segment.to_s - segment.from_s for segment in near) > 4, path.name
    assert len(strays) <= 1, strays


@pytest.mark.parametrize(
    "sound",
    [
        noise(30, rate_hz=SAMPLE_RATE_HZ),
        tone(440, 30, rate_hz=SAMPLE_RATE_HZ),
        pad(70),
        np.zeros((1, 30 * SAMPLE_RATE_HZ)),
    ],
    ids=["noise", "tone", "pad", "silence"],
)
def test_what_has_no_voice_is_instrumental(sound):
    found = heard(sound)
    assert (found.vocals.verdict, found.vocals.segments, found.unknown) == ("instrumental", (), {})


@pytest.mark.parametrize("at_s", [3, 55, 118])
def test_ten_seconds_of_singing_in_minutes_of_music_are_found_also_across_chunks(singer, at_s):
    sound, begin = pad(130), at_s * SAMPLE_RATE_HZ
    sound[:, begin : begin + singer.shape[1]] += singer * np.sqrt(np.mean(sound**2) / np.mean(singer**2))
    vocals = heard(sound).vocals
    assert vocals.verdict == "vocal"
    assert vocals.segments[0].from_s == pytest.approx(at_s, abs=2)
    assert vocals.segments[-1].to_s == pytest.approx(at_s + 10, abs=3)  # she ends on a long held note
    assert all(segment.kind == "singing" and segment.probability > 0.3 for segment in vocals.segments)


@pytest.mark.parametrize("block", [16_000, 999_999])
def test_blocks_change_nothing(singer, block):
    sound = np.concatenate([pad(65), singer], axis=1)
    assert heard(sound, block) == heard(sound)


def test_speech_is_told_from_singing(test_data):
    segments = [
        segment
        for path in files(test_data, "mixture", "speech*_0dB.opus")
        for segment in heard(of_file(path, SAMPLE_RATE_HZ)).vocals.segments
    ]
    assert [segment.kind for segment in segments] == ["speech"] * len(segments)


@pytest.mark.parametrize("seconds", [0.0, 0.05, 0.5])
def test_too_short_to_tell_is_unknown_and_not_instrumental(seconds):
    found = heard(noise(seconds, rate_hz=SAMPLE_RATE_HZ))
    assert (found.vocals.verdict, found.vocals.share) == ("unknown", None)
    assert "shorter than 1 s" in found.unknown["vocals"]


def test_a_detector_that_gives_no_number_is_unknown_and_not_instrumental(monkeypatch):
    monkeypatch.setattr(
        "library.analysis.vocals._probabilities",
        lambda samples: np.full((len(samples) // 160, 2), np.nan, np.float32),
    )
    assert heard(noise(5, rate_hz=SAMPLE_RATE_HZ)).vocals.verdict == "unknown"


def curve(probability, seconds=5.0, total_s=60):
    """Singing at a probability for some seconds, else none."""
    probabilities = np.zeros((total_s * FRAMES_PER_S, 2), np.float32)
    begin = 20 * FRAMES_PER_S
    probabilities[begin : begin + round(seconds * FRAMES_PER_S), 1] = probability
    return probabilities


@pytest.mark.parametrize(
    ("probability", "verdict"),
    [
        (REVIEW_FROM - 0.01, "instrumental"),
        (REVIEW_FROM + 0.01, "review"),
        (VOCAL_ABOVE - 0.01, "review"),
        (VOCAL_ABOVE + 0.01, "vocal"),
    ],
)
def test_the_best_five_seconds_decide(probability, verdict):
    assert judge(curve(probability)).verdict == verdict


def test_a_segment_lies_where_the_voice_is():
    (segment,) = judge(curve(0.9)).segments
    assert (segment.kind, segment.from_s, segment.to_s) == (
        "singing",
        pytest.approx(20, abs=0.6),
        pytest.approx(25, abs=0.6),
    )


def test_one_second_at_certainty_is_not_yet_a_voice():
    assert judge(curve(1.0, seconds=1.0)).verdict == "instrumental"


def test_the_probability_rises_with_the_evidence():
    stated = [judge(curve(probability)).probability for probability in np.linspace(0, 1, 41)]
    assert stated == sorted(stated)
    assert 0 < stated[0] < 0.1 < 0.9 < stated[-1] < 1
