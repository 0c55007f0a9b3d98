"""The chapters of a session file as text, for programs that put them into a file or show them beside it.

FFmpeg's metadata file takes every chapter to the sample.
Source: FFmpeg's documentation of its ``ffmetadata`` format.
"""

import re
from collections.abc import Sequence

from library.lettering import clean
from playlists.exchange.marks import Mark
from playlists.playlist import SAMPLE_RATE_HZ

SPECIAL = re.compile(r"[=;#\\]")
BETWEEN = " · "


def ffmetadata(title: str, marks: Sequence[Mark]) -> str:
    """Title and chapters as FFmpeg reads them."""
    lines = [";FFMETADATA1", f"title={_escaped(title)}"]
    for mark in marks:
        lines += ["[CHAPTER]", f"TIMEBASE=1/{SAMPLE_RATE_HZ}", f"START={mark.begin}", f"END={mark.end}"]
        lines.append(f"title={_escaped(_name(mark))}")
    return "\n".join(lines) + "\n"


def _name(mark: Mark) -> str:
    return BETWEEN.join(filter(None, [clean(mark.title), clean(mark.artist)]))


def _escaped(text: str) -> str:
    escaped = SPECIAL.sub(lambda found: f"\\{found[0]}", clean(text))
    # FFmpeg takes any backslash before a line's end for a line that goes on, also one that is escaped itself.
    return f"{escaped} " if escaped.endswith("\\") else escaped
