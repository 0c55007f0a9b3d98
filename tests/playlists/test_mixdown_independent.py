"""What somebody else's meter says of our files: FFmpeg's ``ebur128``, and plain arithmetic on what PyAV decodes.

The music here is made to be awkward: tracks 14 LU apart, peaks close to full scale, a quiet opening.
"""

from pathlib import Path

import av
import numpy as np
import pytest

from playlists.mixdown import mixdown
from playlists.timeline import samples
from tests.playlists.sources import noise, playlist, read, swelling, write

RATE_HZ = 48_000
SUFFIXES = (".wav", ".flac", ".opus", ".m4a")


def plucked(seconds_: float, level_dbfs: float, seed: int) -> np.ndarray:
    """Decaying tones with a hard attack every second and a half."""
    rng = np.random.default_rng(seed)
    sound = 0.1 * noise(seconds_, level_dbfs, seed=seed)
    for at in range(0, sound.shape[1] - 3 * RATE_HZ, 3 * RATE_HZ // 2):
        times_s = np.arange(3 * RATE_HZ) / RATE_HZ
        tone_hz = 220 * 2 ** (rng.integers(0, 12) / 12)
        envelope = np.minimum(times_s / 0.01, 1) * np.exp(-times_s / 0.6) * np.minimum((3 - times_s) / 0.1, 1)
        sound[:, at : at + 3 * RATE_HZ] += envelope * sum(np.sin(2 * np.pi * tone_hz * k * times_s) / k for k in (1, 2))
    sound *= 10 ** (level_dbfs / 20) / np.sqrt(np.mean(sound**2))
    for at in range(0, sound.shape[1] - RATE_HZ, 3 * RATE_HZ // 2):
        sound[:, at : at + 24] += 0.95 * np.hanning(24)
    return sound


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    """One awkward list in every format."""
    folder = tmp_path_factory.mktemp("independent")
    files = {
        "0": write(folder / "a.wav", swelling(40, -34, seed=1)),
        "1": write(folder / "b.flac", plucked(40, -27, 2)),
        "2": write(folder / "c.wav", swelling(40, -20, rate_hz=44_100, channels=1, seed=3), 44_100),
    }
    wanted = playlist([40.0, 39.0, 38.0], gains_db=[8.0, 2.0, -5.0])
    paths = {suffix: folder / f"mixdown{suffix}" for suffix in SUFFIXES}
    return {suffix: (path, mixdown(wanted, files, path)) for suffix, path in paths.items()}


def ebur128(path: Path, folder: Path) -> dict[str, list[float]]:
    """Every value that FFmpeg's meter prints, 100 ms apart; M4A without the excess after its edit list's end."""
    report = folder / "ebur128.txt"
    _run_meter(path, report)
    values: dict[str, list[float]] = {}
    for line in report.read_text().splitlines():
        name, equals, value = line.partition("=")
        if equals and name.startswith("lavfi.r128."):
            values.setdefault(name.removeprefix("lavfi.r128."), []).append(float(value))
    return values


def _run_meter(path: Path, report: Path) -> None:
    """The report is complete when this returns, because FFmpeg closes it with the graph."""
    total = samples(playlist([40.0, 39.0, 38.0]).total_s)
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        graph = av.filter.Graph()
        source = graph.add_abuffer(template=stream)
        cut = graph.add("atrim", f"end_sample={total}")
        meter = graph.add("ebur128", "peak=true:metadata=1:framelog=quiet")
        printer = graph.add("ametadata", f"mode=print:file={report}")
        sink = graph.add("abuffersink")
        for left, right in ((source, cut), (cut, meter), (meter, printer), (printer, sink)):
            left.link_to(right)
        graph.configure()
        for frame in container.decode(stream):
            graph.push(frame)
            _drain(graph)
        graph.push(None)
        _drain(graph)


def _drain(graph: av.filter.Graph) -> None:
    while True:
        try:
            graph.pull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_independent_meter_agrees(mixed, suffix, tmp_path):
    path, facts = mixed[suffix]
    values = ebur128(path, tmp_path)
    peak_dbtp = 20 * np.log10(max(max(values[name]) for name in values if name.startswith("true_peaks_ch")))
    assert values["I"][-1] == pytest.approx(facts.loudness_lufs, abs=0.3)
    assert facts.loudness_lufs == pytest.approx(-20.0 - facts.lowered_db, abs=0.5)
    assert facts.true_peak_dbtp > -2.5, "the limiter was not needed"
    assert peak_dbtp <= -1.5 + 0.1
    assert peak_dbtp == pytest.approx(facts.true_peak_dbtp, abs=0.3)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_no_short_term_jump_at_a_seam_by_that_meter(mixed, suffix, tmp_path):
    short_term = np.maximum(ebur128(mixed[suffix][0], tmp_path)["S"], -60.0)
    rises = short_term[10:] - short_term[:-10]
    for seam_s in (36, 71):
        assert rises[(seam_s - 1) * 10 : (seam_s + 8) * 10].max() <= 6.0


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_no_second_is_far_above_the_one_before_at_any_alignment(mixed, suffix):
    """By 10 ms, not by the 100 ms that the guard works on."""
    sound = read(mixed[suffix][0])
    count = sound.shape[1] // 480
    powers = np.square(sound[:, : count * 480], dtype=np.float64).mean(axis=0).reshape(count, 480).mean(axis=1)
    seconds_db = 10 * np.log10(np.maximum(np.convolve(powers, np.ones(100) / 100, "valid"), 1e-6))
    assert (seconds_db[100:] - seconds_db[:-100]).max() <= 12.0
    assert seconds_db[0] < -45.0
