"""What does a room check mean? Each thing measured or said by hand as a sentence, good, to see to, or unknown. Pure."""

from datetime import UTC, datetime
from typing import Literal

from library.track import Record
from soundscape.checked import ByHand, CheckDetail, RoomCheck

TONE_DBFS = -26.0
"""The level of the player's tone before the room's cap (static/js/player/check.js)."""
LEVEL_OFF_DB = 3.0
APART_DB = 20.0
"""Judgement: a tone for one side that is so much softer on the other is on its side only."""
ROOM_BYTES = 500 << 20
"""Judgement: a session file, its successors, the bed and the standing lists, with as much to spare."""
SLOW_MS = 1_000.0
"""Judgement: a report's answer that takes longer will come late when the network is worse."""
BATTERY = 0.5

How = Literal["good", "warn", "unknown"]


class Finding(Record, frozen=True, kw_only=True):
    """One thing that was looked at."""

    how: How
    words: str


def same_day(one_ms: int | None, other_ms: int) -> bool:
    """Whether a time is known and lies on the same day as another, by the server's wall clock."""
    if one_ms is None:
        return False
    days = [datetime.fromtimestamp(each / 1000, UTC).astimezone().date() for each in (one_ms, other_ms)]
    return days[0] == days[1]


def findings(check: RoomCheck) -> list[Finding]:
    """What was found, what needs somebody first; nothing before the tablet has answered."""
    if check.detail is None:
        return []
    found = [*_by_hand(check.by_hand), *_sound(check.detail), *_keeping(check.detail), *_around(check.detail)]
    return sorted(found, key=lambda finding: ("warn", "unknown", "good").index(finding.how))


def _by_hand(said: ByHand | None) -> list[Finding]:
    if said is None:
        return [_unknown("Nobody has said yet whether both sides were heard.")]
    return [
        _known(said.left, "Heard on the left.", "Not heard on the left: look at the headphones."),
        _known(said.right, "Heard on the right.", "Not heard on the right: look at the headphones."),
        _known(said.reminder, "Do not disturb is on.", "Turn Do not disturb on: another app could sound."),
    ]


def _sound(detail: CheckDetail) -> list[Finding]:
    sides = (
        ("left", detail.left_dbfs, detail.left_other_dbfs),
        ("right", detail.right_dbfs, detail.right_other_dbfs),
    )
    found = [_side(*side) for side in sides]
    found.append(
        _known(
            detail.autoplay,
            "Music may begin without a tap.",
            "After a restart this tablet will need a tap before it plays: set it up as the kiosk guide says.",
            "Whether music may begin without a tap is unknown.",
        )
    )
    if detail.cap_dbfs is not None and detail.cap_db is not None:
        off_db = detail.cap_dbfs - (TONE_DBFS + detail.cap_db)
        words = f"The level at the room's limit is {_decibels(detail.cap_dbfs)}"
        right, wrong = f"{words}, as it should be.", f"{words}, {abs(off_db):.0f} dB off what it should be."
        found.append(_known(abs(off_db) <= LEVEL_OFF_DB, right, wrong))
    return found


def _side(name: str, level_dbfs: float | None, other_dbfs: float | None) -> Finding:
    if level_dbfs is None:
        return _unknown(f"The tone on the {name} could not be measured.")
    apart = other_dbfs is None or level_dbfs - other_dbfs >= APART_DB
    wrong = f"The tone for the {name} is on both sides: the tablet may be set to mono."
    return _known(apart, f"The tone on the {name} is on its side only.", wrong)


def _keeping(detail: CheckDetail) -> list[Finding]:
    storage = detail.storage
    if storage is None or storage.quota is None:
        return [_unknown("The browser does not say how much it can keep.")]
    free = storage.quota - (storage.usage or 0)
    words = f"{free / (1 << 30):.1f} GiB free for music."
    return [
        _known(free >= ROOM_BYTES, words, f"Only {free >> 20} MiB free for music: make room on the tablet."),
        _known(
            storage.persisted,
            "The browser keeps the music until it is told otherwise.",
            "The browser may delete the music where the tablet runs out of space: keep space free.",
            "Whether the browser may delete the music by itself is unknown.",
        ),
    ]


def _around(detail: CheckDetail) -> list[Finding]:
    dark = "The screen may go dark and the tablet asleep: set it up as the kiosk guide says."
    found = [_known(detail.wake_lock, "The screen stays on.", dark, "Whether the screen stays on is unknown.")]
    network = detail.network
    if network is not None and network.worst_ms is not None:
        good = network.lost == 0 and network.worst_ms <= SLOW_MS
        words = (
            f"{network.trips - network.lost} of {network.trips} answers came, the slowest in {network.worst_ms:.0f} ms"
        )
        found.append(_known(good, f"{words}.", f"{words}: the network here is poor. Music plays on without it."))
    elif network is not None:
        found.append(_known(False, "", "No answer came over the network."))
    if detail.battery == "unknown":
        found.append(_unknown("The tablet does not tell its battery. Is it on its charger?"))
    else:
        words = f"Battery at {detail.battery * 100:.0f} %{', charging' if detail.charging is True else ''}"
        enough = detail.charging is True or detail.battery >= BATTERY
        found.append(_known(enough, f"{words}.", f"{words}: put it on its charger."))
    return found


def _known(good: bool | None, right: str, wrong: str, unknown: str = "") -> Finding:
    if good is None:
        return _unknown(unknown)
    return Finding(how="good" if good else "warn", words=right if good else wrong)


def _unknown(words: str) -> Finding:
    return Finding(how="unknown", words=words)


def _decibels(level: float) -> str:
    return f"{level:.0f} dB".replace("-", "−")
