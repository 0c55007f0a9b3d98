"""Templates keep DOMAIN's boundaries, scale phase by phase, and refuse nonsense by naming it."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playlists.arc import PHASES, SHIPPED, load_templates, named
from playlists.errors import BadRequest

BOUNDARIES = {
    "iv40": [(0, 10), (10, 20), (20, 35), (35, 40), (40, 55)],
    "iv60": [(0, 10), (10, 25), (25, 50), (50, 60), (60, 75)],
    "im55": [(0, 7), (7, 20), (20, 40), (40, 55), (55, 70)],
}


@pytest.mark.parametrize("name", BOUNDARIES)
def test_shipped_boundaries(name: str) -> None:
    template = load_templates()[name]
    assert [phase.name for phase in template.phases] == list(PHASES)
    assert [(phase.start, phase.end) for phase in template.phases] == BOUNDARIES[name]


@pytest.mark.parametrize("name", BOUNDARIES)
def test_shape_is_calm_rises_and_comes_down(name: str) -> None:
    template = load_templates()[name]
    arc = template.scaled(template.infusion_min * 60)
    wished = arc.wished(1.0)
    assert len(wished) == arc.total_s
    assert wished.min() >= 0.09
    assert wished.max() <= 0.5
    plateau = next(phase for phase in arc.phases if phase.name == "plateau")
    assert plateau.start <= wished.argmax() <= plateau.end
    assert np.all(np.diff(wished[: int(plateau.start)]) >= 0)
    assert np.all(np.diff(wished[int(plateau.end) :]) <= 0)


def test_points_are_met_exactly() -> None:
    wished = load_templates()["iv40"].scaled(2400, 900).wished(30.0)
    assert wished[0] == pytest.approx(0.15)
    assert wished[2 * 10] == pytest.approx(0.20)
    assert wished[2 * 20] == pytest.approx(0.42)
    assert wished[2 * 40] == pytest.approx(0.24)


@given(st.floats(600, 14400), st.floats(0, 7200))
def test_phases_scale(infusion_s: float, tail_s: float) -> None:
    arc = load_templates()["iv40"].scaled(infusion_s, tail_s)
    assert arc.total_s == infusion_s + tail_s
    assert arc.phases[0].start == 0
    assert all(a.end == b.start for a, b in zip(arc.phases, arc.phases[1:], strict=False))
    assert arc.phases[-1].end == pytest.approx(arc.total_s)
    rise = arc.phases[1]
    assert (rise.start, rise.end) == pytest.approx((infusion_s / 4, infusion_s / 2))
    wished = arc.wished(1.0)
    assert len(wished) == np.ceil(arc.total_s - 1e-9)
    assert np.all((wished >= 0) & (wished <= 1))


def test_no_tail_no_tail_phase() -> None:
    arc = load_templates()["iv40"].scaled(2400, 0)
    assert [phase.name for phase in arc.phases] == list(PHASES[:-1])
    assert arc.wished(1.0)[-1] == pytest.approx(0.24, abs=0.01)


def test_the_tail_does_not_stretch_with_the_infusion() -> None:
    assert load_templates()["iv40"].scaled(7200).tail_s == 900


def test_phase_at() -> None:
    arc = load_templates()["iv40"].scaled(2400, 900)
    at = {-1: "settle", 0: "settle", 599.9: "settle", 600: "rise", 2399: "descent", 2400: "tail", 9999: "tail"}
    assert {t_s: arc.phase_at(t_s) for t_s in at} == at


@pytest.mark.parametrize(
    ("infusion_s", "tail_s", "value"),
    [(599, 0, "9.98"), (14401, 0, "240.0"), (2400, -1, "-0.01"), (2400, 7201, "120.0"), (float("nan"), 0, "nan")],
)
def test_lengths_out_of_range(infusion_s: float, tail_s: float, value: str) -> None:
    with pytest.raises(BadRequest, match=value):
        load_templates()["iv40"].scaled(infusion_s, tail_s)


def test_unknown_name() -> None:
    with pytest.raises(BadRequest, match=r"'iv99'.*im55, iv40, iv60"):
        named("iv99")


def test_a_clinics_own_file(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    text = SHIPPED.read_text(encoding="utf-8")
    one = "[[template]]" + text.split("[[template]]")[1]
    own.write_text(one.replace("0.46", "0.36") + one.replace('"iv40"', '"ours"'), encoding="utf-8")
    templates = load_templates(own)
    assert set(templates) == {"iv40", "iv60", "im55", "ours"}
    assert max(energy for _, energy in templates["iv40"].points) == 0.42
    assert max(energy for _, energy in templates["ours"].points) == 0.46


@pytest.mark.parametrize(
    ("old", "new", "value"),
    [
        ('name = "iv40"', 'name = ""', "''"),
        ('name = "iv40"', 'name = "iv60"', "iv60"),
        ('"settle", from_min = 0', '"settle", from_min = 1', "minute 1, not 0"),
        ('"rise", from_min = 10', '"rise", from_min = 12', "minute 12, not 10"),
        ("from_min = 20, to_min = 35", "from_min = 20, to_min = 20", "minute 20, not after"),
        ('name = "descent"', 'name = "glide"', "glide"),
        ("[20, 0.42]", "[20, 1.42]", "1.42"),
        ("[20, 0.42]", "[20, nan]", "nan"),
        ("[20, 0.42]", "[5, 0.42]", "minute 5"),
        ("[55, 0.10]", "[50, 0.10]", "50"),
        ("[20, 0.42]", '[20, "loud"]', "loud"),
        ("points =", "pints =", "points"),
        ("[[template]]", "[[template", "read"),
    ],
)
def test_nonsense_is_named(tmp_path: Path, old: str, new: str, value: str) -> None:
    own = tmp_path / "own.toml"
    own.write_text(SHIPPED.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadRequest, match=value):
        load_templates(own)


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match=r"absent\.toml"):
        load_templates(tmp_path / "absent.toml")
