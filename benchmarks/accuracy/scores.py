"""Music whose tempo and key the score tells, rendered with FluidSynth and the FluidR3 sound font (MIT).

Needs the programs ``fluidsynth``, ``mma`` and ``abc2midi`` with FluidR3_GM.sf2 (Debian: fluidsynth,
fluid-soundfont-gm, mma, abcmidi), and in ``SOUNDSCAPE_SCORES`` a folder with the unpacked (``dpkg -x``) Debian packages
openttd-openmsx (GPL-2), freedoom and freedm (BSD), and for the folk tunes the
unpacked wheel of music21: its corpus has Ryan's Mammoth Collection (1883), whose tunes say their key, and Aird's
Selection of Airs (1782), many of whose tunes say how fast they go in Jack Campin's transcription.
What is missing is said, and skipped. Renderings are kept in ``soundscape-scores`` of the temporary folder.
"""

import hashlib
import os
import re
import shutil
import struct
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.accuracy.midi import NO_TEMPO_US, NotMidi, Score, read

SAMPLE_RATE_HZ = 22_050
SOUND_FONT = Path("/usr/share/sounds/sf2/FluidR3_GM.sf2")
KEPT = Path(tempfile.gettempdir()) / "soundscape-scores"
FROM_S, LENGTH_S = 8.0, 40.0
LEAST_ON_GRID, GRID_BEATS = 0.85, 0.05
"""Share of notes within so much of a sixteenth or a triplet: below it, the tempo is only a recorder's clock."""
LEAST_NOTES = 40
DRUMS = 9
"""The channel of General MIDI whose notes have no pitch."""
NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
FLATS = {"Db": "C#", "D#": "Eb", "Gb": "F#", "G#": "Ab", "A#": "Bb", "Cb": "B", "Fb": "E", "E#": "F", "B#": "C"}
PROGRAMS = (0, 4, 6, 11, 22, 24, 40, 42, 46, 48, 56, 65, 68, 71, 73, 79)
"""Sounds of General MIDI for the folk tunes, in turn: piano, harpsichord, vibraphone, strings, winds."""


class Missing(Exception):
    """A program or folder that the scores need is not there."""


@dataclass(frozen=True, kw_only=True)
class Piece:
    """``tempo_bpm`` counts the beat of the metre: dotted quarters in 6/8, quarters in 3/4 and 4/4."""

    name: str
    midi: bytes
    tempo_bpm: float | None
    key: str | None


def rendered(piece: Piece) -> NDArray[np.float32]:
    """The piece from its ninth second on, mono at 22.05 kHz, shape (n,).

    Raises
    ------
    Missing
        FluidSynth or its sound font is not installed.
    """
    if not shutil.which("fluidsynth") or not SOUND_FONT.exists():
        raise Missing("fluidsynth and FluidR3_GM.sf2 (Debian: fluidsynth, fluid-soundfont-gm)")
    KEPT.mkdir(exist_ok=True)
    kept = KEPT / f"{hashlib.sha256(piece.midi).hexdigest()[:16]}.npy"
    if not kept.exists():
        score = kept.with_suffix(".mid")
        score.write_bytes(piece.midi)
        command = ["fluidsynth", "-niq", "-F", "-", "-T", "raw", "-O", "s16", "-r", str(SAMPLE_RATE_HZ), "-g", "0.4"]
        with subprocess.Popen([*command, str(SOUND_FONT), str(score)], stdout=-1, stderr=subprocess.DEVNULL) as player:
            assert player.stdout is not None
            data = player.stdout.read(round((FROM_S + LENGTH_S) * SAMPLE_RATE_HZ) * 4)
            player.kill()
        stereo = np.frombuffer(data[: len(data) // 4 * 4], np.int16).reshape(-1, 2)
        np.save(kept, stereo[round(FROM_S * SAMPLE_RATE_HZ) :].mean(axis=1).astype(np.int16))
    return np.asarray(np.load(kept) / 32768, np.float32)


def game_music() -> Iterator[Piece]:
    """The games' pieces that hold one tempo for the excerpt and are on its grid."""
    root = _scores()
    files, seen = sorted(root.rglob("*.mid")) + sorted(root.rglob("*.wad")), set[bytes]()
    for file in files:
        for name, data in _lumps(file) if file.suffix == ".wad" else [(file.stem, file.read_bytes())]:
            if data in seen:
                continue
            seen.add(data)
            try:
                score = read(data)
            except NotMidi:
                continue
            tempo_bpm = _tempo_bpm(score)
            if tempo_bpm is not None:
                yield Piece(name=name, midi=data, tempo_bpm=tempo_bpm, key=None)


def _scores() -> Path:
    root = Path(os.environ.get("SOUNDSCAPE_SCORES", "scores-not-named"))
    if not root.is_dir():
        raise Missing("SOUNDSCAPE_SCORES (a folder of unpacked packages)")
    return root


def _lumps(file: Path) -> Iterator[tuple[str, bytes]]:
    """The MIDI files within a game's WAD."""
    data = file.read_bytes()
    count, directory = struct.unpack("<II", data[4:12])
    for entry in range(count):
        at, size, name = struct.unpack("<II8s", data[directory + 16 * entry : directory + 16 * entry + 16])
        if data[at : at + 4] == b"MThd":
            yield f"{file.stem} {name.rstrip(bytes(1)).decode('ascii')}", data[at : at + size]


def _tempo_bpm(score: Score, quarters_a_beat: float | None = None) -> float | None:
    """The one tempo of the excerpt's notes, or None; the beat is the metre's where none is given."""
    heard = [tick for tick, _, _ in score.notes if FROM_S <= score.seconds(tick) <= FROM_S + LENGTH_S]
    if len(heard) < LEAST_NOTES:
        return None
    begun = [us for tick, us in score.tempi if tick <= heard[0]] or [NO_TEMPO_US]
    tempi = [begun[-1], *(us for tick, us in score.tempi if heard[0] < tick <= heard[-1])]
    beats = np.array(heard) / score.division
    off = np.minimum(np.abs(beats * 4 - np.round(beats * 4)) / 4, np.abs(beats * 3 - np.round(beats * 3)) / 3)
    if max(tempi) > 1.01 * min(tempi) or np.mean(off < GRID_BEATS) < LEAST_ON_GRID:
        return None
    _, count, unit = _metre(score, heard[0])
    if count % 3 and _in_threes(beats):
        return None
    return 6e7 / tempi[0] / (quarters_a_beat or _quarters_a_beat(count, unit))


def _metre(score: Score, tick: int) -> tuple[int, int, int]:
    return ([metre for metre in score.metres if metre[0] <= tick] or [(0, 4, 4)])[-1]


def _quarters_a_beat(count: int, unit: int) -> float:
    return 1.5 if unit == 8 and count % 3 == 0 else 1.0


def _in_threes(quarters: NDArray[np.float64]) -> bool:
    """Whether the notes repeat after three, six or twelve quarters and not after four, eight or sixteen.

    Where the file names another metre, or none, its bars are in dotted beats then, and its tempo is not the beat.
    """
    begun = np.bincount(np.round((quarters - quarters[0]) * 12).astype(np.int64)).astype(np.float64)
    lags = {k: 12 * k for k in (3, 6, 12, 4, 8, 16) if len(begun) > 24 * k}
    alike = {k: float(np.corrcoef(begun[:-lag], begun[lag:])[0, 1]) for k, lag in lags.items()}
    threes, fours = (max((alike.get(k, 0.0) for k in ks), default=0.0) for ks in ((3, 6, 12), (4, 8, 16)))
    return threes > fours + 0.2


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
    KEPT.mkdir(exist_ok=True)
    rng = np.random.default_rng(1)
    for number, style in enumerate(sorted(library.rglob("*.mma"))):
        low, high = next((a, b) for words, a, b in TEMPI_OF_STYLES if re.search(words, style.stem, re.IGNORECASE))
        bpm, tonic, mode = round(float(rng.uniform(low, high)), 1), number % 12, ("major", "minor")[number // 12 % 2]
        groove = re.search(r"^\s*DefGroove\s+(\S+)", style.read_text("latin-1"), re.MULTILINE | re.IGNORECASE)
        if groove is None or re.search("metronome|none|count|ending|intro", style.stem):
            continue
        chords = [NAMES[(tonic + step) % 12] + kind for step, kind in (DEGREES[c] for c in CHORDS[mode])]
        bars = "\n".join(f"{bar + 1} {chord}" for bar, chord in enumerate(chords * 5))
        data = _mma(f"Tempo {bpm}\nGroove {style.parent.name}/{style.stem}:{groove[1]}\n{bars}\n")
        if data is not None:
            score = read(data)
            beat_bpm = bpm / _quarters_a_beat(*_metre(score, 0)[1:])
            pitched = any(channel != DRUMS for _, channel, _ in score.notes)
            key = f"{NAMES[tonic]} {mode}" if pitched else None
            yield Piece(name=f"{style.parent.name}/{style.stem}", midi=data, tempo_bpm=beat_bpm, key=key)


def _mma(text: str) -> bytes | None:
    """The song as MIDI; None where the style refuses it."""
    kept = KEPT / f"mma-{hashlib.sha256(text.encode()).hexdigest()[:16]}.mid"
    if not kept.exists():
        song = kept.with_suffix(".mma")
        song.write_text(text)
        subprocess.run(["mma", str(song), "-f", str(kept)], capture_output=True, check=False)
    return kept.read_bytes() if kept.exists() else None


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
        data = _abc(re.sub(r"^(K:.*)$", rf"\1\n%%MIDI program {program}", tune, count=1, flags=re.MULTILINE))
        if data is None or key is None:
            continue
        beat = re.search(r"^Q: *(\d+)/(\d+) *= *\d+", tune, re.MULTILINE)
        yield Piece(
            name=f"{collection} {number * every + 1}",
            midi=data,
            tempo_bpm=_tempo_bpm(read(data), 4 * int(beat[1]) / int(beat[2])) if beat else None,
            key=f"{FLATS.get(key[1], key[1])} {MODES[key[2] or '']}",
        )


def _abc(text: str) -> bytes | None:
    kept = KEPT / f"abc-{hashlib.sha256(text.encode()).hexdigest()[:16]}.mid"
    if not kept.exists():
        tune = kept.with_suffix(".abc")
        tune.write_text(text)
        subprocess.run(["abc2midi", str(tune), "-o", str(kept)], capture_output=True, check=False)
    return kept.read_bytes() if kept.exists() else None
