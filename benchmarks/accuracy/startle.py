"""Is what startles found, and nothing else? Sounds put into calm pieces at known times, and calm pieces left alone.

The size of a burst, cymbal or door is its loudest 100 ms, that of a click its own 5 ms, above the short-term loudness
of the music before it. Tuned on other places of the demo library and on the shared audio; game music with the title of
a lullaby (``battle_and_lullaby.toml``) only judges. The time counts as right within 0.5 s.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from scipy import signal

from benchmarks.accuracy.figure import Figure, rate, share
from benchmarks.accuracy.sources import titled
from library import audio
from library.analysis.loudness import PART_S, to_lufs, windowed
from library.track import StartleEvent
from soundscape.demo.pieces import PIECES
from soundscape.demo.render import render, shortened
from tests.library.analysis.hearing import RATE_HZ, metered, startle_of
from tests.sounds import Sound

FOUND_WITHIN_S = 0.5
CALM_INTENSITY = 0.3
EXCERPT_S = 24.0
KINDS = ("burst", "tone", "cymbal", "door", "click")
SIZES_LU = (6, 10, 15)
AT_LEAST_LU = 10
RESTS_LU = 20.0
"""A place this far below its surroundings is a rest: what is quiet beside silence startles nobody."""


def figures() -> Iterator[Figure]:
    """Yield the share found by kind and size, then what was found where nothing was put."""
    calm = [piece for piece in PIECES if piece.intensity <= CALM_INTENSITY and not _flawed(piece.parts)]
    demo = [render(shortened(piece, 60.0), RATE_HZ).samples for piece in calm]
    games = sorted(titled("lullaby").values())
    yield from _put_in(iter(demo), "the demo library (synthetic)", seed=21)
    if games:
        yield from _put_in((_decoded(path) for path in games), "game music, calm by title (judging only)", seed=22)
    yield _rises(demo)
    yield _left_alone((render(piece, RATE_HZ).samples for piece in calm), "the demo library (synthetic)")
    if games:
        yield _left_alone((_decoded(path) for path in games), "game music, calm by title (judging only)")


def _flawed(parts: tuple[object, ...]) -> bool:
    return any(getattr(part, "pattern", "") in ("hit", "sing") for part in parts)


def _decoded(path: Path) -> Sound:
    return np.concatenate(list(audio.decode(path, sample_rate_hz=RATE_HZ, stereo=True)), axis=1)


def _events(sound: Sound) -> tuple[StartleEvent, ...]:
    found = startle_of(sound)
    return found.events if found else ()


def made(kind: str, rng: np.random.Generator) -> Sound:
    """One sound of a kind, of any size, shape (n,)."""
    seconds = {"burst": rng.uniform(0.15, 0.8), "tone": rng.uniform(0.15, 0.8), "cymbal": 2.0, "door": 0.8}
    t = np.arange(round(seconds.get(kind, 0.005) * RATE_HZ)) / RATE_HZ
    noise = rng.standard_normal(len(t))
    held = np.minimum(1.0, np.minimum(t / 0.005, (t[-1] - t) / 0.02))
    if kind == "click":
        return noise * np.hanning(len(t))
    if kind == "tone":
        hz = rng.uniform(200, 800)
        return np.asarray(held * sum(np.sin(2 * np.pi * hz * k * t) / k for k in (1, 2, 3)))
    band, corner, decay_s = {
        "burst": ("band", [200, 4000], np.inf),
        "cymbal": ("high", 3000, rng.uniform(0.3, 0.8)),
        "door": ("low", rng.uniform(120, 300), rng.uniform(0.06, 0.15)),
    }[kind]
    filtered = signal.sosfilt(signal.butter(4, corner, band, fs=RATE_HZ, output="sos"), noise)
    return np.asarray(filtered * (held if kind == "burst" else np.minimum(t / 0.003, 1.0) * np.exp(-t / decay_s)))


def _lufs(sound: Sound, *, whole_s: float | None = None) -> float:
    """Loudest 100 ms, or all the energy spread over so many seconds."""
    parts = metered(np.pad(sound, ((0, 0), (RATE_HZ // 5, RATE_HZ // 5)))).parts
    loudest = windowed(parts, 5).max() if whole_s is None else parts.sum() * PART_S / whole_s
    return float(to_lufs(np.array(loudest)))


def _put_in(pieces: Iterator[Sound], source: str, *, seed: int) -> Iterator[Figure]:
    rng = np.random.default_rng(seed)
    hits: Counter[tuple[str, int]] = Counter()
    counts: Counter[tuple[str, int]] = Counter()
    for piece in pieces:
        if piece.shape[1] < (EXCERPT_S + 6) * RATE_HZ:
            continue
        for kind in KINDS:
            begin = int(rng.uniform(3.0, piece.shape[1] / RATE_HZ - EXCERPT_S - 2.0) * RATE_HZ)
            excerpt = piece[:, begin : begin + round(EXCERPT_S * RATE_HZ)]
            at = int(rng.uniform(8.0, 18.0) * RATE_HZ)
            sound = made(kind, rng)
            size = _lufs(np.stack([sound, sound]), whole_s=0.005 if kind == "click" else None)
            before = _mean_lufs(excerpt[:, at - 3 * RATE_HZ : at])
            if before < _mean_lufs(excerpt) - RESTS_LU:
                continue
            for size_lu in SIZES_LU:
                mixed = excerpt.copy()
                mixed[:, at : at + len(sound)] += sound * 10 ** ((before + size_lu - size) / 20)
                found = _events(mixed)
                hits[kind, size_lu] += any(abs(event.at_s - at / RATE_HZ) <= FOUND_WITHIN_S for event in found)
                counts[kind, size_lu] += 1
    for (kind, size_lu), count in counts.items():
        yield share(f"{kind} of +{size_lu} LU found", hits[kind, size_lu], count, source=source)
    large = [key for key in counts if key[1] >= AT_LEAST_LU]
    name, total = f"found at +{AT_LEAST_LU} LU and above", sum(counts[key] for key in large)
    yield share(name, sum(hits[key] for key in large), total, source=source, target=">= 0.95")


def _mean_lufs(sound: Sound) -> float:
    return float(to_lufs(np.array(metered(sound).parts.mean())))


def _rises(pieces: list[Sound]) -> Figure:
    found = 0
    for piece in pieces:
        sound = piece[:, 5 * RATE_HZ : 35 * RATE_HZ]
        found += len(_events(sound * 10 ** (np.linspace(-25, 0, sound.shape[1]) / 20)))
    name = "events in crescendos of 25 dB in 30 s"
    return Figure(name=name, value=found, count=len(pieces), source="the demo library (synthetic)", target="0")


def _left_alone(pieces: Iterator[Sound], source: str) -> Figure:
    minutes, kinds, count = 0.0, Counter[str](), 0
    for piece in pieces:
        minutes += piece.shape[1] / RATE_HZ / 60
        found = _events(piece)
        kinds.update(event.kind for event in found)
        count += bool(found)
    total = sum(kinds.values())
    source = f"{source}, {minutes:.0f} min: {total} in {count} pieces, {kinds['hit']} hits, {kinds['surge']} surges"
    return rate("events in ten calm minutes", total, minutes / 10, source=source, target="<= 1")
