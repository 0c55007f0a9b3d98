"""A mixdown that was interrupted goes on from its last finished stage, and trusts it no further than a new file."""

import pytest

from playlists.mixdown import mixdown
from playlists.stages import Interrupted
from playlists.watch import MixdownCancelled
from tests.playlists.sources import playlist, swelling, write


@pytest.fixture(scope="module")
def calm(tmp_path_factory):
    """Two tracks."""
    folder = tmp_path_factory.mktemp("tracks")
    return {str(number): write(folder / f"{number}.flac", swelling(30, -22, seed=number)) for number in range(2)}


WANTED = playlist([28.0, 28.0])


def left(folder):
    return sorted(path.name for path in folder.iterdir())


def interrupted_at(share, calm, out):
    def stop(told):
        if told > share:
            raise Interrupted

    with pytest.raises(Interrupted):
        mixdown(WANTED, calm, out, progress=stop)


def whole(calm, folder):
    """How often an uninterrupted one tells, and what it makes."""
    told = []
    facts = mixdown(WANTED, calm, folder / "whole.flac", progress=told.append)
    return len(told), facts


@pytest.mark.parametrize(("share", "saved"), [(0.5, 0.3), (0.9, 0.8)])
def test_finished_stages_are_not_done_again(calm, tmp_path, share, saved):
    """Interrupted while it is encoded the mix is not measured again, while it is verified it is not encoded again."""
    interrupted_at(share, calm, tmp_path / "out.flac")
    assert all(name.startswith(".kept-") for name in left(tmp_path))
    told = []
    facts = mixdown(WANTED, calm, tmp_path / "other.flac", progress=told.append)
    assert left(tmp_path) == ["other.flac", "other.flac.manifest.json"]
    count, uninterrupted = whole(calm, tmp_path)
    assert len(told) <= (1 - saved) * count
    assert facts.sha256 == uninterrupted.sha256
    assert facts.loudness_lufs == uninterrupted.loudness_lufs


@pytest.mark.parametrize("harm", [lambda data: data[: len(data) // 2], lambda data: data[:-20_000] + bytes(20_000)])
def test_a_kept_file_that_was_harmed_is_not_used(calm, tmp_path, harm):
    interrupted_at(0.9, calm, tmp_path / "out.flac")
    (file,) = tmp_path.glob(".kept-*.flac")
    file.write_bytes(harm(file.read_bytes()))
    facts = mixdown(WANTED, calm, tmp_path / "out.flac")
    assert facts.sha256 == whole(calm, tmp_path)[1].sha256
    assert not list(tmp_path.glob(".*"))


def test_what_is_cancelled_keeps_nothing(calm, tmp_path):
    told = []
    with pytest.raises(MixdownCancelled):
        mixdown(WANTED, calm, tmp_path / "out.flac", progress=told.append, cancelled=lambda: told[-1] > 0.9)
    assert left(tmp_path) == []
