"""How long until what is asked for now can be heard: made, brought to the room and verified. Pure.

Seconds of sound over the speed at which such files were made last; its bytes over the speed at which the room's device
was last seen to download; and a margin.
"""

from collections.abc import Sequence
from statistics import median

from soundscape.stores.jobs import Job
from soundscape.wished import Holds, Report

FIRST_SPEED = 60.0
"""Judgement: seconds of sound a second, before any was measured."""
FIRST_MARGIN = 2.0
FIRST_BYTES_S = float(1 << 20)
MARGIN_S = 15.0
"""Judgement: a list fitted, a worker woken, a report or two, the file verified."""
LAST = 5
"""The median of so many counts: one that was held up, or took a moment, says little of the next."""
SHORT_S = 600.0
"""Judgement: of less sound it is what each job takes, whatever it makes, that is measured."""
LOWEST_SPEED = 3.0
"""Judgement: slower than that, nothing comes in time anyway; one job that was held up must not stop every change."""


def lead_s(sound_s: float, bytes_s_of_sound: float, speed: float, bytes_s: float | None, missed: int = 0) -> float:
    """Seconds from now until the file is surely there.

    Parameters
    ----------
    sound_s
        How much is to be made.
    bytes_s_of_sound
        How large a second of such a file is.
    speed
        Seconds of sound a second, as :func:`speed_of` tells.
    bytes_s
        How fast the device downloads, if that is known.
    missed
        How often the same change came too late; each time twice as much is allowed.
    """
    transfer_s = sound_s * bytes_s_of_sound / (bytes_s or FIRST_BYTES_S)
    return float((sound_s / speed + transfer_s + MARGIN_S) * 2**missed)


def speed_of(made: Sequence[Job]) -> float:
    """Seconds of sound a second, by the jobs that made such files last; short ones count where there are no others."""
    speeds: list[tuple[float, float]] = []
    for job in made[:LAST]:
        sound_s = (job.result or {}).get("sound_s")
        if isinstance(sound_s, int | float) and job.started_ms is not None and job.ended_ms is not None:
            speeds.append((sound_s, sound_s * 1000 / max(1, job.ended_ms - job.started_ms)))
    counting = [speed for sound_s, speed in speeds if sound_s >= SHORT_S] or [speed for _, speed in speeds]
    return max(LOWEST_SPEED, median(counting)) if counting else FIRST_SPEED / FIRST_MARGIN


def seen_bytes_s(known: float | None, before: Report | None, after: Report, passed_s: float) -> float | None:
    """How fast a device downloads, after one more report.

    A file that became whole in between says only that it was at least so fast.
    """
    if before is None or passed_s <= 0:
        return known
    had = {file.mixdown_id: file.bytes_verified for file in before.files}
    moved = [(file, file.bytes_verified - had.get(file.mixdown_id, 0)) for file in after.files]
    got = sum(more for _, more in moved if more > 0)
    if not got:
        return known
    rate = got / passed_s
    whole = all(file.bytes_verified >= file.bytes for file, more in moved if more > 0)
    return max(rate, known or 0.0) if whole else rate


def is_whole(files: Sequence[Holds], mixdown_id: str | None) -> bool:
    """Whether a file lies whole and verified on the device."""
    return any(file.mixdown_id == mixdown_id and 0 < file.bytes <= file.bytes_verified for file in files)
