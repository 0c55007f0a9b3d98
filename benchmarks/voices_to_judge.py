"""Gathers voices on which nothing was tuned into a folder, for ``analysis_accuracy.py voices``.

``python benchmarks/voices_to_judge.py UNPACKED OUT`` where UNPACKED holds

- the unpacked (``dpkg -x``) Debian packages ``asterisk-core-sounds-{en,es,fr,it,ru}-g722`` (five speakers; GPL-3 and
  CC BY-SA 3.0);
- the unpacked source archives of basic-pitch (two singers of vocadito, CC BY 4.0) and stempeg (the voice's track of a
  produced song) from PyPI.

Twelve melodies made up from a seed are sung by the voice of the package ``pysinsy`` where that is installed: a
statistical model of a woman's voice (CC BY 3.0, Nagoya Institute of Technology). OUT gets ``singing/*.wav`` and
``speech/*.wav`` at 16 kHz; name it in ``SOUNDSCAPE_VOICES``.
"""

import importlib
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from scipy.io import wavfile

RATE_HZ = 16_000
SPEECH_S = 12
SPEECH_CLIPS = 12
"""For each speaker."""
STEM_OF_THE_VOICE = 4
SONGS, MEASURES = 12, 8
SYLLABLES = "あかさたなはまやらわいきしちにひみりうくすつぬふむゆるえけせてねめれおこそとのほもよろ"
MAJOR = (0, 2, 4, 5, 7, 9, 11)
NOTES = {0: "C", 2: "D", 4: "E", 5: "F", 7: "G", 9: "A", 11: "B"}
EIGHTHS = (1, 2, 2, 2, 3, 4, 8)
SCORE = (
    '<?xml version="1.0" encoding="UTF-8"?><score-partwise version="1.1"><part-list><score-part id="P1">'
    '<part-name>voice</part-name></score-part></part-list><part id="P1">{}</part></score-partwise>'
)

Mono = NDArray[np.float32]


def main() -> None:
    if len(sys.argv) != 3:
        sys.exit("usage: voices_to_judge.py UNPACKED OUT")
    unpacked, out = Path(sys.argv[1]), Path(sys.argv[2])
    found = {"speech": 0, "singing": 0}
    for kind, voices in (("speech", _speakers(unpacked)), ("singing", _singers(unpacked)), ("singing", _songs(out))):
        (out / kind).mkdir(parents=True, exist_ok=True)
        for name, samples in voices:
            wavfile.write(out / kind / f"{name}.wav", RATE_HZ, (samples * 32767).astype(np.int16))
            found[kind] += 1
    print(", ".join(f"{count} of {kind}" for kind, count in found.items()))


def _decoded(path: Path, stream: int = 0) -> Mono:
    with av.open(str(path)) as source:
        resampler = av.AudioResampler("fltp", "mono", RATE_HZ)
        frames = [*source.decode(source.streams.audio[stream]), None]
        pieces = [made.to_ndarray()[0] for frame in frames for made in resampler.resample(frame)]
    return np.clip(np.concatenate(pieces), -1, 1)


def _speakers(unpacked: Path) -> Iterator[tuple[str, Mono]]:
    """Announcements of one speaker in a random order, run together to clips of 12 s."""
    for folder in sorted(unpacked.glob("**/asterisk/sounds/*_*")):
        prompts = sorted(folder.glob("*.g722"))
        order = iter(np.random.default_rng(4).permutation(len(prompts)))
        for clip in range(SPEECH_CLIPS):
            said = np.zeros(0, np.float32)
            while len(said) < SPEECH_S * RATE_HZ:
                said = np.concatenate([said, _decoded(prompts[next(order)])])
            yield f"{folder.name}_{clip:02d}", said[: SPEECH_S * RATE_HZ]


def _singers(unpacked: Path) -> Iterator[tuple[str, Mono]]:
    for path in sorted(unpacked.glob("**/vocadito_*.wav")):
        yield path.stem, _decoded(path)
    for path in sorted(unpacked.glob("**/stempeg/data/*.stem.mp4")):
        yield "song", _decoded(path, STEM_OF_THE_VOICE)


def _songs(out: Path) -> Iterator[tuple[str, Mono]]:
    try:
        sinsy = importlib.import_module("pysinsy")
    except ImportError:
        print("pysinsy is not installed: no made-up songs", file=sys.stderr)
        return
    for song in range(SONGS):
        score = out / "score.xml"
        score.write_text(_score(song), encoding="utf-8")
        singer = sinsy.sinsy.Sinsy()
        singer.setLanguages("j", sinsy.get_default_dic_dir())
        singer.loadScoreFromMusicXML(str(score))
        singer.loadVoices(sinsy.get_default_htsvoice())
        sung, rate_hz = singer.synthesize()
        score.unlink()
        thirds = np.asarray(sung, np.float64)[: len(sung) // 3 * 3]
        assert rate_hz == 3 * RATE_HZ
        mono = np.convolve(thirds, np.sinc(np.arange(-48, 49) / 3) * np.hanning(97) / 3, "same")[::3]
        yield f"sinsy_{song:02d}", (mono / np.abs(mono).max() * 0.7).astype(np.float32)


def _score(seed: int) -> str:
    """A melody of eight measures in steps, in C, at 60 to 110 beats a minute, a syllable to each note."""
    random = np.random.default_rng(seed)
    tempo_bpm, place = int(random.integers(60, 110)), int(random.integers(2, 7))
    measures = []
    for measure in range(MEASURES):
        ends = [0, *np.cumsum(random.choice(EIGHTHS, 8))]
        ends = [int(end) for end in ends if end < 8] + [8]
        notes = ""
        for begin, end in pairwise(ends):
            place = int(np.clip(place + random.integers(-2, 3), 0, 9))
            syllable = random.choice(list(SYLLABLES))
            notes += (
                f"<note><pitch><step>{NOTES[MAJOR[place % 7]]}</step><octave>{4 + place // 7}</octave></pitch>"
                f"<duration>{end - begin}</duration><voice>1</voice><lyric><text>{syllable}</text></lyric></note>"
            )
        head = (
            "<attributes><divisions>2</divisions><key><fifths>0</fifths></key><time><beats>4</beats><beat-type>4</beat-type>"
            f'</time></attributes><direction><direction-type/><sound tempo="{tempo_bpm}"/></direction>'
        )
        measures.append(f'<measure number="{measure + 1}">{head if not measure else ""}{notes}</measure>')
    return SCORE.format("".join(measures))


if __name__ == "__main__":
    main()
