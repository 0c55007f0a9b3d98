"""Pieces with and without a voice, known because we put it there: 40 s of music, 10 s of voice from the fifteenth on.

The level of a voice is the RMS of its ten seconds over that of the music in the same seconds. What is drawn is drawn
from a fixed seed. Sources: those of :mod:`benchmarks.accuracy.sources`, and ``SOUNDSCAPE_VOICES`` (made by
``benchmarks/voices_to_judge.py``).
"""

import os
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.accuracy.sources import SHARED, game_files
from library import audio
from library.analysis.vocals import SAMPLE_RATE_HZ as RATE_HZ
from library.errors import UnreadableAudio

PIECE_S, AT_S, VOICE_S = 40, 15, 10
HEARD_ABOVE_DB = -25.0
"""A voice is heard where a tenth of a second of it is less than so far below its loudest tenth: what is quieter is
breath and hall (judgement)."""
USED_IN_SHARED_MIXTURES = ("wanderer", "knolls", "hr3-laboratory")
SHORTEST_MUSIC_S = 60.0
QUIETEST_RMS = 0.003
"""A place of the music below -50 dB is a rest: a voice in it is a voice alone."""

Mono = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Mixture:
    """A voice in music. The places are shares of what there is to choose from."""

    voice: Path
    voice_place: float
    music: Path
    music_place: float
    level_db: float | None
    """``None`` is the music alone."""


def drawn(voices: list[Path], music: list[Path], levels_db: tuple[float, ...], count: int, seed: int) -> list[Mixture]:
    """So many mixtures at each level: the same voices in the same places at all levels."""
    random = np.random.default_rng(seed)
    recipes = [
        (voices[i % len(voices)], random.random(), music[random.integers(len(music))], random.random())
        for i in range(count)
    ]
    return [
        Mixture(voice=voice, voice_place=place, music=track, music_place=where, level_db=level_db)
        for level_db in levels_db
        for voice, place, track, where in recipes
    ]


def samples(piece: Path | Mixture) -> Mono:
    """The sound of a file or mixture, mono at the detector's rate."""
    return _file(piece) if isinstance(piece, Path) else _mixed(piece)[0]


def heard_s(mixture: Mixture) -> tuple[float, float]:
    """From when to when the voice is really heard: a singer breathes first and lets the hall ring after."""
    voice = _mixed(mixture)[1]
    tenth = RATE_HZ // 10
    power = (voice[: len(voice) // tenth * tenth].reshape(-1, tenth) ** 2).mean(axis=1)
    loud = np.flatnonzero(power > power.max() * 10 ** (HEARD_ABOVE_DB / 10))
    return AT_S + loud[0] / 10, AT_S + (loud[-1] + 1) / 10


@lru_cache(maxsize=4)
def _mixed(mixture: Mixture) -> tuple[Mono, Mono]:
    music = _music(mixture)
    voice = _place(_at_least(_file(mixture.voice), VOICE_S), mixture.voice_place, VOICE_S)
    if mixture.level_db is None:
        return music, voice
    begin, end = AT_S * RATE_HZ, (AT_S + VOICE_S) * RATE_HZ
    gain = 10 ** (mixture.level_db / 20) * max(_rms(music[begin:end]), QUIETEST_RMS) / _rms(voice)
    sound = music.copy()
    sound[begin:end] += voice * gain
    return np.asarray(sound * min(1.0, 0.98 / np.abs(sound).max()), np.float32), voice


def _music(mixture: Mixture) -> Mono:
    return _place(_at_least(_file(mixture.music), PIECE_S), mixture.music_place, PIECE_S)


@lru_cache(maxsize=32)
def _file(path: Path) -> Mono:
    blocks = [block.mean(axis=0) for block in audio.decode(path, sample_rate_hz=RATE_HZ, stereo=True)]
    return np.asarray(np.concatenate(blocks), np.float32)


def _at_least(sound: Mono, seconds: int) -> Mono:
    """What is too short begins again."""
    return np.tile(sound, -(-seconds * RATE_HZ // len(sound)))


def _place(sound: Mono, share: float, seconds: int) -> Mono:
    begin = int(share * (len(sound) - seconds * RATE_HZ))
    return sound[begin : begin + seconds * RATE_HZ]


def _rms(sound: Mono) -> float:
    return float(np.sqrt(np.mean(np.square(sound, dtype=np.float64)))) + 1e-9


def shared(folder: str, pattern: str = "*") -> list[Path]:
    """The files of one folder of the shared audio."""
    return sorted((SHARED / folder).glob(pattern))


def game_music() -> list[Path]:
    """Tracks of at least a minute of game music, less those in the shared mixtures."""
    return [
        path
        for path in game_files()
        if path.suffix in (".ogg", ".mp3", ".opus")
        and path.stem not in USED_IN_SHARED_MIXTURES
        and _stated_s(path) >= SHORTEST_MUSIC_S
    ]


def _stated_s(path: Path) -> float:
    try:
        return audio.source_format(path).stated_s or 0.0
    except UnreadableAudio as error:
        print(f"left out: {error}", file=sys.stderr)
        return 0.0


def voices_to_judge(kind: str) -> list[Path]:
    """Voices of ``SOUNDSCAPE_VOICES``, singing or speech; none where it is not set."""
    folder = os.environ.get("SOUNDSCAPE_VOICES")
    return sorted((Path(folder) / kind).glob("*.wav")) if folder else []
