"""Where nothing can be kept between starts the compiled parts still work, and a plain message says so."""

import os
import stat

from library import compiling


def test_an_account_without_a_home_has_no_cache(monkeypatch):
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)  # as it is where there is none to be found
    assert [place.name for place in compiling.usual_places()] == ["__pycache__"]


def test_a_place_that_can_be_written_is_left_to_numba(tmp_path, monkeypatch):
    monkeypatch.delenv(compiling.CHOSEN, raising=False)
    (tmp_path / "file").touch()
    assert compiling.settle([tmp_path / "file" / "below", tmp_path / "made"]) is None
    assert compiling.CHOSEN not in os.environ


def test_where_none_can_be_written_one_is_made_and_said(tmp_path, monkeypatch, caplog):
    monkeypatch.setenv(compiling.CHOSEN, "")
    (tmp_path / "file").touch()
    made = compiling.settle([tmp_path / "file" / "below"])
    assert made is not None
    assert os.environ[compiling.CHOSEN] == str(made)
    assert stat.S_IMODE(made.stat().st_mode) == 0o700
    assert "cannot be kept in" in caplog.text
    assert compiling.settle([tmp_path / "file" / "below"]) is None  # a place that somebody named is used
