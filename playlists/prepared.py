"""A library made ready for many fits: what the fit needs of every track, read once and kept small.

Reading a track's record and its curves takes far longer than choosing among tracks whose features are known. So a
service prepares its library once, follows what changes (:meth:`Prepared.changed`), and hands it to each
:func:`playlists.fit.fit`. Whole records are asked for only of the few tracks that a list plays. About 1.5 kB a track.
"""

import operator
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from msgspec.structs import replace

from library.track import Curve, Startle, Tags, Track, Verdict, Vocals
from playlists.features import Curves, Features, features_of

AT_ONCE = 200
"""Tracks whose records are in memory at the same time while a library is prepared."""
HELD = Curve(hop_s=1.0, values=(0.0,))
"""In place of a curve that was read: it is there, and its values are in the features."""
NOTHING: dict[str, str] = {}

Records = Callable[[Sequence[str]], Iterable[Track]]
"""The whole records of these tracks, by id, in any order."""


@dataclass(frozen=True)
class Prepared:
    """A library ready for the fit; sorted by track id, whatever the order it came in."""

    tracks: tuple[Track, ...]
    """Records without what is in the features: enough to judge by a policy and to name."""
    features: Features
    """In the same order; an empty row for a track that was never measured."""
    records: Records

    def features_of(self, tracks: Sequence[Track]) -> Features:
        """The features of some of the tracks, in their order."""
        if len(tracks) == len(self.tracks) and all(map(operator.is_, tracks, self.tracks)):
            return self.features
        rows = {track.track_id: row for row, track in enumerate(self.tracks)}
        return self.features.take([rows[track.track_id] for track in tracks])

    def whole(self, track_ids: Sequence[str]) -> dict[str, Track]:
        """The whole records of a few tracks, by id.

        Raises
        ------
        KeyError
            A track is gone that was there when the library was prepared.
        """
        found = {track.track_id: track for track in self.records(track_ids)}
        return {track_id: found[track_id] for track_id in track_ids}

    def changed(self, tracks: Iterable[Track], gone: Collection[str] = ()) -> "Prepared":
        """The library with some tracks added or in a new state, and some taken out."""
        new = prepare(tracks, self.records)
        replaced = {track.track_id for track in new.tracks} | set(gone)
        rows = np.array([row for row, t in enumerate(self.tracks) if t.track_id not in replaced], dtype=np.int64)
        kept = [self.tracks[row] for row in rows.tolist()]
        return _sorted([*kept, *new.tracks], [self.features.take(rows), new.features], self.records)


def prepare(tracks: Iterable[Track], records: Records) -> Prepared:
    """Prepare a library, a few hundred tracks at a time; ``records`` gives whole records later on."""
    light: list[Track] = []
    parts: list[Features] = []
    seen: dict[Any, Any] = {}
    for some in _batches(tracks):
        parts.append(features_of(some))
        light.extend(_light(track, seen) for track in some)
    return _sorted(light, parts, records)


def _batches(tracks: Iterable[Track]) -> Iterator[list[Track]]:
    source = iter(tracks)
    while some := list(islice(source, AT_ONCE)):
        yield some


def _sorted(tracks: Sequence[Track], parts: Sequence[Features], records: Records) -> Prepared:
    rows = {track.track_id: row for row, track in enumerate(tracks)}
    order = [rows[track_id] for track_id in sorted(rows)]
    return Prepared(tuple(tracks[row] for row in order), joined(parts).take(order), records)


def joined(parts: Sequence[Features]) -> Features:
    """Features one after the other."""
    if not parts:
        return features_of([])
    curves = [_compact(part.energy) for part in parts]
    offsets = np.cumsum([0, *(len(part.values) for part in curves)])
    energy = Curves(
        np.concatenate([part.values for part in curves]),
        np.concatenate([part.begins + offset for part, offset in zip(curves, offsets[:-1], strict=True)]),
        np.concatenate([part.lengths for part in curves]),
    )
    names = [name for name in vars(parts[0]) if name != "energy"]
    return Features(energy=energy, **{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})


def _compact(curves: Curves) -> Curves:
    """The same curves; without what no track of them uses, where that is a quarter or more."""
    used = int(curves.lengths.sum())
    if used > len(curves.values) * 3 // 4:
        return curves
    stretches = zip(curves.begins.tolist(), curves.lengths.tolist(), strict=True)
    values = np.concatenate(
        [curves.values[:0], *(curves.values[begin : begin + length] for begin, length in stretches)]
    )
    return Curves(values, np.cumsum(curves.lengths) - curves.lengths, curves.lengths)


def _light(track: Track, seen: dict[Any, Any]) -> Track:
    """A record of what a policy asks; ``seen`` holds what many tracks have in common once."""

    def once(value: Any) -> Any:
        return seen.setdefault(value, value)

    analysis, tags = track.analysis, track.tags
    return Track(
        track_id=track.track_id,
        paths=track.paths,
        tags=Tags(title=tags.title, artist=once(tags.artist), rights=once(tags.rights)),
        analysis=replace(
            analysis,
            damaged_at_s=(),
            tempo_bpm=None,
            tempo_alternative_bpm=None,
            tempo_confidence=None,
            energy=once(analysis.energy),
            energy_curve=_held(analysis.energy_curve),
            loudness_lufs=once(analysis.loudness_lufs),
            loudness_curve=_held(analysis.loudness_curve),
            loudness_range_lu=None,
            true_peak_dbtp=None,
            vocals=once(Vocals(verdict=analysis.vocals.verdict, share=None)),
            startle=None if analysis.startle is None else once(Startle(score=analysis.startle.score)),
            key=None,
            key_confidence=None,
            brightness_hz=None,
            onset_rate_hz=None,
            unknown=NOTHING,
        ),
        verdict=once(Verdict(status=track.verdict.status)),
        decision=track.decision,
    )


def _held(curve: Curve | None) -> Curve | None:
    return HELD if curve is not None and curve.values else None
