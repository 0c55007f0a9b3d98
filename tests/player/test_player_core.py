"""The player's pure parts, tested by Node's own runner; here they count among all tests."""

import os
import shutil
import subprocess

import pytest

from tests.conftest import ROOT


def test_player_core():
    node = shutil.which("node")
    if node is None:
        if os.environ.get("CI") == "true":
            pytest.fail("Node is needed for the player's tests.")
        pytest.skip("no Node: the player's core stays untested")
    files = sorted((ROOT / "tests/player").glob("*.test.mjs"))
    assert len(files) >= 4
    done = subprocess.run([node, "--test", *map(str, files)], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
