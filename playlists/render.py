"""At what level is a mix right, and how is it written at that level?

Peaks win: up to 3 dB are taken by the limiter; what would need more lowers the whole, and the facts say by how much.
The limiter comes before the rise guard, so the guard has the last word: it only turns down, and keeps the ceiling too.

The loudness of the mix is expected from what is known of its tracks (:mod:`playlists.expected`), or measured where that
is not enough. What counts is the written file, which is decoded and measured: where it is off, it is rendered again.

Conventions: 48 kHz stereo throughout; loudness after ITU-R BS.1770-4 and EBU R 128, peaks in dBTP.
"""

from collections.abc import Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from library.analysis.loudness import Loudness
from library.audio import Block
from library.track import Record, Track
from playlists.ahead import Ahead
from playlists.check import Measured, measure, refuse_unless_calm
from playlists.encode import Encoder, Format
from playlists.errors import MixdownRejected
from playlists.expected import Mix, expected, highest_gain_db
from playlists.labels import Labels
from playlists.levels import MOST_GAIN_DB
from playlists.limiter import Limiter
from playlists.manifest import hashes
from playlists.mix import Files, mix
from playlists.playlist import SAMPLE_RATE_HZ
from playlists.rise import RiseGuard, Softened
from playlists.stages import Stages, Written
from playlists.timeline import Segment, seconds
from playlists.watch import Watch

LIMIT_DB = 3.0
"""The most that peaks are limited; DESIGN "Mixdown"."""
LIMITED_TOO_FAR_DB = 0.2
"""So much more than that shows an expected peak to be wrong; the limiter and the meter differ by less (judgement)."""
TOLERANCE_LU = 0.5
NEAR_ENOUGH_LU = 0.3
"""Further off than this, the level is corrected and rendered again where a try is left (judgement)."""
LOWER_MARGIN_DB = 0.1
"""Judgement: lowered by more than the excess alone, because coding at another level moves peaks again."""
TRIES = 3


@dataclass(frozen=True)
class Job:
    """What one mixdown is made of, and the unfinished file it is made in."""

    segments: Sequence[Segment]
    files: Files
    tracks: Mapping[str, Track]
    labels: Labels
    part: Path
    form: Format
    follows_on: bool
    watch: Watch
    stages: Stages


class Wish(Record, frozen=True, kw_only=True):
    """The level asked for: the loudness of the whole, or, where it is given, the gain of the mix."""

    target_lufs: float
    ceiling_dbtp: float
    gain_db: float | None = None


class Rendered(Record, frozen=True, kw_only=True):
    """A written file as decoded again. ``gain_db`` is what the mix was raised by, ``lowered_db`` how much less than
    wished that is."""

    measured: Measured
    hashes: tuple[str, tuple[str, ...]]
    """SHA-256 of the file and of each of its chunks."""
    softened: tuple[Softened, ...]
    gain_db: float
    lowered_db: float


class _PeaksTooHigh(Exception):
    """The limiter has more to do than was expected."""


def render(job: Job, wish: Wish) -> Rendered:
    """Write the file at the level that is right.

    Raises
    ------
    MixdownRejected
        Where none is found.
    """
    kept = _taken_up(job, wish)
    if kept is not None:
        return kept
    guess = expected(job.segments, job.tracks)
    if guess is not None and _for_peaks_db(guess, _wished_db(guess, wish), job, wish) <= 0.0:
        try:
            return _until_right(job, guess, wish)
        except _PeaksTooHigh:
            pass  # tracks that overlap add up to more than either; the mix itself says how much
    return _until_right(job, _measured_mix(job), wish)


def _taken_up(job: Job, wish: Wish) -> Rendered | None:
    """What an interrupted mixdown had encoded, if it is right."""
    written = job.stages.take_written(job.part)
    if written is None:
        return None
    try:
        rendered = _verified(job, written)
        refuse_unless_calm(rendered.measured, job.segments, job.form.decoded_multiple, from_silence=not job.follows_on)
    except MixdownRejected:
        return None  # it was harmed since, or is what was being rendered again: it is made anew
    off_lu = abs(_missing_lu(rendered, wish))
    return rendered if rendered.measured.true_peak_dbtp <= wish.ceiling_dbtp and off_lu <= NEAR_ENOUGH_LU else None


def _wished_db(source: Mix, wish: Wish) -> float:
    return wish.target_lufs - source.loudness_lufs if wish.gain_db is None else wish.gain_db


def _for_peaks_db(source: Mix, gain_db: float, job: Job, wish: Wish) -> float:
    """How much too high the peaks are for the limiter alone."""
    return source.true_peak_dbtp + gain_db - (wish.ceiling_dbtp - job.form.overshoot_db) - LIMIT_DB


def _missing_lu(rendered: Rendered, wish: Wish) -> float:
    """How much louder the file should be; at a given gain the loudness is what it is."""
    if wish.gain_db is not None:
        return 0.0
    return wish.target_lufs - rendered.lowered_db - rendered.measured.loudness_lufs


def _measured_mix(job: Job) -> Mix:
    kept = job.stages.mix()
    if kept is None:
        kept = _measure_mix(job)
        job.stages.keep_mix(kept)
    return kept


def _measure_mix(job: Job) -> Mix:
    loudness = Loudness(SAMPLE_RATE_HZ, channels=2)
    tick = job.watch.stage(0.35)
    with Ahead(mix(job.segments, job.files)) as blocks:
        for block in blocks:
            loudness.feed(block)
            tick(block.shape[1])
    result = loudness.result()
    if result.loudness_lufs is None or result.true_peak_dbtp is None:
        raise MixdownRejected(f"The tracks are silent: {'; '.join(result.unknown.values())}.")
    return Mix(
        loudness_lufs=result.loudness_lufs,
        true_peak_dbtp=result.true_peak_dbtp,
        highest_gain_db=highest_gain_db(job.segments),
        measured=True,
    )


def _until_right(job: Job, source: Mix, wish: Wish) -> Rendered:
    """Choose the level, render and look; lower or correct and render again where the file says so."""
    correction_db = excess_db = 0.0
    for attempt in range(1, TRIES + 1):
        wished_db = _wished_db(source, wish) + correction_db
        for_noise_db = wished_db - max(MOST_GAIN_DB - source.highest_gain_db, 0.0)
        for_peaks_db = _for_peaks_db(source, wished_db, job, wish) if source.measured else 0.0
        lowered_db = max(0.0, for_peaks_db, for_noise_db) + excess_db
        rendered = _render(job, wished_db - lowered_db, lowered_db, wish, certain=source.measured)
        too_high_db = rendered.measured.true_peak_dbtp - wish.ceiling_dbtp
        missing_lu = _missing_lu(rendered, wish)
        if too_high_db <= 0.0 and (abs(missing_lu) <= NEAR_ENOUGH_LU or attempt == TRIES):
            break
        if too_high_db > 0.0:
            excess_db += too_high_db + LOWER_MARGIN_DB
        if abs(missing_lu) > NEAR_ENOUGH_LU:
            correction_db += missing_lu
    if too_high_db > 0.0:
        raise MixdownRejected(
            f"The true peak is {too_high_db:.2f} dB above {wish.ceiling_dbtp} dBTP after {TRIES} tries."
        )
    if abs(missing_lu) > TOLERANCE_LU:
        raise MixdownRejected(
            f"The loudness is {rendered.measured.loudness_lufs:.1f} LUFS, {-missing_lu:+.1f} LU from what was planned."
        )
    return rendered


def _render(job: Job, gain_db: float, lowered_db: float, wish: Wish, *, certain: bool) -> Rendered:
    """Write the file once, at a gain with peaks held below the ceiling, and measure it.

    Raises
    ------
    _PeaksTooHigh
        Where the peaks are not ``certain``, and need more limiting than is allowed.
    """
    limiter = Limiter(wish.ceiling_dbtp - job.form.overshoot_db)
    seams = [(segment.start, segment.faded_in) for segment in job.segments[1:]]
    guard = RiseGuard(seams, from_silence=not job.follows_on)
    tick = job.watch.stage(0.8)
    treated = _treated(job, gain_db, limiter, guard)
    with Encoder(job.part, job.form, job.labels, on_disk=False) as encoder, Ahead(treated) as blocks:
        for block in blocks:
            if not certain and limiter.most_db > LIMIT_DB + LIMITED_TOO_FAR_DB:
                raise _PeaksTooHigh
            encoder.feed(block)
            tick(block.shape[1])
    opening_s = seconds(job.segments[0].faded_in)
    softened = tuple(place for place in guard.softened() if place.at_s >= opening_s)
    size = job.part.stat().st_size
    written = Written(bytes=size, gain_db=gain_db, lowered_db=lowered_db, softened=softened)
    job.stages.keep_written(job.part, written)
    return _verified(job, written)


def _verified(job: Job, written: Written) -> Rendered:
    """Decode and measure the file, and hash it meanwhile."""
    with ThreadPoolExecutor(1) as other:
        hashing = other.submit(hashes, job.part)
        measured = measure(job.part, job.segments[-1].end, job.watch.stage(0.9))
        return Rendered(
            measured=measured,
            hashes=hashing.result(),
            softened=written.softened,
            gain_db=written.gain_db,
            lowered_db=written.lowered_db,
        )


def _treated(job: Job, gain_db: float, limiter: Limiter, guard: RiseGuard) -> Generator[Block]:
    factor = np.float32(10.0 ** (gain_db / 20.0))
    with closing(mix(job.segments, job.files)) as blocks:
        for block in blocks:
            block *= factor
            yield guard.feed(limiter.feed(block))
    yield guard.feed(limiter.flush())
    yield guard.flush()
