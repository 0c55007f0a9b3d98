"""What every test may ask for."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The shared audio and schemas: ``SOUNDSCAPE_TEST_DATA``, or ``../shared`` beside the repository.

    Without it a test is skipped where a person can see it, and fails in CI, where nobody looks.
    """
    folder = ROOT / os.environ.get("SOUNDSCAPE_TEST_DATA", "../shared")
    if (folder / "audio").is_dir():
        return folder.resolve()
    missing = f"no shared test data at {folder}: name its folder in SOUNDSCAPE_TEST_DATA"
    if os.environ.get("CI") == "true":
        pytest.fail(missing)
    pytest.skip(missing)
