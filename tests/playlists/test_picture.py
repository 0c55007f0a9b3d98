"""The picture of a session is to scale, honest about what it knows, and readable whatever the list."""

import itertools
import xml.etree.ElementTree as ET
from dataclasses import dataclass

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from library.drawing import NAMESPACE
from library.lettering import width
from library.track import Analysis, Curve, Startle, StartleEvent, Tags, Track, Verdict, Vocals, VocalSegment
from playlists.picture import BAR_HIGH, BARS_TOP, LEFT, ROOM, session_picture
from playlists.playlist import ArcCurves, Item, Playlist

SVG = f"{{{NAMESPACE}}}"
PHASES = (
    ("settle", 0.0, 600.0),
    ("rise", 600.0, 1200.0),
    ("plateau", 1200.0, 2100.0),
    ("descent", 2100.0, 2400.0),
    ("tail", 2400.0, 3300.0),
)


def track(
    name: str = "a", *, title: str = "Slow Water", rises: tuple[float, ...] = (), voices: tuple[float, ...] = ()
) -> Track:
    """A track of 1,000 s with rises of 12 LU and voices of 10 s at the given seconds."""
    analysis = Analysis(
        analysis_version=1,
        duration_s=1000.0,
        sample_rate_hz=48_000,
        channels=2,
        tempo_bpm=66.0,
        tempo_alternative_bpm=None,
        tempo_confidence=0.7,
        pulse="steady",
        energy=0.38,
        energy_curve=Curve(hop_s=1.0, values=(0.38,) * 1000),
        vocals=Vocals(
            verdict="review" if voices else "instrumental",
            share=0.0,
            segments=tuple(VocalSegment(from_s=v, to_s=v + 10, kind="singing", probability=0.6) for v in voices),
        ),
        loudness_lufs=-18.4,
        loudness_range_lu=5.0,
        true_peak_dbtp=-0.3,
        loudness_curve=None,
        quiet_spans=(),
        startle=Startle(
            score=12.0 if rises else 0.0, events=tuple(StartleEvent(at_s=r, jump_lu=12.0, kind="hit") for r in rises)
        ),
        key="D minor",
        key_confidence=0.8,
        brightness_hz=900.0,
        onset_rate_hz=1.0,
        music_from_s=0.0,
        music_to_s=1000.0,
        analysis_seconds=1.0,
    )
    tags = Tags(title=title, artist="Kai")
    return Track(track_id=name, paths=(), tags=tags, analysis=analysis, verdict=Verdict(status="cleared"))


def playlist(pieces: int = 5, *, gap: float | None = None, total_s: float = 3300.0, fade_s: float = 8.0) -> Playlist:
    """Equal pieces from second 100 of track ``a`` on, crossfaded; with five of them no two numbers are round."""
    length_s = (total_s + fade_s * (pieces - 1)) / pieces
    items = tuple(
        Item(
            track_id="a",
            start_s=k * (length_s - fade_s),
            from_s=100.0,
            to_s=100.0 + length_s,
            fade_in_s=fade_s,
            fade_out_s=fade_s,
            gain_curve=Curve(hop_s=1.0, values=(0.0,)),
            phase="rise",
            why="Meets the rise within 0.03; same key as the piece before.",
        )
        for k in range(pieces)
    )
    count = int(total_s)
    return Playlist(
        infusion_s=total_s * 8 / 11,
        tail_s=total_s * 3 / 11,
        template="iv40",
        seed=0,
        items=items,
        total_s=total_s,
        cost={},
        bound=None,
        gap=gap,
        arc=ArcCurves(hop_s=1.0, wished=(0.2,) * count, achieved=(0.3,) * count),
    )


def placed_at(start_s: float, length_s: float) -> Playlist:
    """A list whose only piece is heard from ``start_s`` for ``length_s``, from second 100 of the track."""
    whole = playlist(1)
    item = msgspec.structs.replace(whole.items[0], start_s=start_s, to_s=100.0 + length_s)
    return msgspec.structs.replace(whole, items=(item,))


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in ET.fromstring(svg).iter(f"{SVG}text")]


def first_x(svg: str, style: str) -> list[float]:
    """x of the first point of each path of this class."""
    paths = (p for p in ET.fromstring(svg).iter(f"{SVG}path") if p.get("class") == style)
    return [float((p.get("d") or "M").removeprefix("M").split()[0]) for p in paths]


@dataclass(frozen=True)
class Box:
    """Where a text stands, by the estimate of its width."""

    text: str
    left: float
    right: float
    top: float
    bottom: float

    def overlaps(self, other: "Box") -> bool:
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom


def boxes(svg: str) -> list[Box]:
    root = ET.fromstring(svg)
    found = [(text, 0.0, 0.0) for text in root.findall(f"{SVG}text")]
    for place in root.findall(f"{SVG}svg"):
        found += [(text, float(place.get("x", 0)), float(place.get("y", 0))) for text in place.findall(f"{SVG}text")]
    result = []
    for text, x, y in found:
        size, words = float(text.get("font-size", 0)), text.text or ""
        wide = width(words, size)
        left = x + float(text.get("x", 0)) - {"middle": wide / 2, "end": wide}.get(text.get("text-anchor", ""), 0.0)
        base = y + float(text.get("y", 0))
        result.append(Box(words, left, left + wide, base - 0.75 * size, base + 0.2 * size))
    return result


def test_the_title_says_what_it_is() -> None:
    line = "55:00 exactly · 40:00 infusion + 15:00 tail · 5 pieces"
    tracks = {"a": track()}
    assert line in texts(session_picture(playlist(), tracks, PHASES))
    near = session_picture(playlist(gap=0.0131), tracks, PHASES)
    assert f"{line} · at most 1.3 % from the best possible" in texts(near)
    assert f"{line} · at most 0.1 % from the best possible" in texts(
        session_picture(playlist(gap=1e-5), tracks, PHASES)
    )
    assert f"{line} · proved the best possible" in texts(session_picture(playlist(gap=0.0), tracks, PHASES))


def test_a_piece_at_minute_ten_begins_at_its_place_and_fades_to_scale() -> None:
    root = ET.fromstring(session_picture(placed_at(600.0, 300.0), {"a": track()}, PHASES))
    outline = next(p for p in root.iter(f"{SVG}path") if p.get("class") == "f-raised")
    points = [tuple(map(float, point.split())) for point in (outline.get("d") or "").strip("MZ").split("L")]
    assert points[0] == pytest.approx((LEFT + ROOM * 600 / 3300, BARS_TOP + BAR_HIGH), abs=0.01)
    assert points[6] == pytest.approx((LEFT + ROOM * 608 / 3300, BARS_TOP), abs=0.01)
    assert points[-1] == pytest.approx((LEFT + ROOM * 900 / 3300, BARS_TOP + BAR_HIGH), abs=0.01)


def test_the_last_second_is_at_the_right_edge() -> None:
    root = ET.fromstring(session_picture(placed_at(3000.0, 300.0), {"a": track()}, PHASES))
    outline = next(p for p in root.iter(f"{SVG}path") if p.get("class") == "f-raised")
    assert float((outline.get("d") or "").strip("MZ").split("L")[-1].split()[0]) == LEFT + ROOM


def test_marks_stand_on_the_clock_of_the_session_and_only_where_played() -> None:
    noisy = track(rises=(50.0, 130.0, 400.0), voices=(85.0, 95.0, 200.0, 400.0))
    svg = session_picture(placed_at(600.0, 300.0), {"a": noisy}, PHASES)
    _key, *rises = first_x(svg, "f-alarm")
    assert rises == [pytest.approx(LEFT + ROOM * 630 / 3300, abs=0.01)]
    _key, *voices = first_x(svg, "f-warn")
    assert voices == pytest.approx([LEFT + ROOM * at_s / 3300 for at_s in (602.5, 705)], abs=0.01)
    assert {"12 LU", "rises 12 LU at 10:30, perhaps a voice from 10:00"} <= set(texts(svg))


def test_calm_is_claimed_only_where_it_is_known() -> None:
    words = "No sudden rise and no voice was found in what is played."
    calm = track()
    unknown = msgspec.structs.replace(calm, analysis=msgspec.structs.replace(calm.analysis, startle=None))
    assert words in texts(session_picture(playlist(), {"a": calm}, PHASES))
    for known in ({}, {"a": unknown}, {"a": track(rises=(130.0,))}):
        assert words not in texts(session_picture(playlist(), known, PHASES))


def test_a_missing_track_is_named_as_missing() -> None:
    assert "No longer in the library (a)" in texts(session_picture(playlist(), {}, PHASES))


@pytest.mark.parametrize("pieces", [1, 8, 12, 25, 110])
@pytest.mark.parametrize("title", ["Slow Water", "夜の静けさ" * 30, "W" * 300])
def test_no_two_texts_overlap(pieces: int, title: str) -> None:
    noisy = track(title=title, rises=tuple(range(100, 900, 7)), voices=(110.0, 150.0))
    noted = msgspec.structs.replace(playlist(pieces, gap=0.01), notes=("An artist is heard again. " * 20,))
    found = boxes(session_picture(noted, {"a": noisy}, PHASES))
    assert [(a.text, b.text) for a, b in itertools.combinations(found, 2) if a.overlaps(b)] == []


def test_every_piece_has_its_row_in_the_list() -> None:
    words = texts(session_picture(playlist(25), {"a": track()}, PHASES))
    assert words.count("Slow Water · Kai") == 25


def test_a_length_with_a_fraction_is_given_to_the_millisecond() -> None:
    assert any(
        words.startswith("20:34.500 exactly") for words in texts(session_picture(playlist(total_s=1234.5), {}, ()))
    )


@settings(max_examples=40)
@given(st.text(st.characters(exclude_categories=[])))
def test_any_title_makes_the_same_well_formed_picture_twice(title: str) -> None:
    tracks = {"a": track(title=title)}
    svg = session_picture(playlist(3), tracks, PHASES)
    root = ET.fromstring(svg)
    assert root.get("role") == "img"
    assert not root.findall(f".//{SVG}script")
    assert svg == session_picture(playlist(3), tracks, PHASES)


def test_a_hostile_title_is_text() -> None:
    svg = session_picture(playlist(1), {"a": track(title="<script>alert(1)</script>")}, PHASES)
    assert "<script" not in svg
    assert "<script>alert(1)</script> · Kai" in texts(svg)
