"""What do a track's numbers mean to somebody who knows music and no measuring? Each with its unit and in plain words.

What is unknown is said with its reason. The limits of the words are judgement: they sort calm music as the arcs of the
templates do, which run from an energy of 0.1 to 0.46.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from library.track import Analysis
from library.verdict import clock
from playlists.mixdown import CEILING_DBTP

Words = Sequence[tuple[float, str]]
"""Upper limits, in order, and what is said below each; the last one has no limit."""
NO_LIMIT = float("inf")
ENERGY: Words = (
    (0.15, "very still, as a held chord"),
    (0.3, "calm; it hardly moves"),
    (0.45, "gently moving; as much as most arcs wish at their height"),
    (0.65, "lively; more than most sessions wish"),
    (0.85, "intense"),
    (NO_LIMIT, "as intense as an orchestra in battle"),
)
SURE: Words = ((0.4, "a guess"), (0.7, "likely"), (0.9, "fairly sure"), (NO_LIMIT, "sure"))
RANGE: Words = (
    (4.0, "even from beginning to end"),
    (9.0, "it swells and fades"),
    (15.0, "soft and loud parts are far apart"),
    (NO_LIMIT, "very soft and very loud parts; soft ones may be lost in a room"),
)
BRIGHT: Words = (
    (700.0, "dark and soft in its tone"),
    (1500.0, "warm"),
    (3000.0, "bright"),
    (NO_LIMIT, "very bright, as cymbals or hiss"),
)
ONSETS: Words = ((0.5, "notes are held long"), (2.0, "unhurried"), (5.0, "flowing"), (NO_LIMIT, "busy"))
SAME_DB = 0.5
"""Differences below are not heard."""


@dataclass(frozen=True)
class Fact:
    """One measured thing: its name, its number with the unit, and what that means."""

    name: str
    value: str
    meaning: str
    known: bool = True


def facts(analysis: Analysis, target_lufs: float) -> list[Fact]:
    """Everything that was measured of a track, in the order in which people ask for it."""
    return [
        _length(analysis),
        _number(analysis, "Energy", "energy", lambda value: f"{value:.2f} of 1", lambda value: _word(value, ENERGY)),
        _tempo(analysis),
        _voices(analysis),
        _rises(analysis),
        _number(analysis, "Loudness", "loudness_lufs", _lufs, lambda value: _as_a_whole(value, target_lufs)),
        _number(analysis, "Loudness range", "loudness_range_lu", lambda value: f"{value:.1f} LU", _ranging),
        _number(analysis, "Highest peak", "true_peak_dbtp", lambda value: f"{signed(value)} dBTP", _peak),
        _key(analysis),
        _number(analysis, "Brightness", "brightness_hz", lambda value: f"{value:,.0f} Hz", _brightness),
        _number(analysis, "Notes begun", "onset_rate_hz", lambda value: f"{value:.1f} a second", _onsets),
    ]


def signed(value: float) -> str:
    """One decimal, with a minus that is one."""
    return f"{value:.1f}".replace("-", "−")


def _word(value: float, words: Words) -> str:
    return next(said for limit, said in words if value < limit)


def _unknown(analysis: Analysis, name: str, field: str) -> Fact:
    return Fact(name, "unknown", f"{analysis.unknown.get(field, 'not measured')}.", known=False)


def _number(
    analysis: Analysis, name: str, field: str, spelled: Callable[[float], str], means: Callable[[float], str]
) -> Fact:
    value: float | None = getattr(analysis, field)
    return _unknown(analysis, name, field) if value is None else Fact(name, spelled(value), f"{means(value)}.")


def _length(analysis: Analysis) -> Fact:
    begins_s, ends_s = analysis.music_from_s, analysis.music_to_s
    if begins_s is None or ends_s is None:
        return Fact("Length", clock(analysis.duration_s), "where the music begins and ends is unknown.")
    return Fact("Length", clock(analysis.duration_s), f"music from {clock(begins_s)} to {clock(ends_s)}.")


def _tempo(analysis: Analysis) -> Fact:
    if analysis.pulse == "free":
        return Fact("Tempo", "free pulse", "no steady beat: held sounds, or played freely.")
    if analysis.tempo_bpm is None:
        return _unknown(analysis, "Tempo", "tempo_bpm")
    sure = "" if analysis.tempo_confidence is None else _word(analysis.tempo_confidence, SURE)
    other = ""
    if analysis.tempo_alternative_bpm is not None:
        other = f"it can also be counted at {analysis.tempo_alternative_bpm:.0f}"
    return Fact("Tempo", f"{analysis.tempo_bpm:.0f} bpm", f"{'; '.join(filter(None, [sure, other])) or 'a beat'}.")


def _voices(analysis: Analysis) -> Fact:
    vocals = analysis.vocals
    if vocals.verdict == "unknown":
        return _unknown(analysis, "Voices", "vocals")
    word = {"instrumental": "none", "review": "perhaps", "vocal": "yes"}[vocals.verdict]
    sure = "" if vocals.probability is None else f"probability {vocals.probability:.2f} that there is one anywhere"
    share = "" if vocals.share is None else f"{100 * vocals.share:.0f} % of the time sounds like one in some way"
    count = len(vocals.segments)
    where = {0: "no stretch of it for long", 1: "one stretch of it"}.get(count, f"{count} stretches of it")
    return Fact("Voices", word, f"{'; '.join(filter(None, [sure, share, where]))}.")


def _rises(analysis: Analysis) -> Fact:
    if analysis.startle is None:
        return _unknown(analysis, "Sudden rises", "startle")
    if not analysis.startle.events:
        return Fact("Sudden rises", "none", "nothing jumps out of what was before.")
    count = len(analysis.startle.events)
    largest = max(event.jump_lu for event in analysis.startle.events)
    return Fact("Sudden rises", f"{count}", f"the largest is {largest:.0f} LU; 10 LU sound twice as loud.")


def _lufs(value: float) -> str:
    return f"{signed(value)} LUFS"


def _as_a_whole(value: float, target_lufs: float) -> str:
    change_db = target_lufs - value
    target = f"{target_lufs:g}".replace("-", "−")
    if abs(change_db) < SAME_DB:
        return f"how loud it is as a whole; lists play at {target}, as it is"
    louder = "louder" if change_db > 0 else "softer"
    return f"how loud it is as a whole; lists bring it to {target}, {abs(change_db):.1f} dB {louder}"


def _ranging(value: float) -> str:
    return f"between soft and loud parts: {_word(value, RANGE)}"


def _peak(value: float) -> str:
    ceiling = signed(CEILING_DBTP)
    if value > 0:
        return f"above full scale: it may be distorted already; session files stay below {ceiling}"
    return f"below full scale, which is 0; session files stay below {ceiling}"


def _key(analysis: Analysis) -> Fact:
    if analysis.key is None:
        return _unknown(analysis, "Key", "key")
    sure = "" if analysis.key_confidence is None else _word(analysis.key_confidence, SURE)
    return Fact("Key", analysis.key, f"{'; '.join(filter(None, [sure, 'related keys follow each other well']))}.")


def _brightness(value: float) -> str:
    return f"the middle of its sound: {_word(value, BRIGHT)}"


def _onsets(value: float) -> str:
    return _word(value, ONSETS)
