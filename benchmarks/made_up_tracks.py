"""Track records of music that does not exist, for tests and benchmarks of the fit.

Energies, lengths, keys and tempos are spread as a calm library's are (judgement); nothing here is measured.
"""

import math

import numpy as np

from library.track import ANALYSIS_VERSION, Analysis, Curve, Startle, Status, Tags, Track, Verdict, Vocals

KEYS = tuple(f"{note} {mode}" for note in ("C", "G", "D", "A", "E", "F", "Bb", "Eb") for mode in ("major", "minor"))


def make_track(
    track_id: str,
    *,
    length_s: float = 240.0,
    energy: float | tuple[float, ...] = 0.3,
    artist: str | None = None,
    tempo_bpm: float | None = 70.0,
    key: str | None = "C major",
    brightness_hz: float | None = 900.0,
    startle_lu: float | None = 1.0,
    status: Status = "cleared",
    music_from_s: float | None = 0.0,
    music_to_s: float | None = None,
    known: bool = True,
) -> Track:
    """One track; ``energy`` is a constant or a curve of one value a second. ``known=False`` leaves energy unknown."""
    values = energy if isinstance(energy, tuple) else (energy,) * (math.ceil(length_s) + 1)
    analysis = Analysis(
        analysis_version=ANALYSIS_VERSION,
        duration_s=length_s,
        sample_rate_hz=44_100,
        channels=2,
        tempo_bpm=tempo_bpm,
        tempo_alternative_bpm=None,
        tempo_confidence=None if tempo_bpm is None else 0.8,
        pulse="free" if tempo_bpm is None else "steady",
        energy=round(float(np.mean(values)), 3) if known else None,
        energy_curve=Curve(hop_s=1.0, values=values) if known else None,
        vocals=Vocals(verdict="instrumental", share=0.0),
        loudness_lufs=-18.0,
        loudness_range_lu=5.0,
        true_peak_dbtp=-2.0,
        loudness_curve=Curve(hop_s=1.0, values=(-18.0,) * (math.ceil(length_s) + 1)),
        quiet_spans=(),
        startle=None if startle_lu is None else Startle(score=startle_lu),
        key=key,
        key_confidence=None if key is None else 0.7,
        brightness_hz=brightness_hz,
        onset_rate_hz=1.0,
        music_from_s=music_from_s,
        music_to_s=length_s if music_to_s is None else music_to_s,
        analysis_seconds=1.0,
        unknown={} if known else {"energy_curve": "made up"},
    )
    tags = Tags(title=f"Piece {track_id}", artist=artist)
    verdict = Verdict(status=status)
    return Track(track_id=track_id, paths=(f"{track_id}.flac",), tags=tags, analysis=analysis, verdict=verdict)


def make_library(n: int, seed: int, *, shortest_s: float = 90.0, typical_s: float = 240.0) -> list[Track]:
    """``n`` cleared tracks by about ``n / 3`` artists, the same for the same seed."""
    rng = np.random.default_rng(seed)
    tracks = []
    for number in range(n):
        length_s = round(float(np.clip(rng.lognormal(math.log(typical_s), 0.35), shortest_s, 4 * typical_s)), 2)
        level = float(rng.beta(2.0, 4.0))
        tracks.append(
            make_track(
                f"{seed:03d}-{number:05d}",
                length_s=length_s,
                energy=_wandering(rng, level, math.ceil(length_s) + 1),
                artist=f"Artist {rng.integers(0, max(1, n // 3))}" if rng.random() < 0.95 else None,
                tempo_bpm=round(float(rng.uniform(45, 110)), 1) if rng.random() < 0.6 else None,
                key=str(rng.choice(KEYS)) if rng.random() < 0.9 else None,
                brightness_hz=round(500 + 2000 * level * float(rng.uniform(0.7, 1.3)), 1),
                startle_lu=round(float(rng.exponential(2.0)), 1),
                music_from_s=round(float(rng.uniform(0, 0.8)), 3),
                music_to_s=round(length_s - float(rng.uniform(0, 3)), 3),
            )
        )
    return tracks


def _wandering(rng: np.random.Generator, level: float, count: int) -> tuple[float, ...]:
    """A slow curve around ``level`` that swells in from and out to less, as pieces do."""
    steps = np.cumsum(rng.normal(0, 0.012, count))
    swell = np.minimum(1.0, np.minimum(np.arange(count), np.arange(count)[::-1]) / 20 + 0.5)
    values = np.clip((level + steps - np.linspace(0, steps[-1], count)) * swell, 0.01, 0.99)
    return tuple(np.round(values, 3).tolist())
