"""A piece whose tempo and key are known from its score: what the score says, and how it sounds.

Rendered with FluidSynth and the FluidR3 sound font (MIT; Debian: fluidsynth, fluid-soundfont-gm), and kept in
``soundscape-scores`` of the temporary folder. What a score is made from: :mod:`benchmarks.accuracy.score_sources`.
"""

import hashlib
import io
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import mido
import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE_HZ = 22_050
SOUND_FONT = Path("/usr/share/sounds/sf2/FluidR3_GM.sf2")
KEPT = Path(tempfile.gettempdir()) / "soundscape-scores"
FROM_S, LENGTH_S = 8.0, 40.0
LEAST_ON_GRID, GRID_BEATS = 0.85, 0.05
"""Share of notes within so much of a sixteenth or a triplet: below it, the tempo is only a recorder's clock."""
LEAST_NOTES = 40
DRUMS = 9
"""The channel of General MIDI whose notes have no pitch."""
NO_TEMPO_US = 500_000
"""Microseconds a quarter where the file sets none: 120 bpm, by the standard."""


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


class Score:
    """What is heard of a MIDI file, all tracks together, each list in order of time; times in ticks.

    Attributes
    ----------
    tempi : list of (tick, microseconds a quarter)
    metres : list of (tick, numerator, denominator)
    notes : list of (tick, channel)
    """

    def __init__(self, midi: bytes) -> None:
        file = mido.MidiFile(file=io.BytesIO(midi), clip=True)
        self.division: int = file.ticks_per_beat
        """Ticks a quarter."""
        self.tempi: list[tuple[int, int]] = []
        self.metres: list[tuple[int, int, int]] = []
        self.notes: list[tuple[int, int]] = []
        tick = 0
        for message in mido.merge_tracks(file.tracks):
            tick += message.time
            if message.type == "set_tempo":
                self.tempi.append((tick, message.tempo))
            elif message.type == "time_signature":
                self.metres.append((tick, message.numerator, message.denominator))
            elif message.type == "note_on" and message.velocity:
                self.notes.append((tick, message.channel))

    def seconds(self, tick: int) -> float:
        """The time at which a tick is played."""
        at_s, last, us = 0.0, 0, NO_TEMPO_US
        for change, next_us in self.tempi:
            if change >= tick:
                break
            at_s += (change - last) * us / self.division / 1e6
            last, us = change, next_us
        return at_s + (tick - last) * us / self.division / 1e6

    def quarters_a_beat(self, tick: int = 0) -> float:
        """Dotted quarters in 6/8 and the like, else quarters; 4/4 where the file says nothing."""
        _, count, unit = self._metre(tick)
        return 1.5 if unit == 8 and count % 3 == 0 else 1.0

    def tempo_bpm(self, quarters_a_beat: float | None = None) -> float | None:
        """The one tempo of the excerpt's notes, or None; the beat is the metre's where none is given."""
        heard = [tick for tick, _ in self.notes if FROM_S <= self.seconds(tick) <= FROM_S + LENGTH_S]
        if len(heard) < LEAST_NOTES:
            return None
        begun = [us for tick, us in self.tempi if tick <= heard[0]] or [NO_TEMPO_US]
        tempi = [begun[-1], *(us for tick, us in self.tempi if heard[0] < tick <= heard[-1])]
        quarters = np.array(heard) / self.division
        off = [np.abs(quarters * parts - np.round(quarters * parts)) / parts for parts in (4, 3)]
        if max(tempi) > 1.01 * min(tempi) or np.mean(np.minimum(*off) < GRID_BEATS) < LEAST_ON_GRID:
            return None
        if self._metre(heard[0])[1] % 3 and _in_threes(quarters):
            return None
        return 6e7 / tempi[0] / (quarters_a_beat or self.quarters_a_beat(heard[0]))

    def _metre(self, tick: int) -> tuple[int, int, int]:
        return ([metre for metre in self.metres if metre[0] <= tick] or [(0, 4, 4)])[-1]


def _in_threes(quarters: NDArray[np.float64]) -> bool:
    """Whether the notes repeat after three, six or twelve quarters and not after four, eight or sixteen.

    Where the file names another metre, or none, its bars are in dotted beats then, and its tempo is not the beat.
    """
    begun = np.bincount(np.round((quarters - quarters[0]) * 12).astype(np.int64)).astype(np.float64)
    lags = {k: 12 * k for k in (3, 6, 12, 4, 8, 16) if len(begun) > 24 * k}
    alike = {k: float(np.corrcoef(begun[:-lag], begun[lag:])[0, 1]) for k, lag in lags.items()}
    threes, fours = (max((alike.get(k, 0.0) for k in ks), default=0.0) for ks in ((3, 6, 12), (4, 8, 16)))
    return threes > fours + 0.2
