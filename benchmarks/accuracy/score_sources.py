"""Where the scores come from: games, MMA's styles of accompaniment, and folk tunes.

Needs the programs ``mma`` and ``abc2midi`` (Debian: mma, abcmidi), and in ``SOUNDSCAPE_SCORES`` a folder with the
unpacked (``dpkg -x``) Debian packages openttd-openmsx (GPL-2), freedoom and freedm (BSD), and for the folk tunes the
unpacked wheel of music21: its corpus has Ryan's Mammoth Collection (1883), whose tunes say their key, and Aird's
Selection of Airs (1782), many of whose tunes say how fast they go in Jack Campin's transcription.
What is missing raises `Missing`.
"""

import hashlib
import os
import re
import shutil
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.accuracy.scores import DRUMS, KEPT, Missing, Piece, Score
from library.analysis.tonality import NAMES

FLATS = {"Db": "C#", "D#": "Eb", "Gb": "F#", "G#": "Ab", "A#": "Bb", "Cb": "B", "Fb": "E", "E#": "F", "B#": "C"}
PROGRAMS = (0, 4, 6, 11, 22, 24, 40, 42, 46, 48, 56, 65, 68, 71, 73, 79)
"""Sounds of General MIDI for the folk tunes, in turn: piano, harpsichord, vibraphone, strings, winds."""


def game_music() -> Iterator[Piece]:
    """The games' pieces that hold one tempo for the excerpt and are on its grid."""
    root = _scores()
    files, seen = sorted(root.rglob("*.mid")) + sorted(root.rglob("*.wad")), set[bytes]()
    for file in files:
        for name, data in _lumps(file) if file.suffix == ".wad" else [(file.stem, file.read_bytes())]:
            if data in seen:
                continue
            seen.add(data)
            tempo_bpm = Score(data).tempo_bpm()
            if tempo_bpm is not None:
                yield Piece(name=name, midi=data, tempo_bpm=tempo_bpm, key=None)


def _scores() -> Path:
    named = os.environ.get("SOUNDSCAPE_SCORES")
    if not named or not Path(named).is_dir():
        raise Missing("SOUNDSCAPE_SCORES (a folder of unpacked packages)")
    return Path(named)


def _lumps(file: Path) -> Iterator[tuple[str, bytes]]:
    """The MIDI files within a game's WAD."""
    data = file.read_bytes()
    count, directory = struct.unpack("<II", data[4:12])
    for entry in range(count):
        at, size, name = struct.unpack("<II8s", data[directory + 16 * entry : directory + 16 * entry + 16])
        if data[at : at + 4] == b"MThd":
            yield f"{file.stem} {name.rstrip(bytes(1)).decode('ascii')}", data[at : at + size]


TEMPI_OF_STYLES = (
    ("ballad|slow|lullaby|hymn|spiritual|serenade|oldie|bald|arpeggio|ambient|trip|guitar|mellow|evans", 54, 80),
    ("fast|bebop|quick|polka|dixie|charleston|samba|salsa|merengue|dnb|punk|zydeco|vienese|bluegrass", 150, 200),
    ("swing|jazz|bigband|waltz|fox|boogie|boggie|march|twist|dance|techno|trance|house|rave|disco", 110, 150),
    ("", 80, 120),
)
"""Usual tempi by what the name of a style says, first match (judgement, made before anything was measured on them)."""
CHORDS = {
    "major": ("I", "vi", "IV", "V7", "I", "IV", "V7", "I"),
    "minor": ("i", "iv", "V7", "i", "VI", "iv", "V7", "i"),
}
DEGREES = {"I": (0, ""), "vi": (9, "m"), "IV": (5, ""), "V7": (7, "7"), "i": (0, "m"), "iv": (5, "m"), "VI": (8, "")}


def accompaniments() -> Iterator[Piece]:
    """Every style of MMA's library once, on a plain progression, all 24 keys in turn; no key where all is drums."""
    library = Path("/usr/share/mma/lib")
    if not shutil.which("mma") or not library.is_dir():
        raise Missing("mma (Debian: mma)")
    rng = np.random.default_rng(1)
    for number, style in enumerate(sorted(library.rglob("*.mma"))):
        low, high = next((a, b) for words, a, b in TEMPI_OF_STYLES if re.search(words, style.stem, re.IGNORECASE))
        bpm, tonic, mode = round(float(rng.uniform(low, high)), 1), number % 12, ("major", "minor")[number // 12 % 2]
        groove = re.search(r"^\s*DefGroove\s+(\S+)", style.read_text("latin-1"), re.MULTILINE | re.IGNORECASE)
        if groove is None or re.search("metronome|none|count|ending|intro", style.stem):
            continue
        chords = [NAMES[(tonic + step) % 12] + kind for step, kind in (DEGREES[c] for c in CHORDS[mode])]
        bars = "\n".join(f"{bar + 1} {chord}" for bar, chord in enumerate(chords * 5))
        song = f"Tempo {bpm}\nGroove {style.parent.name}/{style.stem}:{groove[1]}\n{bars}\n"
        data = _compiled(song, "mma")
        if data is not None:
            score = Score(data)
            pitched = any(channel != DRUMS for _, channel in score.notes)
            yield Piece(
                name=f"{style.parent.name}/{style.stem}",
                midi=data,
                tempo_bpm=bpm / score.quarters_a_beat(),
                key=f"{NAMES[tonic]} {mode}" if pitched else None,
            )


MODES = {"": "major", "maj": "major", "ion": "major", "m": "minor", "min": "minor", "aeo": "minor"}


def folk_tunes(collection: str, every: int) -> Iterator[Piece]:
    """Every so many tunes of a collection, one voice on changing instruments; tempo only where the tune says one."""
    texts = [file.read_text("utf-8", "replace") for file in sorted(_scores().rglob(f"{collection}/*.abc"))]
    tunes = [f"X:{tune}" for text in texts for tune in re.split(r"^X:", text, flags=re.MULTILINE)[1:]]
    if not tunes or not shutil.which("abc2midi"):
        raise Missing("the corpus of music21 in SOUNDSCAPE_SCORES and abc2midi (Debian: abcmidi)")
    for number, tune in enumerate(tunes[::every]):
        key = re.search(r"^K: *([A-G][#b]?) *(maj|min|m|ion|aeo)?[a-z]* *$", tune, re.MULTILINE)
        program = PROGRAMS[number % len(PROGRAMS)]
        played = re.sub(r"^(K:.*)$", rf"\1\n%%MIDI program {program}", tune, count=1, flags=re.MULTILINE)
        data = _compiled(played, "abc")
        if data is None or key is None:
            continue
        beat = re.search(r"^Q: *(\d+)/(\d+) *= *\d+", tune, re.MULTILINE)
        yield Piece(
            name=f"{collection} {number * every + 1}",
            midi=data,
            tempo_bpm=Score(data).tempo_bpm(4 * int(beat[1]) / int(beat[2])) if beat else None,
            key=f"{FLATS.get(key[1], key[1])} {MODES[key[2] or '']}",
        )


COMPILERS = {"mma": ("mma", "-f"), "abc": ("abc2midi", "-o")}
"""The program for a language, and its option for where the MIDI file goes."""


def _compiled(text: str, language: str) -> bytes | None:
    """The text as MIDI; None where its program refuses it."""
    KEPT.mkdir(exist_ok=True)
    kept = KEPT / f"{language}-{hashlib.sha256(text.encode()).hexdigest()[:16]}.mid"
    if not kept.exists():
        source, (program, into) = kept.with_suffix(f".{language}"), COMPILERS[language]
        source.write_text(text)
        subprocess.run([program, str(source), into, str(kept)], capture_output=True, check=False)
    return kept.read_bytes() if kept.exists() else None
