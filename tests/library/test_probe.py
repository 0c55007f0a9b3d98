"""Whether a file begins with music is asked in a process of its own: whatever it does there, this one goes on."""

import sys

import pytest

from library.errors import AnalysisDied, AnalysisTimedOut, UnreadableAudio
from library.probe import probe
from tests.sounds import tone, write


def test_music_passes(tmp_path):
    path = tmp_path / "a tone.ogg"
    write(path, tone(440, 2, channels=2))
    probe(path)


def test_what_is_no_music_is_refused_in_words_without_its_path(tmp_path):
    path = tmp_path / "letter.mp3"
    path.write_text("Dear clinic, " * 100)
    with pytest.raises(UnreadableAudio, match=r"^cannot be read as audio .* Export it again\.$"):
        probe(path)


def instead_of_python(tmp_path, monkeypatch, does):
    script = tmp_path / "python"
    script.write_text(f"#!/bin/sh\n{does}\n")
    script.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(script))


def test_a_decoder_that_dies_is_an_error_here(tmp_path, monkeypatch):
    instead_of_python(tmp_path, monkeypatch, "kill -SEGV $$")
    with pytest.raises(AnalysisDied, match="died"):
        probe(tmp_path / "any.mp3")


def test_a_decoder_that_hangs_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr("library.probe.LONGEST_S", 0.2)
    instead_of_python(tmp_path, monkeypatch, "exec tail -f /dev/null")
    with pytest.raises(AnalysisTimedOut):
        probe(tmp_path / "any.mp3")
