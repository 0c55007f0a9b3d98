"""How does a playlist become one file that is right before the patient lies down?

It is rendered at the level that brings the whole to the target (:mod:`playlists.render`), decoded again, measured and
checked. Only then does the file get its name, so a mixdown that is cancelled, refused or killed leaves nothing under
it; an older file of the name stays until then. One that was interrupted or killed goes on from its last finished stage
(:mod:`playlists.stages`) when it is asked for again.
"""

import uuid
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

import msgspec

from library.track import Track
from playlists.check import refuse_unless_calm
from playlists.encode import format_of, space_needed
from playlists.errors import BadRequest
from playlists.labelled import refuse_unless_labelled
from playlists.labels import labels_of
from playlists.levels import TARGET_LUFS, TARGET_RANGE_LUFS
from playlists.manifest import CHUNK_BYTES, Manifest, publish
from playlists.mix import Files, present
from playlists.playlist import SAMPLE_RATE_HZ, MixdownFacts, Playlist
from playlists.render import Job, Rendered, Wish, render
from playlists.stages import PREFIX, Interrupted, Stages, key_of
from playlists.timeline import layout, rest_from, sample_at, seconds
from playlists.watch import Watch

CEILING_DBTP = -1.5
ABANDONED_S = 86_400.0
"""An unfinished file untouched for a day belongs to nobody (judgement: no mixdown takes an hour)."""


def mixdown(
    playlist: Playlist,
    files: Files,
    out: Path,
    *,
    tracks: Iterable[Track] = (),
    target_lufs: float = TARGET_LUFS,
    ceiling_dbtp: float = CEILING_DBTP,
    from_s: float = 0.0,
    follows_on: bool = False,
    gain_db: float | None = None,
    chapters: bool = True,
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
    tracks
        What is known of the tracks. Their names become chapters, and their loudness saves measuring the mix first.
    target_lufs
        Integrated loudness, -30 to -16.
    ceiling_dbtp
        Highest true peak of the decoded file, below 0.
    from_s
        Render only what is heard from this second of the session on, a whole number of samples.
    follows_on
        A player will fade it in out of another mixdown. Its beginning is then no start, and no ramp from silence.
    gain_db
        The gain of that other mixdown (its manifest has it), instead of what the target asks for: the two then join
        at one level. Peaks win here too.
    chapters
        Whether the file says where each piece begins.
    progress
        Told the share done, 0..1, at least once a second of music and never going back.
    cancelled
        Asked as often; True stops the work.

    Raises
    ------
    BadRequest
        A suffix, a level or a second out of range, or a playlist that does not meet exactly.
    TrackFileGone, NoSpaceLeft, MixdownRejected, MixdownCancelled
        Nothing is left under the final name, and an older file of this name stays.
    Interrupted
        Raised by ``progress``: the same, but finished stages are kept for the next time.
    """
    wish = _wish(target_lufs, ceiling_dbtp, gain_db)
    form = format_of(out)
    segments = rest_from(layout(playlist), sample_at(from_s, "from_s"))
    present(segments, files)
    known = {track.track_id: track for track in tracks}
    # A hidden name with the right suffix: a scan passes it over, and the check can decode it.
    part = out.with_name(f".{out.stem}.{uuid.uuid4().hex}.part{out.suffix}")
    labels = labels_of(playlist, segments, known, from_s)
    if not chapters:
        labels = msgspec.structs.replace(labels, chapters=())
    job = Job(
        segments=segments,
        files=files,
        tracks=known,
        labels=labels,
        part=part,
        form=form,
        follows_on=follows_on,
        watch=Watch(segments[-1].end, progress, cancelled),
        stages=Stages(out.parent, key_of(segments, labels, form, wish, follows_on), out.suffix),
    )
    try:
        with space_needed(out):
            part.touch()
            _sweep(part, out)
            rendered = render(job, wish)
            refuse_unless_calm(rendered.measured, segments, form.decoded_multiple, from_silence=not follows_on)
            refuse_unless_labelled(part, labels)
            manifest = _describe(out, job, rendered, from_s)
            publish(part, out, manifest)
    except Interrupted:
        raise
    except BaseException:
        job.stages.forget()
        raise
    else:
        job.stages.forget()
    finally:
        part.unlink(missing_ok=True)
    job.watch.done()
    return MixdownFacts(
        path=str(out),
        sha256=manifest.sha256,
        loudness_lufs=manifest.loudness_lufs,
        true_peak_dbtp=manifest.true_peak_dbtp,
        lowered_db=manifest.lowered_db,
    )


def _wish(target_lufs: float, ceiling_dbtp: float, gain_db: float | None) -> Wish:
    """The level asked for, if it makes sense."""
    if not TARGET_RANGE_LUFS[0] <= target_lufs <= TARGET_RANGE_LUFS[1]:
        raise BadRequest(f"A target of {target_lufs} LUFS is outside {TARGET_RANGE_LUFS[0]} to {TARGET_RANGE_LUFS[1]}.")
    if not ceiling_dbtp < 0.0:
        raise BadRequest(f"A ceiling of {ceiling_dbtp} dBTP is not below 0.")
    return Wish(target_lufs=target_lufs, ceiling_dbtp=ceiling_dbtp, gain_db=gain_db)


def _describe(out: Path, job: Job, rendered: Rendered, from_s: float) -> Manifest:
    whole, chunks = rendered.hashes
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
        from_s=from_s,
        gain_db=round(rendered.gain_db, 4),
        levels_dbfs=rendered.measured.levels_dbfs,
    )


def _sweep(part: Path, out: Path) -> None:
    """Remove what killed mixdowns left behind: unfinished files of this name, and kept stages that nobody took up."""
    for old in out.parent.iterdir():
        ours = old.name.startswith(f".{out.stem}.") and ".part" in old.name and out.suffix in old.suffixes
        ours |= old.name.startswith(PREFIX)
        with suppress(FileNotFoundError):  # another mixdown may be finishing or sweeping
            if ours and part.stat().st_mtime - old.stat().st_mtime > ABANDONED_S:
                old.unlink()
