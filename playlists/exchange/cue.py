"""A cue sheet of a session file: its pieces with their beginnings, for players and programs that burn discs.

Beginnings are in minutes, seconds and frames of 1/75 s, rounded to the nearest frame; minutes go above 99 where the
file does, as players read them. A sheet numbers its tracks 01 to 99. UTF-8; a text has no way to hold a quotation mark.
Source: CDRWIN's cue sheet commands, as mpv and foobar2000 read them.
"""

from collections.abc import Sequence

from library.lettering import clean
from playlists.exchange.errors import TooManyForCue
from playlists.exchange.identifiers import isrc_of
from playlists.exchange.marks import Mark
from playlists.playlist import SAMPLE_RATE_HZ

FRAMES_PER_S = 75
SAMPLES_PER_FRAME = SAMPLE_RATE_HZ // FRAMES_PER_S
MOST_TRACKS = 99


def write(title: str, file_name: str, marks: Sequence[Mark]) -> str:
    """The sheet as text; ``file_name`` is the session file beside it.

    Raises
    ------
    TooManyForCue
        More than 99 pieces.
    """
    if len(marks) > MOST_TRACKS:
        raise TooManyForCue(
            f"The list has {len(marks)} pieces; a cue sheet holds at most {MOST_TRACKS}. Take the chapters instead."
        )
    lines = [f"TITLE {_quoted(title)}", f"FILE {_quoted(file_name)} WAVE"]
    for number, mark in enumerate(marks, start=1):
        lines += [f"  TRACK {number:02} AUDIO", f"    TITLE {_quoted(mark.title)}"]
        if mark.artist:
            lines.append(f"    PERFORMER {_quoted(mark.artist)}")
        isrc = isrc_of(mark.isrc)
        if isrc:
            lines.append(f"    ISRC {isrc}")
        lines.append(f"    INDEX 01 {_clock(mark.begin)}")
    return "\n".join(lines) + "\n"


def _clock(sample: int) -> str:
    frames = (sample + SAMPLES_PER_FRAME // 2) // SAMPLES_PER_FRAME
    seconds, frame = divmod(frames, FRAMES_PER_S)
    return f"{seconds // 60:02}:{seconds % 60:02}:{frame:02}"


def _quoted(text: str) -> str:
    plain = clean(text).replace('"', "'")
    return f'"{plain}"'
