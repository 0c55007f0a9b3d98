"""docs/tour.md and its pictures belong together: none is missing, none is left over, and they stay small."""

import re

from tests.conftest import ROOT

DOCS = ROOT / "docs"
MOST_BYTES = 1_500_000


def test_every_picture_named_is_there_and_every_picture_there_is_named():
    named = set(re.findall(r"\]\((tour/[\w-]+\.png)\)", (DOCS / "tour.md").read_text("utf-8")))
    there = {f"tour/{path.name}" for path in (DOCS / "tour").iterdir()}
    assert named == there
    assert named


def test_the_pictures_are_small():
    assert sum(path.stat().st_size for path in (DOCS / "tour").iterdir()) < MOST_BYTES
