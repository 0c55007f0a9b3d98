"""A track's numbers in plain words: each with its unit, and what is unknown with its reason."""

from msgspec.structs import replace

from benchmarks.made_up_tracks import make_track
from library.track import Startle, StartleEvent, Vocals, VocalSegment
from soundscape.facts import facts

TARGET_LUFS = -20.0
CALM = make_track("a" * 64, length_s=200.0).analysis


def said(**changes):
    """What is said of the calm track with other numbers, by name."""
    return {fact.name: (fact.value, fact.meaning) for fact in facts(replace(CALM, **changes), TARGET_LUFS)}


def test_each_number_has_its_unit_and_its_meaning():
    found = said(tempo_alternative_bpm=140.0, loudness_lufs=-18.2)
    assert found["Length"] == ("3:20", "music from 0:00 to 3:20.")
    assert found["Energy"] == ("0.30 of 1", "gently moving; as much as most arcs wish at their height.")
    assert found["Tempo"] == ("70 bpm", "fairly sure; it can also be counted at 140.")
    assert found["Loudness"] == ("−18.2 LUFS", "how loud it is as a whole; lists bring it to −20, 1.8 dB softer.")
    assert found["Highest peak"][0] == "−2.0 dBTP"
    assert found["Key"] == ("C major", "fairly sure; related keys follow each other well.")
    assert found["Brightness"] == ("900 Hz", "the middle of its sound: warm.")
    assert found["Voices"][0] == "none"
    assert found["Sudden rises"] == ("none", "nothing jumps out of what was before.")


def test_what_is_unknown_says_why():
    unknown = {"energy": "too short", "key": "no key leads", "vocals": "the model is missing"}
    found = said(energy=None, key=None, vocals=Vocals(verdict="unknown", share=None), startle=None, unknown=unknown)
    assert found["Energy"] == ("unknown", "too short.")
    assert found["Key"] == ("unknown", "no key leads.")
    assert found["Voices"] == ("unknown", "the model is missing.")
    assert found["Sudden rises"] == ("unknown", "not measured.")


def test_a_free_pulse_is_no_lack():
    assert said(pulse="free", tempo_bpm=None)["Tempo"] == (
        "free pulse",
        "no steady beat: held sounds, or played freely.",
    )


def test_what_speaks_against_it_is_named_by_its_worst():
    segment = VocalSegment(from_s=1.0, to_s=9.0, kind="singing", probability=0.71)
    found = said(
        vocals=Vocals(verdict="review", share=0.12, probability=0.64, segments=(segment,)),
        startle=Startle(score=13.0, events=(StartleEvent(at_s=4.0, jump_lu=13.0, kind="hit"),)),
        true_peak_dbtp=0.4,
        loudness_lufs=-20.2,
    )
    assert found["Voices"][0] == "perhaps"
    assert found["Voices"][1] == (
        "probability 0.64 that there is one anywhere; 12 % of the time sounds like one in some way; one stretch of it."
    )
    assert found["Sudden rises"] == ("1", "the largest is 13 LU; 10 LU sound twice as loud.")
    assert found["Highest peak"][1].startswith("above full scale")
    assert found["Loudness"][1].endswith("as it is.")
