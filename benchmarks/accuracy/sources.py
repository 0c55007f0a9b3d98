"""Where the audio lies: shared audio, which measures are tuned on, and game music, which only judges.

``SOUNDSCAPE_TEST_DATA`` names the first (default: ``shared`` beside the repository), ``SOUNDSCAPE_GAME_MUSIC`` the
folders of the second, separated as in ``PATH``. Where none is named a line says so, once: no figure should be missing
without a word.
"""

import os
import tomllib
from functools import cache
from pathlib import Path

SHARED = Path(__file__).parents[2] / os.environ.get("SOUNDSCAPE_TEST_DATA", "../shared") / "audio"


@cache
def game_files() -> tuple[Path, ...]:
    """Every file in the folders of game music, in the order of the folders and of the names."""
    folders = [Path(folder) for folder in os.environ.get("SOUNDSCAPE_GAME_MUSIC", "").split(os.pathsep) if folder]
    if not folders:
        print("SOUNDSCAPE_GAME_MUSIC names no folder: no game music to judge by", flush=True)
    return tuple(path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file())


def titles(kind: str) -> list[str]:
    """The titles of a kind, battle or lullaby, fixed before anything was measured: each the end of a path."""
    chosen: list[str] = tomllib.loads(Path(__file__).with_name("battle_and_lullaby.toml").read_text())[kind]
    return chosen


def titled(kind: str) -> dict[str, Path]:
    """The files of that kind which are there, by title."""
    files = game_files()
    return {title: path for title in titles(kind) for path in files if str(path).endswith(f"/{title}")}
