"""What the changes of a list ask of a library: every record to judge by, features, and whole records of a few tracks.

A prepared library (:mod:`playlists.prepared`) has all this at hand; a plain one reads the features off the records.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, runtime_checkable

from library.track import Track
from playlists.features import Features, features_of


@runtime_checkable
class Stock(Protocol):
    """A library to choose from."""

    @property
    def tracks(self) -> Sequence[Track]:
        """Records with at least what a policy asks, and the title."""

    def features_of(self, tracks: Sequence[Track]) -> Features:
        """The features of some of the tracks, in their order."""

    def whole(self, track_ids: Sequence[str]) -> dict[str, Track]:
        """The whole records of a few tracks, by id; ``KeyError`` for one that is gone."""


@dataclass(frozen=True)
class Plain:
    """A library of whole records."""

    tracks: tuple[Track, ...]

    def features_of(self, tracks: Sequence[Track]) -> Features:
        """Read off the records."""
        return features_of(tracks)

    def whole(self, track_ids: Sequence[str]) -> dict[str, Track]:
        """Out of what is there."""
        return {track_id: self._by_id[track_id] for track_id in track_ids}

    @cached_property
    def _by_id(self) -> dict[str, Track]:
        return {track.track_id: track for track in self.tracks}


def stock_of(tracks: Iterable[Track] | Stock) -> Stock:
    """The library as it is, if it is prepared; else its tracks, in any order."""
    return tracks if isinstance(tracks, Stock) else Plain(tuple(tracks))
