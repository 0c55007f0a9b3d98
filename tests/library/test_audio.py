"""Decoding: length, rate, channels, pitch and level come out right in every format; nothing broken passes for music."""

import os
import struct
import subprocess
import sys
import tempfile
import wave
from pathlib import Path

import av
import mutagen
import mutagen.aiff
import mutagen.apev2
import mutagen.flac
import mutagen.id3
import mutagen.mp4
import mutagen.wave
import numpy as np
import pytest

from library import audio
from library.errors import DamagedAudio, NoAudioPackets, UnreadableAudio, UnsupportedFormat
from library.resampling import Resampler
from tests.sounds import LOSSLESS, RATE_HZ, SUFFIXES, in_channels, joined, noise, silence, times_s, tone, write

ROOT = Path(__file__).resolve().parents[2]


def decoded(path, **wishes):
    return np.concatenate(list(audio.decode(path, **wishes)), axis=1)


def rate_of(suffix):
    return 48_000 if suffix == ".opus" else 44_100


def level_db(samples):
    return 10 * np.log10(2 * np.mean(samples**2))


def pitch_hz(samples, rate_hz):
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum)) * rate_hz / len(samples)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_format_keeps_length_rate_and_channels(tmp_path, suffix):
    rate_hz = rate_of(suffix)
    path = write(tmp_path / f"a{suffix}", tone(440, 2.345, rate_hz=rate_hz, channels=2), rate_hz)
    source = audio.source_format(path)
    assert (source.sample_rate_hz, source.channels) == (rate_hz, 2)
    samples = decoded(path)
    assert samples.shape[0] == 2
    assert samples.shape[1] - round(2.345 * rate_hz) in range(1 if suffix in LOSSLESS else 1024)
    assert pitch_hz(samples[0], rate_hz) == pytest.approx(440, abs=0.5)
    assert level_db(samples[0]) == pytest.approx(-20, abs=0.6)  # LAME lowers by 0.4 dB


@pytest.mark.parametrize("suffix", LOSSLESS)
def test_lossless_formats_decode_to_the_written_samples(tmp_path, suffix):
    sound = noise(0.7, channels=2)
    assert np.abs(decoded(write(tmp_path / f"a{suffix}", sound)) - sound).max() < 1 / 32768


@pytest.mark.parametrize("from_s", [0.0, 0.1, 3.3333, 7.0])
def test_a_start_within_the_file_is_exact_to_the_sample(tmp_path, from_s):
    path = write(tmp_path / "a.flac", noise(8))
    np.testing.assert_array_equal(decoded(path, from_s=from_s), decoded(path)[:, round(from_s * 44_100) :])


def test_a_start_after_the_end_gives_nothing(tmp_path):
    assert list(audio.decode(write(tmp_path / "a.wav", noise(1)), from_s=2.0)) == []


@pytest.mark.parametrize("to_hz", [16_000, 22_050, 48_000])
def test_resampling_keeps_length_pitch_and_level(tmp_path, to_hz):
    path = write(tmp_path / "a.wav", tone(1000, 9))
    samples = decoded(path, sample_rate_hz=to_hz)[0]
    assert abs(len(samples) - 9 * to_hz) <= 1
    assert pitch_hz(samples, to_hz) == pytest.approx(1000, abs=0.2)
    assert level_db(samples) == pytest.approx(-20, abs=0.02)


def test_mono_is_heard_in_both_ears_as_loud_as_it_is(tmp_path):
    left, right = decoded(write(tmp_path / "a.wav", tone(440, 1)), stereo=True)
    np.testing.assert_array_equal(left, right)
    assert level_db(left) == pytest.approx(-20, abs=0.05)


def test_surround_is_folded_down_with_every_speaker_in_it(tmp_path):
    speakers_hz = {0: 300, 1: 500, 2: 700, 4: 900, 5: 1100}  # front left, right, centre, back left, right
    sound = silence(1, channels=6)
    for channel, hz in speakers_hz.items():
        sound[channel] = tone(hz, 1, -26)[0]
    left, right = decoded(write(tmp_path / "a.flac", sound), stereo=True)
    heard_left, heard_right = (np.abs(np.fft.rfft(ear)) > 100 for ear in (left, right))
    assert [hz for hz in speakers_hz.values() if heard_left[hz]] == [300, 700, 900]
    assert [hz for hz in speakers_hz.values() if heard_right[hz]] == [500, 700, 1100]


# Identity


def tag_mp3(path):
    tags = mutagen.id3.ID3()
    tags.add(mutagen.id3.TIT2(encoding=3, text="Title"))
    tags.add(mutagen.id3.APIC(encoding=3, mime="image/png", type=3, desc="", data=bytes(range(256)) * 400))
    tags.save(path, v1=2)
    ape = mutagen.apev2.APEv2()
    ape["Title"], ape["Comment"] = "Title", "x" * 3000
    ape.save(path)


def tag_mp4(path):
    file = mutagen.mp4.MP4(path)
    file["\xa9nam"] = "Title"
    file["covr"] = [mutagen.mp4.MP4Cover(b"\x89PNG" * 9000, mutagen.mp4.MP4Cover.FORMAT_PNG)]
    file.save()


def tag_flac(path):
    file = mutagen.flac.FLAC(path)
    picture = mutagen.flac.Picture()
    picture.mime, picture.data = "image/png", b"\x89PNG" * 9000
    file["title"] = "Title"
    file.add_picture(picture)
    file.save()


def tag_vorbis(path):
    file = mutagen.File(path)
    file["title"], file["comment"] = "Title", "x" * 70_000
    file.save()


def tag_chunk(path):
    file = mutagen.File(path)
    file.add_tags()
    file.tags.add(mutagen.id3.TIT2(encoding=3, text="Title"))
    file.save()


TAGGERS = {
    ".mp3": tag_mp3,
    ".m4a": tag_mp4,
    ".flac": tag_flac,
    ".ogg": tag_vorbis,
    ".opus": tag_vorbis,
    ".wav": tag_chunk,
    ".aiff": tag_chunk,
}


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_retagging_and_moving_keep_the_identity_and_other_sound_changes_it(tmp_path, suffix):
    rate_hz = rate_of(suffix)
    path = write(tmp_path / f"a{suffix}", noise(2, channels=2, rate_hz=rate_hz), rate_hz)
    before, size = audio.content_id(path), path.stat().st_size
    TAGGERS[suffix](path)
    assert path.stat().st_size > size
    assert mutagen.File(path).tags
    moved = path.rename(tmp_path / f"b{suffix}")
    assert audio.content_id(moved) == before
    other = write(tmp_path / f"c{suffix}", noise(2, channels=2, rate_hz=rate_hz, seed=1), rate_hz)
    assert audio.content_id(other) != before


def test_one_sample_more_is_another_track(tmp_path):
    sound = noise(1)
    first = write(tmp_path / "a.flac", sound)
    assert audio.content_id(first) != audio.content_id(write(tmp_path / "b.flac", joined(sound, sound[:, :1])))


def test_the_same_bytes_at_another_rate_are_another_track(tmp_path):
    ids = {audio.content_id(write(tmp_path / f"{hz}.wav", noise(1, rate_hz=8000), hz)) for hz in (8000, 16_000)}
    assert len(ids) == 2


# What cannot be read


@pytest.mark.parametrize("name", ["a.mp3", "a.m4a", "a.flac", "a.ogg", "a.opus", "a.wav", "a.aiff"])
@pytest.mark.parametrize("content", [b"", b"not music at all\n" * 500, bytes(20_000)], ids=["empty", "text", "zeros"])
def test_what_is_no_audio_is_refused_by_name(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UnreadableAudio, match=name):
        audio.content_id(path)
    with pytest.raises(UnreadableAudio, match=name):
        decoded(path)


def test_a_header_without_sound_is_refused(tmp_path):
    path = tmp_path / "a.wav"
    with wave.open(str(path), "wb") as empty:
        empty.setparams((2, 2, 44_100, 0, "NONE", ""))
    with pytest.raises(NoAudioPackets):
        audio.content_id(path)
    with pytest.raises(NoAudioPackets):
        list(audio.decode(path))


def test_an_unknown_extension_is_refused_with_those_that_are_read(tmp_path):
    with pytest.raises(UnsupportedFormat, match=r"\.flac"):
        audio.content_id(tmp_path / "a.txt")


def test_a_missing_file_says_so(tmp_path):
    with pytest.raises(UnreadableAudio, match=r"gone\.mp3: cannot be opened"):
        audio.content_id(tmp_path / "gone.mp3")


@pytest.mark.parametrize("suffix", [".flac", ".mp3", ".m4a"])
def test_a_file_that_breaks_off_is_damaged_and_says_where(tmp_path, suffix):
    path = write(tmp_path / f"a{suffix}", noise(20))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(UnreadableAudio) as error:
        list(audio.decode(path))
    if suffix != ".m4a":  # its index lies at the end: cut off, nothing can be read
        assert isinstance(error.value, DamagedAudio)
        assert "of 20.0 s" in str(error.value)


@pytest.mark.parametrize("suffix", [".wav", ".aiff"])
def test_an_uncompressed_file_shorter_than_it_says_is_damaged(tmp_path, suffix):
    path = write(tmp_path / f"a{suffix}", noise(20))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(DamagedAudio, match=r"damaged at (9\.9|10\.0) s"):
        list(audio.decode(path))


def corrupted(path, shares):
    """Overwrite 64 bytes at each share of the file's length."""
    content, rng = bytearray(path.read_bytes()), np.random.default_rng(0)
    for at in (round(share * len(content)) for share in shares):
        content[at : at + 64] = rng.bytes(64)
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(("suffix", "most_lost_s"), [(".flac", 0.11), (".m4a", 0.05), (".ogg", 1.1), (".opus", 1.1)])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.7])
def test_a_corrupt_place_is_reported_left_out_and_the_music_goes_on(tmp_path, suffix, most_lost_s, share):
    rate_hz = rate_of(suffix)
    path = write(tmp_path / f"a{suffix}", noise(20, -40, channels=2, rate_hz=rate_hz), rate_hz)
    reported, whole = [], decoded(path)
    samples = decoded(corrupted(path, [share]), on_damage=reported.append)
    assert reported
    assert reported == pytest.approx([20 * share] * len(reported), abs=1.1)
    assert 0 < whole.shape[1] - samples.shape[1] <= most_lost_s * rate_hz
    assert np.abs(samples).max() < 1.2 * np.abs(whole).max()
    np.testing.assert_allclose(samples[:, -2 * rate_hz :], whole[:, -2 * rate_hz :], atol=1e-3)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_intact_file_reports_no_damage(tmp_path, suffix):
    rate_hz = rate_of(suffix)
    reported = []
    for _ in audio.decode(
        write(tmp_path / f"a{suffix}", noise(9, channels=2, rate_hz=rate_hz), rate_hz), on_damage=reported.append
    ):
        pass
    assert reported == []


def test_what_follows_all_that_a_flac_file_states_is_no_damage(tmp_path):
    path = write(tmp_path / "a.flac", noise(9, channels=2))
    with av.open(str(path)) as container:
        frames = [bytes(packet) for packet in container.demux(audio=0) if packet.size]
    path.write_bytes(path.read_bytes() + frames[-1][:-4])
    reported = []
    assert sum(block.shape[1] for block in audio.decode(path, on_damage=reported.append)) == 9 * rate_of(".flac")
    assert reported == []


def test_real_vorbis_files_report_no_damage(test_data):
    reported = []
    for path in sorted((test_data / "audio" / "instrumental").glob("*.ogg")):
        for _ in audio.decode(path, on_damage=reported.append):
            pass
    assert reported == []


def test_more_than_a_few_corrupt_places_are_damage(tmp_path):
    path = corrupted(write(tmp_path / "a.flac", noise(20)), np.linspace(0.2, 0.9, 20))
    with pytest.raises(DamagedAudio, match="damaged at"):
        list(audio.decode(path))


@pytest.mark.parametrize("sample", [np.nan, np.inf, -np.inf, 1e30])
def test_a_sample_that_is_no_sound_is_damage_and_says_where(tmp_path, sample):
    path, sound = tmp_path / "a.wav", tone(440, 10.0)[0].astype("<f4")
    sound[3 * RATE_HZ] = sample
    shape = (16, 3, 1, RATE_HZ, 4 * RATE_HZ, 4, 32)
    head = (b"RIFF", 36 + sound.nbytes, b"WAVEfmt ", *shape, b"data", sound.nbytes)
    path.write_bytes(struct.pack("<4sI8sIHHIIHH4sI", *head) + sound.tobytes())
    with pytest.raises(DamagedAudio, match=r"damaged at 3\.0 s of 10\.0 s: its samples are no sound there"):
        list(audio.decode(path))


def test_a_file_without_permission_says_what_to_do():
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        path = write(Path(folder) / "locked.wav", noise(1))
        path.chmod(0)
        script = (
            "import os, sys\nfrom library import audio\n"
            "if os.geteuid() == 0: os.setuid(65534)\n"  # root may read everything
            "try: audio.content_id(sys.argv[1])\nexcept Exception as e: print(type(e).__name__, e)"
        )
        done = subprocess.run(
            [sys.executable, "-c", script, path], cwd=ROOT, capture_output=True, text=True, check=True
        )
    assert done.stdout.startswith("UnreadableAudio")
    assert "locked.wav: no permission to read this file. Give read access to it." in done.stdout


@pytest.mark.parametrize(
    "name",
    [
        "日本の音楽.flac",
        "موسيقى هادئة.flac",
        "Ünïcødé 🎵.FLAC",
        "two\nlines.flac",
        os.fsdecode(b"caf\xe9 \xff.flac"),
        " - .flac",
    ],
)
def test_a_file_of_any_name_is_read_and_its_name_can_be_printed(tmp_path, name):
    path = write(tmp_path / "plain.flac", noise(0.3))
    identity = audio.content_id(path)
    odd = path.rename(tmp_path / name)
    assert audio.is_audio(odd)
    assert audio.content_id(odd) == identity
    assert decoded(odd).shape == (1, round(0.3 * 44_100))
    printed = audio.readable(odd)
    assert printed.encode("utf-8").decode() == printed
    assert printed.isprintable()


@pytest.mark.parametrize(("name", "music"), [("a.MP3", True), (".a.mp3", False), ("._a.m4a", False), ("a.jpg", False)])
def test_only_visible_files_with_an_audio_extension_are_audio(name, music):
    assert audio.is_audio(Path(name)) is music


def test_a_stream_resampled_in_pieces_equals_the_whole():
    sound = (in_channels(np.sin(2 * np.pi * 440 * times_s(3)), 2) * 0.1).astype(np.float32)
    whole, pieces = (Resampler(44_100, 48_000, channels=2) for _ in range(2))
    expected = np.concatenate([whole.feed(sound), whole.flush()], axis=1)
    cuts = np.split(sound, [1, 500, 501, 70_000], axis=1)
    got = np.concatenate([*(pieces.feed(cut) for cut in cuts), pieces.flush()], axis=1)
    np.testing.assert_allclose(got, expected, atol=1e-6)


@pytest.mark.parametrize("text", ["no music\n" * 9999, "ffconcat version 1.0\nfile other.wav\n"], ids=["text", "list"])
def test_text_that_calls_itself_an_mp3_is_no_audio_and_opens_no_other_file(tmp_path, text):
    write(tmp_path / "other.wav", tone(300, 1.0))
    path = tmp_path / "a.mp3"
    path.write_text(text)
    with pytest.raises(UnreadableAudio):
        list(audio.decode(path))
