"""The player's pure parts, tested by Node's own runner; here they count among all tests."""

import subprocess

from tests import needs
from tests.conftest import ROOT


def test_player_core():
    node = needs.program("node")
    files = sorted((ROOT / "tests/player").glob("*.test.mjs"))
    assert len(files) >= 4
    done = subprocess.run([node, "--test", *map(str, files)], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
