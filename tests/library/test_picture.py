"""The picture of a track shows each measure where it belongs, and says so where there is none."""

import xml.etree.ElementTree as ET
from itertools import pairwise

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from library.drawing import NAMESPACE
from library.moments import moments
from library.picture import LAYOUT, artist_of, listening_picture, title_of, track_picture
from library.track import (
    Analysis,
    Curve,
    Span,
    Startle,
    StartleEvent,
    Tags,
    Track,
    Verdict,
    Vocals,
    VocalSegment,
)

SVG = f"{{{NAMESPACE}}}"

ANALYSIS = Analysis(
    analysis_version=1,
    duration_s=200.0,
    sample_rate_hz=48_000,
    channels=2,
    tempo_bpm=66.0,
    tempo_alternative_bpm=132.0,
    tempo_confidence=0.7,
    pulse="steady",
    energy=0.38,
    energy_curve=Curve(hop_s=1.0, values=(0.38,) * 200),
    vocals=Vocals(
        verdict="review", share=0.01, segments=(VocalSegment(from_s=20.0, to_s=40.0, kind="speech", probability=0.66),)
    ),
    loudness_lufs=-18.4,
    loudness_range_lu=5.0,
    true_peak_dbtp=-0.3,
    loudness_curve=Curve(hop_s=0.5, values=(-18.0,) * 400),
    quiet_spans=(Span(from_s=100.0, to_s=101.0),),
    startle=Startle(score=13.0, events=(StartleEvent(at_s=50.0, jump_lu=13.0, kind="hit"),)),
    key="D minor",
    key_confidence=0.8,
    brightness_hz=900.0,
    onset_rate_hz=1.0,
    music_from_s=2.0,
    music_to_s=190.0,
    analysis_seconds=1.0,
)
TRACK = Track(
    track_id="a" * 64,
    paths=("/music/slow_water.flac",),
    tags=Tags(title="Slow Water", artist="Kai"),
    analysis=ANALYSIS,
    verdict=Verdict(status="review", reasons=("sudden: 13 LU louder at 0:50", "perhaps a voice")),
)


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in ET.fromstring(svg).iter(f"{SVG}text")]


def test_it_says_what_was_measured() -> None:
    words = texts(track_picture(TRACK))
    assert "Slow Water" in words
    assert "Kai · 3:20 · 66 bpm or 132 · D minor · energy 0.38 · −18.4 LUFS · true peak −0.3 dBTP" in words
    assert {"To review", "13 LU at 0:50", "speech 0.66", *TRACK.verdict.reasons} <= set(words)


def test_marks_stand_at_their_time() -> None:
    root = ET.fromstring(track_picture(TRACK))
    triangle = next(p for p in root.iter(f"{SVG}path") if p.get("class") == "f-alarm")
    assert (triangle.get("d") or "").startswith(f"M{LAYOUT.left + LAYOUT.room * 50 / 200:g} ")
    voice = next(r for r in root.iter(f"{SVG}rect") if r.get("class") == "f-warn")
    assert (voice.get("x"), voice.get("width")) == (f"{LAYOUT.left + LAYOUT.room * 0.1:g}", f"{LAYOUT.room * 0.1:g}")


def test_unknown_is_said_with_its_reason() -> None:
    analysis = msgspec.structs.replace(
        ANALYSIS,
        energy=None,
        energy_curve=None,
        loudness_curve=None,
        loudness_lufs=None,
        true_peak_dbtp=None,
        startle=None,
        key=None,
        tempo_bpm=None,
        music_from_s=None,
        vocals=Vocals(verdict="unknown", share=None),
        unknown={"energy_curve": "too short", "energy": "too short", "vocals": "the model is missing"},
    )
    words = texts(track_picture(msgspec.structs.replace(TRACK, analysis=analysis)))
    assert {"Unknown: too short", "Unknown: not measured", "Unknown: the model is missing"} <= set(words)
    assert "not known: energy, energy curve (too short)" in words


def test_a_cleared_track_says_that_nothing_speaks_against_it() -> None:
    words = texts(track_picture(msgspec.structs.replace(TRACK, verdict=Verdict(status="cleared"))))
    assert {"Cleared", "Nothing speaks against it."} <= set(words)


def test_a_track_without_length_or_tags_is_still_drawn() -> None:
    analysis = msgspec.structs.replace(ANALYSIS, duration_s=0.0)
    track = msgspec.structs.replace(TRACK, tags=Tags(), analysis=analysis)
    assert "slow_water" in texts(track_picture(track))
    assert title_of(msgspec.structs.replace(track, paths=())) == "a" * 12
    assert artist_of(track) == ""


def test_a_picture_to_listen_by_takes_a_press_at_each_moment_and_numbers_it() -> None:
    found = moments(ANALYSIS)
    root = ET.fromstring(listening_picture(TRACK, found))
    pressed = {group.get("data-moment"): group for group in root.iter(f"{SVG}g")}
    assert list(pressed) == ["speech-20000", "hit-50000", "quiet-100000"]
    assert [next(group.iter(f"{SVG}text")).text for group in pressed.values()] == ["1", "2", "3"]


def test_flags_never_touch_and_stay_within_the_panel() -> None:
    crowd = tuple(StartleEvent(at_s=199.0 + i / 20, jump_lu=13.0, kind="hit") for i in range(12))
    analysis = msgspec.structs.replace(ANALYSIS, startle=Startle(score=13.0, events=crowd))
    root = ET.fromstring(listening_picture(TRACK, moments(analysis)))
    flags = [rect for group in root.iter(f"{SVG}g") for rect in group.iter(f"{SVG}rect") if rect.get("rx")]
    lefts = [float(flag.get("x") or "nan") for flag in flags]
    assert len(lefts) == 9
    assert all(after - before >= 24 for before, after in pairwise(lefts))
    assert max(lefts) + 24 <= 944


@given(st.text(st.characters(exclude_categories=[])))
def test_any_words_make_the_same_well_formed_picture_twice(text: str) -> None:
    track = msgspec.structs.replace(
        TRACK, tags=Tags(title=text, artist=text), verdict=Verdict(status="refused", reasons=(text,))
    )
    svg = track_picture(track)
    ET.fromstring(svg)
    assert svg == track_picture(track)
