"""The mixdown: exact, at its level, under its ceiling, and nothing at all when it cannot be right."""

import hashlib
import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from playlists.check import measure, refuse_unless_calm
from playlists.encode import Encoder, NoSpaceLeft, format_of
from playlists.errors import BadRequest, MixdownRejected, TrackFileGone
from playlists.manifest import manifest_path
from playlists.mixdown import mixdown
from playlists.timeline import layout, samples
from playlists.watch import MixdownCancelled
from tests import needs
from tests.playlists.sources import noise, playlist, read, swelling, write

RATE_HZ = 48_000
SUFFIXES = (".wav", ".flac", ".opus", ".m4a")
LENGTHS_S = (20.0, 24.5, 20.0 + 331 / 48_000)


@pytest.fixture(scope="module")
def calm(tmp_path_factory):
    """Three tracks of swelling noise at two rates, one of them mono, and the files they are in."""
    folder = tmp_path_factory.mktemp("tracks")
    return {
        "0": write(folder / "a.wav", swelling(30, -23, rate_hz=44_100, seed=1), 44_100),
        "1": write(folder / "b.flac", swelling(30, -20, channels=1, seed=2)),
        "2": write(folder / "c.flac", swelling(30, -21, rate_hz=44_100, seed=3), 44_100),
    }


@pytest.fixture(scope="module")
def mixed(calm, tmp_path_factory):
    """One list in every format: suffix -> (path, facts)."""
    folder = tmp_path_factory.mktemp("mixed")
    wanted = playlist(LENGTHS_S, from_s=2.0)
    paths = {suffix: folder / f"mixdown{suffix}" for suffix in SUFFIXES}
    return {suffix: (path, mixdown(wanted, calm, path)) for suffix, path in paths.items()}


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_length_is_exact(mixed, suffix):
    total = samples(playlist(LENGTHS_S).total_s)
    assert total % 1024
    decoded = read(mixed[suffix][0])
    if suffix == ".m4a":
        assert decoded.shape[1] == -(-total // 1024) * 1024
        assert np.abs(decoded[:, total:]).max() < 1e-3
    else:
        assert decoded.shape[1] == total


def test_the_edit_list_is_exact_and_the_index_comes_first(mixed):
    data = mixed[".m4a"][0].read_bytes()
    entry = data.find(b"elst") + 8
    count, length, begins_at = np.frombuffer(data[entry : entry + 12], ">i4")
    assert (count, length, begins_at) == (1, samples(playlist(LENGTHS_S).total_s), 1024)
    assert data.find(b"moov") < data.find(b"mdat")


@pytest.mark.parametrize("suffix", [".flac", ".opus", ".m4a"])
def test_every_format_starts_at_the_same_sample(mixed, suffix):
    """The lag at which the coded file agrees best with the WAV, in two places, is none."""
    reference, coded = read(mixed[".wav"][0])[0], read(mixed[suffix][0])[0]
    for at in (5 * RATE_HZ, 50 * RATE_HZ):
        piece = slice(at, at + 2**15)
        spectrum = np.fft.rfft(coded[piece]) * np.conj(np.fft.rfft(reference[piece]))
        assert np.fft.irfft(spectrum).argmax() == 0


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_level_is_at_the_target(mixed, suffix):
    facts = mixed[suffix][1]
    assert facts.loudness_lufs == pytest.approx(-20.0, abs=0.5)
    assert facts.true_peak_dbtp <= -1.5
    assert facts.lowered_db == 0.0


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_manifest_describes_the_file(mixed, suffix):
    path, facts = mixed[suffix]
    data, manifest = path.read_bytes(), json.loads(manifest_path(path).read_text())
    assert manifest["file"] == path.name
    assert manifest["bytes"] == len(data)
    assert manifest["sha256"] == facts.sha256 == hashlib.sha256(data).hexdigest()
    pieces = [data[at : at + 2**20] for at in range(0, len(data), 2**20)]
    assert manifest["chunk_bytes"] == 2**20
    assert manifest["chunks"] == [hashlib.sha256(piece).hexdigest() for piece in pieces]
    assert manifest["samples"] == samples(playlist(LENGTHS_S).total_s)
    assert manifest["total_s"] == playlist(LENGTHS_S).total_s
    assert (manifest["sample_rate_hz"], manifest["softened"]) == (48_000, [])
    for field in ("loudness_lufs", "true_peak_dbtp", "lowered_db"):
        assert manifest[field] == getattr(facts, field)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_manifest_says_how_loud_each_second_of_the_file_is(mixed, suffix):
    path = mixed[suffix][0]
    told = json.loads(manifest_path(path).read_text())["levels_dbfs"]
    total = samples(playlist(LENGTHS_S).total_s)
    decoded = read(path)[:, :total]
    powers = [np.square(decoded[:, at : at + RATE_HZ]).mean() for at in range(0, total, RATE_HZ)]
    assert told == pytest.approx(10 * np.log10(np.maximum(powers, 1e-12)), abs=0.2)


def test_only_mixdowns_and_manifests_are_left(mixed):
    folder = mixed[".wav"][0].parent
    assert left(folder) == sorted(f"mixdown{suffix}{more}" for suffix in SUFFIXES for more in ("", ".manifest.json"))


def test_power_is_constant_through_a_crossfade(tmp_path):
    files = {str(n): write(tmp_path / f"{n}.wav", noise(20, -20, seed=n)) for n in range(2)}
    mixdown(playlist([20.0, 20.0], fade_s=6.0), files, tmp_path / "out.wav")
    decoded = read(tmp_path / "out.wav")[:, 8 * RATE_HZ : 28 * RATE_HZ]
    levels = 10 * np.log10(np.square(decoded).mean(axis=0).reshape(-1, RATE_HZ // 2).mean(axis=1))
    assert np.abs(levels - np.median(levels)).max() < 0.3


def test_gain_curves_are_applied(tmp_path):
    files = {str(n): write(tmp_path / f"{n}.wav", noise(20, level, seed=n)) for n, level in enumerate([-32.0, -20.0])}
    mixdown(playlist([20.0, 20.0], gains_db=[6.0, -6.0]), files, tmp_path / "out.wav")
    decoded = read(tmp_path / "out.wav")
    early, late = decoded[:, 6 * RATE_HZ : 14 * RATE_HZ], decoded[:, 22 * RATE_HZ : 30 * RATE_HZ]
    assert np.square(early).mean() == pytest.approx(np.square(late).mean(), rel=0.02)


def clicking(level_dbfs: float, peak: float) -> np.ndarray:
    """Noise with a soft click every second."""
    sound = noise(30, level_dbfs, seed=5)
    for at in range(RATE_HZ, sound.shape[1] - 100, RATE_HZ):
        sound[:, at : at + 40] += peak * np.hanning(40)
    return sound


def test_small_excess_of_peaks_is_limited(tmp_path):
    files = {"0": write(tmp_path / "a.wav", clicking(-25, 0.7))}
    facts = mixdown(playlist([30.0]), files, tmp_path / "out.wav")
    assert facts.lowered_db == 0.0
    assert facts.loudness_lufs == pytest.approx(-20.0, abs=0.5)
    assert -1.8 < facts.true_peak_dbtp <= -1.5


def test_large_excess_of_peaks_lowers_the_whole_and_says_so(tmp_path):
    files = {"0": write(tmp_path / "a.wav", clicking(-32, 0.9))}
    for suffix in (".flac", ".opus"):
        facts = mixdown(playlist([30.0]), files, tmp_path / f"out{suffix}")
        assert facts.lowered_db > 1.0
        assert facts.loudness_lufs == pytest.approx(-20.0 - facts.lowered_db, abs=0.5)
        assert facts.true_peak_dbtp <= -1.5


def test_gain_never_exceeds_its_cap(tmp_path):
    files = {"0": write(tmp_path / "a.wav", noise(20, -45))}
    facts = mixdown(playlist([20.0], gains_db=[12.0]), files, tmp_path / "out.wav")
    assert facts.lowered_db > 8.0
    loud = np.square(read(tmp_path / "out.wav")[:, 6 * RATE_HZ : 14 * RATE_HZ]).mean()
    assert 10 * np.log10(loud) == pytest.approx(-33.0, abs=0.2)


def test_a_burst_is_softened_and_named(tmp_path):
    quiet, loud = noise(15, -50, seed=1), noise(25, -20, seed=2)
    files = {"0": write(tmp_path / "a.wav", np.concatenate([quiet, loud], axis=1))}
    mixdown(playlist([40.0]), files, tmp_path / "out.wav")
    (place,) = json.loads(manifest_path(tmp_path / "out.wav").read_text())["softened"]
    assert place["at_s"] == pytest.approx(15, abs=0.3)
    assert place["by_db"] > 10


def test_a_successor_begins_at_its_level_and_a_start_does_not(calm, tmp_path):
    levels = []
    for follows_on in (True, False):
        mixdown(playlist([20.0], opening_s=0.0), calm, tmp_path / "out.wav", follows_on=follows_on)
        levels.append(10 * np.log10(np.square(read(tmp_path / "out.wav")[:, :RATE_HZ]).mean()))
    assert levels[0] > -30.0
    assert levels[1] < -50.0


@pytest.mark.parametrize("from_s", [8.0, 17.0, 36.5])
def test_from_a_second_on_it_is_what_the_whole_is_there(calm, tmp_path, from_s):
    """In a piece, in a crossfade and where one begins: the same sound, without a ramp, at the same gain."""
    wanted = playlist(LENGTHS_S, from_s=2.0)
    mixdown(wanted, calm, tmp_path / "whole.wav")
    whole = json.loads(manifest_path(tmp_path / "whole.wav").read_text())
    mixdown(wanted, calm, tmp_path / "rest.wav", from_s=from_s, follows_on=True, gain_db=whole["gain_db"])
    rest = json.loads(manifest_path(tmp_path / "rest.wav").read_text())
    assert (whole["from_s"], rest["from_s"]) == (0.0, from_s)
    assert rest["gain_db"] == whole["gain_db"]
    assert rest["samples"] == whole["samples"] - samples(from_s)
    expected = read(tmp_path / "whole.wav")[:, samples(from_s) :]
    assert np.abs(read(tmp_path / "rest.wav") - expected).max() < 4e-6


def test_silence_inside_is_refused(tmp_path):
    sound = swelling(30, -20)
    sound[:, 12 * RATE_HZ : 13 * RATE_HZ] = 0
    files = {"0": write(tmp_path / "a.wav", sound)}
    with pytest.raises(MixdownRejected, match=r"Silence of 1\.0 s at 00:12"):
        mixdown(playlist([30.0]), files, tmp_path / "out.flac")
    assert left(tmp_path) == ["a.wav"]


INDEX = np.arange(1_920_000)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda sound: sound[:, :-1], "decodes to 1919999 samples instead of 1920000"),
        (lambda sound: sound * np.where(INDEX < 960_000, 0.1, 1.0), r"rises by 1\d\.\d dB .* at 00:20"),
        (
            lambda sound: sound * 10 ** (np.interp(INDEX, [864_000, 1_008_000], [-30, 0]) / 20),
            "LU at the seam at 00:18",
        ),
        (lambda sound: sound * (np.abs(INDEX - 480_000) > 15_000), r"Silence of 0\.6 s at 00:09"),
    ],
)
def test_a_file_that_is_not_calm_is_refused(tmp_path, spoil, says):
    sound = swelling(40, -20)
    sound *= np.minimum(1, 10 ** (9 * (INDEX / RATE_HZ - 5) / 20))
    path = tmp_path / "file.flac"
    segments = layout(playlist([22.0, 22.0], opening_s=6.0))
    for heard, refused in ((sound, False), (spoil(sound), True)):
        with Encoder(path, format_of(path)) as encoder:
            encoder.feed(heard.astype(np.float32))
        measured = measure(path, 1_920_000, lambda count: None)
        if refused:
            with pytest.raises(MixdownRejected, match=says):
                refuse_unless_calm(measured, segments)
        else:
            refuse_unless_calm(measured, segments)


def test_a_missing_track_is_named_before_anything_is_rendered(calm, tmp_path):
    wanted, heard = playlist(LENGTHS_S), []
    gone = dict(calm) | {"2": tmp_path / "gone.flac"}
    with pytest.raises(TrackFileGone, match=r"gone\.flac is gone"):
        mixdown(wanted, gone, tmp_path / "out.flac", progress=heard.append)
    with pytest.raises(TrackFileGone, match="Track 2 has no file"):
        mixdown(wanted, {"0": calm["0"], "1": calm["1"]}, tmp_path / "out.flac", progress=heard.append)
    (tmp_path / "text.flac").write_text("no audio")
    with pytest.raises(TrackFileGone, match=r"text\.flac"):
        mixdown(wanted, dict(calm) | {"1": tmp_path / "text.flac"}, tmp_path / "out.flac", progress=heard.append)
    assert heard == []
    assert left(tmp_path) == ["text.flac"]


def test_a_track_shorter_than_planned_is_named(calm, tmp_path):
    with pytest.raises(TrackFileGone, match=r"b\.flac ends at 00:30, the list needs it to 00:35"):
        mixdown(playlist([20.0, 35.0]), calm, tmp_path / "out.flac")


@pytest.mark.parametrize(
    ("name", "options", "says"),
    [
        ("out.mp3", {}, ".wav, .flac, .m4a, .opus"),
        ("out.wav", {"target_lufs": -10.0}, "-10"),
        ("out.wav", {"ceiling_dbtp": 0.0}, "ceiling"),
        ("out.wav", {"from_s": 56.6}, "nothing is left"),
        ("out.wav", {"from_s": 1.00001}, "from_s"),
    ],
)
def test_what_makes_no_sense_is_refused(calm, tmp_path, name, options, says):
    with pytest.raises(BadRequest, match=says):
        mixdown(playlist(LENGTHS_S), calm, tmp_path / name, **options)


def test_progress_only_grows_and_cancelling_keeps_the_older_file(calm, tmp_path):
    out, shares = tmp_path / "out.flac", []
    mixdown(playlist([12.0]), calm, out, progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    before = [(out.read_bytes(), manifest_path(out).read_bytes())]
    with pytest.raises(MixdownCancelled):
        mixdown(playlist([20.0]), calm, out, progress=shares.append, cancelled=lambda: shares[-1] > 0.5)
    assert [(out.read_bytes(), manifest_path(out).read_bytes())] == before
    assert left(tmp_path) == ["out.flac", "out.flac.manifest.json"]


CHILD = """
import sys
from pathlib import Path
from playlists.mixdown import mixdown
from tests.playlists.sources import playlist
length_s, count, out, *paths = sys.argv[1:]
wanted = playlist([float(length_s)] * int(count))
files = {str(number): paths[number % len(paths)] for number in range(int(count))}
mixdown(wanted, files, Path(out), progress=lambda share: print(share, flush=True))
# `ru_maxrss` would begin with what the process has that starts this one.
print("peak", Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])
"""


def child(calm, length_s, count, out):
    command = [sys.executable, "-c", CHILD, str(length_s), str(count), str(out), *map(str, calm.values())]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_killed_in_the_middle_nothing_has_the_final_name(calm, tmp_path):
    process = child(calm, 28.0, 20, tmp_path / "out.flac")
    for line in process.stdout:
        if float(line) > 0.6:
            process.send_signal(signal.SIGKILL)
            break
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    kept, part = left(tmp_path)
    assert kept.startswith(".kept-")
    assert part.startswith(".out.")
    assert part.endswith(".part.flac")
    old = time.time() - 2 * 86_400
    for name in (kept, part):
        os.utime(tmp_path / name, (old, old))
    mixdown(playlist([12.0]), calm, tmp_path / "out.flac")
    assert left(tmp_path) == ["out.flac", "out.flac.manifest.json"]


def test_memory_does_not_grow_with_the_length(calm, tmp_path):
    peaks = []
    for count in (5, 40):
        process = child(calm, 28.0, count, tmp_path / "out.wav")
        out, err = process.communicate()
        assert process.returncode == 0, err
        peaks.append(int(out.split()[-1]))
    assert peaks[1] / peaks[0] < 1.3


def fill_with_tmpfs(folder):
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder]).returncode:
        needs.missing("a full disk needs the right to mount one")
    return lambda: subprocess.run(["umount", folder], check=True)


def fill_with_limit(folder):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, before[1]))

    def undo():
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)

    return undo


@pytest.mark.parametrize("fill", [fill_with_tmpfs, fill_with_limit])
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_no_space_left_is_said_and_nothing_stays(calm, tmp_path, fill, suffix):
    folder = tmp_path / "full"
    folder.mkdir()
    undo = fill(folder)
    try:
        with pytest.raises(NoSpaceLeft, match=f"for out{suffix}"):
            mixdown(playlist([28.0, 28.0]), calm, folder / f"out{suffix}")
        assert left(folder) == []
    finally:
        undo()
