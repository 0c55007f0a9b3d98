"""What others say of our files: FFmpeg's ``ebur128``, mutagen, and plain arithmetic on what PyAV decodes.

The music here is made to be awkward: tracks 14 LU apart, peaks close to full scale, a quiet opening.
"""

from pathlib import Path

import av
import mutagen
import numpy as np
import pytest
from scipy.signal import resample_poly

from playlists.mixdown import mixdown
from playlists.timeline import samples
from tests.meter import ebur128, true_peak_dbtp
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


SEAMS_S, CALM_SEAMS_S, FADE_S = (36, 71), (16, 31), 4


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    """Three tracks: track id -> file."""
    folder = tmp_path_factory.mktemp("sources")
    return {
        "0": write(folder / "a.wav", swelling(40, -34, seed=1)),
        "1": write(folder / "b.flac", plucked(40, -27, 2)),
        "2": write(folder / "c.wav", swelling(40, -20, rate_hz=44_100, channels=1, seed=3), 44_100),
    }


@pytest.fixture(scope="module")
def mixed(sources, tmp_path_factory):
    """One awkward list in every format."""
    folder, files = tmp_path_factory.mktemp("independent"), sources
    wanted = playlist([40.0, 39.0, 38.0], gains_db=[8.0, 2.0, -5.0])
    paths = {suffix: folder / f"mixdown{suffix}" for suffix in SUFFIXES}
    return {suffix: (path, mixdown(wanted, files, path)) for suffix, path in paths.items()}


def metered(path: Path) -> dict[str, list[float]]:
    """What the meter says; of M4A without the excess after its edit list's end."""
    return ebur128(path, end_sample=samples(playlist([40.0, 39.0, 38.0]).total_s))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_independent_meter_agrees(mixed, suffix):
    path, facts = mixed[suffix]
    values = metered(path)
    peak_dbtp = true_peak_dbtp(values)
    assert values["I"][-1] == pytest.approx(facts.loudness_lufs, abs=0.3)
    assert facts.loudness_lufs == pytest.approx(-20.0 - facts.lowered_db, abs=0.5)
    assert facts.true_peak_dbtp > -2.5, "the limiter was not needed"
    assert peak_dbtp <= -1.5 + 0.1
    assert peak_dbtp == pytest.approx(facts.true_peak_dbtp, abs=0.3)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_no_short_term_jump_at_a_seam_by_that_meter(mixed, suffix):
    short_term = np.maximum(metered(mixed[suffix][0])["S"], -60.0)
    rises = short_term[10:] - short_term[:-10]
    for seam_s in SEAMS_S:
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


def lag(heard: np.ndarray, source: np.ndarray) -> int:
    """By how many samples the one comes after the other; phases alone count, so that a level that moves does not."""
    spectrum = np.fft.rfft(heard) * np.conj(np.fft.rfft(source))
    place = int(np.fft.irfft(spectrum / np.maximum(np.abs(spectrum), 1e-9)).argmax())
    return place if place < len(heard) // 2 else place - len(heard)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_piece_is_where_the_list_has_it_to_a_millisecond(mixed, sources, suffix):
    """Around each seam, also inside the crossfade, what is heard is found in the two sources at the planned place."""
    heard = read(mixed[suffix][0]).mean(axis=0)
    tracks = [read(path).mean(axis=0) for path in sources.values()]
    tracks[2] = resample_poly(tracks[2], 160, 147)
    for number, seam_s in enumerate(SEAMS_S):
        starts_s = (0, *SEAMS_S)
        for track, at_s in ((number, seam_s - 3), (number, seam_s), (number + 1, seam_s + 2), (number + 1, seam_s + 6)):
            place = slice(at_s * RATE_HZ, (at_s + 2) * RATE_HZ)
            inside = slice((at_s - starts_s[track]) * RATE_HZ, (at_s + 2 - starts_s[track]) * RATE_HZ)
            assert abs(lag(heard[place], tracks[track][inside])) <= RATE_HZ // 1000, (track, at_s)


def flux(sound: np.ndarray) -> np.ndarray:
    """How much louder each 5 ms is than the one before in any of its bands, by spectra of 10 ms, in dB summed."""
    frames = np.lib.stride_tricks.sliding_window_view(sound.mean(axis=0), 480)[::240] * np.hanning(480)
    bands_db = 10 * np.log10(np.square(np.abs(np.fft.rfft(frames))).reshape(len(frames), -1)[:, :240] + 1e-7)
    bands_db = bands_db.reshape(len(frames), 24, 10).mean(axis=2)
    return np.maximum(np.diff(bands_db, axis=0), 0.0).sum(axis=1)


def at_seams(rises: np.ndarray) -> tuple[float, float]:
    """The largest within 0.1 s of a crossfade's beginning or end, and the largest anywhere else between the ends."""
    corners = np.zeros(len(rises), bool)
    for seam_s in CALM_SEAMS_S:
        for corner_s in (seam_s, seam_s + FADE_S):
            corners[round((corner_s - 0.1) * 200) : round((corner_s + 0.1) * 200)] = True
    inner = slice(3 * 200, -5 * 200)
    return float(rises[inner][corners[inner]].max()), float(rises[inner][~corners[inner]].max())


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_no_click_at_a_seam_that_is_more_than_the_music_itself(tmp_path, suffix):
    files = {str(number): write(tmp_path / f"{number}.wav", swelling(22, -21, seed=number)) for number in range(3)}
    mixdown(playlist([20.0, 19.0, 18.0]), files, tmp_path / f"out{suffix}")
    sound = read(tmp_path / f"out{suffix}")
    here, elsewhere = at_seams(flux(sound))
    assert here <= elsewhere
    sound[:, CALM_SEAMS_S[0] * RATE_HZ + 1000] += 0.01
    here, elsewhere = at_seams(flux(sound))
    assert here > elsewhere, "a click would not be noticed"


CHAPTERS = [(0.0, "Piece 1"), (36.0, "Piece 2"), (71.0, "Piece 3")]


@pytest.mark.parametrize("suffix", [".flac", ".opus", ".m4a"])
def test_chapters_and_a_title_are_read_by_other_software(mixed, suffix):
    path = mixed[suffix][0]
    file = mutagen.File(path)
    if suffix == ".m4a":
        assert [(chapter.start, chapter.title) for chapter in file.chapters] == CHAPTERS
        assert file.tags["\xa9nam"] == ["Music for 01:49"]
    else:
        found = [(file.tags[f"CHAPTER{n:03}"][0], file.tags[f"CHAPTER{n:03}NAME"][0]) for n in (1, 2, 3)]
        assert found == [("00:00:00.000", "Piece 1"), ("00:00:36.000", "Piece 2"), ("00:01:11.000", "Piece 3")]
        assert file.tags["title"] == ["Music for 01:49"]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_what_plays_by_ffmpeg_reads_them_too(mixed, suffix):
    with av.open(str(mixed[suffix][0])) as container:
        tags = {**container.streams.audio[0].metadata, **container.metadata}
        chapters = [(float(c["start"] * c["time_base"]), c["metadata"]["title"]) for c in container.chapters()]
    assert tags["title"] == "Music for 01:49"
    assert chapters == ([] if suffix == ".wav" else CHAPTERS)
