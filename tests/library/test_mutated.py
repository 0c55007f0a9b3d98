"""Broken files: each gives music or an error that says why, and none loses a part without a word.

A few of each format, by their sound alone; ``benchmarks/mutated_files.py`` breaks 600 and asks for voices too.
"""

from contextlib import suppress

import mutagen.id3
import mutagen.wave
import pytest
from hypothesis import HealthCheck, given, settings

from library import audio, workers
from library.errors import LibraryError, TooLong, UnreadableTags
from library.tags import read_tags
from library.track import Tags
from library.verdict import judge
from tests import mutations
from tests.containers import CONTAINERS
from tests.mutations import CHANNELS, RATES_HZ, mutated_files
from tests.sounds import SUFFIXES, noise, write

SECONDS = 3.0
UNPLAYED_S = 0.1
KINDS = (
    mutations.flip_many,
    mutations.break_off,
    mutations.lose_the_end,
    mutations.swap_header,
    mutations.lie_of_length,
    mutations.lie_of_rate,
)


def played(path):
    """(samples of all channels, damage) of a file, or the error that it gives."""
    damage = []
    try:
        audio.content_id(path)
        return sum(block.size for block in audio.decode(path, on_damage=damage.append)), damage
    except LibraryError as error:
        return error


def test_a_broken_file_is_played_to_its_end_or_says_that_it_was_not(tmp_path, test_data):
    sources = [(test_data / "audio" / name, True) for name in ("vocal/vocadito_1.opus", "instrumental/Gold_Rush.mp3")]
    silent = []
    for file in mutated_files(tmp_path, sources, SECONDS, len(SUFFIXES) * len(KINDS), KINDS):
        found = played(file.path)
        if isinstance(found, LibraryError) or found[1]:
            continue
        unplayed_s = (file.sound - found[0]) / CHANNELS / RATES_HZ[file.path.suffix][0]
        if unplayed_s > UNPLAYED_S:
            silent.append((file.path.name, unplayed_s))
    assert silent == []


@pytest.mark.parametrize("suffix", CONTAINERS)
def test_a_container_that_no_encoder_made_is_music_or_a_clean_error(suffix, tmp_path):
    path = tmp_path / f"a{suffix}"

    @settings(max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(CONTAINERS[suffix])
    def examined(content):
        path.write_bytes(content)
        played(path)
        with suppress(UnreadableTags):
            read_tags(path)

    examined()


def test_a_file_that_lost_a_little_is_for_review_whatever_is_heard(tmp_path):
    path = write(tmp_path / "a.flac", noise(5.0, -30, channels=2))
    path.write_bytes(path.read_bytes()[:-3000])
    analysis = workers._examine(str(path)).analysis
    assert analysis.damaged_at_s == pytest.approx([5.0], abs=0.3)
    verdict = judge(analysis)
    assert verdict.status != "cleared"
    assert any("damaged at 0:04" in reason for reason in verdict.reasons)


def test_corrupt_tags_lose_no_music(tmp_path):
    path = write(tmp_path / "a.wav", noise(1.0))
    file = mutagen.wave.WAVE(path)
    file.add_tags()
    file.tags.add(mutagen.id3.TIT2(encoding=3, text="Title"))
    file.save()
    content = path.read_bytes()
    path.write_bytes(content.replace(b"ID3\x04", b"ID3\x09"))
    found = workers._examine(str(path))
    assert found.tags == Tags()
    assert "its tags cannot be read" in found.analysis.unknown["tags"]


def test_hours_in_a_few_bytes_are_refused(tmp_path):
    path = write(tmp_path / "a.flac", noise(1.0))
    content = bytearray(path.read_bytes())
    content[21] |= 0x0F  # the top of the 36 bits that count the samples
    path.write_bytes(content)
    with pytest.raises(TooLong, match=r"a\.flac: 4\d\d\.\d hours of audio"):
        list(audio.decode(path))
