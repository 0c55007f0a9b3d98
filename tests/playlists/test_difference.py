"""Known differences of small lists, and one against brute force: as few pieces as can be are said to have moved."""

import itertools

import pytest
from msgspec.structs import replace

from library.track import Curve
from playlists.difference import difference
from playlists.playlist import ArcCurves, Item, Playlist
from playlists.revisions import Revision, steps_of

LEVEL = Curve(hop_s=1.0, values=(0.0,))


def listed(names: str, lasts_s: float = 60.0) -> Playlist:
    """A list of pieces named by single letters."""
    items = tuple(
        Item(
            track_id=name,
            start_s=place * lasts_s,
            from_s=0.0,
            to_s=lasts_s,
            fade_in_s=0.0,
            fade_out_s=0.0,
            gain_curve=LEVEL,
            phase="settle",
            why="",
        )
        for place, name in enumerate(names)
    )
    total_s = lasts_s * len(names)
    return Playlist(
        infusion_s=total_s,
        tail_s=0.0,
        template="iv40",
        seed=0,
        items=items,
        total_s=total_s,
        cost={},
        bound=None,
        gap=None,
        arc=ArcCurves(hop_s=1.0, wished=(0.2,) * 10, achieved=(0.2,) * 10),
    )


def test_the_same_list_differs_in_nothing():
    assert difference(listed("abc"), listed("abc")).nothing


def test_what_came_and_went():
    found = difference(listed("abc"), listed("xbc"))
    assert [(one.track_id, one.place) for one in found.came] == [("x", 1)]
    assert [(one.track_id, one.place) for one in found.went] == [("a", 1)]
    assert found.moved == ()
    assert not found.nothing


def test_one_piece_taken_to_the_end_is_one_move():
    (moved,) = difference(listed("abcdef"), listed("bcdefa")).moved
    assert (moved.track_id, moved.from_place, moved.to_place) == ("a", 1, 6)


def test_as_few_pieces_as_can_be_have_moved():
    before = "abcde"
    for order in itertools.permutations(before):
        found = {moved.track_id for moved in difference(listed(before), listed("".join(order))).moved}
        stay = [name for name in order if name not in found]
        assert stay == sorted(stay)
        longest = max(
            len(kept) for size in range(6) for kept in itertools.combinations(order, size) if list(kept) == sorted(kept)
        )
        assert len(stay) == longest


def test_lengths_and_the_arc():
    before, after = listed("ab"), listed("ab", 63.25)
    found = difference(before, after)
    assert [(one.track_id, one.by_s) for one in found.longer] == [("a", 3.25), ("b", 3.25)]
    assert found.infusion_by_s == 6.5
    after = replace(before, arc=replace(before.arc, wished=(0.2,) * 4 + (0.1,) * 6))
    change = difference(before, after).arc
    assert change is not None
    assert (change.most, change.at_s) == (-0.1, 4.0)


@pytest.mark.parametrize(
    ("steps", "undo", "redo"),
    [
        ("c", None, None),
        ("cc", 1, None),
        ("ccu", None, 2),
        ("ccur", 1, None),
        ("cccuu", None, 2),
        ("cccuur", 1, 3),
        ("cccuuc", 1, None),
        ("cccucu", 1, 5),
    ],
)
def test_what_undo_and_redo_would_bring_back(steps, undo, redo):
    names = {"c": "change", "u": "undo", "r": "redo"}
    rows = [
        Revision(revision=number, step=names[step], what="", changed_by="", changed_ms=0)
        for number, step in enumerate(steps, 1)
    ]
    found = steps_of(rows)
    assert (found.undo, found.redo) == (undo, redo)
