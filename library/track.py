"""The records everything else stands on: what a track is, what was measured of it, and the verdict.

Conventions: times in seconds from the start of the decoded audio; loudness in LUFS and LU (ITU-R BS.1770-4);
levels in dB; energies and probabilities in 0..1. ``None`` means *unknown*, and ``Analysis.unknown`` then says why.
The field names are the JSON keys of ``analyse --json``; they are a contract.
"""

from typing import Literal

import msgspec

ANALYSIS_VERSION = 2
"""Raised whenever a measure changes its meaning: results of an older version are measured again by a scan."""

Pulse = Literal["steady", "free"]
VocalVerdict = Literal["instrumental", "review", "vocal", "unknown"]
VocalKind = Literal["singing", "speech"]
StartleKind = Literal["hit", "surge"]
Status = Literal["cleared", "review", "refused"]


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """Base of the frozen records; equality is by value."""


class Tags(Record, frozen=True, kw_only=True):
    """What the file says about itself, as far as it says it."""

    title: str | None = None
    artist: str | None = None
    album: str | None = None
    isrc: str | None = None
    rights: str | None = None
    musicbrainz_id: str | None = None


class Curve(Record, frozen=True, kw_only=True):
    """Evenly spaced values; ``values[i]`` belongs to the time ``i * hop_s``."""

    hop_s: float
    values: tuple[float, ...]


class Span(Record, frozen=True, kw_only=True):
    """A stretch of time within a track."""

    from_s: float
    to_s: float


class VocalSegment(Record, frozen=True, kw_only=True):
    """A stretch in which a voice may be heard, with the calibrated probability that one is."""

    from_s: float
    to_s: float
    kind: VocalKind
    probability: float


class Vocals(Record, frozen=True, kw_only=True):
    """Answer of :mod:`library.analysis.vocals`; ``share`` is the share of time in which a voice is likely."""

    verdict: VocalVerdict
    share: float | None
    probability: float | None = None
    """That there is a voice anywhere in it, calibrated on pieces of which half have one."""
    segments: tuple[VocalSegment, ...] = ()

    @property
    def voice_probability(self) -> float | None:
        """That there is a voice; of the segment in which it is likeliest, where the whole has none."""
        if self.probability is not None:
            return self.probability
        return max((segment.probability for segment in self.segments), default=None)


class StartleEvent(Record, frozen=True, kw_only=True):
    """A sudden rise at ``at_s``: a *hit* stands ``jump_lu`` above the loudest moment of the three seconds before, a
    *surge* is a second so much above the second before."""

    at_s: float
    jump_lu: float
    kind: StartleKind


class Startle(Record, frozen=True, kw_only=True):
    """Answer of :mod:`library.analysis.startle`; ``score`` is the largest jump in LU, 0.0 where there is none."""

    score: float
    events: tuple[StartleEvent, ...] = ()


class Analysis(Record, frozen=True, kw_only=True):
    """Everything measured in one pass over one track. What each of it rests on is in docs/measurements.md."""

    analysis_version: int
    duration_s: float
    sample_rate_hz: int
    channels: int
    damaged_at_s: tuple[float, ...] = ()
    """Where a packet could not be decoded and is left out: a click or a skip may be heard there."""
    tempo_bpm: float | None
    tempo_alternative_bpm: float | None
    tempo_confidence: float | None
    pulse: Pulse | None
    energy: float | None
    energy_curve: Curve | None
    vocals: Vocals
    loudness_lufs: float | None
    loudness_range_lu: float | None
    true_peak_dbtp: float | None
    loudness_curve: Curve | None
    """Momentary loudness (400 ms window centred on the time), floored at -70 LUFS."""
    quiet_spans: tuple[Span, ...]
    startle: Startle | None
    key: str | None
    key_confidence: float | None
    brightness_hz: float | None
    onset_rate_hz: float | None
    music_from_s: float | None
    music_to_s: float | None
    analysis_seconds: float
    unknown: dict[str, str] = {}


class Verdict(Record, frozen=True, kw_only=True):
    """Whether a track may be played, and every reason that speaks against it, with times where it has any."""

    status: Status
    reasons: tuple[str, ...] = ()


class Decision(Record, frozen=True, kw_only=True):
    """What a person decided about a track. ``status`` ``None`` leaves the measured verdict, ``may_preview`` ``None``
    leaves it to the file's own rights (:mod:`library.rights`)."""

    status: Status | None
    reason: str
    may_preview: bool | None
    decided_by: str
    """Who decided the status; where there is none, who stated the right to preview."""
    decided_ms: int


class Track(Record, frozen=True, kw_only=True):
    """One piece of music, known by its content. ``paths`` are the files that hold it, sorted.

    ``verdict`` is the one that counts: its status is a person's where ``decision`` has one, its reasons stay the
    measured ones, so that whoever looks again sees what spoke against the track.
    """

    track_id: str
    paths: tuple[str, ...]
    tags: Tags
    analysis: Analysis
    verdict: Verdict
    decision: Decision | None = None
