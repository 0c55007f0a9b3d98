"""What tells other software where the pieces of a session file begin is read by it, at the right times."""

from fractions import Fraction

import av
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playlists.exchange import chapters, cue
from playlists.exchange.errors import TooManyForCue
from playlists.exchange.marks import Mark, marks_of
from playlists.playlist import SAMPLE_RATE_HZ
from tests.playlists.exchange.made import TEXTS
from tests.playlists.sources import known, noise, playlist, write

MARKS = (
    Mark(begin=0, end=48_000 * 61, title='The "first"; a=b # c\\d', artist="Trio\nA", isrc="DE-A12-34-56789"),
    Mark(begin=48_000 * 61, end=48_000 * 3_700 + 24_319, title="Für Élise 𝄞"),
    Mark(begin=48_000 * 3_700 + 24_319, end=48_000 * 6_600, title="Last"),
)


def test_the_sheet():
    assert cue.write("Evening", "session.flac", MARKS) == (
        'TITLE "Evening"\nFILE "session.flac" WAVE\n'
        '  TRACK 01 AUDIO\n    TITLE "The \'first\'; a=b # c\\d"\n    PERFORMER "Trio A"\n    ISRC DEA123456789\n'
        "    INDEX 01 00:00:00\n"
        '  TRACK 02 AUDIO\n    TITLE "Für Élise 𝄞"\n    INDEX 01 01:01:00\n'
        '  TRACK 03 AUDIO\n    TITLE "Last"\n    INDEX 01 61:40:38\n'
    )


def test_a_sheet_of_100_pieces_is_refused_and_one_of_99_is_not():
    with pytest.raises(TooManyForCue, match="100 pieces; a cue sheet holds at most 99"):
        cue.write("", "a.flac", MARKS[:1] * 100)
    assert "TRACK 99 AUDIO" in cue.write("", "a.flac", MARKS[:1] * 99)


@given(st.integers(0, 48_000 * 20_000))
def test_an_index_is_the_nearest_frame(begin):
    text = cue.write("", "a.flac", [Mark(begin=begin, end=begin + 1, title="")])
    minutes, seconds, frames = (int(part) for part in text.split()[-1].split(":"))
    assert seconds < 60
    assert frames < 75
    at = Fraction(minutes * 60 + seconds) + Fraction(frames, 75)
    assert abs(at - Fraction(begin, SAMPLE_RATE_HZ)) <= Fraction(1, 150)


def as_ffmpeg_reads(path) -> tuple[str, list[tuple[Fraction, Fraction, str]]]:
    with av.open(str(path), format="ffmetadata") as container:
        found = [
            (c["start"] * c["time_base"], c["end"] * c["time_base"], c["metadata"].get("title", ""))
            for c in container.chapters()
        ]
        return container.metadata.get("title", ""), found


def seconds(samples: int) -> Fraction:
    return Fraction(samples, SAMPLE_RATE_HZ)


def test_ffmpeg_reads_the_chapters_to_the_sample(tmp_path):
    path = tmp_path / "chapters.txt"
    path.write_text(chapters.ffmetadata("Evening; a=b", MARKS), encoding="utf-8")
    names = ['The "first"; a=b # c\\d · Trio A', "Für Élise 𝄞", "Last"]
    assert as_ffmpeg_reads(path) == (
        "Evening; a=b",
        [(seconds(mark.begin), seconds(mark.end), name) for mark, name in zip(MARKS, names, strict=True)],
    )


@given(title=TEXTS)
def test_no_title_breaks_out_of_its_chapter(tmp_path_factory, title):
    path = tmp_path_factory.mktemp("chapters") / "chapters.txt"
    marks = [msgspec.structs.replace(MARKS[0], title=title), MARKS[1]]
    path.write_text(chapters.ffmetadata(title, marks), encoding="utf-8")
    (_, _, first), (begin, _, second) = as_ffmpeg_reads(path)[1]
    assert first.endswith("Trio A")
    assert (begin, second) == (seconds(MARKS[1].begin), "Für Élise 𝄞")


def test_marks_lie_where_the_pieces_begin_to_be_heard(tmp_path):
    path = write(tmp_path / "a.wav", noise(2, -30))
    listed = playlist([40.0, 39.0, 38.0])
    found = marks_of(listed, {"1": known(path, "1")})
    assert [(mark.begin / SAMPLE_RATE_HZ, mark.title, mark.artist) for mark in found] == [
        (0.0, "Piece 1", ""),
        (36.0, "Nocturne 1", "Nobody"),
        (71.0, "Piece 3", ""),
    ]
    assert [mark.end for mark in found] == [*(mark.begin for mark in found[1:]), 109 * SAMPLE_RATE_HZ]


def test_marks_of_a_file_that_begins_later_count_from_its_beginning():
    found = marks_of(playlist([40.0, 39.0, 38.0]), {}, from_s=40.0)
    assert [(mark.begin / SAMPLE_RATE_HZ, mark.title) for mark in found] == [(0.0, "Piece 2"), (31.0, "Piece 3")]
