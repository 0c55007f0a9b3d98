"""What a MIDI file says of its tempo, metre and key: just enough of the format to judge by a score.

Times are in ticks; ``division`` is ticks a quarter note. The format is the MIDI Manufacturers Association's Standard
MIDI Files 1.0.
"""

from dataclasses import dataclass, field
from operator import itemgetter

NO_TEMPO_US = 500_000
"""Microseconds a quarter where the file sets none: 120 bpm, by the standard."""


class NotMidi(Exception):
    """The bytes are no Standard MIDI File with a metrical division."""


@dataclass(kw_only=True)
class Score:
    """Events of all tracks together, each list in order of time; at one tick the tracks keep theirs, as in play."""

    division: int
    tempi: list[tuple[int, int]] = field(default_factory=list)
    """(tick, microseconds a quarter)"""
    metres: list[tuple[int, int, int]] = field(default_factory=list)
    """(tick, numerator, denominator)"""
    keys: list[tuple[int, int, bool]] = field(default_factory=list)
    """(tick, sharps, minor)"""
    notes: list[tuple[int, int, int]] = field(default_factory=list)
    """(tick, channel, pitch)"""

    def seconds(self, tick: int) -> float:
        """The time at which a tick is played."""
        at_s, last, us = 0.0, 0, NO_TEMPO_US
        for change, next_us in self.tempi:
            if change >= tick:
                break
            at_s += (change - last) * us / self.division / 1e6
            last, us = change, next_us
        return at_s + (tick - last) * us / self.division / 1e6


def read(data: bytes) -> Score:
    """Read a MIDI file.

    Raises
    ------
    NotMidi
        The bytes are something else, or are timed by film frames.
    """
    division = int.from_bytes(data[12:14], "big")
    if data[:4] != b"MThd" or division & 0x8000 or not division:
        raise NotMidi(f"{len(data)} bytes beginning {data[:4]!r}, division {division:#x}")
    score, at = Score(division=division), 14
    while at + 8 <= len(data):
        length = int.from_bytes(data[at + 4 : at + 8], "big")
        if data[at : at + 4] == b"MTrk":
            _track(data[at + 8 : at + 8 + length], score)
        at += 8 + length
    for events in (score.tempi, score.metres, score.keys, score.notes):
        events.sort(key=itemgetter(0))  # type: ignore[attr-defined]
    return score


def _number(data: bytes, at: int) -> tuple[int, int]:
    """A number of variable length, and where it ends."""
    value = 0
    while True:
        value = value << 7 | data[at] & 0x7F
        at += 1
        if not data[at - 1] & 0x80:
            return value, at


def _track(data: bytes, score: Score) -> None:
    at = tick = status = 0
    while at < len(data):
        wait, at = _number(data, at)
        tick += wait
        if data[at] & 0x80:
            status, at = data[at], at + 1
        if status == 0xFF:
            kind = data[at]
            length, at = _number(data, at + 1)
            _meta(kind, data[at : at + length], tick, score)
            at += length
        elif status in (0xF0, 0xF7):
            length, at = _number(data, at)
            at += length
        else:
            if status >> 4 == 9 and data[at + 1]:
                score.notes.append((tick, status & 15, data[at]))
            at += 1 if status >> 4 in (0xC, 0xD) else 2


def _meta(kind: int, body: bytes, tick: int, score: Score) -> None:
    if kind == 0x51:
        score.tempi.append((tick, int.from_bytes(body, "big")))
    elif kind == 0x58:
        score.metres.append((tick, body[0], 2 ** body[1]))
    elif kind == 0x59:
        score.keys.append((tick, body[0] - 256 if body[0] > 127 else body[0], bool(body[1])))
