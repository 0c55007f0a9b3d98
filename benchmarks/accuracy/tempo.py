"""Is the tempo right, up to the octave and with it; does the confidence mean what it says; is a free pulse called free?

Right is within 4 %. Accuracy1 asks for the tempo itself, Accuracy2 allows its double, half, triple and third (Gouyon
2006, 10.1109/TSA.2005.858509). The tempo is what the score says, see :mod:`benchmarks.accuracy.score_sources`.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from benchmarks.accuracy import score_sources
from benchmarks.accuracy.figure import Figure, share
from benchmarks.accuracy.pulses import FREE, STEADY
from benchmarks.accuracy.scores import Missing, Piece, rendered
from benchmarks.accuracy.sources import SHARED
from library.analysis.tempo import TempoResult
from tests.library.analysis.hearing import of_file, tempo_of
from tests.sounds import Sound

NEAR = 0.04
OCTAVES = (1 / 3, 1 / 2, 1, 2, 3)
CONFIDENCES = (0.0, 0.6, 0.8, 0.9, 1.001)
TUNED = "../shared/audio/tempo (tuned on)"
CHECKED = "MMA's styles rendered (looked at while tuning; confidence fitted)"
GAMES = "Freedoom and OpenMSX rendered (judge)"
FOLK = "Aird's Airs, melody alone, rendered (judge)"
MADE = "synthetic (judge, by seed)"
SEEDS, CLICK_TEMPI = 20, 40


@dataclass(frozen=True)
class Answer:
    """What was found where the tempo is known."""

    found: TempoResult
    tempo_bpm: float

    def right(self, bpm: float | None, factors: tuple[float, ...] = (1,)) -> bool:
        return bpm is not None and any(abs(bpm / self.tempo_bpm / factor - 1) <= NEAR for factor in factors)


def figures() -> Iterator[Figure]:
    """Accuracy by source, reliability on the two judges, then free and steady pulses."""
    yield from _accuracy(list(_labelled()), TUNED)
    judged: list[Answer] = []
    for pieces, source in (
        (score_sources.accompaniments(), CHECKED),
        (score_sources.game_music(), GAMES),
        (score_sources.folk_tunes("airdsAirs", 8), FOLK),
    ):
        try:
            answers = [_answer(piece) for piece in pieces if piece.tempo_bpm is not None]
        except Missing as error:
            print(f"skipped, not found: {error}", flush=True)
            continue
        yield from _accuracy(answers, source)
        judged += answers if source in (GAMES, FOLK) else []
    yield from _reliability(judged)
    yield from _pulses()


def _labelled() -> Iterator[Answer]:
    with (SHARED / "manifest.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["label"] == "tempo":
                yield Answer(tempo_of(of_file(SHARED / row["path"])), float(row["tempo_bpm"]))


def _answer(piece: Piece) -> Answer:
    assert piece.tempo_bpm is not None
    return Answer(tempo_of(rendered(piece)[np.newaxis]), piece.tempo_bpm)


def _accuracy(answers: list[Answer], source: str) -> Iterator[Figure]:
    def of(name: str, hits: list[bool], target: str = "") -> Figure:
        return share(name, sum(hits), len(hits), source=source, target=target)

    yield of("Accuracy2", [a.right(a.found.tempo_bpm, OCTAVES) for a in answers], ">= 0.95")
    yield of("Accuracy1", [a.right(a.found.tempo_bpm) for a in answers], ">= 0.60, stretch 0.75")
    either = [a.right(a.found.tempo_bpm) or a.right(a.found.tempo_alternative_bpm) for a in answers]
    yield of("the tempo or its alternative is right", either)
    yield of("called free though steady", [a.found.pulse == "free" for a in answers])


def _reliability(answers: list[Answer]) -> Iterator[Figure]:
    """Share of right tempi by what the confidence promised."""
    for low, high in pairwise(CONFIDENCES):
        within = [a for a in answers if a.found.tempo_confidence is not None and low <= a.found.tempo_confidence < high]
        if within:
            promised = float(np.mean([a.found.tempo_confidence or 0.0 for a in within]))
            name = f"Accuracy1 where confidence is {low:.1f}-{min(high, 1.0):.1f}"
            hits = sum(a.right(a.found.tempo_bpm) for a in within)
            target = f"promised {promised:.2f}"
            yield share(name, hits, len(within), source=f"{GAMES}; {FOLK}", target=target)


def _pulses() -> Iterator[Figure]:
    total = 0
    for name, make in FREE.items():
        free = sum(_pulse(make(np.random.default_rng(seed))) == "free" for seed in range(SEEDS))
        total += free
        yield share(f"{name}: free", free, SEEDS, source=MADE)
    yield share("free pulse called free", total, SEEDS * len(FREE), source=MADE, target=">= 0.95")
    for name, play in STEADY.items():
        wrong = octave = 0
        for seed, bpm in enumerate(np.geomspace(40, 200, CLICK_TEMPI)):
            answer = Answer(tempo_of(play(float(bpm), np.random.default_rng(seed))), float(bpm))
            wrong += answer.found.pulse == "free"
            octave += answer.right(answer.found.tempo_bpm, OCTAVES)
        yield share(f"{name} at 40-200 bpm: called free", wrong, CLICK_TEMPI, source=MADE, target="0")
        yield share(f"{name} at 40-200 bpm: Accuracy2", octave, CLICK_TEMPI, source=MADE)


def _pulse(sound: Sound) -> str | None:
    return tempo_of(sound).pulse
