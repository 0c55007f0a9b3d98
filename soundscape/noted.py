"""What does the server keep between two reports of a player? Since when something is so, which none alone says. Pure.

The *levels* are those of each second of the file that sounds (`Manifest.levels_dbfs`); what the player's own gain takes
off comes on top. Times are ms since 1970 UTC on the server's clock.
"""

from collections.abc import Collection

from soundscape.wished import Noted, Report

SILENT_DBFS = -60.0
"""Below this, with the player's own gain taken off, nothing is heard (DESIGN "Live")."""
OFF_DB = 6.0
"""Half or twice the planned amplitude (docs/live.md "Alarms")."""
FAINT_DBFS = -50.0
"""Judgement: where the plan itself is below this, some dB more or less are nothing that anybody hears."""
MEANT_S = 2
"""A player measures over a second and tells of it up to a second later: it may mean any second so near (judgement)."""


def noted(
    before: Report | None,
    report: Report,
    now_ms: int,
    *,
    session_id: str | None,
    own: Collection[str] = (),
    levels: tuple[float, ...] | None = None,
) -> Noted:
    """What is known after a report.

    Parameters
    ----------
    before, report
        The last report and this one.
    session_id
        The session planned or running in the room.
    own
        The mixdowns that the session is to play; whatever else sounds stands in for them, or is wrong.
    levels
        Those of the file that sounds, in dBFS; ``None`` where they are unknown: then no level is wrong.
    """
    kept = before.noted if before is not None else Noted()
    if kept.session_id != session_id:
        kept = Noted(session_id=session_id)
    off_db = off_plan_db(report, levels)
    return Noted(
        session_id=session_id,
        silent_since_ms=_since(kept.silent_since_ms, now_ms, is_so=_silent(report)),
        off_since_ms=_since(kept.off_since_ms, now_ms, is_so=off_db != 0.0),
        off_db=off_db,
        clock_ahead_ms=_clock_ahead_ms(kept, report, now_ms),
        fallback=_fallback(kept, report, own),
    )


def off_plan_db(report: Report, levels: tuple[float, ...] | None) -> float:
    """By how many dB what is heard is above (or, negative, below) all that the plan may mean there; else 0."""
    heard, at_s = report.level_dbfs, report.position_s
    if report.state not in ("playing", "quiet") or heard is None or at_s is None:
        return 0.0
    near = (levels or ())[max(0, int(at_s) - MEANT_S) : int(at_s) + MEANT_S]
    if not near or max(near) < FAINT_DBFS:
        return 0.0
    gain_db = report.gain_db or 0.0
    above, below = heard - gain_db - max(near), heard - gain_db - min(near)
    if above > OFF_DB:
        return above
    return below if below < -OFF_DB else 0.0


def _silent(report: Report) -> bool:
    if report.state != "playing" or report.level_dbfs is None:
        return False
    return report.level_dbfs - (report.gain_db or 0.0) < SILENT_DBFS


def _since(known_ms: int | None, now_ms: int, *, is_so: bool) -> int | None:
    if not is_so:
        return None
    return now_ms if known_ms is None else known_ms


def _clock_ahead_ms(kept: Noted, report: Report, now_ms: int) -> int | None:
    if kept.clock_ahead_ms is not None or not report.clock_ms:
        return kept.clock_ahead_ms
    return report.clock_ms - now_ms


def _fallback(kept: Noted, report: Report, own: Collection[str]) -> int:
    """A player tells of it until it is acknowledged, perhaps when it is over already: what sounds now counts."""
    if report.mixdown_id in own:
        return 0
    told = [round(event.value) for event in report.events if event.kind == "fallback" and event.value is not None]
    return told[-1] if told else kept.fallback
