"""How loud will a mix be, by what was measured of its tracks?

The gated loudness of the whole (ITU-R BS.1770-4) from the tracks' momentary loudness, their gains and fades, twice a
second; and a bound of its peaks from the tracks' own. It saves a mixdown the pass that decodes everything just to
measure it: what is written is measured anyway, and rendered again where the expectation was wrong.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from library.analysis.loudness import ABSOLUTE_GATE_LUFS, RELATIVE_GATE_LU
from library.track import Record, Track
from playlists.playlist import SAMPLE_RATE_HZ
from playlists.timeline import Segment

HOP = SAMPLE_RATE_HZ // 2


class Mix(Record, frozen=True, kw_only=True):
    """A mix before any treatment of the whole. Only what is ``measured`` is certain; else the peak is a bound."""

    loudness_lufs: float
    true_peak_dbtp: float
    highest_gain_db: float
    """The most gain that a track has in it."""
    measured: bool


def highest_gain_db(segments: Sequence[Segment]) -> float:
    """The most gain that any track is given."""
    return max(max(segment.gain_curve.values) for segment in segments)


def expected(segments: Sequence[Segment], tracks: Mapping[str, Track]) -> Mix | None:
    """What the mix of these segments will be, or None where a track is not known well enough, or all is silent."""
    power = np.zeros(-(-segments[-1].end // HOP))
    peaks_dbtp = []
    for segment in segments:
        track = tracks.get(segment.track_id)
        if track is None or track.analysis.loudness_curve is None or track.analysis.true_peak_dbtp is None:
            return None
        peaks_dbtp.append(track.analysis.true_peak_dbtp + max(segment.gain_curve.values))
        first = -(-segment.start // HOP)
        heard = _power(segment, track, np.arange(first * HOP - segment.start, segment.length, HOP))
        power[first : first + len(heard)] += heard
    loudness_lufs = _gated(power)
    if loudness_lufs is None:
        return None
    return Mix(
        loudness_lufs=loudness_lufs,
        true_peak_dbtp=max(peaks_dbtp),
        highest_gain_db=highest_gain_db(segments),
        measured=False,
    )


def _power(segment: Segment, track: Track, inside: NDArray[np.int64]) -> NDArray[np.float64]:
    """The segment's part in the mix at these samples of it, as a power of which 1 is 0 LUFS."""
    curve = track.analysis.loudness_curve
    assert curve is not None
    in_track_s = (segment.source_from + inside) / SAMPLE_RATE_HZ
    level_db = np.interp(in_track_s, curve.hop_s * np.arange(len(curve.values)), curve.values)
    gains = segment.gain_curve
    in_item_s = (segment.skipped + inside) / SAMPLE_RATE_HZ
    level_db += np.interp(in_item_s, gains.hop_s * np.arange(len(gains.values)), gains.values)
    power = 10.0 ** (level_db / 10.0)
    for k, at in enumerate(inside.tolist()):
        if segment.fades(at, 1):
            power[k] *= segment.weights(at, 1)[0] ** 2
    return np.asarray(power)


def _gated(power: NDArray[np.float64]) -> float | None:
    loud = power[power > 10.0 ** (ABSOLUTE_GATE_LUFS / 10.0)]
    if not len(loud):
        return None
    return float(10.0 * np.log10(loud[loud > loud.mean() * 10.0 ** (RELATIVE_GATE_LU / 10.0)].mean()))
