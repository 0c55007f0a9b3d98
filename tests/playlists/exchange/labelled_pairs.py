"""The labelled pairs, and how a matcher does on them.

A set is a table of rows in ``pairs/``: what a list says, a track of the library, and whether they are one recording
(``yes``), are not (``no``), or could each of several copies be meant (``either``: must be asked). Every row is matched
against the tracks of its whole set.

What a set's lines or tracks never have (a location, an ISRC, a MusicBrainz id) it has no column for.
"""

import csv
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from playlists.exchange.entry import Entry
from playlists.exchange.matching import Index, Match, Owned

FOLDER = Path(__file__).parent / "pairs"


class Pair(NamedTuple):
    """A row: its line in the file, its kind, the right answer, what the list says and the track it is about."""

    line: int
    kind: str
    answer: str
    entry: Entry
    track: Owned


def pairs(name: str) -> list[Pair]:
    """The rows of a set."""
    with (FOLDER / f"{name}.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [Pair(line, row["kind"], row["answer"], _entry(row), _track(row)) for line, row in enumerate(rows, 2)]


def library(rows: Sequence[Pair]) -> list[Owned]:
    """The tracks of all rows, each once."""
    return list({row.track.track_id: row.track for row in rows}.values())


@dataclass(frozen=True)
class Score:
    """``taken`` without asking, of them ``right``; ``wanted`` have a right track, which was ``found`` or offered."""

    rows: int
    taken: int
    right: int
    wanted: int
    found: int
    asked: int
    wrong: tuple[tuple[Pair, Match], ...]
    lost: tuple[tuple[Pair, Match], ...]

    @property
    def precision(self) -> float:
        return self.right / self.taken

    @property
    def recall(self) -> float:
        """Of the rows that have a right track, how many were taken rightly or offered it."""
        return self.found / self.wanted


def score(rows: Sequence[Pair]) -> Score:
    """How the matcher does on a set."""
    index = Index(library(rows))
    found = [(row, index.match(row.entry)) for row in rows]
    taken = [(row, match) for row, match in found if match.verdict == "owned"]
    wrong = [(row, match) for row, match in taken if row.answer != "yes" or match.track_id != row.track.track_id]
    wanted = [(row, match) for row, match in found if row.answer != "no"]
    offered = [row.track.track_id in [candidate.track_id for candidate in match.candidates] for row, match in wanted]
    return Score(
        rows=len(rows),
        taken=len(taken),
        right=len(taken) - len(wrong),
        wanted=len(wanted),
        found=sum(offered),
        asked=sum(match.verdict == "doubtful" for _, match in found),
        wrong=tuple(wrong),
        lost=tuple(pair for pair, there in zip(wanted, offered, strict=True) if not there),
    )


def _entry(row: dict[str, str]) -> Entry:
    return Entry(
        title=row["title"],
        artist=row["artist"],
        length_s=_seconds(row["length_s"]),
        location=row.get("location") or None,
        isrc=row.get("isrc") or None,
        recording_id=row.get("recording_id") or None,
    )


def _track(row: dict[str, str]) -> Owned:
    fields = [value for name, value in row.items() if name.startswith("owned_")]
    location = row.get("owned_location")
    return Owned(
        track_id=hashlib.sha256("\t".join(fields).encode()).hexdigest(),
        title=row["owned_title"],
        artist=row["owned_artist"],
        album=row["owned_album"],
        length_s=_seconds(row["owned_length_s"]),
        isrc=row.get("owned_isrc") or None,
        recording_id=row.get("owned_recording_id") or None,
        paths=(location,) if location else (),
    )


def _seconds(text: str) -> float | None:
    return float(text) if text else None
