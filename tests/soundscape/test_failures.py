"""What goes wrong around the program: it says what and what to do, and keeps or leaves what was there."""

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import pytest

from library import workers
from library.store import open_store, sqlite_url, writing
from soundscape import data as datadir
from soundscape import show
from tests.sounds import noise, tone, write
from tests.soundscape.conftest import ROOT, run_process

SHORT = ("--minutes", "10", "--tail", "0")


@pytest.fixture
def music(tmp_path):
    folder = tmp_path / "music"
    folder.mkdir()
    for hz in (300, 400, 500):
        write(folder / f"{hz}.wav", tone(hz, 1.0))
    return folder


# The database


def newer(path):
    engine = open_store(f"sqlite:///{path}")
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'from-the-future'")
    engine.dispose()


BROKEN = {"text": lambda path: path.write_text("shopping list\n" * 100), "newer": newer}


@pytest.mark.parametrize("kind", BROKEN)
@pytest.mark.parametrize("command", [("scan", "{music}"), ("build", *SHORT)], ids=["scan", "build"])
def test_a_database_that_cannot_be_used_is_named_and_left_as_it_is(run, music, tmp_path, kind, command):
    database = tmp_path / "data" / "soundscape.db"
    database.parent.mkdir()
    BROKEN[kind](database)
    before = database.read_bytes()
    ran = run(*(str(word).format(music=music) for word in command), "--data", database.parent)
    assert (ran.status, ran.out) == (1, "")
    assert str(database) in ran.err
    assert "--data" in ran.err
    assert database.read_bytes() == before


def test_a_data_directory_that_is_a_file_is_named(run, music, tmp_path):
    (tmp_path / "data").write_text("mine")
    ran = run("scan", music, "--data", tmp_path / "data")
    assert ran.status in (1, 2)
    assert "data" in ran.err
    assert (tmp_path / "data").read_text() == "mine"


def test_a_database_that_another_process_locks_is_an_error_and_no_crash(run, music, tmp_path, in_process, monkeypatch):
    monkeypatch.setattr("library.store.BUSY_TIMEOUT_S", 0)
    data = tmp_path / "data"
    data.mkdir()
    engine = open_store(sqlite_url(data))
    with writing(engine):
        ran = run("scan", music, "--data", data)
    engine.dispose()
    assert ran.status == 1
    assert "locked" in ran.err
    assert "Traceback" not in ran.err


# Scans that are disturbed


def test_a_folder_that_vanishes_is_a_clear_failure_and_what_was_stored_is_kept(
    run, music, tmp_path, in_process, monkeypatch
):
    examine = workers._examine

    def vanishing(path):
        if in_process[1:]:
            shutil.rmtree(music, ignore_errors=True)
        return examine(path)

    monkeypatch.setattr(workers, "_examine", vanishing)
    ran = run("scan", music, "--data", tmp_path / "data", "--json")
    assert ran.status == 1
    assert "vanished during the scan" in ran.err
    assert [outcome["did"] for outcome in ran.objects if outcome["did"] != "failed"] == ["measured"]
    with datadir.opened(tmp_path / "data") as catalogue:
        assert len(list(catalogue.tracks())) == 1


def test_ctrl_c_ends_with_130_and_says_that_it_goes_on_from_there(run, music, tmp_path, in_process, monkeypatch):
    examined = []

    def stop(outcome):
        examined.append(outcome)
        if len(examined) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(show, "json_line", stop)
    ran = run("scan", music, "--data", tmp_path / "data", "--json")
    assert ran.status == 130
    assert "goes on from there" in ran.err
    with datadir.opened(tmp_path / "data") as catalogue:
        assert len(list(catalogue.tracks())) == 2


def test_ctrl_c_in_a_terminal_ends_the_workers_too_and_prints_no_traceback(tmp_path):
    folder = tmp_path / "music"
    folder.mkdir()
    for number in range(8):
        write(folder / f"{number}.wav", noise(20.0, seed=number))
    command = [sys.executable, "-m", "soundscape", "scan", folder, "--data", tmp_path / "data", "--json"]
    running = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    running.stdout.readline()
    os.killpg(running.pid, signal.SIGINT)  # a terminal sends it to every process
    _, err = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "Stopped." in err
    assert "Traceback" not in err


# Sessions that cannot be made


def test_a_track_that_is_gone_at_the_mixdown_is_named_and_nothing_is_left(run, scanned, pieces, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(scanned, data)
    moved = tmp_path / "moved"
    pieces.rename(moved)
    try:
        ran = run("build", "--data", data, *SHORT, "--out", tmp_path / "session.flac")
    finally:
        moved.rename(pieces)
    assert (ran.status, ran.out) == (1, "")
    assert ".flac" in ran.err
    assert not list(tmp_path.glob("*session*"))


@pytest.fixture
def tiny_disk(tmp_path):
    """A folder with 1 MB of room: a small disk where we may mount one, else a limit on the size of a file."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    mounted = (
        os.geteuid() == 0
        and not subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], check=False, capture_output=True
        ).returncode
    )
    limit = None if mounted else lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, 2**20))
    yield folder, limit
    if mounted:
        subprocess.run(["umount", folder], check=True)


def test_no_space_for_the_session_is_said_and_nothing_has_its_name(scanned, tiny_disk):
    folder, limit = tiny_disk
    ran = run_process("build", "--data", scanned, *SHORT, "--out", folder / "session.flac", "--json", preexec_fn=limit)
    assert (ran.status, ran.out) == (1, "")
    assert "session.flac" in ran.err
    assert "space" in ran.err
    assert "Traceback" not in ran.err
    assert list(folder.iterdir()) == []


# Long files


def test_a_file_of_three_hours_is_measured_in_little_memory(tmp_path):
    """Everything but the voice detector's two views, which would take two minutes; see `long_file`."""
    path = tmp_path / "long.wav"
    minute = (np.random.default_rng(0).standard_normal(60 * 8000) * 300).astype("<i2")
    minute[: 20 * 8000] //= 10
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        for _ in range(180):
            file.writeframes(minute.tobytes())
    script = [sys.executable, "-m", "tests.soundscape.long_file", path, "--without-voices"]
    done = subprocess.run(script, cwd=ROOT, capture_output=True, text=True, check=True, timeout=240)
    found = json.loads(done.stdout)
    assert found["duration_s"] == 3 * 3600
    assert found["memory_mb"] < 1500
    assert not {"loudness_lufs", "energy", "startle", "vocals"} & set(found["unknown"])


# Our own words


def test_no_message_is_a_traceback_for_any_failure_of_the_file_system(run, tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device", str(tmp_path / "soundscape.db"))

    monkeypatch.setattr(Path, "mkdir", full)
    ran = run("scan", tmp_path, "--data", tmp_path / "data")
    assert ran.status == 1
    assert ran.err == f"Error: {tmp_path / 'soundscape.db'}: No space left on device.\n"
