"""From a piece as data to its sound: plays every part, mixes, adds the room, sets the level.

Conventions: stereo float32 of shape (2, n), full scale 1.0. Deterministic: chance comes from names and one seed only.
A part's ``gain_db`` is its RMS while it plays, so a mix reads the same whatever instrument is put into it.
"""

import msgspec
import numpy as np

from library.track import Record, Span
from soundscape.demo import lines, struck, voice, washes
from soundscape.demo.harmony import form_of
from soundscape.demo.patterns import PATTERNS
from soundscape.demo.score import Form, Note, Part, Piece, Shape
from soundscape.demo.space import add_room, limited
from soundscape.demo.waves import Samples, panned, rms, scaled, seeded

PEAK_LIMIT = 10 ** (-4.5 / 20)
"""Highest sample. Judgement: leaves a lossy codec 1.5 dB of overshoot below the promised true peak of -3 dBFS."""
MOST_LIMITING = 10 ** (-5 / 20)
"""Gain the limiter may go down to before the whole piece is lowered instead (judgement: inaudible on plucks)."""
ENTRY_S = 12.0
"""A part that joins or leaves on the way does so over this time, so that nothing happens suddenly."""
FIRST_FADE_S, FINAL_FADE_S = 2.5, 4.0
SILENT_END_S = 0.06
WET_GAIN = 0.7
"""Level of the room relative to what is sent into it (judgement: far, but each stroke stays clear)."""
SHAPES_DB: dict[Shape, tuple[float, float, float]] = {
    "level": (-1.5, 0.0, -1.5),
    "rise": (-9.0, -3.5, 0.0),
    "fall": (0.0, -3.5, -9.0),
    "arch": (-7.0, 0.0, -7.0),
}
"""Level of the whole piece at its start, middle and end."""


class Recording(Record, frozen=True, kw_only=True):
    """A rendered piece with what is known to be in it."""

    samples: Samples
    rate_hz: int
    duration_s: float
    vocal_segments: tuple[Span, ...]
    startle_at_s: tuple[float, ...]


def shortened(piece: Piece, length_s: float) -> Piece:
    """The same piece with fewer chords: a quick but complete stand-in."""
    return msgspec.structs.replace(piece, length_s=length_s)


def render(piece: Piece, rate_hz: int = 44100) -> Recording:
    """Play the whole piece.

    Parameters
    ----------
    piece : Piece
        The score; ``level_dbfs`` is met unless the peaks forbid it.
    rate_hz : int
        Sample rate; notes fall at the same times at any rate.

    Returns
    -------
    Recording
        Samples that begin and end with at least 50 ms of digital silence, peak at most ``PEAK_LIMIT``.
    """
    form = form_of(piece, seeded(piece.title, "form"))
    count = int(form.duration_s * rate_hz)
    dry, send = np.zeros((2, count), np.float32), np.zeros(count, np.float32)
    # One bus serves all parts in turn: fresh memory of this size costs more time than the music in it.
    bus = np.empty_like(dry)
    vocal: list[Span] = []
    startle: list[float] = []
    for number, part in enumerate(piece.parts):
        notes = PATTERNS[part.pattern](form, part, seeded(piece.title, number))
        bus.fill(0.0)
        _play(bus, notes, part, seeded(piece.title, number, "sound"), rate_hz)
        _balance(bus, notes, part, form, rate_hz)
        dry += bus
        bus[0] += bus[1]
        bus[0] *= np.float32(part.reverb)
        send += bus[0]
        if part.pattern == "sing":
            vocal.append(Span(from_s=notes[0].at_s, to_s=notes[-1].at_s + notes[-1].length_s))
        if part.pattern == "hit":
            startle += [round(note.at_s, 3) for note in notes]
    add_room(dry, send, WET_GAIN, rate_hz)
    return Recording(
        samples=_levelled(dry, piece, form, rate_hz),
        rate_hz=rate_hz,
        duration_s=count / rate_hz,
        vocal_segments=tuple(vocal),
        startle_at_s=tuple(startle),
    )


def sound(part: Part, note: Note, rng: np.random.Generator, rate_hz: int) -> Samples:
    """One note on the part's instrument, stereo."""
    if part.instrument in washes.WASHES:
        return washes.play(part.instrument, note.pitch, note.length_s, part.brightness, rng, rate_hz)
    if part.instrument in lines.LINES:
        mono = lines.play(part.instrument, note.pitch, note.length_s, part.brightness, rng, rate_hz)
        return panned(mono, note.pan)
    return panned(struck.tone(part.instrument, note.pitch, rate_hz), note.pan)


def _play(bus: Samples, notes: list[Note], part: Part, rng: np.random.Generator, rate_hz: int) -> None:
    """Add all notes of a part to the stereo bus."""
    if part.pattern == "sing":
        from_s, line = voice.sing(notes, rate_hz)
        bus[:, int(from_s * rate_hz) :][:, : len(line)] += panned(line, 0.0)
        return
    for note in notes:
        tone = sound(part, note, rng, rate_hz)
        at = round(note.at_s * rate_hz)
        stretch = bus[:, at : at + tone.shape[1]]
        tone *= np.float32(note.gain)
        stretch += tone[:, : stretch.shape[1]]


def _balance(bus: Samples, notes: list[Note], part: Part, form: Form, rate_hz: int) -> None:
    """Bring one part to its level in the mix, let it enter and leave; in place."""
    first, last = notes[0], notes[-1]
    playing = bus[:, int(first.at_s * rate_hz) : int((last.at_s + last.length_s) * rate_hz)]
    gain = 0.1 * 10 ** (part.gain_db / 20) / rms(playing)
    enter_s, leave_s = part.enter * form.end_s, part.leave * form.end_s
    points = [(enter_s, 0.0 if part.enter > 0 else gain), (enter_s + ENTRY_S, gain)]
    if part.leave < 1:
        points += [(leave_s - ENTRY_S, gain), (leave_s, 0.0)]
    scaled(bus, points, rate_hz)


def _levelled(mix: Samples, piece: Piece, form: Form, rate_hz: int) -> Samples:
    """Apply the shape, the two ends, the level and the limit; in place."""
    start, middle, end = (10 ** (db / 20) for db in SHAPES_DB[piece.shape])
    scaled(mix, [(0.05 * form.end_s, start), (0.5 * form.end_s, middle), (0.9 * form.end_s, end)], rate_hz)
    silent_s = mix.shape[1] / rate_hz - SILENT_END_S
    scaled(mix, [(SILENT_END_S, 0.0), (FIRST_FADE_S, 1.0), (silent_s - FINAL_FADE_S, 1.0), (silent_s, 0.0)], rate_hz)
    mix *= np.float32(10 ** (piece.level_dbfs / 20) / rms(mix))
    return limited(mix, PEAK_LIMIT, MOST_LIMITING, rate_hz)
