"""The pieces of a session in words: a numbered list beneath the picture, and the same for those who cannot see it.

Conventions: times in seconds; ``Heard`` keeps the track's clock and the session's apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from library.drawing import Drawing
from library.lettering import clean, width, wrapped
from library.picture import artist_of, tempo_words, title_of
from library.track import StartleEvent, Track, VocalSegment
from library.verdict import clock
from playlists.playlist import Item

ROW_HIGH, LINE_HIGH = 46.0, 18.0
NUMBER_X, TITLE_X = 48.0, 60.0
HEARD_X, TEMPO_X, ENERGY_X, PHASE_X, FADE_X = 690.0, 820.0, 930.0, 1010.0, 1100.0
COLUMNS = ((TITLE_X, "piece"), (HEARD_X, "heard"), (TEMPO_X, "tempo"), (ENERGY_X, "energy"), (PHASE_X, "phase"))


@dataclass(frozen=True)
class Heard:
    """One piece as it is heard: its number from 1, its place, and the track if the library still has it."""

    number: int
    item: Item
    track: Track | None

    @property
    def starts_s(self) -> float:
        """Where it begins on the session's clock."""
        return self.item.start_s

    @property
    def ends_s(self) -> float:
        """Where it ends on the session's clock."""
        return self.session_s(self.item.to_s)

    def session_s(self, at_s: float) -> float:
        """The session's clock at a second of the track."""
        return self.item.start_s + at_s - self.item.from_s

    @cached_property
    def rises(self) -> tuple[StartleEvent, ...]:
        """The sudden rises within the part that is played."""
        known = self.track.analysis.startle if self.track else None
        return tuple(e for e in (known.events if known else ()) if self.item.from_s <= e.at_s < self.item.to_s)

    @cached_property
    def voices(self) -> tuple[VocalSegment, ...]:
        """The stretches of voice within the part that is played, cut to it."""
        segments = self.track.analysis.vocals.segments if self.track else ()
        return tuple(
            VocalSegment(
                from_s=max(s.from_s, self.item.from_s),
                to_s=min(s.to_s, self.item.to_s),
                kind=s.kind,
                probability=s.probability,
            )
            for s in segments
            if s.to_s > self.item.from_s and s.from_s < self.item.to_s
        )

    @property
    def proved_calm(self) -> bool:
        """Whether rises and voices were looked for in it and none was found."""
        if self.track is None or self.track.analysis.startle is None:
            return False
        return self.track.analysis.vocals.verdict != "unknown" and not self.rises and not self.voices

    @property
    def times(self) -> str:
        """From when to when it is heard."""
        return f"{clock(self.starts_s)} – {clock(self.ends_s)}"


def precise(seconds: float) -> str:
    """A length as minutes and seconds, with milliseconds where there are any."""
    whole, thousandths = divmod(round(seconds * 1000), 1000)
    return clock(whole) + (f".{thousandths:03d}" if thousandths else "")


def summary(heard: Sequence[Heard], phases: Sequence[tuple[str, float, float]]) -> str:
    """The picture in sentences."""
    stretches = ", ".join(f"{name} {clock(from_s)} to {clock(to_s)}" for name, from_s, to_s in phases)
    pieces = "; ".join(f"{piece.number}. {_name(piece)}, {piece.times}" for piece in heard)
    rises, voices = sum(len(piece.rises) for piece in heard), sum(len(piece.voices) for piece in heard)
    return f"Phases: {stretches}. Pieces: {pieces}. {rises} sudden rises and {voices} stretches of voice are marked."


def draw_list(drawing: Drawing, heard: Sequence[Heard], notes: Sequence[str], top: float, right: float) -> float:
    """Draw the list from the baseline ``top`` on; returns where it ends."""
    for x, name in (*COLUMNS, (FADE_X, "fades in")):
        drawing.text((x, top), name, size=12, fill="muted")
    for k, piece in enumerate(heard):
        _row(drawing, piece, top + 30 + ROW_HIGH * k, right)
    y = top + 30 + ROW_HIGH * len(heard)
    for note in notes:
        for line in wrapped(clean(note), 13, right - TITLE_X, 3):
            drawing.text((TITLE_X, y + 4), line, room=right - TITLE_X)
            y += LINE_HIGH
    return y + 8


def _row(drawing: Drawing, piece: Heard, y: float, right: float) -> None:
    """A piece on two lines: what and when, then why it is there."""
    drawing.line((NUMBER_X - 24, y - 19), (right, y - 19), "line", 0.75)
    drawing.text((NUMBER_X, y), str(piece.number), fill="muted", anchor="end")
    drawing.text((TITLE_X, y), _name(piece), room=HEARD_X - TITLE_X - 16)
    drawing.text((HEARD_X, y), piece.times)
    if piece.track is not None:
        energy = piece.track.analysis.energy
        drawing.text((TEMPO_X, y), tempo_words(piece.track.analysis))
        drawing.text((ENERGY_X, y), "unknown" if energy is None else f"{energy:.2f}")
    drawing.text((PHASE_X, y), piece.item.phase, room=FADE_X - PHASE_X - 8)
    drawing.text((FADE_X, y), f"{piece.item.fade_in_s:g} s", room=right - FADE_X)
    found = _found(piece)
    room = right - TITLE_X - (width(found, 12) + 16 if found else 0.0)
    drawing.text((TITLE_X, y + LINE_HIGH), piece.item.why, size=12, fill="muted", room=room)
    drawing.text((right, y + LINE_HIGH), found, size=12, fill="warn", anchor="end")


def _name(piece: Heard) -> str:
    if piece.track is None:
        return f"No longer in the library ({piece.item.track_id[:12]})"
    return " · ".join(filter(None, [title_of(piece.track), artist_of(piece.track)]))


def _found(piece: Heard) -> str:
    """The marks of a piece in words."""
    parts = []
    if piece.rises:
        largest = max(piece.rises, key=lambda event: event.jump_lu)
        parts.append(f"rises {largest.jump_lu:.0f} LU at {clock(piece.session_s(largest.at_s))}")
    if piece.voices:
        parts.append(f"perhaps a voice from {clock(piece.session_s(piece.voices[0].from_s))}")
    return ", ".join(parts)
