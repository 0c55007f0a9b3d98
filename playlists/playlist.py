"""The records of a playlist. The field names are the JSON keys of ``build --json``; they are a contract.

Conventions: times in seconds on the session's clock, except ``from_s`` and ``to_s``, which are in the track.
Every time is an exact multiple of 1/48000 s; :func:`playlists.timeline.samples` gives the integer.
"""

from collections.abc import Collection
from typing import Literal

import msgspec

from library.track import Curve, Record

SAMPLE_RATE_HZ = 48_000


class Alternative(Record, frozen=True, kw_only=True):
    """A track that was not taken for a place. With it there and all other pieces as they are, the list costs exactly
    ``costs_more`` more; less where that is below zero, which a list that is proved the best has not."""

    track_id: str
    title: str
    costs_more: float


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
    alternatives: tuple[Alternative, ...] = ()
    """The next best tracks for this place, nearest first; empty where nothing was searched."""


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
    """What a clinic allows beyond *cleared*, and what a person asks for: tracks by id, artists by name.

    :func:`playlists.rules.check_policy` says which values make sense.
    """

    vocals: Literal["cleared", "none"] = "cleared"
    """``cleared``: a voice is allowed in what a person cleared. ``none``: only what was measured instrumental."""
    rights: Literal["any", "preview"] = "any"
    """``preview``: only tracks whose rights let a patient hear them in advance."""
    energy_ceiling: float | None = None
    """The most energy that a whole track may have."""
    phase_ceilings: dict[str, float] = msgspec.field(default_factory=dict)
    """The most energy, by phase, that ten seconds heard there may have on average."""
    startle_limit_lu: float | None = None
    exclude_tracks: frozenset[str] = frozenset()
    exclude_artists: frozenset[str] = frozenset()
    require_tracks: frozenset[str] = frozenset()
    first_track: str | None = None
    last_track: str | None = None
    arrival_track: str | None = None
    """A piece kept for the arrival, before the start: it is not played in the session."""
    locked: frozenset[str] = frozenset()
    """Pieces of the list that a person has locked: they must appear, and a refit keeps each at its time if it can."""
    places: dict[str, str] = msgspec.field(default_factory=dict)
    """Tracks that must appear, each with the phase in which its middle must lie."""
    heard: tuple[tuple[str, ...], ...] = ()
    """What earlier sessions of the same person played, the newest first. A track among it costs the more the newer."""
    no_repeat_sessions: int = 0
    """Tracks of so many of the newest sessions in ``heard`` are not used at all."""
    artist_distance: int = 3
    """No artist twice within this many consecutive tracks."""
    crossfade_s: tuple[int, int] = (4, 12)
    """The shortest and the longest crossfade in whole seconds."""

    @property
    def required(self) -> frozenset[str]:
        """Every track that must appear, for whatever reason."""
        ends = {track_id for track_id in (self.first_track, self.last_track) if track_id is not None}
        return self.require_tracks | self.locked | ends | self.places.keys()

    def not_requiring(self, track_ids: Collection[str]) -> "Policy":
        """The policy that asks for none of these tracks, wherever it did."""
        return msgspec.structs.replace(
            self,
            require_tracks=self.require_tracks - frozenset(track_ids),
            locked=self.locked - frozenset(track_ids),
            first_track=None if self.first_track in track_ids else self.first_track,
            last_track=None if self.last_track in track_ids else self.last_track,
            places={track_id: phase for track_id, phase in self.places.items() if track_id not in track_ids},
        )

    def excluding(self, track_ids: Collection[str]) -> "Policy":
        """The policy that uses none of these tracks, whatever it asked for before."""
        free = self.not_requiring(track_ids)
        return msgspec.structs.replace(free, exclude_tracks=self.exclude_tracks | frozenset(track_ids))


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
