"""What is said where no list can be made: the rule that binds, with its value, and what would be enough."""

from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from benchmarks.made_up_tracks import make_library, make_track
from library.track import Track
from playlists.errors import Infeasible
from playlists.fit import fit
from playlists.playlist import Policy, Request

TEN = {"infusion_s": 600.0, "tail_s": 300.0}


INFUSION = ("settle", "rise", "plateau", "descent")


def refusal(tracks: Sequence[Track], **policy: object) -> Infeasible:
    with pytest.raises(Infeasible) as caught:
        fit(tracks, Request(**TEN, policy=Policy(**policy)))  # type: ignore[arg-type]
    return caught.value


def ladder() -> list[Track]:
    """Twenty pieces of 200 s, each by another artist and 0.02 more intense than the one before."""
    return [make_track(f"t{k:02d}", length_s=200.0, energy=0.2 + 0.02 * k, artist=f"a{k}") for k in range(20)]


def test_a_phase_that_lacks_calm_says_how_many_minutes_and_which_ceiling() -> None:
    said = refusal(ladder(), phase_ceilings={"tail": 0.21})
    assert said.binds == "The energy ceiling of 0.21 leaves 03:20 for the tail, which lasts 05:00."
    assert said.enough == "It needs 2 more minutes below energy 0.21 for the tail, or a ceiling of 0.22 there."
    assert fit(ladder(), Request(**TEN, policy=Policy(phase_ceilings={"tail": 0.22}))).total_s == 900.0


def test_too_little_that_has_not_been_heard() -> None:
    tracks = ladder()[:7]
    heard = (("t00", "t01"), ("t02",))
    said = refusal(tracks, heard=heard, no_repeat_sessions=2)
    assert "Without the music heard in the last 2 sessions there is 13:20 of cleared music" in said.binds
    assert said.enough == "It needs 2 more minutes; this rule keeps out 10:00."
    assert fit(tracks, Request(**TEN, policy=Policy(heard=heard, no_repeat_sessions=1, artist_distance=1)))


@pytest.mark.parametrize(
    ("policy", "binds"),
    [
        ({"vocals": "none"}, "Without the music not measured as instrumental there is"),
        ({"rights": "preview"}, "Without the music that may not be previewed there is"),
    ],
)
def test_too_little_of_what_is_allowed(policy: dict[str, str], binds: str) -> None:
    assert binds in refusal([_free_and_sung(track, k) for k, track in enumerate(ladder())], **policy).binds


def _free_and_sung(track: Track, number: int) -> Track:
    """Of the twenty, three have free rights and three no voice."""
    rights = "CC BY 4.0" if number < 3 else None
    vocals = replace(track.analysis.vocals, verdict="instrumental" if number < 3 else "vocal")
    tags = replace(track.tags, rights=rights)
    return replace(track, tags=tags, analysis=replace(track.analysis, vocals=vocals))


def test_a_required_piece_that_was_heard_last_time() -> None:
    said = refusal(ladder(), heard=(("t03",),), no_repeat_sessions=1, first_track="t03")
    assert said.binds == "Piece t03 is required but heard in the last session."


@pytest.mark.parametrize(
    ("policy", "binds", "enough"),
    [
        (
            {"last_track": "t19", "phase_ceilings": {"tail": 0.4}},
            "Piece t19 as its last piece is above the energy ceiling of 0.4 in the tail",
            "A ceiling of 0.58 there would be enough for it",
        ),
        (
            {
                "require_tracks": frozenset(f"t{k}" for k in (16, 17, 18)),
                "phase_ceilings": dict.fromkeys(INFUSION, 0.5),
            },
            "with the 3 required pieces",
            "Require fewer",
        ),
        ({"first_track": "t00", "places": {"t00": "tail"}}, "Piece t00 as its first piece", "another first piece"),
    ],
)
def test_the_rule_that_binds_is_named(policy: dict[str, object], binds: str, enough: str) -> None:
    said = refusal(ladder(), **policy)
    assert binds in said.binds
    assert enough in said.enough


def test_crossfades_that_are_too_much_alike() -> None:
    restless = (0.1, 0.1, 0.5, 0.5) * 130  # nowhere steady enough to be trimmed
    lengths_s = (("a", 500.0), ("b", 380.0), ("c", 40.0))
    tracks = [make_track(name, length_s=length_s, energy=restless[: int(length_s) + 1]) for name, length_s in lengths_s]
    said = refusal(tracks, crossfade_s=(8, 8), last_track="c")  # 904 s, and so short an end is never cut
    assert said.binds == "No list that lasts exactly 15:00 was found with crossfades of 8 s."
    assert said.enough == "Allow 4 to 12 s."
    assert "at least 12 s" in refusal([*tracks[:2], make_track("d", length_s=42.0)], crossfade_s=(12, 12)).binds


def test_lifting_what_is_named_is_enough() -> None:
    tracks = make_library(12, 3)
    policy = Policy(phase_ceilings={"settle": 0.05})
    with pytest.raises(Infeasible) as caught:
        fit(tracks, Request(**TEN, policy=policy))
    enough = float(caught.value.enough.rsplit("a ceiling of ", 1)[1].split()[0])
    assert fit(tracks, Request(**TEN, policy=Policy(phase_ceilings={"settle": enough}))).total_s == 900.0
