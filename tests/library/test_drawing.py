"""Text of any kind stays text, in its place and readable; times and labels fall where they should."""

import itertools
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from library.drawing import NAMESPACE, PALETTE, Drawing, Row, number, sampled, stylesheet, ticks
from library.lettering import ELLIPSIS, ISOLATE, POP_ISOLATE, clean, fitted, isolated, width, wrapped
from library.track import Curve

SVG = f"{{{NAMESPACE}}}"
ANY_TEXT = st.text(st.characters(exclude_categories=[]))
TEXTS, GROUNDS = ("ink", "muted", "accent", "warn", "alarm"), ("ground", "raised")


@given(ANY_TEXT)
def test_any_text_makes_a_well_formed_picture(text: str) -> None:
    drawing = Drawing(100, text, text)
    drawing.text((0, 10), text)
    drawing.text((0, 30), text, room=50)
    root = ET.fromstring(drawing.svg(40))
    assert [child.tag for child in root][:3] == [SVG + "title", SVG + "desc", SVG + "style"]
    assert not root.findall(f".//{SVG}script")


def test_markup_is_text() -> None:
    hostile = '</text><script>alert("1")</script>'
    drawing = Drawing(100, hostile, "")
    drawing.text((0, 10), hostile)
    root = ET.fromstring(drawing.svg(40))
    assert root.findtext(f"{SVG}title") == hostile
    assert root.findtext(f"{SVG}text") == hostile
    assert "<script" not in drawing.svg(40)


def test_what_cannot_be_shown_is_dropped() -> None:
    assert clean("a\x00b\nc\t d\ud800\ufffe\u202ee\x85") == "a b c de"
    assert clean("נ\u2067abc") == "נabc"


def test_each_stretch_from_right_to_left_is_isolated() -> None:
    assert isolated("Slow Water · Kai") == "Slow Water · Kai"
    assert isolated("שקט רב · ליל (2)") == f"{ISOLATE}שקט רב{POP_ISOLATE} · {ISOLATE}ליל{POP_ISOLATE} (2)"


@given(ANY_TEXT, st.floats(0, 300))
def test_a_fitted_text_fits(text: str, room: float) -> None:
    assert width(fitted(text, 13, room), 13) <= room


@given(ANY_TEXT, st.integers(1, 4))
def test_wrapped_lines_fit_and_are_few(text: str, most: int) -> None:
    lines = wrapped(text, 13, 200, most)
    assert len(lines) <= most
    assert all(width(line, 13) <= 200 for line in lines)


def test_long_text_ends_in_an_ellipsis() -> None:
    assert fitted("Lantern", 13, 100) == "Lantern"
    assert fitted("Lantern " * 9, 13, 100).endswith(ELLIPSIS)
    assert fitted("Lantern", 13, 3) == ""
    assert wrapped("one two three", 10, 34, 2)[-1].endswith(ELLIPSIS)
    assert wrapped("", 10, 34, 2) == []


def test_a_text_with_room_is_clipped_to_it() -> None:
    drawing = Drawing(100, "", "")
    drawing.text((80, 20), "W" * 50, room=40, anchor="end")
    place = ET.fromstring(drawing.svg(40)).find(f"{SVG}svg")
    assert place is not None
    assert (place.get("x"), place.get("width")) == ("40", "40")


@pytest.mark.parametrize("shade", [0, 1], ids=["dark", "light"])
@pytest.mark.parametrize("text", TEXTS)
def test_every_text_stands_out_from_every_ground(text: str, shade: int) -> None:
    for ground in (*GROUNDS, *(role for role in PALETTE if role.startswith("band"))):
        assert contrast(PALETTE[text][shade], PALETTE[ground][shade]) >= 4.5, ground


def contrast(one: str, other: str) -> float:
    """WCAG 2.2 contrast ratio of two colours ``#rrggbb``."""

    def luminance(colour: str) -> float:
        parts = (int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5))
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_a_picture_stands_alone() -> None:
    svg = Drawing(100, "", "").svg(40).replace(NAMESPACE, "")
    assert not any(word in svg for word in ("http", "url(", "@import", "href"))
    assert "@media print,(prefers-color-scheme:light)" in stylesheet()


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 40))))
def test_labels_in_a_row_never_touch(wishes: list[tuple[float, float]]) -> None:
    row = Row(0, 100, gap=6)
    taken = sorted(wish for wish in wishes if row.take(*wish))
    assert all(x + wide + 6 <= after for (x, wide), (after, _) in itertools.pairwise(taken))
    assert all(x + wide <= 100 for x, wide in taken)


@pytest.mark.parametrize(
    ("length_s", "room", "expected"),
    [
        (3300.0, 1120.0, list(range(0, 3301, 300))),
        (60.0, 600.0, list(range(0, 61, 10))),
        (0.5, 1120.0, [0]),
    ],
)
def test_ticks_are_round_and_apart(length_s: float, room: float, expected: list[int]) -> None:
    assert ticks(length_s, room) == expected


@given(st.floats(0.1, 1e6), st.floats(60, 2000))
def test_ticks_keep_their_distance(length_s: float, room: float) -> None:
    places = [at_s / length_s * room for at_s in ticks(length_s, room)]
    assert all(after - before >= 60 - 1e-6 for before, after in itertools.pairwise(places))


def test_a_sampled_curve_keeps_its_mean_and_its_bounds() -> None:
    curve = Curve(hop_s=0.5, values=tuple(range(10)))
    assert sampled(curve, 1.0, 2.0, 100) == [(1.0, 2), (1.5, 3), (2.0, 4)]
    assert sampled(curve, 0.0, 9.0, 5) == [(0.25, 0.5), (1.25, 2.5), (2.25, 4.5), (3.25, 6.5), (4.25, 8.5)]
    assert sampled(curve, 50.0, 60.0, 5) == []


def test_numbers_are_short() -> None:
    assert [number(value) for value in (1.0, -0.001, 2.345678, 100.0)] == ["1", "0", "2.35", "100"]
