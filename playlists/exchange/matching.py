"""Which pieces of a list from elsewhere does the library own?

The one place that decides, for all formats and services. A person's answer and the content id prove it. Then come
ISRC, MusicBrainz's recording id and the place of the file, which may be mistaken; then title, artist and length. A
piece is *owned* only where nothing speaks against it, for a wrong piece is heard by a patient; *doubtful* ones are for
a person to decide.

Sources: the order is the issue's; likeness is defined in :mod:`playlists.exchange.likeness`. How well it does is
measured on labelled pairs, see docs/lists.md.
"""

from collections.abc import Callable, Container, Iterable, Sequence
from functools import lru_cache
from typing import Literal

from library.track import Record
from playlists.exchange.entry import Entry
from playlists.exchange.folding import plain, words
from playlists.exchange.identifiers import isrc_of, recording_of
from playlists.exchange.likeness import ASKED, SAME_LENGTH_S, Likeness, Reading, best_likeness, known_s, readings
from playlists.exchange.locations import same_file
from playlists.exchange.neighbours import Neighbours
from playlists.exchange.places import Places, file_name, tail, telling_parts, tells

MOST_CANDIDATES = 5
LOOKED_AT = 25
"""Tracks compared closely. Judgement: for 645 of 647 labelled pairs the right one is among the first 8."""
KEPT_READINGS = 20_000
SAME_ISRC, SAME_RECORDING = "same ISRC", "same MusicBrainz recording"
NOT_BOTH = "same ISRC or MusicBrainz recording, not both"
IDENTIFIERS = frozenset({SAME_ISRC, SAME_RECORDING, NOT_BOTH})
IDENTIFIED = 0.9
"""Least score of what an identifier or a place points to although the description does not agree. Judgement."""

Verdict = Literal["owned", "doubtful", "missing"]


class Owned(Record, frozen=True, kw_only=True):
    """A track of the library as matching sees it; ``track_id`` is the content id, ``length_s`` in seconds."""

    track_id: str
    title: str = ""
    artist: str = ""
    album: str = ""
    length_s: float | None = None
    isrc: str | None = None
    recording_id: str | None = None
    paths: tuple[str, ...] = ()


class Candidate(Record, frozen=True, kw_only=True):
    """A track that may be meant: ``score`` in 0..1, and in words what speaks for and against it."""

    track_id: str
    score: float
    reasons: tuple[str, ...]


class Match(Record, frozen=True, kw_only=True):
    """The verdict on one entry, and the tracks that may be meant, best first; an owned one is the first."""

    verdict: Verdict
    candidates: tuple[Candidate, ...] = ()

    @property
    def track_id(self) -> str | None:
        """The track that is taken; None unless the entry is owned."""
        return self.candidates[0].track_id if self.verdict == "owned" else None


MISSING = Match(verdict="missing")


def answered(track_id: str | None) -> Match:
    """What an entry means of which a person said that it is this track, or with None that it is none of ours."""
    return MISSING if track_id is None else _sure(track_id, "answered by a person")


def still(match: Match, owned: Container[str]) -> Match:
    """A match found earlier, without the tracks that are gone since."""
    left = tuple(candidate for candidate in match.candidates if candidate.track_id in owned)
    if left == match.candidates:
        return match
    return Match(verdict="doubtful", candidates=left) if left else MISSING


class Index:
    """A library, made ready to be asked; what it answers does not depend on the order of the tracks."""

    def __init__(self, owned: Iterable[Owned]) -> None:
        """Index ``owned``.

        Raises
        ------
        ValueError
            If two tracks have one id.
        """
        self._tracks = sorted(owned, key=lambda track: track.track_id)
        self._by_id = {track.track_id: place for place, track in enumerate(self._tracks)}
        if len(self._by_id) < len(self._tracks):
            raise ValueError(f"{len(self._tracks)} tracks have {len(self._by_id)} ids: give each track once")
        self._by_isrc = _grouped(isrc_of(track.isrc) for track in self._tracks)
        self._by_recording = _grouped(recording_of(track.recording_id) for track in self._tracks)
        self._places = Places([track.paths for track in self._tracks])
        self._neighbours = Neighbours(
            [f"{_title(track)} {track.artist}" for track in self._tracks],
            [known_s(track.length_s) for track in self._tracks],
        )
        self._readings = lru_cache(maxsize=KEPT_READINGS)(self._read)

    def match(self, entry: Entry) -> Match:
        """Which track ``entry`` means, as far as nobody was asked (:func:`answered`).

        An entry that names no piece of music is missing.
        """
        if entry.missing is not None:
            return MISSING
        if entry.content_id in self._by_id:
            return _sure(entry.content_id, "same content id")
        return self._described(entry)

    def own_sound(self, entry: Entry) -> str | None:
        """The track whose sound the list itself has there: the entry carries its id, or names one file of ours."""
        if entry.content_id in self._by_id:
            return entry.content_id
        location = entry.location or ""
        found = [
            self._tracks[place].track_id
            for place in self._places.at(location)[1]
            if any(same_file(location, path) for path in self._tracks[place].paths)
        ]
        return found[0] if len(found) == 1 else None

    def _described(self, entry: Entry) -> Match:
        wanted = _wanted(entry)
        for reason, places in self._identified(entry):
            found = self._compared(entry, wanted, places)
            agreeing = [place for place in found if self._agrees(entry, place, found[place], reason)]
            one = self._told_apart(entry, agreeing, found)
            if one is not None:
                return _sure(self._tracks[one].track_id, reason, *found[one].reasons if entry.title else ())
            if agreeing or reason in IDENTIFIERS or not entry.title.strip():
                named = self._compared(entry, wanted, self._nearest(entry))
                return self._asked(dict.fromkeys(found, (reason, IDENTIFIED)), named | found)
        found = self._compared(entry, wanted, self._nearest(entry))
        fitting = [place for place in found if found[place].fits]
        one = self._told_apart(entry, fitting, found)
        if one is not None and all(other.fits or other.score < found[one].score for other in found.values()):
            return Match(verdict="owned", candidates=(self._candidate(one, found[one]),))
        return self._asked({}, found)

    def _identified(self, entry: Entry) -> Iterable[tuple[str, list[int]]]:
        """The tracks that an identifier or a place points to, and why, the surest first."""
        by_isrc = self._by_isrc.get(isrc_of(entry.isrc) or "", [])
        by_recording = self._by_recording.get(recording_of(entry.recording_id) or "", [])
        if by_isrc and by_recording:
            both = [place for place in by_isrc if place in by_recording]
            yield (SAME_ISRC, both) if both else (NOT_BOTH, by_isrc + by_recording)
        elif by_isrc or by_recording:
            yield (SAME_ISRC, by_isrc) if by_isrc else (SAME_RECORDING, by_recording)
        if entry.location:
            parts, places = self._places.at(entry.location)
            if parts > 1:
                yield "same folder and file name", places
            elif parts == 1 and (places := [place for place in places if self._lasts_as_long(place, entry)]):
                yield "same file name and length", places

    def _lasts_as_long(self, place: int, entry: Entry) -> bool:
        ours = self._tracks[place].length_s
        return ours is not None and entry.length_s is not None and abs(ours - entry.length_s) <= SAME_LENGTH_S

    def _nearest(self, entry: Entry) -> list[int]:
        return self._neighbours.nearest(f"{_wanted_title(entry)} {entry.artist}", known_s(entry.length_s), LOOKED_AT)

    def _compared(self, entry: Entry, wanted: Sequence[Reading], places: Iterable[int]) -> dict[int, Likeness]:
        return {
            place: best_likeness(wanted, entry.length_s, self._readings(place), self._tracks[place].length_s)
            for place in places
        }

    def _read(self, place: int) -> tuple[Reading, ...]:
        track = self._tracks[place]
        return readings(_title(track), track.artist)

    def _agrees(self, entry: Entry, place: int, likeness: Likeness, reason: str) -> bool:
        """Whether the description lets an identifier stand; a place is weaker, nothing at all may speak against it."""
        if reason == NOT_BOTH or likeness.length == "far":
            return False
        described = bool(entry.title.strip())
        if reason in IDENTIFIERS:
            another = described and (likeness.title == "other" or likeness.differs)
            # Tags may name the composer where a list names who plays.
            exact = likeness.title == "same" and likeness.length == "same"
            return not another and (exact or likeness.artists != "other")
        if likeness.artists == "other":
            return False
        location = entry.location or ""
        telling = telling_parts(location, self._tracks[place].paths)
        if telling == 0 or (telling == 1 and likeness.length != "same") or likeness.artists == "partly":
            return False
        if not described:
            return likeness.length != "near" and tells(tail(location))
        return likeness.fits or (likeness.length == "same" and likeness.title == "same" and not likeness.differs)

    def _told_apart(self, entry: Entry, places: Sequence[int], found: dict[int, Likeness]) -> int | None:
        """The one of several fitting tracks that length, album or the artists named tell from the others."""
        tests: tuple[Callable[[int], bool], ...] = (
            lambda place: self._lasts_as_long(place, entry),
            lambda place: _same_text(self._tracks[place].album, entry.album),
            lambda place: bool(entry.title.strip()) and not found[place].differs,
            lambda place: found[place].title == "same" and found[place].artists == "same",
        )
        left = list(places)
        for test in tests:
            if len(left) > 1:
                left = [place for place in left if test(place)] or left
        return left[0] if len(left) == 1 else None

    def _asked(self, identified: dict[int, tuple[str, float]], found: dict[int, Likeness]) -> Match:
        """The best candidates as a question, or missing where none is like enough."""
        likely = [place for place in found if place in identified or found[place].score >= ASKED]
        candidates = [self._candidate(place, found[place], *identified.get(place, ())) for place in likely]
        candidates.sort(key=lambda candidate: (-candidate.score, candidate.track_id))
        return Match(verdict="doubtful", candidates=tuple(candidates[:MOST_CANDIDATES])) if candidates else MISSING

    def _candidate(self, place: int, likeness: Likeness, reason: str = "", score: float = 0.0) -> Candidate:
        reasons = (reason, *likeness.reasons) if reason else likeness.reasons
        return Candidate(
            track_id=self._tracks[place].track_id, score=round(max(score, likeness.score), 3), reasons=reasons
        )


def _sure(track_id: str, *reasons: str) -> Match:
    return Match(verdict="owned", candidates=(Candidate(track_id=track_id, score=1.0, reasons=reasons),))


def _wanted(entry: Entry) -> tuple[Reading, ...]:
    return readings(_wanted_title(entry), entry.artist, may_be_swapped=True)


def _wanted_title(entry: Entry) -> str:
    return entry.title if entry.title.strip() else file_name(entry.location or "")


def _title(track: Owned) -> str:
    return track.title if track.title.strip() or not track.paths else file_name(track.paths[0])


def _same_text(one: str, other: str) -> bool:
    return bool(one.strip()) and words(plain(one)) == words(plain(other))


def _grouped(names: Iterable[str | None]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        if name is not None:
            found.setdefault(name, []).append(place)
    return found
