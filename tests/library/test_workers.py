"""Several processes: one file's end is never another's, and no file is lost or done twice."""

import multiprocessing
import os
import signal
from pathlib import Path

import pytest

from library import workers
from library.errors import AnalysisDied, AnalysisFailed, AnalysisTimedOut, AnalysisTooLarge, UnreadableAudio
from library.workers import Examined, examine_all
from tests.library import dying
from tests.processes import all_ended, watched
from tests.sounds import tone, write


@pytest.fixture
def names(tmp_path, monkeypatch):
    """``names("a", "once b")``: what came of files of these names, by name; each exactly once."""
    monkeypatch.setattr(workers, "_examine", dying.examine)

    def examined(*names, processes=2):
        results = list(examine_all([str(tmp_path / name) for name in names], frozenset(), processes))
        assert sorted(path for path, _ in results) == sorted(str(tmp_path / name) for name in names)
        return {Path(path).name: result for path, result in results}

    return examined


def one_of(found, name):
    """What came of the file of this name; all others were examined."""
    result = found.pop(name)
    assert all(isinstance(other, Examined) for other in found.values())
    return result


def test_no_files_are_no_work(names):
    assert names() == {}


def test_a_file_whose_process_dies_twice_is_given_up_and_the_others_are_done(names):
    died = one_of(names("a", "b", "always c", "d", "e", "f", "g"), "always c")
    assert isinstance(died, AnalysisDied)
    assert "died twice" in str(died)


def test_a_process_killed_once_costs_nothing(names):
    found = names("a", "once b", "c", "d", "e")
    assert all(isinstance(result, Examined) for result in found.values())


def test_every_process_dying_ends(names):
    found = names("always a", "always b", "always c")
    assert all(isinstance(result, AnalysisDied) for result in found.values())


def test_an_error_is_the_files_own(names):
    failed = one_of(names("a", "error b", "c"), "error b")
    assert isinstance(failed, AnalysisFailed)
    assert "ValueError" in str(failed)


def test_a_file_that_hangs_costs_its_own_process_only(names, monkeypatch):
    monkeypatch.setattr(workers, "LEAST_LIMIT_S", 1.0)
    hung = one_of(names("hang a", "b", "c"), "hang a")
    assert isinstance(hung, AnalysisTimedOut)
    assert "hang a: not measured within 1 s" in str(hung)


def test_a_file_that_eats_memory_costs_its_own_process_only(names):
    greedy = one_of(names("greedy a", "b", "c"), "greedy a")
    assert isinstance(greedy, AnalysisTooLarge)
    assert "greedy a: needs more than 600 MiB" in str(greedy)


@pytest.mark.parametrize(("size_mib", "limit_s"), [(0, 30), (1, 30), (5, 100), (1000, 3600)])
def test_the_time_limit_grows_with_the_size_of_the_file_and_is_bounded(tmp_path, size_mib, limit_s):
    with (tmp_path / "a.wav").open("wb") as file:
        file.truncate(size_mib << 20)
    assert workers._limit_s(str(tmp_path / "a.wav")) == limit_s


def test_a_process_that_dies_while_nobody_looks_loses_no_file(tmp_path, monkeypatch):
    monkeypatch.setattr(workers, "_examine", dying.examine)
    paths = [str(tmp_path / str(number)) for number in range(12)]
    results = examine_all(paths, frozenset(), 2)
    got = [next(results)[0]]
    processes = multiprocessing.active_children()
    with watched([processes[0].pid]) as descriptors:
        os.kill(processes[0].pid, signal.SIGKILL)
        assert all_ended(descriptors, within_s=30)
    got += [path for path, result in results if isinstance(result, Examined)]
    assert sorted(got) == sorted(paths)


def test_real_files_are_examined_and_known_tracks_not_measured(tmp_path):
    known, fresh = (write(tmp_path / f"{hz}.wav", tone(hz, 1.0)) for hz in (300, 500))
    broken = tmp_path / "broken.mp3"
    broken.write_bytes(b"no music")
    first = dict(examine_all([str(known)], frozenset(), 1))[str(known)]
    again = dict(examine_all([str(known), str(fresh), str(broken)], frozenset({first.track_id}), 2))
    assert first.analysis is not None
    assert again[str(known)] == Examined(track_id=first.track_id, tags=first.tags, analysis=None)
    assert again[str(fresh)].analysis.duration_s == 1.0
    assert isinstance(again[str(broken)], UnreadableAudio)
