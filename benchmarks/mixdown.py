"""How long does a mixdown of 55 minutes take, and how much memory?

Usage: ``python benchmarks/mixdown.py [MINUTES] [SUFFIX ...]``. Each format runs in its own process, so that the peak
memory is its own. The tracks are 14 FLAC files of 44.1 kHz made here: chords of decaying partials over quiet noise.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))  # runs from a checkout, installed or not

from library.track import Curve
from playlists.mixdown import mixdown
from playlists.playlist import ArcCurves, Item, Playlist
from playlists.timeline import samples, seconds

RATE_HZ = 44_100
TRACK_S = 252.0
FADE_S = 6.0
FORMATS = (".wav", ".flac", ".m4a", ".opus")


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


def playlist(count: int, total_s: float) -> Playlist:
    """``count`` tracks that overlap by ``FADE_S`` and end at ``total_s``."""
    each = samples(total_s + (count - 1) * FADE_S) // count
    items, start = [], 0
    for number in range(count):
        last = number == count - 1
        length = samples(total_s) - start if last else each
        items.append(
            Item(
                track_id=str(number),
                start_s=seconds(start),
                from_s=0.0,
                to_s=seconds(length),
                fade_in_s=FADE_S,
                fade_out_s=FADE_S,
                gain_curve=Curve(hop_s=1.0, values=(0.0, 0.25, 0.5)),
                phase="plateau",
                why="",
            )
        )
        start += length - samples(FADE_S)
    arc = ArcCurves(hop_s=1.0, wished=(), achieved=())
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
        arc=arc,
    )


def run(folder: Path, suffix: str, total_s: float) -> None:
    """Time one mixdown in this process."""
    tracks = sorted(folder.glob("*.flac"))
    count = max(1, round(total_s / (TRACK_S - FADE_S) + 0.5))
    files = {str(number): tracks[number % len(tracks)] for number in range(count)}
    begin, begin_cpu = time.perf_counter(), time.process_time()
    facts = mixdown(playlist(count, total_s), files, folder / f"mixdown{suffix}")
    took_s, took_cpu_s = time.perf_counter() - begin, time.process_time() - begin_cpu
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    size_mib = (folder / f"mixdown{suffix}").stat().st_size / 2**20
    print(
        f"{suffix:6} {took_s:6.1f} s  {total_s / took_s:5.0f} x real time  {took_cpu_s:6.1f} s of CPU  "
        f"{peak_mib:5.0f} MiB memory  {size_mib:5.0f} MiB file  "
        f"{facts.loudness_lufs} LUFS  {facts.true_peak_dbtp} dBTP  lowered {facts.lowered_db}"
    )


def main() -> None:
    """Make the tracks, then run each format in its own process."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("minutes", nargs="?", type=float, default=55.0, metavar="MINUTES")
    parser.add_argument("suffixes", nargs="*", default=FORMATS, metavar="SUFFIX")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for seed in range(14):
            write_track(folder / f"{seed:02}.flac", seed)
        for suffix in wanted.suffixes:
            subprocess.run([sys.executable, __file__, "--one", name, suffix, str(wanted.minutes * 60)], check=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        run(Path(sys.argv[2]), sys.argv[3], float(sys.argv[4]))
    else:
        main()
