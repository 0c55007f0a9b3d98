"""mpv, which had no part in writing them, opens what we write and finds the music beside it."""

import subprocess

import pytest

from playlists.exchange import cue
from playlists.exchange.entry import Entry, Listing
from playlists.exchange.marks import Mark
from playlists.exchange.writing import write_listing
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


@pytest.mark.parametrize("relative", [True, False])
def test_a_list_with_paths_is_played(tmp_path, relative):
    names = ["Für Élise #1, 100%.wav", "#rain.wav"]
    (tmp_path / "music").mkdir()
    (tmp_path / "lists").mkdir()
    paths = [write(tmp_path / "music" / name, noise(0.5, -30)) for name in names]
    entries = [Entry(title=path.name[:4], artist="Trio", location=str(path), note="a\nb") for path in paths]
    listing = tmp_path / "lists" / "list.m3u8"
    folder = str(listing.parent) if relative else None
    listing.write_bytes(write_listing(Listing(title="Evening", entries=tuple(entries)), "m3u8", relative_to=folder))
    assert (str(tmp_path) in listing.read_text(encoding="utf-8")) is not relative
    found = played(listing)
    assert [path.rsplit("/", 1)[1] for path, *_ in found] == names
    assert [title for _, title, *_ in found] == ["Trio - Für", "Trio - #rai"]


def test_a_sheet_gives_a_file_its_chapters(tmp_path):
    write(tmp_path / "session.wav", noise(3, -30))
    marks = [Mark(begin=0, end=72_000, title="One"), Mark(begin=72_000, end=144_000, title='Für "Élise"')]
    sheet = tmp_path / "session.cue"
    sheet.write_text(cue.write("Evening", "session.wav", marks), encoding="utf-8")
    ((_, _, count, title, time_s),) = played(sheet)
    assert (count, title) == ("2", "Für 'Élise'")
    assert float(time_s) == pytest.approx(1.5, abs=1 / 75)
