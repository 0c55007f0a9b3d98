"""Tracks in doubt, whose truth is known: each with a voice, a sudden rise, a silence or a damaged place of its own."""

import math
from pathlib import Path

import numpy as np
from msgspec.structs import replace

from benchmarks.made_up_tracks import make_track
from library.catalogue import FileState
from library.track import Analysis, Curve, Span, Startle, StartleEvent, Tags, Vocals, VocalSegment
from library.verdict import judge
from tests.sounds import tone, write
from tests.soundscape.house import House

LENGTH_S = 180.0
WORDS = ("Harbour", "Lantern", "Slow Water", "Far Field", "Embers", "Tidal", "First Light", "Home", "Moss", "Drift")


def track_id(number: int) -> str:
    return f"{number + 1:016x}" * 4


def title(number: int) -> str:
    return f"{WORDS[number % len(WORDS)]} {number + 1}"


def analysed(number: int) -> Analysis:
    """Of five kinds in turn; the higher the number, the less doubt there is."""
    sure = round(0.95 - 0.02 * number, 3)
    at_s = 20.0 + 5 * number % 120
    singing = VocalSegment(from_s=at_s, to_s=at_s + 9.5, kind="singing", probability=sure)
    speech = VocalSegment(from_s=at_s + 30, to_s=at_s + 34, kind="speech", probability=sure / 2)
    kinds = (
        {"vocals": Vocals(verdict="review", share=0.08, segments=(singing, speech))},
        {"startle": Startle(score=14.0, events=(StartleEvent(at_s=at_s, jump_lu=14 - 0.1 * number, kind="hit"),))},
        {"quiet_spans": (Span(from_s=at_s, to_s=at_s + 3.5),)},
        {"damaged_at_s": (at_s, at_s + 0.4)},
        {"energy": None, "energy_curve": None, "unknown": {"energy": "too short", "energy_curve": "too short"}},
    )
    times_s = np.arange(math.ceil(LENGTH_S) + 1)
    wander = np.cumsum(np.random.default_rng(number).normal(0, 1, len(times_s))) / 10
    energy = np.clip(0.25 + 0.1 * np.sin(times_s / 17 + number) + 0.05 * np.diff(wander, prepend=0) + wander / 50, 0, 1)
    loudness = -21 + 4 * np.sin(times_s / 23 + number) + 8 * np.diff(wander, prepend=0) - 30 * np.exp(-times_s / 4)
    made = replace(
        make_track(track_id(number), length_s=LENGTH_S).analysis,
        energy_curve=Curve(hop_s=1.0, values=tuple(np.round(energy, 3).tolist())),
        loudness_curve=Curve(hop_s=1.0, values=tuple(np.round(loudness, 2).tolist())),
        music_from_s=1.5,
        music_to_s=LENGTH_S - 2,
    )
    return replace(made, **kinds[number % 5])


def put_doubtful(house: House, count: int, *, first: int = 0, sounding: int = 0) -> None:
    """The tracks in doubt from ``first`` up to ``count``; those below ``sounding`` can be heard: a soft tone."""
    folder = house.data / "doubtful"
    folder.mkdir(exist_ok=True)
    for number in range(first, count):
        path = folder / f"{number}.flac"
        if number < sounding:
            write(path, tone(220.0, LENGTH_S, -26.0, rate_hz=8_000), 8_000)
        put(house, number, path)


def put(house: House, number: int, path: Path, tags: Tags | None = None) -> None:
    """One of them, in a file."""
    analysis = analysed(number)
    state = FileState(path=str(path), size_bytes=1, modified_ns=1)
    tags = tags or Tags(title=title(number), artist=f"Artist {number % 3}")
    house.parts.catalogue.put_track(state, track_id(number), tags, analysis, judge(analysis))
