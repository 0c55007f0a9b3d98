"""One pass over one file: every measure is fed from one decoding, and the answers become one `Analysis`."""

import time
from pathlib import Path

import numpy as np

from library import audio
from library.analysis.edges import edges
from library.analysis.energy import energy
from library.analysis.loudness import Loudness
from library.analysis.onsets import Onsets
from library.analysis.spectrum import SAMPLE_RATE_HZ, Spectrum
from library.analysis.startle import startle
from library.analysis.tempo import tempo
from library.analysis.texture import Texture
from library.analysis.tonality import Tonality
from library.analysis.vocals import SAMPLE_RATE_HZ as VOICE_RATE_HZ
from library.analysis.vocals import VocalsResult, VoiceDetector
from library.audio import Block
from library.resampling import Resampler
from library.track import ANALYSIS_VERSION, Analysis


class Voices:
    """The voice detector, and the sample rate that it alone needs."""

    def __init__(self) -> None:
        self._detector = VoiceDetector()
        self._resampler = Resampler(SAMPLE_RATE_HZ, VOICE_RATE_HZ, channels=1)

    def feed(self, mono: Block) -> None:
        self._detector.feed(self._resampler.feed(mono)[0])

    def result(self) -> VocalsResult:
        self._detector.feed(self._resampler.flush()[0])
        return self._detector.result()


class _Pass:
    """What is fed during the pass; stereo in, every measure's own view derived once."""

    def __init__(self, sample_rate_hz: int) -> None:
        self.loudness = Loudness(sample_rate_hz, channels=2)
        self.onsets, self.texture, self.tonality, self.voices = Onsets(), Texture(), Tonality(), Voices()
        self._spectrum = Spectrum()
        self._to_spectrum = Resampler(sample_rate_hz, SAMPLE_RATE_HZ, channels=1)
        self.samples = 0

    def feed(self, block: Block) -> None:
        self.samples += block.shape[1]
        self.loudness.feed(block)
        mono = block.mean(axis=0, keepdims=True, dtype=np.float32)
        self._feed_mono(self._to_spectrum.feed(mono))

    def finish(self) -> None:
        self._feed_mono(self._to_spectrum.flush())

    def _feed_mono(self, mono: Block) -> None:
        self.voices.feed(mono)
        frames = self._spectrum.feed(mono[0])
        if frames is not None:
            for measure in (self.onsets, self.texture, self.tonality):
                measure.feed(frames)


def measure(path: Path) -> Analysis:
    """Measure one file.

    Raises
    ------
    UnreadableAudio, UnsupportedFormat, NoAudioPackets, DamagedAudio
        Nothing is measured by halves.
    """
    begun = time.perf_counter()
    source = audio.source_format(path)
    damage: list[float] = []
    heard = _Pass(source.sample_rate_hz)
    for block in audio.decode(path, stereo=True, on_damage=damage.append):
        heard.feed(block)
    heard.finish()
    duration_s = heard.samples / source.sample_rate_hz
    return _combined(heard, source, duration_s, tuple(round(at_s, 2) for at_s in damage), begun)


def _combined(
    heard: _Pass, source: audio.SourceFormat, duration_s: float, damaged_at_s: tuple[float, ...], begun: float
) -> Analysis:
    loud = heard.loudness.result()
    edge = edges(heard.loudness.parts, loud.loudness_lufs, duration_s)
    jumps = startle(heard.loudness.parts, heard.onsets.strength, loud.loudness_lufs, edge.music_from_s)
    pulse = tempo(heard.onsets.strength)
    texture = heard.texture.result()
    felt = energy(heard.onsets.strength, texture, edge.music_from_s, edge.music_to_s)
    key = heard.tonality.result()
    voices = heard.voices.result()
    unknown = {}
    for answer in (loud, edge, jumps, pulse, felt, key, voices):
        unknown.update(answer.unknown)
    brightness_hz = None if edge.music_from_s is None else texture.brightness_hz
    if brightness_hz is None:
        unknown["brightness_hz"] = "silence has no colour"
    return Analysis(
        analysis_version=ANALYSIS_VERSION,
        duration_s=round(duration_s, 6),
        sample_rate_hz=source.sample_rate_hz,
        channels=source.channels,
        damaged_at_s=damaged_at_s,
        tempo_bpm=pulse.tempo_bpm,
        tempo_alternative_bpm=pulse.tempo_alternative_bpm,
        tempo_confidence=pulse.tempo_confidence,
        pulse=pulse.pulse,
        energy=felt.energy,
        energy_curve=felt.energy_curve,
        vocals=voices.vocals,
        loudness_lufs=_rounded(loud.loudness_lufs),
        loudness_range_lu=_rounded(loud.loudness_range_lu),
        true_peak_dbtp=_rounded(loud.true_peak_dbtp),
        loudness_curve=loud.loudness_curve,
        quiet_spans=edge.quiet_spans,
        startle=jumps.startle,
        key=key.key,
        key_confidence=key.key_confidence,
        brightness_hz=_rounded(brightness_hz),
        onset_rate_hz=felt.onset_rate_hz,
        music_from_s=_rounded(edge.music_from_s, 6),
        music_to_s=_rounded(edge.music_to_s, 6),
        analysis_seconds=round(time.perf_counter() - begun, 3),
        unknown=unknown,
    )


def _rounded(value: float | None, digits: int = 2) -> float | None:
    return None if value is None else round(value, digits)
