"""Is energy the same however a piece is delivered, and does it order pieces as people would?

Tuned on: synthetic pieces and the shared audio (``SOUNDSCAPE_TEST_DATA``). Game music (``SOUNDSCAPE_GAME_MUSIC``)
judges: its two lists of titles, ``battle_and_lullaby.toml``, were fixed before anything was measured.
"""

import itertools
import tempfile
from collections.abc import Iterator
from math import atanh, sqrt, tanh
from pathlib import Path

import numpy as np
from scipy import stats

from benchmarks.accuracy.figure import Z95, Figure, share, worst
from benchmarks.accuracy.sources import SHARED, titled, titles
from soundscape.demo.pieces import PIECES
from soundscape.demo.render import render, shortened
from tests.library.analysis.hearing import RATE_HZ, energy_of, of_file
from tests.sounds import Sound, in_channels, placed, write
from tests.sounds import note as played

EXCERPT_S = 30.0
FILE_RATE_HZ = 48_000
GAINS_DB = (-12.0, 12.0)
BITS_A_SECOND = 128_000
REAL_LADDER = (
    "pan-flute_055.opus",
    "Kevin_MacLeod_-_Vibe_Ace.hq.ogg",
    "442789__lena-orsa__happy-music-pistachio-ice-cream-ragtime.hq.ogg",
    "Gold_Rush.mp3",
)
"""A flute alone, a vibraphone with soft drums, ragtime, the chase of a silent film."""
TURNS = 20


def figures() -> Iterator[Figure]:
    """Yield invariance, order, the curve, and the judging lists."""
    yield from _delivery()
    yield from _order()
    yield from _turning_points()
    yield from _battle_and_lullaby()


def _energy(sound: Sound) -> float:
    found = energy_of(sound).energy
    if found is None:
        raise ValueError("a piece with music in it has no energy")
    return found


def _delivery() -> Iterator[Figure]:
    """Gain, codec and channels, on stereo excerpts of pieces that were never compressed."""
    changes: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for number, piece in enumerate(PIECES[::2]):
            sound = render(shortened(piece, EXCERPT_S), FILE_RATE_HZ).samples.astype(np.float64)
            plain = write(Path(folder) / f"{number}.flac", sound, FILE_RATE_HZ)
            before = _energy(of_file(plain))
            for gain_db in GAINS_DB:
                after = _energy(of_file(plain) * 10 ** (gain_db / 20))
                changes.setdefault("12 dB of gain", []).append(after - before)
            for suffix, name in ((".mp3", "MP3"), (".m4a", "AAC"), (".opus", "Opus")):
                coded = plain.with_suffix(suffix)
                write(coded, sound, FILE_RATE_HZ, bits_a_second=BITS_A_SECOND)
                changes.setdefault(f"{name} at 128 kb/s", []).append(_energy(of_file(coded)) - before)
            mono = write(plain.with_name("mono.flac"), sound.mean(axis=0, keepdims=True), FILE_RATE_HZ)
            changes.setdefault("mono", []).append(_energy(of_file(mono)) - before)
            left = write(plain.with_name("same.flac"), in_channels(sound.mean(axis=0), 2), FILE_RATE_HZ)
            changes["mono"].append(_energy(of_file(left)) - before)
    for name, values in changes.items():
        source = "excerpts of 30 s of the demo library, rendered"
        yield worst(f"change of energy after {name}", values, source=source, target="within 0.02")


def _order() -> Iterator[Figure]:
    intended = [piece.intensity for piece in PIECES]
    mono = (render(shortened(piece, EXCERPT_S), RATE_HZ).samples.mean(axis=0, keepdims=True) for piece in PIECES)
    found = [_energy(sound.astype(np.float64)) for sound in mono]
    rank = float(stats.spearmanr(intended, found).statistic)
    source = "the demo library, excerpts of 30 s (tuned on)"
    reach = Z95 * sqrt(1.06 / (len(PIECES) - 3))  # Fieller, Hartley & Pearson 1957
    low, high = tanh(atanh(rank) - reach), tanh(atanh(rank) + reach)
    name, count = "rank correlation with the intensity meant", len(PIECES)
    yield Figure(name=name, value=rank, count=count, source=source, low=low, high=high)
    rungs = [_energy(of_file(SHARED / "instrumental" / name)) for name in REAL_LADDER]
    steps = [above - below for below, above in itertools.pairwise(rungs)]
    source = "shared audio: " + ", ".join(f"{rung:.2f}" for rung in rungs)
    yield share("real ladder, steps that rise", sum(step > 0 for step in steps), len(steps), source=source, target="1")


def _rise_and_fall(rng: np.random.Generator, length_s: float, turn_s: float) -> Sound:
    """Notes that come closer, shorter and brighter up to the turn, and the other way after it."""
    notes, at_s = [], 0.5
    while at_s < length_s - 1.0:
        height = at_s / turn_s if at_s < turn_s else (length_s - at_s) / (length_s - turn_s)
        hz = float(rng.choice([220.0, 261.63, 329.63, 440.0]))
        attack_s, partials = 0.004 + 0.2 * (1 - height) ** 2, 3 + round(15 * height)
        sound = played(hz, 2.5 - 1.9 * height, attack_s=attack_s, decay_s=0.6, partials=partials, rate_hz=RATE_HZ)
        notes.append((at_s, (0.4 + 0.6 * height) * sound))
        at_s += 1.5 * (1 - height) + 0.125
    return placed(length_s, notes, rate_hz=RATE_HZ)


def _turning_points() -> Iterator[Figure]:
    rng = np.random.default_rng(4)
    errors_s, ranks = [], []
    for _ in range(TURNS):
        turn_s = float(rng.uniform(35, 85))
        curve = energy_of(_rise_and_fall(rng, 120.0, turn_s)).energy_curve
        if curve is None:
            raise ValueError("a piece with music in it has no curve")
        values, at_s = np.array(curve.values[:118]), np.arange(118) + 0.5
        meant = np.where(at_s < turn_s, at_s / turn_s, (120 - at_s) / (120 - turn_s))
        errors_s.append(float(at_s[np.argmax(np.convolve(values, np.ones(9) / 9, mode="same"))]) - turn_s)
        ranks.append(float(stats.spearmanr(values, meant).statistic))
    source = "synthetic pieces of 120 s, turn at 35-85 s"
    yield worst("highest point of the curve, seconds from the turn", errors_s, source=source, target="within 5 s")
    lowest = min(ranks)
    yield Figure(name="least rank correlation of curve and plan", value=lowest, count=len(ranks), source=source)


def _battle_and_lullaby() -> Iterator[Figure]:
    battle, lullaby = (
        {title: _energy(of_file(path)) for title, path in titled(kind).items()} for kind in ("battle", "lullaby")
    )
    source = f"titles fixed before: {len(battle)} of {len(titles('battle'))} battle, "
    source += f"{len(lullaby)} of {len(titles('lullaby'))} lullaby found (judging only)"
    if battle and lullaby:
        yield _area(list(battle.values()), list(lullaby.values()), source)
    worn = ("wesnoth", "singularity")
    fresh = [[energy for title, energy in found.items() if not title.startswith(worn)] for found in (battle, lullaby)]
    if all(fresh):
        yield _area(fresh[0], fresh[1], "the same without the packages scanned before (judging only)")
    for title, energy in sorted((battle | lullaby).items(), key=lambda item: item[1]):
        print(f"  {energy:.2f} {'battle ' if title in battle else 'lullaby'} {title}", flush=True)


def _area(above: list[float], below: list[float], source: str) -> Figure:
    """Area under the curve, with the interval of Hanley and McNeil (1982)."""
    area = float(stats.mannwhitneyu(above, below).statistic) / (len(above) * len(below))
    one, two = area / (2 - area), 2 * area**2 / (1 + area)
    variance = area * (1 - area) + (len(above) - 1) * (one - area**2) + (len(below) - 1) * (two - area**2)
    reach = Z95 * sqrt(max(variance, 0.0) / (len(above) * len(below)))
    low, high = max(0.0, area - reach), min(1.0, area + reach)
    name, count = "battle above lullaby, area under the curve", len(above) + len(below)
    return Figure(name=name, value=area, count=count, source=source, target=">= 0.95", low=low, high=high)
