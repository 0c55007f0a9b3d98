"""The chapters of a session file as text, for programs that put them into a file or show them beside it.

FFmpeg's metadata file takes every chapter to the sample. The plain form is a clock's reading and a title on each line.
Source: FFmpeg's documentation of its ``ffmetadata`` format; the plain form as MP4v2's mp4chaps reads it.
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


def plain(marks: Sequence[Mark]) -> str:
    """A line a chapter: ``HH:MM:SS.mmm Title``."""
    return "".join(f"{_clock(mark.begin)} {_name(mark)}\n" for mark in marks)


def _name(mark: Mark) -> str:
    return BETWEEN.join(filter(None, [clean(mark.title), clean(mark.artist)]))


def _escaped(text: str) -> str:
    escaped = SPECIAL.sub(lambda found: f"\\{found[0]}", clean(text))
    # FFmpeg takes any backslash before a line's end for a line that goes on, also one that is escaped itself.
    return f"{escaped} " if escaped.endswith("\\") else escaped


def _clock(sample: int) -> str:
    milliseconds = (sample * 1000 + SAMPLE_RATE_HZ // 2) // SAMPLE_RATE_HZ
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest:03}"
