"""The records of a playlist. The field names are the JSON keys of ``build --json``; they are a contract.

Conventions: times in seconds on the session's clock, except ``from_s`` and ``to_s``, which are in the track.
Every time is an exact multiple of 1/48000 s; :func:`playlists.timeline.samples` gives the integer.
"""

import msgspec

from library.track import Curve, Record

SAMPLE_RATE_HZ = 48_000


class Item(Record, frozen=True, kw_only=True):
    """One track's place in the session.

    The track's audio from ``from_s`` to ``to_s`` is heard from ``start_s`` on; neighbours overlap by exactly
    ``fade_out_s`` of the earlier, which equals ``fade_in_s`` of the later. ``gain_curve`` holds dB, its time
    counted from ``start_s``.
    """

    track_id: str
    start_s: float
    from_s: float
    to_s: float
    fade_in_s: float
    fade_out_s: float
    gain_curve: Curve
    phase: str
    why: str


class ArcCurves(Record, frozen=True, kw_only=True):
    """The wished and the achieved intensity, 0..1, at each ``hop_s`` of the session."""

    hop_s: float
    wished: tuple[float, ...]
    achieved: tuple[float, ...]


class MixdownFacts(Record, frozen=True, kw_only=True):
    """What was measured on the decoded mixdown."""

    path: str
    sha256: str
    loudness_lufs: float
    true_peak_dbtp: float
    lowered_db: float
    """How far the target loudness was given up because peaks win; 0.0 where it was reached."""


class Playlist(Record, frozen=True, kw_only=True):
    """A session's music, exact in length."""

    infusion_s: float
    tail_s: float
    template: str
    seed: int
    items: tuple[Item, ...]
    total_s: float
    cost: dict[str, float]
    bound: float | None
    gap: float | None
    arc: ArcCurves
    notes: tuple[str, ...] = ()
    """What had to give, in plain words: an artist heard again within three tracks, for example."""
    mixdown: MixdownFacts | None = None


class Policy(Record, frozen=True, kw_only=True):
    """What a clinic allows beyond *cleared*; ids and artists excluded or required by a person."""

    energy_ceiling: float | None = None
    startle_limit_lu: float | None = None
    exclude_tracks: frozenset[str] = frozenset()
    exclude_artists: frozenset[str] = frozenset()
    require_tracks: frozenset[str] = frozenset()
    artist_distance: int = 3
    """No artist twice within this many consecutive tracks."""


class Request(Record, frozen=True, kw_only=True):
    """What is asked of :func:`playlists.fit.fit`."""

    infusion_s: float
    tail_s: float | None = None
    """``None`` takes the template's own."""
    template: str = "iv40"
    points: tuple[tuple[float, float], ...] | None = None
    """The wished intensity as a person drew it, as (minute, intensity) in the template's own minutes, so that it
    stretches with the session; ``None`` takes the template's."""
    seed: int = 0
    policy: Policy = msgspec.field(default_factory=Policy)
