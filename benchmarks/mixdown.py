"""How fast is a mixdown beside FFmpeg's own decoding and encoding, how much memory, and is a successor in time?

Usage: ``python benchmarks/mixdown.py [--minutes 55] [--rounds 3] [--no-successor | --successor-only] [SUFFIX ...]``.
With suffixes only those formats are measured, without the successor. The tracks are 14 FLAC files of 44.1
kHz made here: chords of decaying partials over quiet noise. Every run is a process of its own, and the runs of all
sides take turns; the least of the rounds counts, by the clock and by processor time (user and system).

FFmpeg decodes the same files one after the other, resamples to 48 kHz and encodes with the same coder, options and
length: through PyAV's libraries, which the mixdown uses too, and by the command ``ffmpeg`` where it is installed. The
faster of the two is what the mixdown is compared with. It does not crossfade, level, limit, hash or look at what it
wrote. For M4A and Opus the time of verifying (the written file is decoded and measured) stands apart; for WAV and FLAC
it counts.

The last line is a live successor: 10 minutes more with 30 minutes of sound left, rendered from the seam and verified,
beside FFmpeg encoding the same 40 minutes from a WAV file.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from fractions import Fraction
from pathlib import Path

import av
import msgspec
import numpy as np

from library.analysis.loudness import Loudness
from library.audio import decode
from library.track import ANALYSIS_VERSION, Analysis, Tags, Track, Verdict, Vocals
from playlists import render
from playlists.encode import FORMATS
from playlists.levels import gain_curve
from playlists.mixdown import mixdown
from playlists.playlist import SAMPLE_RATE_HZ, ArcCurves, Item, Playlist
from playlists.timeline import samples, seconds

RATE_HZ = 44_100
TRACK_S = 252.0
TRACKS = 14
FADE_S = 6.0
APART = (".m4a", ".opus")
"""Formats whose verification is printed apart."""
LEFT_MIN, MORE_MIN = 30.0, 10.0


def write_track(path: Path, seed: int) -> None:
    """Write one stereo track: a chord every four seconds, each fading over the next."""
    rng = np.random.default_rng(seed)
    times_s = np.arange(round(8 * RATE_HZ)) / RATE_HZ
    with av.open(str(path), "w", format="flac") as container:
        stream = container.add_stream("flac", rate=RATE_HZ, layout="stereo")
        stream.codec_context.format = "s16"
        tail = np.zeros((2, 4 * RATE_HZ))
        for at in range(0, round(TRACK_S * RATE_HZ), 4 * RATE_HZ):
            envelope = np.minimum(times_s / 0.05, 1.0) * np.exp(-times_s / 3.0)
            tones = 110.0 * 2 ** (rng.choice([0, 3, 7, 12, 15, 19], 4) / 12)
            chord = sum(np.sin(2 * np.pi * tone * k * times_s) / k**2 for tone in tones for k in (1, 2, 3))
            heard = 0.06 * envelope * chord + 0.002 * rng.standard_normal((2, len(times_s)))
            block = tail + heard[:, : 4 * RATE_HZ]
            tail = heard[:, 4 * RATE_HZ :]
            packed = np.rint(block.T * 32767).clip(-32768, 32767).astype(np.int16).reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(packed, format="s16", layout="stereo")
            frame.sample_rate, frame.time_base, frame.pts = RATE_HZ, Fraction(1, RATE_HZ), at
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def known(path: Path, track_id: str) -> Track:
    """The track as a scan would know it, as far as a mixdown asks: its loudness, measured here."""
    loudness = Loudness(RATE_HZ, channels=2)
    for block in decode(path):
        loudness.feed(block)
    found = loudness.result()
    unknown = {
        field.name: None
        for field in msgspec.structs.fields(Analysis)
        if field.required and field.name not in ("vocals", "quiet_spans")
    }
    measured = {
        "analysis_version": ANALYSIS_VERSION,
        "duration_s": TRACK_S,
        "sample_rate_hz": RATE_HZ,
        "channels": 2,
        "loudness_lufs": found.loudness_lufs,
        "true_peak_dbtp": found.true_peak_dbtp,
        "loudness_curve": found.loudness_curve,
        "analysis_seconds": 0.0,
    }
    analysis = Analysis(**{**unknown, **measured}, vocals=Vocals(verdict="unknown", share=None), quiet_spans=())
    return Track(
        track_id=track_id,
        paths=(str(path),),
        tags=Tags(title=f"Piece {track_id}"),
        analysis=analysis,
        verdict=Verdict(status="cleared"),
    )


def track_of(folder: Path, seed: int) -> Track:
    """Write a track and say what is known of it."""
    path = folder / f"{seed:02}.flac"
    write_track(path, seed)
    return known(path, str(seed))


def playlist(tracks: list[Track], total_s: float) -> Playlist:
    """The tracks in a row, again and again, overlapping by ``FADE_S`` and ending at ``total_s``."""
    count = max(1, round(total_s / (TRACK_S - FADE_S) + 0.5))
    each = samples(total_s + (count - 1) * FADE_S) // count
    items, start = [], 0
    for number in range(count):
        track = tracks[number % len(tracks)]
        length = samples(total_s) - start if number == count - 1 else each
        items.append(
            Item(
                track_id=track.track_id,
                start_s=seconds(start),
                from_s=0.0,
                to_s=seconds(length),
                fade_in_s=FADE_S,
                fade_out_s=FADE_S,
                gain_curve=gain_curve(track.analysis, 0.0, seconds(length)),
                phase="plateau",
                why="",
            )
        )
        start += length - samples(FADE_S)
    return Playlist(
        infusion_s=total_s,
        tail_s=0.0,
        template="iv40",
        seed=0,
        items=tuple(items),
        total_s=total_s,
        cost={},
        bound=None,
        gap=None,
        arc=ArcCurves(hop_s=1.0, wished=(), achieved=()),
    )


def ours(folder: Path, out: Path, total_s: float, from_s: float) -> dict[str, float]:
    """One mixdown in this process."""
    tracks = msgspec.json.decode((folder / "tracks.json").read_bytes(), type=list[Track])
    wanted = playlist(tracks, total_s)
    verifying, measure = [], render.measure

    def timed(path: Path, total: int, tick: Callable[[int], None]) -> render.Measured:
        begin_s, begin_cpu_s = time.perf_counter(), time.process_time()
        measured = measure(path, total, tick)
        verifying.append((time.perf_counter() - begin_s, time.process_time() - begin_cpu_s))
        return measured

    render.measure = timed
    files = {track.track_id: track.paths[0] for track in tracks}
    gain_db = 0.0 if from_s else None
    begin_s, begin_cpu_s = time.perf_counter(), time.process_time()
    facts = mixdown(wanted, files, out, tracks=tracks, from_s=from_s, follows_on=from_s > 0, gain_db=gain_db)
    return {
        "clock_s": time.perf_counter() - begin_s,
        "cpu_s": time.process_time() - begin_cpu_s,
        "verify_s": sum(clock_s for clock_s, _ in verifying),
        "verify_cpu_s": sum(cpu_s for _, cpu_s in verifying),
        "renders": len(verifying),
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "size_mib": out.stat().st_size / 2**20,
        "loudness_lufs": facts.loudness_lufs,
        "true_peak_dbtp": facts.true_peak_dbtp,
    }


def by_libraries(sources: list[Path], out: Path, total_s: float) -> dict[str, float]:
    """FFmpeg's libraries through PyAV: decode, resample, encode, in this process."""
    form, left = FORMATS[out.suffix], samples(total_s)
    begin_s, begin_cpu_s = time.perf_counter(), time.process_time()
    with av.open(str(out), "w", format=form.container, options=dict(form.options)) as container:
        stream = container.add_stream(
            form.codec, rate=SAMPLE_RATE_HZ, options=dict(form.codec_options), layout="stereo"
        )
        stream.codec_context.format = form.sample_format
        if form.bit_rate is not None:
            stream.codec_context.bit_rate = form.bit_rate
        for source in sources:
            convert = av.AudioResampler(format=form.sample_format, layout="stereo", rate=SAMPLE_RATE_HZ)
            with av.open(str(source)) as read:
                for frame in read.decode(audio=0):
                    for converted in convert.resample(frame):
                        if left > 0:
                            converted.pts = None
                            container.mux(stream.encode(converted))
                            left -= converted.samples
            if left <= 0:
                break
        container.mux(stream.encode(None))
    return {"clock_s": time.perf_counter() - begin_s, "cpu_s": time.process_time() - begin_cpu_s}


def by_command(folder: Path, sources: list[Path], out: Path, total_s: float) -> dict[str, float]:
    """The command ``ffmpeg`` does the same."""
    form, names = FORMATS[out.suffix], folder / "names.txt"
    names.write_text("".join(f"file '{source}'\n" for source in sources))
    command = ["ffmpeg", "-v", "error", "-y", "-f", "concat", "-safe", "0", "-i", str(names), "-t", str(total_s)]
    command += ["-ar", str(SAMPLE_RATE_HZ), "-c:a", form.codec, "-sample_fmt", form.sample_format]
    command += [] if form.bit_rate is None else ["-b:a", str(form.bit_rate)]
    command += [word for name, value in form.codec_options for word in (f"-{name}", value)]
    command += [] if form.container != "ipod" else ["-movflags", "+faststart"]
    before, begin_s = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([*command, "-f", form.container, str(out)], check=True)
    after, took_s = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter() - begin_s
    return {"clock_s": took_s, "cpu_s": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime}


def one(folder: Path, who: str, suffix: str, total_s: float, from_s: float) -> dict[str, float]:
    """One run, in this process."""
    out = folder / f"{who}{suffix}"
    heard = [folder / f"{number % TRACKS:02}.flac" for number in range(int((total_s - from_s) / TRACK_S) + 2)]
    sources = heard if not from_s else [folder / "left.wav"]
    if who == "mixdown":
        return ours(folder, out, total_s, from_s)
    if who == "libraries":
        return by_libraries(sources, out, total_s - from_s)
    return by_command(folder, sources, out, total_s - from_s)


def rounds_of(
    folder: Path, suffix: str, total_s: float, rounds: int, from_s: float = 0.0
) -> dict[str, dict[str, float]]:
    """The least of each number over the rounds, for each side; the sides take turns."""
    sides = ["mixdown", "libraries", *(["command"] if shutil.which("ffmpeg") else [])]
    found: dict[str, list[dict[str, float]]] = {side: [] for side in sides}
    for _ in range(rounds):
        for side in sides:
            command = [sys.executable, __file__, "--one", str(folder), side, suffix, str(total_s), str(from_s)]
            said = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
            found[side].append(json.loads(said))
    return {side: {name: min(run[name] for run in runs) for name in runs[0]} for side, runs in found.items()}


def report(suffix: str, sides: dict[str, dict[str, float]], total_s: float) -> None:
    """One line: what counts of ours, FFmpeg's faster side, and their ratio, by the clock and by processor time."""
    mine, others = sides["mixdown"], [sides[side] for side in sides if side != "mixdown"]
    apart = suffix in APART
    clock_s = mine["clock_s"] - (mine["verify_s"] if apart else 0.0)
    cpu_s = mine["cpu_s"] - (mine["verify_cpu_s"] if apart else 0.0)
    theirs_s, theirs_cpu_s = (min(side[name] for side in others) for name in ("clock_s", "cpu_s"))
    print(
        f"{suffix:6} mixdown {clock_s:6.1f} s ({total_s / clock_s:4.0f} x real time), {cpu_s:6.1f} s of CPU; "
        f"FFmpeg {theirs_s:6.1f} s, {theirs_cpu_s:6.1f} s; ratio {theirs_s / clock_s:4.2f} clock, "
        f"{theirs_cpu_s / cpu_s:4.2f} CPU; verification {'apart' if apart else 'within'} {mine['verify_s']:5.1f} s; "
        f"rendered {mine['renders']:.0f} x; {mine['peak_mib']:.0f} MiB memory, {mine['size_mib']:.0f} MiB file; "
        f"{mine['loudness_lufs']} LUFS, {mine['true_peak_dbtp']} dBTP",
        flush=True,
    )


def successor(folder: Path, rounds: int) -> None:
    """10 minutes more, with 30 minutes of sound left: the file from the seam on, beside FFmpeg encoding that sound."""
    total_s = (LEFT_MIN + MORE_MIN + 15.0) * 60
    from_s = 15.0 * 60
    one(folder, "mixdown", ".wav", total_s, from_s)
    (folder / "mixdown.wav").rename(folder / "left.wav")
    sides = rounds_of(folder, ".m4a", total_s, rounds, from_s)
    took_s = sides["mixdown"]["clock_s"]
    encode_s = min(sides[side]["clock_s"] for side in sides if side != "mixdown")
    print(
        f"successor of {LEFT_MIN + MORE_MIN:.0f} minutes, .m4a: verified after {took_s:.1f} s; FFmpeg encodes it in "
        f"{encode_s:.1f} s; {took_s / encode_s:.2f} times as long (at most 2, and 90 s)"
    )


def main() -> None:
    """Make the tracks, then run each format."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=55.0)
    parser.add_argument("--rounds", type=int, default=3)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--no-successor", action="store_true")
    which.add_argument("--successor-only", action="store_true")
    parser.add_argument("suffixes", nargs="*", choices=[*FORMATS, []])
    wished = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with ProcessPoolExecutor() as processes:
            tracks = list(processes.map(track_of, [folder] * TRACKS, range(TRACKS)))
        (folder / "tracks.json").write_bytes(msgspec.json.encode(tracks))
        print(f"{wished.minutes:g} minutes, least of {wished.rounds} rounds, load {os.getloadavg()[0]:.1f}", flush=True)
        for suffix in () if wished.successor_only else wished.suffixes or FORMATS:
            report(suffix, rounds_of(folder, suffix, wished.minutes * 60, wished.rounds), wished.minutes * 60)
        if wished.successor_only or not (wished.no_successor or wished.suffixes):
            successor(folder, wished.rounds)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        place, side, kind, whole_s, seam_s = sys.argv[2:]
        print(json.dumps(one(Path(place), side, kind, float(whole_s), float(seam_s))))
    else:
        main()
