"""mpv, which had no part in writing it, opens the sheet of a session file and finds the music beside it."""

import subprocess

import pytest

from playlists.exchange import cue
from playlists.exchange.marks import Mark
from tests import needs
from tests.playlists.sources import noise, write

SAYS = "@${path}|${media-title}|${chapter-list/count}|${chapter-list/1/title}|${=chapter-list/1/time}"
FLAGS = ["--no-config", "--ao=null", "--ao-null-untimed=yes", "--vo=null", "--msg-level=all=no,term-msg=info"]


def played(path) -> list[list[str]]:
    """For each file that mpv plays of it: path, title, chapters, and the second chapter's title and time."""
    done = subprocess.run(
        [needs.program("mpv"), *FLAGS, f"--term-playing-msg={SAYS}", str(path)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return [line[1:].split("|") for line in done.stdout.splitlines() if line.startswith("@")]


def test_a_sheet_gives_a_file_its_chapters(tmp_path):
    write(tmp_path / "session.wav", noise(3, -30))
    marks = [Mark(begin=0, end=72_000, title="One"), Mark(begin=72_000, end=144_000, title='Für "Élise"')]
    sheet = tmp_path / "session.cue"
    sheet.write_text(cue.write("Evening", "session.wav", marks), encoding="utf-8")
    ((_, _, count, title, time_s),) = played(sheet)
    assert (count, title) == ("2", "Für 'Élise'")
    assert float(time_s) == pytest.approx(1.5, abs=1 / 75)
