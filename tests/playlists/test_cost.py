"""Each term of the cost against a value counted by hand."""

from collections.abc import Callable

import msgspec
import numpy as np
import pytest

from library.track import Curve, Track
from playlists.cost import (
    CUT_AT_ALL_S,
    SCALE,
    TERMS,
    WEIGHT,
    arc_costs,
    crossfade_costs,
    cut_costs,
    features_of,
    key_steps,
    music_span,
    track_costs,
    transition_costs,
)

Make = Callable[..., Track]


def seam(make_track: Make, before: dict[str, object], after: dict[str, object]) -> dict[str, float]:
    """The terms of one seam, in costs."""
    features = features_of([make_track("a", **before), make_track("b", **after)])
    return {name: matrix[0, 1] / SCALE for name, matrix in transition_costs(features, features).items()}


def test_every_term_says_why() -> None:
    assert len({term.name for term in TERMS}) == len(TERMS)
    assert all(term.why and term.unit and term.weight > 0 for term in TERMS)


def test_one_second_wholly_wrong_costs_one(make_track: Make) -> None:
    features = features_of([make_track("a", length_s=1.0, energy=1.0)])
    assert arc_costs(features, np.zeros(1, dtype=np.int64)).tolist() == [[SCALE]]


def test_arc_costs_are_sums_of_squares(make_track: Make) -> None:
    rng = np.random.default_rng(1)
    curves = [tuple(rng.uniform(0, 1, d + 1).round(3).tolist()) for d in (40, 75, 130)]
    features = features_of([make_track(str(d), length_s=float(len(c) - 1), energy=c) for d, c in enumerate(curves)])
    wished = rng.integers(100, 500, 120)
    costs = arc_costs(features, wished)
    for j, energy in enumerate(features.energy):
        for s in range(120):
            heard = energy[: 120 - s]
            assert costs[j, s] == round(float(((heard - wished[s : s + len(heard)]) ** 2).sum()) / 100 + 1e-9)


def test_energy_is_taken_from_the_start_of_the_music(make_track: Make) -> None:
    ramp = tuple((np.arange(101) / 100).tolist())
    features = features_of([make_track("a", length_s=100.0, energy=ramp, music_from_s=10.5, music_to_s=50.0)])
    assert features.length_s.tolist() == [39]
    assert features.from_n.tolist() == [504_000]
    assert features.energy[0][:3].tolist() == [105, 115, 125]


def test_a_curve_of_another_hop(make_track: Make) -> None:
    track = make_track("a", length_s=60.0)
    hop_s = 512 * 43 / 22_050
    values = tuple((np.arange(61) * hop_s / 100).tolist())
    analysis = msgspec.structs.replace(track.analysis, energy_curve=Curve(hop_s=hop_s, values=values))
    energy = features_of([msgspec.structs.replace(track, analysis=analysis)]).energy[0]
    assert np.abs(energy - 10 * np.arange(60)).max() <= 1


@pytest.mark.parametrize(
    ("edges", "span"),
    [
        ((0.0, 180.0), (0, 180)),
        ((0.1, 180.1), (4800, 180)),
        ((0.0, 500.0), (0, 240)),
        ((None, 9.0), (0, 0)),
        ((9.0, 3.0), (432_000, 0)),
    ],
)
def test_music_span(make_track: Make, edges: tuple[float | None, float], span: tuple[int, int]) -> None:
    assert music_span(make_track("a", music_from_s=edges[0], music_to_s=edges[1]).analysis) == span


def test_tempo_octaves_are_equal(make_track: Make) -> None:
    assert seam(make_track, {"tempo_bpm": 60.0}, {"tempo_bpm": 120.0})["tempo"] == 0.0
    fifth = seam(make_track, {"tempo_bpm": 60.0}, {"tempo_bpm": 90.0})["tempo"]
    assert fifth == pytest.approx(WEIGHT["tempo"] * (1 - np.log2(1.5)), abs=0.001)
    assert seam(make_track, {"tempo_bpm": 90.0}, {"tempo_bpm": 60.0})["tempo"] == fifth
    free = seam(make_track, {"tempo_bpm": None}, {"tempo_bpm": 60.0})["tempo"]
    assert 0 < free < WEIGHT["tempo"] / 2


@pytest.mark.parametrize(
    ("before", "after", "steps"),
    [
        ("C major", "C major", 0.0),
        ("C major", "A minor", 0.5),
        ("C major", "G major", 1.0),
        ("F major", "C major", 1.0),
        ("C major", "F# major", 6.0),
        ("Gb major", "F# major", 0.0),
        ("A minor", "E minor", 1.0),
        ("Bb major", "B major", 5.0),
        ("C# minor", "E major", 0.5),
        ("C major", "E♭ minor", 6.0),
    ],
)
def test_key_steps(make_track: Make, before: str, after: str, steps: float) -> None:
    features = features_of([make_track("a", key=before), make_track("b", key=after)])
    assert key_steps(features.key, features.key)[0, 1] == steps


def test_an_unknown_key_is_neither_good_nor_bad(make_track: Make) -> None:
    worst = seam(make_track, {"key": "C major"}, {"key": "F# major"})["key"]
    assert 0 < seam(make_track, {"key": None}, {"key": "C major"})["key"] < worst


def test_timbre_step_and_startle(make_track: Make) -> None:
    terms = seam(make_track, {"brightness_hz": 500.0, "energy": 0.2}, {"brightness_hz": 2000.0, "energy": 0.45})
    assert terms["timbre"] == pytest.approx(2 * WEIGHT["timbre"])
    assert terms["step"] == pytest.approx(0.25 * WEIGHT["step"])
    features = features_of([make_track("a", startle_lu=4.0), make_track("b", startle_lu=None)])
    assert track_costs(features, ["a", "b"], 0)["startle"].tolist() == [4 * WEIGHT["startle"] * SCALE, 0]


def test_loudness_steps_are_relative_to_each_whole(make_track: Make) -> None:
    level = make_track("a")
    quiet_start = Curve(hop_s=1.0, values=(-26.0,) * 30 + (-18.0,) * 211)
    rising = msgspec.structs.replace(
        level, analysis=msgspec.structs.replace(level.analysis, loudness_curve=quiet_start)
    )
    features = features_of([level, rising])
    terms = transition_costs(features, features)["loudness"] / SCALE
    assert terms[0].tolist() == pytest.approx([0.0, 8 * WEIGHT["loudness"]])


def test_crossfade_and_cut() -> None:
    assert (crossfade_costs() / SCALE).tolist() == pytest.approx(
        [WEIGHT["crossfade"] * (x - 8) ** 2 for x in range(4, 13)]
    )
    assert (cut_costs(np.array([0, 10])) / SCALE).tolist() == pytest.approx([0.0, (10 + CUT_AT_ALL_S) * WEIGHT["cut"]])


def test_seed_zero_draws_nothing_and_others_draw_the_same_again(make_track: Make) -> None:
    features = features_of([make_track("a"), make_track("b")])
    assert track_costs(features, ["a", "b"], 0)["variety"].tolist() == [0, 0]
    one, two = track_costs(features, ["a", "b"], 1)["variety"], track_costs(features, ["b", "a"], 1)["variety"]
    assert one.tolist() == two[::-1].tolist()
    assert one[0] != one[1]
    assert one.max() <= WEIGHT["variety"] * SCALE


def test_a_seam_is_best_between_soft_edges(make_track: Make) -> None:
    full = make_track("a", energy=0.4)
    faded = Curve(hop_s=1.0, values=(-24.0,) * 30 + (-18.0,) * 181 + (-30.0,) * 30)
    soft = msgspec.structs.replace(full, analysis=msgspec.structs.replace(full.analysis, loudness_curve=faded))
    features = features_of([full, soft])
    terms = transition_costs(features, features)["seam"] / SCALE
    # An end at the piece's level counts whole, one 6 LU below half, one 12 LU below not at all.
    assert terms.tolist() == [
        [pytest.approx(0.4 * WEIGHT["seam"]), pytest.approx(0.3 * WEIGHT["seam"])],
        [pytest.approx(0.2 * WEIGHT["seam"]), pytest.approx(0.1 * WEIGHT["seam"])],
    ]
    unknown = msgspec.structs.replace(full, analysis=msgspec.structs.replace(full.analysis, loudness_curve=None))
    alike = features_of([unknown])
    assert transition_costs(alike, alike)["seam"][0, 0] == transition_costs(features, features)["seam"][0, 0]


def test_novelty_decays_by_half_a_session(make_track: Make) -> None:
    features = features_of([make_track(name) for name in "abcd"])
    heard = (("a",), ("b", "a"), (), ("c", "gone"))
    costs = track_costs(features, list("abcd"), 0, heard)["novelty"] / (WEIGHT["novelty"] * SCALE)
    assert costs.tolist() == [1.0, 0.5, 0.125, 0.0]
