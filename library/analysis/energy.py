"""How intense does it feel, from 0, a held drone, to 1, an orchestra in battle?

An absolute scale: it knows no other track and no gain. What is weighed is what listeners' ratings of arousal follow
(Eerola 2012, 10.1080/09298215.2012.693498: event density, articulation, brightness, fullness, loudness within the
piece). The weights are a least-squares fit to 31 synthetic pieces at the values they had under earlier weights, and to
51 short ones whose intensity is judged by what plays (flute alone 0.33, ragtime 0.66). Brightness was held at 0.15,
since the solo instruments among them are bright and calm.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, special

from library.analysis.onsets import onset_times
from library.analysis.spectrum import FRAMES_PER_S
from library.analysis.texture import TextureResult
from library.track import Curve, Record

HOP_S = 1.0
SMOOTH_S = 5
"""Intensity is felt over a few seconds; each value is the mean of the five around it (judgement)."""

CALM = -1.45
PER_LOG_ATTACK = 0.77
"""Attack is the summed strength in dB of a second's onsets; it counts by its logarithm, as more of much adds little."""
MOST_ATTACK_DB = 4.0
"""A note out of silence rises far in dB without being intense: a koto alone would pass for an orchestra (judgement)."""
PER_FULLNESS = 4.6
USUAL_FULLNESS = 0.4
PER_OCTAVE_BRIGHTER = 0.15
USUAL_BRIGHTNESS_HZ = 1000.0
PER_DB_LOUDER = 0.036
"""Against the track's own mean level, so that gain does not enter."""
QUIETEST_DB = -20.0


class EnergyResult(Record, frozen=True, kw_only=True):
    """Mean and curve of the intensity, 0..1, and the onsets a second that it weighs."""

    energy: float | None
    energy_curve: Curve | None
    onset_rate_hz: float | None
    unknown: dict[str, str]


def energy(
    strength: NDArray[np.float32], texture: TextureResult, music_from_s: float | None, music_to_s: float | None
) -> EnergyResult:
    """Weigh onsets and texture second by second.

    Parameters
    ----------
    strength
        Onset strength in dB, shape (4, frames), from :class:`library.analysis.onsets.Onsets`.
    texture
        The sound second by second.
    music_from_s, music_to_s
        Where the music begins and ends; the mean is taken between them. None where there is no music.
    """
    seconds = len(texture.level_db)
    if not seconds or music_from_s is None or music_to_s is None:
        reason = "silence has no intensity"
        unknown = dict.fromkeys(["energy", "energy_curve", "onset_rate_hz"], reason)
        return EnergyResult(energy=None, energy_curve=None, onset_rate_hz=None, unknown=unknown)
    times = onset_times(strength)
    frames = np.minimum((times * FRAMES_PER_S).round().astype(np.int64), strength.shape[1] - 1)
    strokes = np.minimum(strength.mean(axis=0)[frames], MOST_ATTACK_DB)
    attack = np.bincount(np.minimum(times.astype(np.int64), seconds - 1), strokes, minlength=seconds)
    mean_db = 10 * np.log10(np.mean(10 ** (texture.level_db / 10)))
    felt = (
        CALM
        + PER_LOG_ATTACK * np.log1p(_smooth(attack))
        + PER_FULLNESS * (_smooth(texture.fullness) - USUAL_FULLNESS)
        + PER_OCTAVE_BRIGHTER * np.log2(np.maximum(_smooth(texture.centroid_hz), 20.0) / USUAL_BRIGHTNESS_HZ)
        + PER_DB_LOUDER * _smooth(np.maximum(texture.level_db - mean_db, QUIETEST_DB))
    )
    curve = special.expit(felt)
    begin = int(music_from_s)
    heard = slice(begin, max(begin + 1, int(np.ceil(music_to_s))))
    length_s = max(music_to_s - music_from_s, 1e-3)
    return EnergyResult(
        energy=round(float(curve[heard].mean()), 3),
        energy_curve=Curve(hop_s=HOP_S, values=tuple(curve.round(3).tolist())),
        onset_rate_hz=round(float(np.sum((times >= music_from_s) & (times <= music_to_s)) / length_s), 3),
        unknown={},
    )


def _smooth(values: NDArray[Any]) -> NDArray[np.float64]:
    return np.asarray(ndimage.uniform_filter1d(np.asarray(values, np.float64), SMOOTH_S, mode="nearest"))
