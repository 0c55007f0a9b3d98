"""A picture in a page keeps its colours under a policy that allows no style within it."""

import pytest

from library.drawing import Drawing, stylesheet
from soundscape import pictures


def test_an_inlined_picture_is_the_picture_without_its_style_sheet():
    drawing = Drawing(100, "A <script>", "What it shows")
    drawing.rect(0, 0, 10, 10, "accent")
    svg = drawing.svg(10)
    found = pictures.inline(svg)
    assert "<style" not in found
    assert found == svg.replace(f"<style>{stylesheet()}</style>", "")
    assert "A &lt;script&gt;" in found


def test_nothing_else_is_taken_for_markup():
    with pytest.raises(ValueError, match="not drawn"):
        pictures.inline("<svg><script/></svg>")
