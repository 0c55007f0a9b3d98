"""A file that does not say what was planned is refused; long names in any script stay readable."""

from pathlib import Path

import msgspec
import pytest

from library.track import Tags
from playlists.encode import FORMATS, Encoder
from playlists.errors import MixdownRejected
from playlists.labelled import refuse_unless_labelled
from playlists.labels import Chapter, Labels, labels_of
from playlists.timeline import layout
from tests.playlists.sources import known, noise, playlist, write

LABELS = Labels(
    title="Music for 00:04",
    comment="Soundscape",
    chapters=(Chapter(begin=0, end=100_001, title="Öne"), Chapter(begin=100_001, end=192_000, title="Two")),
)


def written(folder: Path, suffix: str, labels: Labels = LABELS) -> Path:
    path = folder / f"out{suffix}"
    with Encoder(path, FORMATS[suffix], labels, on_disk=False) as encoder:
        encoder.feed(noise(4, -30).astype("float32"))
    return path


@pytest.mark.parametrize("suffix", FORMATS)
def test_what_was_written_is_found(tmp_path, suffix):
    path = written(tmp_path, suffix)
    refuse_unless_labelled(path, LABELS)
    with pytest.raises(MixdownRejected, match="calls itself 'Music for 00:04' instead of"):
        refuse_unless_labelled(path, msgspec.structs.replace(LABELS, title="Other"))


@pytest.mark.parametrize("suffix", [suffix for suffix, form in FORMATS.items() if form.chapters])
def test_a_chapter_elsewhere_or_missing_is_refused(tmp_path, suffix):
    path, (one, two) = written(tmp_path, suffix), LABELS.chapters
    moved = msgspec.structs.replace(two, begin=two.begin + 100)
    with pytest.raises(MixdownRejected, match=r"'Two' at 2\.083 s instead of 'Two' at 2\.085 s"):
        refuse_unless_labelled(path, msgspec.structs.replace(LABELS, chapters=(one, moved)))
    with pytest.raises(MixdownRejected, match="2 chapters instead of 1"):
        refuse_unless_labelled(path, msgspec.structs.replace(LABELS, chapters=(one,)))


@pytest.mark.parametrize("letter", ["é", "音", "x"])
def test_a_long_name_in_any_script_stays_readable(tmp_path, letter):
    wanted = playlist([30.0])
    measured = known(write(tmp_path / "0.wav", noise(4, -30)), "0")
    named = msgspec.structs.replace(measured, tags=Tags(title="a" + letter * 400))
    labels = labels_of(wanted, layout(wanted), {"0": named})
    assert labels.chapters[0].title.startswith(f"a{letter * 60}")
    refuse_unless_labelled(written(tmp_path, ".m4a", labels), labels)
