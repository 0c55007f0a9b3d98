"""Edges, silences, brightness and onset rate on signals whose answer is known."""

from collections.abc import Iterator

import numpy as np
from scipy.signal import butter, sosfilt

from benchmarks.accuracy.figure import Figure, share, worst
from library.analysis.edges import QUIET_LU
from library.analysis.loudness import integrated_lufs
from library.analysis.onsets import onset_times
from tests.library.analysis.hearing import RATE_HZ, edges_of, frames_of, metered, strength_of, texture_of
from tests.sounds import Sound, joined, noise, note, placed, silence, times_s, tone

MADE = "synthetic"
GAPS_S = (0.3, 0.4, 0.5, 0.6, 1.0, 3.0)
LEVELS_LU = (None, -50.0, -40.0, -30.0)
"""Of what is played in the gap, against the music; None is digital silence."""
TIMES_EACH = 5


def figures() -> Iterator[Figure]:
    """Gaps and edges, then fades, brightness and onset rate."""
    yield from _gaps()
    yield from _ends()
    yield from _fades()
    yield from _brightness()
    yield from _onsets()


def _music(kind: str, seconds: float, level_db: float = 0.0) -> Sound:
    if kind == "noise":
        return noise(seconds, level_db - 20, rate_hz=RATE_HZ)
    steps = {"tone": (440,), "bass": (60,), "chord": (110, 220, 277, 330)}[kind]
    return np.asarray(sum(tone(hz, seconds, level_db - 22, rate_hz=RATE_HZ) for hz in steps))


def _gaps() -> Iterator[Figure]:
    """Gaps of every length and level at places drawn; found are those of half a second and more below 36 LU."""
    rng, errors, right, count = np.random.default_rng(0), [], 0, 0
    for kind in ("tone", "bass", "chord", "noise"):
        for gap_s in GAPS_S:
            for level in LEVELS_LU:
                for _ in range(TIMES_EACH):
                    at_s = float(rng.uniform(5, 6))
                    hush = silence(gap_s, rate_hz=RATE_HZ) if level is None else _music(kind, gap_s, level)
                    found = edges_of(joined(_music(kind, at_s), hush, _music(kind, 6))).quiet_spans
                    wanted = gap_s >= 0.5 and (level is None or level < -QUIET_LU)
                    right, count = right + (len(found) == wanted), count + 1
                    errors += [e for s in found for e in (s.from_s - at_s, s.to_s - at_s - gap_s)]
    yield share("a silence is found from 0.5 s on, and only then", right, count, source=MADE)
    yield worst("error of a silence's begin and end, s", errors, source=MADE, target="0.1")


def _ends() -> Iterator[Figure]:
    rng, errors = np.random.default_rng(1), []
    for kind in ("tone", "bass", "chord", "noise"):
        for rest_s in (0.0, 0.3, 0.5, 1.0, 3.0):
            for floor in (None, -50.0):
                before_s, music_s, after_s = rest_s + rng.uniform(0, 0.1), rng.uniform(8, 9), rest_s + rng.uniform(0, 1)
                rests = [
                    silence(s, rate_hz=RATE_HZ) if floor is None else _music(kind, s, floor)
                    for s in (before_s, after_s)
                ]
                found = edges_of(joined(rests[0], _music(kind, music_s), rests[1]))
                assert found.music_from_s is not None
                assert found.music_to_s is not None
                errors += [found.music_from_s - before_s, found.music_to_s - before_s - music_s]
    yield worst("error of the music's begin and end, s", errors, source=MADE, target="0.1")


def _fades() -> Iterator[Figure]:
    """Fades even in dB: the music begins and ends where they pass 36 LU below the loudness of the whole."""
    errors = []
    for kind in ("tone", "chord", "noise"):
        for fade_s in (1.0, 3.0, 8.0):
            t = times_s(30, RATE_HZ)
            level_db = np.maximum(-90, np.minimum(0, np.minimum(t / fade_s - 1, (30 - t) / fade_s - 1) * 80))
            sound = _music(kind, 30) * 10 ** (level_db / 20)
            full, mean = (integrated_lufs(metered(heard).energies) for heard in (_music(kind, 30), sound))
            assert full is not None
            assert mean is not None
            crossing_s = fade_s * (1 + (mean - full - QUIET_LU) / 80)
            found = edges_of(sound)
            assert found.music_from_s is not None
            assert found.music_to_s is not None
            errors += [found.music_from_s - crossing_s, found.music_to_s - (30 - crossing_s)]
    yield worst("error where a fade passes silence, s", errors, source=MADE, target="0.1")


def _brightness_hz(sound: Sound) -> float:
    found = texture_of(frames_of(sound)).brightness_hz
    assert found is not None
    return found


def _brightness() -> Iterator[Figure]:
    """Against the known centroid: the frequency of a tone, the mean of two alike, the middle of a band of noise."""
    errors = [_brightness_hz(tone(hz, 6, rate_hz=RATE_HZ)) / hz - 1 for hz in (110, 220, 440, 1000, 3000, 8000)]
    for low_hz, high_hz in ((300, 900), (1000, 5000)):
        pair = tone(low_hz, 6, rate_hz=RATE_HZ) + tone(high_hz, 6, rate_hz=RATE_HZ)
        errors.append(_brightness_hz(pair) / ((low_hz + high_hz) / 2) - 1)
        band = sosfilt(butter(8, [low_hz, high_hz], "bandpass", fs=RATE_HZ, output="sos"), noise(6, rate_hz=RATE_HZ))
        errors.append(_brightness_hz(band) / ((low_hz + high_hz) / 2) - 1)
        errors.append(_brightness_hz(joined(pair, silence(6, rate_hz=RATE_HZ))) / ((low_hz + high_hz) / 2) - 1)
    yield worst("relative error of the brightness", errors, source=MADE, target="0.05")
    loud = [_brightness_hz(noise(6, level, rate_hz=RATE_HZ)) for level in (-50, -20, -6)]
    yield worst("relative change of the brightness with gain", [b / loud[1] - 1 for b in loud], source=MADE)


NOTES = {"plucks": (0.005, 0.4, 1), "chords": (0.01, 0.5, 3), "legato": (0.03, 5.0, 1), "soft": (0.08, 0.8, 1)}
"""Attack and decay in seconds, notes at once."""
RATES_HZ = {"0.2-4": (0.2, 0.5, 1.0, 2.0, 4.0), "6-10": (6.0, 8.0, 10.0)}


def _onsets() -> Iterator[Figure]:
    rng = np.random.default_rng(2)
    for name, (attack_s, decay_s, at_once) in NOTES.items():
        for span, rates_hz in RATES_HZ.items():
            errors = []
            for rate_hz in rates_hz:
                notes, at_s = [], np.arange(0.5, 29, 1 / rate_hz)
                for at in at_s:
                    for _ in range(at_once):
                        hz = 261.6 * 2 ** (rng.choice([-12, -5, 0, 2, 4, 7, 9, 12]) / 12)
                        length_s = min(1.2 / rate_hz + 0.1, 4)
                        sound = note(hz, length_s, attack_s=attack_s, decay_s=decay_s, rate_hz=RATE_HZ)
                        notes.append((float(at), float(rng.uniform(0.6, 1)) * sound))
                sound = placed(30, notes, rate_hz=RATE_HZ) + noise(30, -60, rate_hz=RATE_HZ)
                errors.append(len(onset_times(strength_of(frames_of(sound)))) / len(at_s) - 1)
            yield worst(f"{name} at {span} a second: relative error of the onset rate", errors, source=MADE)
    held = [tone(220, 30, rate_hz=RATE_HZ), noise(30, rate_hz=RATE_HZ), _music("chord", 30)]
    false = [2.0 * len(onset_times(strength_of(frames_of(sound)))) for sound in held]
    yield worst("onsets a minute in held sound", false, source=MADE)
