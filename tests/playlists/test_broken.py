"""A list changed by hand may break rules about places: it is made, and says which."""

from msgspec.structs import replace as changed

from benchmarks.made_up_tracks import make_track
from playlists.fit import fit
from playlists.playlist import Policy, Request
from playlists.revise import reorder

TRACKS = [make_track(f"t{k}", length_s=200.0 + k, energy=0.2 + 0.05 * k, artist=f"a{k}") for k in range(6)]
ORDER = [f"t{k}" for k in range(5)]
ASKED = Request(infusion_s=660.0, tail_s=300.0)


def by_hand(**policy: object) -> tuple[str, ...]:
    """What is said of the order when this is asked for."""
    request = changed(ASKED, policy=Policy(**policy))  # type: ignore[arg-type]
    return reorder(TRACKS, request, fit(TRACKS, ASKED), ORDER).notes


def test_what_a_person_breaks_is_said() -> None:
    assert "Piece t0 is not the last piece, as was asked." in by_hand(last_track="t0")
    assert "Piece t4 plays in the tail, not in the rise as was asked." in by_hand(places={"t4": "rise"})
    assert "Piece t4 is above the energy ceiling of 0.3 in the tail." in by_hand(phase_ceilings={"tail": 0.3})


def test_what_is_kept_is_not_said() -> None:
    notes = by_hand(first_track="t0", last_track="t4", places={"t1": "rise"}, phase_ceilings={"tail": 0.5})
    assert not any("asked" in note or "ceiling" in note for note in notes)


def test_the_crossfades_asked_for_are_used_where_the_order_can_have_them() -> None:
    request = changed(ASKED, policy=Policy(crossfade_s=(6, 9)))
    found = reorder(TRACKS, request, fit(TRACKS, ASKED), ORDER)
    assert all(6 <= item.fade_in_s <= 9 for item in found.items[1:])
    assert not any("crossfades" in note for note in found.notes)
    longer = changed(request, infusion_s=1010.0 - 4 * 4 - 300.0)
    free = fit(TRACKS, changed(longer, policy=Policy()))
    assert "4 of 4 crossfades are not between 6 and 9 s long." in reorder(TRACKS, longer, free, ORDER[::-1]).notes
