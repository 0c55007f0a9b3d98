"""A small library that is scanned once, and the command line run in this process."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa

from library.store import open_store, sqlite_url, writing
from library.tables import file_table
from soundscape import cli
from tests.once import once
from tests.soundscape.clinic import Clinic
from tests.soundscape.house import Browser
from tests.soundscape.pieces import make_pieces

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Ran:
    """How a command ended and what it said."""

    status: int
    out: str
    err: str

    @property
    def objects(self) -> list[dict]:
        """The objects on stdout, one a line; anything else there is an error."""
        return [json.loads(line) for line in self.out.splitlines()]


@pytest.fixture
def run(monkeypatch, capsys):
    """``run("scan", folder)``: the command line as `python -m soundscape` runs it."""

    def ran(*arguments) -> Ran:
        monkeypatch.setattr(sys, "argv", ["soundscape", *map(str, arguments)])
        capsys.readouterr()
        try:
            cli.main()
            status = 0
        except SystemExit as ended:
            status = ended.code or 0
        return Ran(status, *capsys.readouterr())

    return ran


def run_process(*arguments, **options) -> Ran:
    """The same in a process of its own, where the exit status is the point."""
    done = subprocess.run(
        [sys.executable, "-m", "soundscape", *map(str, arguments)],
        cwd=options.pop("cwd", ROOT),
        env={**os.environ, "PYTHONPATH": str(ROOT), **options.pop("env", {})},
        capture_output=True,
        text=True,
        check=False,
        **options,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="session")
def first_scan(tmp_path_factory) -> Path:
    """The small library in ``music`` and, in ``data``, what the command itself made of it: once for all processes."""

    def make(folder: Path) -> None:
        (folder / "music").mkdir()
        make_pieces(folder / "music")
        ran = run_process("scan", folder / "music", "--data", folder / "data", "--json")
        assert ran.status == 0, ran.err
        assert {outcome["status"] for outcome in ran.objects} == {"cleared"}

    return once(tmp_path_factory, "small", make)


@pytest.fixture(scope="session")
def pieces(first_scan, tmp_path_factory) -> Path:
    """The folder of the small library; a process's own, since some tests take it away for a while."""
    return shutil.copytree(first_scan / "music", tmp_path_factory.mktemp("small") / "pieces")


@pytest.fixture(scope="session")
def scanned(first_scan, pieces, tmp_path_factory) -> Path:
    """A data directory as a scan of ``pieces`` leaves it."""
    data = shutil.copytree(first_scan / "data", tmp_path_factory.mktemp("data") / "data")
    store = open_store(sqlite_url(data))
    with writing(store) as connection:
        for path in connection.scalars(sa.select(file_table.c.path)).all():
            here = str(pieces / Path(path).name)
            connection.execute(sa.update(file_table).where(file_table.c.path == path).values(path=here))
    store.dispose()
    return data


@pytest.fixture
def clinic(scanned, tmp_path) -> Clinic:
    """A service with the small library, and its own database."""
    return Clinic(scanned, tmp_path / "data")


@pytest.fixture
def curator(clinic: Clinic) -> Browser:
    """Somebody there who keeps the lists."""
    return clinic.staff("curator")


@pytest.fixture
def engine(tmp_path):
    """A database with nothing in it."""
    opened = open_store(sqlite_url(tmp_path))
    yield opened
    opened.dispose()
