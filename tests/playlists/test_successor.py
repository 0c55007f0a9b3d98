"""What a playing session goes on with is there in time: at most twice what FFmpeg takes to encode the same sound.

Counted in processor time, which a busy machine stretches less than the clock; ``benchmarks/mixdown.py`` has 40 minutes.
"""

import time
from fractions import Fraction

import av
import numpy as np

from playlists.manifest import manifest_path
from playlists.mixdown import mixdown
from tests.playlists.sources import known, playlist, read, swelling, write

RATE_HZ = 48_000


def cpu_s(work) -> float:
    """The lesser of two times."""
    taken = []
    for _ in range(2):
        begin_s = time.process_time()
        work()
        taken.append(time.process_time() - begin_s)
    return min(taken)


def encode(sound, path) -> None:
    """What FFmpeg's coder alone takes, fed with seconds of samples."""
    with av.open(str(path), "w", format="ipod") as container:
        stream = container.add_stream("aac", rate=RATE_HZ, layout="stereo")
        stream.codec_context.bit_rate = 256_000
        for at in range(0, sound.shape[1], RATE_HZ):
            block = np.ascontiguousarray(sound[:, at : at + RATE_HZ])
            frame = av.AudioFrame.from_ndarray(block, format="fltp", layout="stereo")
            frame.sample_rate, frame.time_base, frame.pts = RATE_HZ, Fraction(1, RATE_HZ), at
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def test_a_successor_is_verified_within_twice_the_time_of_encoding_it(tmp_path):
    files = {
        str(number): write(tmp_path / f"{number}.flac", swelling(30, -22, rate_hz=44_100, seed=number), 44_100)
        for number in range(3)
    }
    tracks = [known(path, track_id) for track_id, path in files.items()]
    wanted, out = playlist([28.0, 28.0, 28.0]), tmp_path / "rest.m4a"
    mixdown(playlist([12.0]), files, out, tracks=tracks)  # loads what is compiled

    def successor(path) -> None:
        mixdown(wanted, files, path, tracks=tracks, from_s=10.0, follows_on=True, gain_db=0.0)

    successor(tmp_path / "rest.wav")
    sound = read(tmp_path / "rest.wav")
    took_s = cpu_s(lambda: successor(out))
    assert manifest_path(out).exists()
    assert took_s <= 2.0 * cpu_s(lambda: encode(sound, tmp_path / "plain.m4a"))
