"""The browser's own curve through an arc's points is the server's, and its points move as they should."""

import json
import subprocess

import numpy as np
import pytest
from scipy.interpolate import PchipInterpolator

from tests import needs
from tests.conftest import ROOT

SCRIPTS = ROOT / "soundscape" / "static" / "js"
AT = np.linspace(0.0, 100.0, 301)


def ran(script: str, value: object) -> object:
    """What a script prints as JSON; ``value`` is its input."""
    code = f"const given = JSON.parse(process.argv[1]);\n{script}"
    done = subprocess.run(
        [needs.program("node"), "--input-type=module", "-e", code, json.dumps(value)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_curve_is_the_one_that_the_server_draws():
    rng = np.random.default_rng(5)
    arcs = []
    for count in (2, 3, 4, 8, 40):
        inner = np.sort(rng.choice(np.arange(1, 1000), count - 2, replace=False)) / 10
        x = [0.0, *inner.tolist(), 100.0]
        arcs.append([[at, value] for at, value in zip(x, rng.random(count).round(2).tolist(), strict=True)])
    arcs.append([[0, 0.2], [10, 0.2], [20, 0.2], [60, 0.5], [100, 0.5]])
    found = ran(
        f'import {{ curve }} from "{SCRIPTS}/arc-curve.js";\n'
        "console.log(JSON.stringify(given.arcs.map((arc) => given.at.map(curve(arc)))))",
        {"arcs": arcs, "at": AT.tolist()},
    )
    for arc, drawn in zip(arcs, found, strict=True):
        x, y = zip(*arc, strict=True)
        np.testing.assert_allclose(drawn, PchipInterpolator(x, y)(AT), atol=1e-9)


SHEET = {"top": 0.6, "infusionMin": 40, "tailMin": 15, "infusionPct": 80}
POINTS = [[0, 0.1], [20, 0.4], [40, 0.3], [55, 0.1]]


@pytest.mark.parametrize(
    ("call", "wanted"),
    [
        ("percentAt(sheet, 20)", 40),
        ("percentAt(sheet, 47.5)", 90),
        ("minuteAt(sheet, 40)", 20),
        ("minuteAt(sheet, 90)", 47.5),
        ("moved(points, 1, 25.04, 0.503)", [[0, 0.1], [25, 0.5], [40, 0.3], [55, 0.1]]),
        ("moved(points, 1, 99, 2)", [[0, 0.1], [39.5, 1], [40, 0.3], [55, 0.1]]),
        ("moved(points, 0, 9, -1)", [[0, 0], [20, 0.4], [40, 0.3], [55, 0.1]]),
        ("moved(points, 3, 9, 0.2)", [[0, 0.1], [20, 0.4], [40, 0.3], [55, 0.2]]),
        (
            "painted(points, sheet, {percent: 90, energy: 0.6}, {percent: 30, energy: 0.0})",
            [[0, 0.1], [20, 0.1], [40, 0.5], [55, 0.1]],
        ),
        ("added(points, 30.02, 0.333)", [[0, 0.1], [20, 0.4], [30, 0.33], [40, 0.3], [55, 0.1]]),
        ("added(points, 20.3, 0.5)", None),
        ("added(points, 55, 0.5)", None),
        ("removed(points, 1)", [[0, 0.1], [40, 0.3], [55, 0.1]]),
        ("[removed(points, 0), removed(points, 3)]", [None, None]),
        ("[-1, 0, 2, 3].map((k) => between(points, sheet, k))", [10, 10, 47.5, 47.5]),
        ('stepOf("ArrowUp", false)', [0, 0.01]),
        ('stepOf("a", false)', None),
    ],
)
def test_points_move_between_their_neighbours(call, wanted):
    names = "added, between, minuteAt, moved, painted, percentAt, removed, stepOf"
    script = (
        f'import {{ {names} }} from "{SCRIPTS}/arc-points.js";\n'
        f"const {{ sheet, points }} = given;\nconsole.log(JSON.stringify({call}))"
    )
    assert ran(script, {"sheet": SHEET, "points": POINTS}) == wanted
