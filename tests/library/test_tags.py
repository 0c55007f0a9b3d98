"""Tags: read from every format, in any script, bounded, and never guessed."""

import mutagen
import mutagen.id3
import mutagen.mp4
import pytest

from library.errors import UnreadableTags
from library.tags import LONGEST, read_tags
from library.track import Tags
from tests.sounds import SUFFIXES, noise, write

RATE_HZ = 48_000
TITLE, ARTIST = "静かな夜 🌙", "Ünïcødé"


def blank(folder, suffix):
    return write(folder / f"a{suffix}", noise(0.3, channels=2, rate_hz=RATE_HZ), RATE_HZ)


def tagged(path, **fields):
    """Tag by the names that mutagen's easy interface has; WAV and AIFF have raw ID3 only."""
    file = mutagen.File(path, easy=True)
    if path.suffix in (".wav", ".aiff"):
        file.add_tags()
        frames = {"title": "TIT2", "artist": "TPE1", "album": "TALB", "isrc": "TSRC", "copyright": "TCOP"}
        for field, text in fields.items():
            file.tags.add(getattr(mutagen.id3, frames[field])(encoding=3, text=text))
    else:
        for field, text in fields.items():
            file[field] = text
    file.save()
    return path


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_title_artist_album_and_rights_are_read_in_every_format(tmp_path, suffix):
    path = tagged(blank(tmp_path, suffix), title=TITLE, artist=ARTIST, album="Album", copyright="CC0")
    expected = Tags(title=TITLE, artist=ARTIST, album="Album", rights="CC0")
    assert read_tags(path) == expected


@pytest.mark.parametrize("suffix", [".mp3", ".flac", ".ogg", ".opus", ".wav"])
def test_the_isrc_is_read(tmp_path, suffix):
    assert read_tags(tagged(blank(tmp_path, suffix), isrc="DEA123400001")).isrc == "DEA123400001"


@pytest.mark.parametrize("suffix", [".mp3", ".flac", ".m4a"])
def test_the_musicbrainz_id_is_read(tmp_path, suffix):
    recording = "0a5f0c3a-6b4d-4f43-9a14-1d2bb4f0a111"
    assert read_tags(tagged(blank(tmp_path, suffix), musicbrainz_trackid=recording)).musicbrainz_id == recording


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_file_without_tags_has_none_and_its_name_is_no_title(tmp_path, suffix):
    found = read_tags(blank(tmp_path, suffix))
    assert (found.title, found.artist, found.album) == (None, None, None)


def test_the_album_artist_stands_in_for_a_missing_artist(tmp_path):
    assert read_tags(tagged(blank(tmp_path, ".flac"), albumartist="Ensemble")).artist == "Ensemble"


@pytest.mark.parametrize("text", ["", "  ", "\n\t"])
def test_an_empty_field_is_missing(tmp_path, text):
    assert read_tags(tagged(blank(tmp_path, ".flac"), title=text)).title is None


@pytest.mark.parametrize(
    ("text", "shown"), [("two\nlines\x00 and\x1b[31m red", "two lines and [31m red"), ("x" * 100_000, "x" * LONGEST)]
)
def test_a_hostile_title_is_made_harmless(tmp_path, text, shown):
    assert read_tags(tagged(blank(tmp_path, ".flac"), title=text)).title == shown


def test_corrupt_tags_are_an_error_that_names_the_file(tmp_path):
    path = tagged(blank(tmp_path, ".flac"), title=TITLE)
    content = bytearray(path.read_bytes())
    content[4:8] = b"\x7f\xff\xff\xff"  # a first metadata block of no known kind and 16 MB
    path.write_bytes(content)
    with pytest.raises(UnreadableTags, match=r"a\.flac"):
        read_tags(path)
