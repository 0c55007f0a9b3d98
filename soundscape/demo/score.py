"""What a demo piece is: its truth (key, tempo, intensity) and the parts that play it, as plain data.

Conventions: pitches are MIDI numbers (69 = 440 Hz); times in seconds from the first sample; ``per_beat`` counts notes
in one beat; ``enter`` and ``leave`` are fractions of the piece; levels in dB, of a part relative to the others, of a
piece as the RMS relative to full scale. Intensity is 0..1 on the scale of the analysis record's energy.
"""

from typing import Literal

from library.track import Pulse, Record

Shape = Literal["level", "rise", "fall", "arch"]
AudioFormat = Literal["flac", "wav", "mp3", "m4a", "ogg", "opus"]
Pattern = Literal["pad", "drone", "bass", "arpeggio", "pulse", "melody", "scatter", "percussion", "sing", "hit"]
Mode = Literal["ionian", "dorian", "lydian", "mixolydian", "aeolian"]


class Part(Record, frozen=True, kw_only=True):
    """One player: a pattern over the chords, played on one instrument around ``centre``."""

    pattern: Pattern
    instrument: str
    gain_db: float = 0.0
    centre: int = 60
    per_beat: float = 1.0
    gap_s: float = 2.0
    """Mean time between two notes of a ``scatter``."""
    brightness: float = 0.3
    """0 dark .. 1 bright: the mix of an instrument's two timbres."""
    reverb: float = 0.5
    enter: float = 0.0
    leave: float = 1.0


class Piece(Record, frozen=True, kw_only=True):
    """A piece as data. ``chords`` is repeated as often as ``length_s`` asks; see :mod:`.harmony` for its language."""

    title: str
    artist: str
    tonic: str
    mode: Mode
    chords: str
    intensity: float
    length_s: float
    level_dbfs: float
    parts: tuple[Part, ...]
    tempo_bpm: float | None = None
    beats_per_chord: int = 8
    beats_per_bar: int = 4
    chord_s: float = 14.0
    """Mean length of a chord where there is no beat."""
    shape: Shape = "level"
    format: AudioFormat = "flac"

    @property
    def pulse(self) -> Pulse:
        """Whether there is a beat to be found."""
        return "free" if self.tempo_bpm is None else "steady"


class Chord(Record, frozen=True, kw_only=True):
    """A chord at its time; ``classes`` are pitch classes 0..11, the root first."""

    from_s: float
    length_s: float
    classes: tuple[int, ...]


class Note(Record, frozen=True, kw_only=True):
    """One tone to be played; ``gain`` is linear, ``pan`` runs from -1 (left) to 1 (right)."""

    at_s: float
    length_s: float
    pitch: int
    gain: float = 1.0
    pan: float = 0.0


class Form(Record, frozen=True, kw_only=True):
    """The time line of a piece: its chords, the scale around them, and where the last chord has died away."""

    chords: tuple[Chord, ...]
    scale: tuple[int, ...]
    """Pitch classes of the mode, the tonic first."""
    beat_s: float | None
    beats_per_bar: int
    end_s: float
    duration_s: float
