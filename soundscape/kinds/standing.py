"""The job that makes what every room holds beside its session's file: the bed, or the standing list of a template.

A standing list is the newest list of its template that staff signed, all of whose pieces are still cleared. Where there
is none, one is fitted, as long as the newest was, and signed by "soundscape".
"""

from pathlib import Path

import msgspec
import sqlalchemy as sa

from library.catalogue import Catalogue
from library.store import writing
from library.track import Curve, Track
from playlists import revisions, shelf
from playlists.bed import CROSS_S, Bed, choose_bed, looped
from playlists.check import measure
from playlists.encode import FORMATS, Encoder, space_needed
from playlists.errors import Infeasible
from playlists.fit import fit
from playlists.manifest import CHUNK_BYTES, Manifest, hashes, publish
from playlists.playlist import SAMPLE_RATE_HZ, ArcCurves, Item, Playlist, Request
from playlists.shelf import Shelved
from soundscape import standing, withdrawn
from soundscape.config import templates_of
from soundscape.excerpts import levelled, sound_file, stretch_of
from soundscape.kinds.session_file import FOLDER, render
from soundscape.mixdown_file import as_file
from soundscape.running import Done, Running
from soundscape.stores import standing as store
from soundscape.stores.jobs import Arguments
from soundscape.stores.standing import BED, Stand

BY = "soundscape"


def make_standing(job: Running, arguments: Arguments) -> Done:
    """Make ``arguments["name"]``; the result is ``{name, mixdown_id}``."""
    name = str(arguments["name"])
    mixdown_id = _bed(job) if name == BED else _list(job, name)
    what = "The music for arrivals" if name == BED else f"The standing list {name}"
    return Done({"name": name, "mixdown_id": mixdown_id}, f"{what} is ready.")


def _bed(job: Running) -> str:
    tracks = {track.track_id: track for track in Catalogue(job.engine).tracks("cleared")}
    bed = choose_bed(tracks.values())
    if bed is None:
        raise Infeasible(
            "No cleared instrumental piece has a minute without a sudden rise or a silence.", "Clear a calmer piece."
        )
    job.tell(0.1, "Making the music for arrivals")
    out = job.data / FOLDER / f"{job.job_id}-{job.attempt}.m4a"
    out.parent.mkdir(parents=True, exist_ok=True)
    part = out.with_name(f".{out.stem}.part{out.suffix}")
    try:
        manifest = _render(job, tracks[bed.track_id], bed, part)
        publish(part, out, msgspec.structs.replace(manifest, file=out.name))
    finally:
        part.unlink(missing_ok=True)
    playlist = _as_list(bed)
    with writing(job.engine) as connection:
        request = Request(infusion_s=bed.length_s, tail_s=0.0)
        playlist_id = _kept(connection, "Arrival music", request, playlist, job.clock())
        mixdown_id = shelf.put_mixdown(
            connection,
            playlist_id=playlist_id,
            playlist_revision=1,
            playlist=playlist,
            path=out,
            manifest=manifest,
            now_ms=job.clock(),
        )
        _stands(connection, BED, mixdown_id, job.clock())
    return mixdown_id


def _render(job: Running, track: Track, bed: Bed, part: Path) -> Manifest:
    sound = stretch_of(sound_file(track), bed.from_s, bed.length_s + CROSS_S)
    with space_needed(part), Encoder(part, FORMATS[".m4a"]) as encoder:
        encoder.feed(looped(levelled(sound, job.config.target_lufs), bed.samples))
    job.tell(0.7, "Making the music for arrivals")
    measured = measure(part, bed.samples, lambda _: None)
    whole, chunks = hashes(part)
    return Manifest(
        file=part.name,
        bytes=part.stat().st_size,
        sha256=whole,
        chunk_bytes=CHUNK_BYTES,
        chunks=chunks,
        sample_rate_hz=SAMPLE_RATE_HZ,
        samples=bed.samples,
        total_s=bed.length_s,
        loudness_lufs=round(measured.loudness_lufs, 2),
        true_peak_dbtp=round(measured.true_peak_dbtp, 2),
        lowered_db=0.0,
        softened=(),
        levels_dbfs=measured.levels_dbfs,
    )


def _as_list(bed: Bed) -> Playlist:
    """One round of the bed as a list of one piece, so that it is known what is heard."""
    item = Item(
        track_id=bed.track_id,
        start_s=0.0,
        from_s=bed.from_s,
        to_s=bed.from_s + bed.length_s,
        fade_in_s=0.0,
        fade_out_s=0.0,
        gain_curve=Curve(hop_s=bed.length_s, values=(0.0, 0.0)),
        phase="settle",
        why="The calmest stretch of the cleared music.",
    )
    return Playlist(
        infusion_s=bed.length_s,
        tail_s=0.0,
        template=BED,
        seed=0,
        items=(item,),
        total_s=bed.length_s,
        cost={},
        bound=None,
        gap=None,
        arc=ArcCurves(hop_s=1.0, wished=(), achieved=()),
    )


def _list(job: Running, template: str) -> str:
    """The file of a list of this template: the one that is there, or a new one."""
    tracks = list(Catalogue(job.engine).tracks())
    cleared = {track.track_id for track in tracks if track.verdict.status == "cleared"}
    with job.engine.connect() as connection:
        signed = [one for one, _ in standing.signed_lists(connection) if one.request.template == template]
    if not signed:
        raise Infeasible(f"No list of the template {template} is signed off any more.", "Sign one off.")
    shelved = next((one for one in signed if standing.usable(one, cleared)), None)
    if shelved is None:
        shelved = _fitted(job, tracks, signed[0].request, template)
    with job.engine.connect() as connection:
        found = shelf.mixdown_of(connection, shelved.playlist_id, shelved.revision)
    if found is not None and found.path.exists():
        with writing(job.engine) as connection:
            _stands(connection, template, found.mixdown_id, job.clock())
        return found.mixdown_id
    words = f"Making the standing list {template}"
    return render(job, shelved, words, lambda connection, made: _stands(connection, template, made, job.clock()))


def _fitted(job: Running, tracks: list[Track], like: Request, template: str) -> Shelved:
    request = Request(infusion_s=like.infusion_s, tail_s=like.tail_s, template=template)
    playlist = fit(tracks, request, templates=templates_of(job.data))
    with writing(job.engine) as connection:
        playlist_id = _kept(connection, f"Standing list {template}", request, playlist, job.clock())
        return shelf.get(connection, playlist_id)


def _kept(connection: sa.Connection, title: str, request: Request, playlist: Playlist, now_ms: int) -> str:
    """On the shelf, off the staff's own list, and signed."""
    playlist_id = shelf.put_new(
        connection, title=title, note="", request=request, playlist=playlist, offered=True, by=BY, now_ms=now_ms
    )
    revisions.sign(connection, playlist_id, 1, note="Held by every room.", by=BY, now_ms=now_ms)
    return playlist_id


def _stands(connection: sa.Connection, name: str, mixdown_id: str, now_ms: int) -> None:
    """Rooms are to hold this from now on, unless a piece of it was refused meanwhile: then it is made anew."""
    found = shelf.mixdown(connection, mixdown_id)
    if withdrawn.refused_in(connection, found.playlist):
        return
    stand = Stand(
        name=name,
        playlist_id=found.playlist_id,
        mixdown_id=mixdown_id,
        file=as_file(found),
        infusion_s=found.playlist.infusion_s,
        tail_s=found.playlist.tail_s,
        made_ms=now_ms,
    )
    store.put(connection, stand)
