"""How does a playlist become one file that is right before the patient lies down?

The mix is measured, then rendered at the level that brings the whole to the target, limited, guarded against rises,
encoded, decoded again and checked. Only then does the file get its name.

Peaks win: up to 3 dB are taken by the limiter; what would need more lowers the whole, and the facts say by how much.
The limiter comes before the rise guard, so the guard has the last word: it only turns down, and keeps the ceiling too.

Conventions: 48 kHz stereo throughout; loudness after ITU-R BS.1770-4 and EBU R 128, peaks in dBTP.
"""

import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from library.analysis.loudness import Loudness
from library.track import Record
from playlists.check import Measured, measure, refuse_unless_calm
from playlists.encode import Encoder, Format, format_of, space_needed
from playlists.errors import BadRequest, MixdownRejected
from playlists.levels import MOST_GAIN_DB, TARGET_LUFS, TARGET_RANGE_LUFS
from playlists.limiter import Limiter
from playlists.manifest import CHUNK_BYTES, Manifest, hashes, publish
from playlists.mix import Files, mix, present
from playlists.playlist import SAMPLE_RATE_HZ, MixdownFacts, Playlist
from playlists.rise import RiseGuard, Softened
from playlists.timeline import Segment, layout, seconds
from playlists.watch import Watch

CEILING_DBTP = -1.5
LIMIT_DB = 3.0
"""The most that peaks are limited; DESIGN "Mixdown"."""
TOLERANCE_LU = 0.5
NEAR_ENOUGH_LU = 0.3
"""Further off than this, the level is corrected and rendered again where a try is left (judgement)."""
LOWER_MARGIN_DB = 0.1
"""Judgement: lowered by more than the excess alone, because coding at another level moves peaks again."""
TRIES = 3
ABANDONED_S = 86_400.0
"""An unfinished file untouched for a day belongs to nobody (judgement: no mixdown takes an hour)."""


def mixdown(
    playlist: Playlist,
    files: Files,
    out: Path,
    *,
    target_lufs: float = TARGET_LUFS,
    ceiling_dbtp: float = CEILING_DBTP,
    follows_on: bool = False,
    progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> MixdownFacts:
    """Render a playlist to ``out`` and its manifest beside it.

    Parameters
    ----------
    files
        Where each track's audio is, by its id.
    out
        Its suffix chooses the format: .wav, .flac, .m4a or .opus. An older mixdown of this name is replaced.
    target_lufs
        Integrated loudness, -30 to -16.
    ceiling_dbtp
        Highest true peak of the decoded file, below 0.
    follows_on
        A player will fade it in out of another mixdown. Its beginning is then no start, and no ramp from silence.
    progress
        Told the share done, 0..1, at least once a second of music and never going back.
    cancelled
        Asked as often; True stops the work.

    Raises
    ------
    BadRequest
        A suffix or a level out of range, or a playlist that does not meet exactly.
    TrackFileGone, NoSpaceLeft, MixdownRejected, MixdownCancelled
        Nothing is left under the final name, and an older file of this name stays.
    """
    if not TARGET_RANGE_LUFS[0] <= target_lufs <= TARGET_RANGE_LUFS[1]:
        raise BadRequest(f"A target of {target_lufs} LUFS is outside {TARGET_RANGE_LUFS[0]} to {TARGET_RANGE_LUFS[1]}.")
    if not ceiling_dbtp < 0.0:
        raise BadRequest(f"A ceiling of {ceiling_dbtp} dBTP is not below 0.")
    form = format_of(out)
    segments = layout(playlist)
    present(segments, files)
    # A hidden name with the right suffix: a scan passes it over, and the check can decode it.
    part = out.with_name(f".{out.stem}.{uuid.uuid4().hex}.part{out.suffix}")
    watch = Watch(segments[-1].end, progress, cancelled)
    job = _Job(segments, files, part, form, follows_on, watch)
    try:
        with space_needed(out):
            part.touch()
            _sweep(part, out)
            rendered = _until_right(job, _measure_mix(job), target_lufs, ceiling_dbtp)
            refuse_unless_calm(rendered.measured, segments, form.decoded_multiple, from_silence=not follows_on)
            manifest = _describe(out, job, rendered)
            publish(part, out, manifest)
    finally:
        part.unlink(missing_ok=True)
    watch.done()
    return MixdownFacts(
        path=str(out),
        sha256=manifest.sha256,
        loudness_lufs=manifest.loudness_lufs,
        true_peak_dbtp=manifest.true_peak_dbtp,
        lowered_db=manifest.lowered_db,
    )


@dataclass(frozen=True)
class _Job:
    """What one mixdown is made of, and the unfinished file it is made in."""

    segments: Sequence[Segment]
    files: Files
    part: Path
    form: Format
    follows_on: bool
    watch: Watch


class _Mix(Record, frozen=True, kw_only=True):
    """The mix before any treatment, and the most gain that a track has in it."""

    loudness_lufs: float
    true_peak_dbtp: float
    highest_gain_db: float


class _Rendered(Record, frozen=True, kw_only=True):
    """A written file as decoded again. ``lowered_db`` is filled in by the one who chose the level."""

    measured: Measured
    softened: tuple[Softened, ...]
    lowered_db: float = 0.0


def _measure_mix(job: _Job) -> _Mix:
    loudness = Loudness(SAMPLE_RATE_HZ, channels=2)
    tick = job.watch.stage(0.35)
    for block in mix(job.segments, job.files):
        loudness.feed(block)
        tick(block.shape[1])
    result = loudness.result()
    if result.loudness_lufs is None or result.true_peak_dbtp is None:
        raise MixdownRejected(f"The tracks are silent: {'; '.join(result.unknown.values())}.")
    return _Mix(
        loudness_lufs=result.loudness_lufs,
        true_peak_dbtp=result.true_peak_dbtp,
        highest_gain_db=max(max(segment.gain_curve.values) for segment in job.segments),
    )


def _until_right(job: _Job, source: _Mix, target_lufs: float, ceiling_dbtp: float) -> _Rendered:
    """Choose the level, render and look; lower or correct and render again where the file says so."""
    limit_at_dbtp = ceiling_dbtp - job.form.overshoot_db
    correction_db = excess_db = 0.0
    for attempt in range(1, TRIES + 1):
        wished_db = target_lufs - source.loudness_lufs + correction_db
        for_peaks_db = source.true_peak_dbtp + wished_db - limit_at_dbtp - LIMIT_DB
        for_noise_db = wished_db - max(MOST_GAIN_DB - source.highest_gain_db, 0.0)
        lowered_db = max(0.0, for_peaks_db, for_noise_db) + excess_db
        rendered = _render(job, wished_db - lowered_db, limit_at_dbtp)
        too_high_db = rendered.measured.true_peak_dbtp - ceiling_dbtp
        missing_lu = target_lufs - lowered_db - rendered.measured.loudness_lufs
        if too_high_db <= 0.0 and (abs(missing_lu) <= NEAR_ENOUGH_LU or attempt == TRIES):
            break
        if too_high_db > 0.0:
            excess_db += too_high_db + LOWER_MARGIN_DB
        if abs(missing_lu) > NEAR_ENOUGH_LU:
            correction_db += missing_lu
    if too_high_db > 0.0:
        raise MixdownRejected(f"The true peak is {too_high_db:.2f} dB above {ceiling_dbtp} dBTP after {TRIES} tries.")
    if abs(missing_lu) > TOLERANCE_LU:
        raise MixdownRejected(
            f"The loudness is {rendered.measured.loudness_lufs:.1f} LUFS, {-missing_lu:+.1f} LU from what was planned."
        )
    return msgspec.structs.replace(rendered, lowered_db=lowered_db)


def _render(job: _Job, gain_db: float, limit_at_dbtp: float) -> _Rendered:
    """Write the file once, at a gain with peaks held at ``limit_at_dbtp``, and measure it."""
    factor = np.float32(10.0 ** (gain_db / 20.0))
    limiter = Limiter(limit_at_dbtp)
    seams = [(segment.start, segment.start + segment.fade_in) for segment in job.segments[1:]]
    guard = RiseGuard(seams, from_silence=not job.follows_on)
    tick = job.watch.stage(0.65)
    with Encoder(job.part, job.form) as encoder:
        for block in mix(job.segments, job.files):
            encoder.feed(guard.feed(limiter.feed(block * factor)))
            tick(block.shape[1])
        encoder.feed(guard.feed(limiter.flush()))
        encoder.feed(guard.flush())
    opening_s = seconds(job.segments[0].fade_in)
    softened = tuple(place for place in guard.softened() if place.at_s >= opening_s)
    return _Rendered(measured=measure(job.part, job.segments[-1].end, job.watch.stage(0.9)), softened=softened)


def _describe(out: Path, job: _Job, rendered: _Rendered) -> Manifest:
    whole, chunks = hashes(job.part)
    total = job.segments[-1].end
    return Manifest(
        file=out.name,
        bytes=job.part.stat().st_size,
        sha256=whole,
        chunk_bytes=CHUNK_BYTES,
        chunks=chunks,
        sample_rate_hz=SAMPLE_RATE_HZ,
        samples=total,
        total_s=seconds(total),
        loudness_lufs=round(rendered.measured.loudness_lufs, 2),
        true_peak_dbtp=round(rendered.measured.true_peak_dbtp, 2),
        lowered_db=round(rendered.lowered_db, 2),
        softened=rendered.softened,
    )


def _sweep(part: Path, out: Path) -> None:
    """Remove what a killed mixdown of this name left behind."""
    for old in out.parent.iterdir():
        ours = old.name.startswith(f".{out.stem}.") and ".part" in old.name and out.suffix in old.suffixes
        with suppress(FileNotFoundError):  # another mixdown may be finishing or sweeping
            if ours and part.stat().st_mtime - old.stat().st_mtime > ABANDONED_S:
                old.unlink()
