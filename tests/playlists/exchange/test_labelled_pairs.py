"""How well matching does on the labelled pairs. The figures stand in docs/lists.md."""

import pytest

from tests.playlists.exchange.labelled_pairs import pairs, score

SETS = ("develop", "held_out", "test", "blind", "afterwards", "last", "places")
LEAST_PRECISION, LEAST_RECALL = 0.99, 0.9
"""What the project promises: of what is taken without asking, and of what is taken or offered."""


@pytest.mark.parametrize("name", SETS)
def test_what_is_taken_is_right_and_what_is_owned_is_found(name):
    found = score(pairs(name))
    assert found.precision >= LEAST_PRECISION, found.wrong
    assert found.recall >= LEAST_RECALL, found.lost
    assert found.taken >= found.wanted / 2


@pytest.mark.parametrize("name", SETS)
def test_the_labels_make_sense(name):
    rows = pairs(name)
    assert {row.answer for row in rows} == {"yes", "no", "either"}
    assert len({row.entry for row in rows}) > 0.98 * len(rows)


def test_no_set_shares_a_row_with_another():
    seen: dict[tuple[str, str], str] = {}
    for name in SETS:
        for row in pairs(name):
            if len(row.entry.title) > 12:
                assert seen.setdefault((row.entry.title, row.entry.artist), name) == name
