"""The libraries that the fit is measured on: made up, of any size, or drawn from what was scanned."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import numpy as np

from benchmarks.made_up_tracks import make_library
from library.track import Curve, Track, Verdict
from playlists.candidates import choose
from playlists.playlist import Policy
from playlists.prepared import Prepared, prepare
from soundscape.data import opened

AT_ONCE = 1000
LU_PER_ENERGY = 20.0
"""A made-up piece gets so much louder with its energy: about what measured pieces do. Judgement."""


def made_up(size: int, seed: int) -> Iterator[Track]:
    """``size`` tracks, never more than a thousand of them in memory; larger libraries are made of smaller ones."""
    for part in range(-(-size // AT_ONCE)):
        for track in make_library(min(AT_ONCE, size - part * AT_ONCE), seed * AT_ONCE + part):
            yield _dynamic(track)


def drawn(data: Path, size: int, seed: int) -> list[Track]:
    """Tracks drawn from a data directory, all taken as if a person had cleared them."""
    cleared = Verdict(status="cleared")
    with opened(data) as catalogue:
        held = [msgspec.structs.replace(track, verdict=cleared) for track in catalogue.tracks()]
    tracks = choose(held, Policy()).tracks
    chosen = np.random.default_rng(seed).choice(len(tracks), min(size, len(tracks)), replace=False)
    return [tracks[j] for j in sorted(chosen.tolist())]


def prepared(size: int, seed: int) -> Prepared:
    """A made-up library, prepared; the records of the few that a list plays are made up again."""

    made: dict[str, Track] = {}

    def records(track_ids: Sequence[str]) -> list[Track]:
        wanted = set(track_ids) - made.keys()
        for part in sorted({int(track_id.split("-")[0]) for track_id in wanted}):
            count = min(AT_ONCE, size - (part - seed * AT_ONCE) * AT_ONCE)
            tracks = (track for track in make_library(count, part) if track.track_id in wanted)
            made.update((track.track_id, _dynamic(track)) for track in tracks)
        return [made[track_id] for track_id in track_ids]

    return prepare(made_up(size, seed), records)


def _dynamic(track: Track) -> Track:
    curve = track.analysis.energy_curve
    assert curve is not None
    level = float(np.mean(curve.values))
    lufs = np.round(-18.0 + LU_PER_ENERGY * (np.asarray(curve.values) - level), 1)
    analysis = msgspec.structs.replace(track.analysis, loudness_curve=Curve(hop_s=1.0, values=tuple(lufs.tolist())))
    return msgspec.structs.replace(track, analysis=analysis)
