"""Which folders of this machine may be scanned? Those that the settings name, `music` and `demo` in the data, and all
within them. Nothing else, however a path is written: links that lead out and `..` are refused.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from soundscape.errors import FolderRefused

UPLOADS, DEMO = "music", "demo"
DEEPEST, MOST = 2, 200
"""Levels and folders that a page offers; deeper ones can still be named (judgement: a list must stay legible)."""


def roots(data: Path, music_folders: tuple[str, ...]) -> list[Path]:
    """The allowed folders that are there; a relative one is meant from the data directory."""
    named = [data / folder for folder in music_folders]
    return [path for path in dict.fromkeys([*named, data / UPLOADS, data / DEMO]) if path.is_dir()]


def offered(data: Path, music_folders: tuple[str, ...]) -> list[Path]:
    """Allowed folders and those within them, as a page offers them; links are not followed."""
    found: list[Path] = []
    for root in roots(data, music_folders):
        for folder in _within(root, DEEPEST):
            if len(found) == MOST:
                return found
            if str(folder).isprintable():  # a job carries text, and not every name on a disk is text
                found.append(folder)
    return found


def allowed(folder: str, data: Path, music_folders: tuple[str, ...]) -> Path:
    """The folder of this name.

    Raises
    ------
    FolderRefused
        It is not within an allowed one, or is no folder.
    """
    path = Path(folder)
    if folder.isprintable() and path.is_absolute() and ".." not in path.parts and path.is_dir():
        real = path.resolve()
        if any(real.is_relative_to(root.resolve()) for root in roots(data, music_folders)):
            return path
    raise FolderRefused(
        f"{folder[:200]!a}: this folder cannot be scanned. Choose one of those offered; "
        "an administrator adds others to music_folders in the settings."
    )


def _within(folder: Path, deeper: int) -> Iterator[Path]:
    yield folder
    if not deeper:
        return
    try:
        names = sorted(entry.name for entry in os.scandir(folder) if entry.is_dir(follow_symlinks=False))
    except PermissionError:
        return  # offered itself, so that its scan says in words what is wrong
    for name in names:
        if not name.startswith("."):
            yield from _within(folder / name, deeper - 1)
