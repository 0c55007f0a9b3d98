"""docs/reliability.md: what `make reliability` saw, with counts and the commit that each row was seen on."""

import datetime as dt
import os
import platform
import re
import subprocess
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT

TIME = "time "
"""What marks a repetition in a case's name."""
BEGIN, END = "<!-- table -->", "<!-- end of table -->"
COLUMNS = {
    "hole_ms": "longest hole, ms",
    "rise_lu": "rise above the music's own, LU in 1 s",
    "moved_ms": "moved by, ms",
    "off_s": "off its place, s",
    "returned_s": "back after, s",
    "desk_s": "at the desk after, s",
    "drift_ms": "drift, ms",
    "memory_mib": "memory grew by, MiB",
    "reports_p99_ms": "reports, p99, ms",
    "events_p99_ms": "events, p99, ms",
}
_seen: dict[str, list[tuple[bool, dict[str, Any]]]] = defaultdict(list)


def note(report: pytest.TestReport) -> bool:
    """Keep one case's outcome and what it measured; whether this is one."""
    over = report.when == "call" or (report.failed and report.when == "setup")
    if over and "tests/reliability/" in report.nodeid and "test_judge" not in report.nodeid:
        name = report.nodeid.partition("::")[2].removeprefix("test_").replace("_", " ")
        name = re.sub(rf"-?{TIME}\d+", "", name).removesuffix("[]")
        _seen[name].append((report.passed, dict(report.user_properties)))
    return over


def write(path: Path) -> None:
    """Put the table into the page; a row of an earlier run stays until its case runs again."""
    before, _, rest = path.read_text().partition(BEGIN)
    table, _, after = rest.partition(END)
    path.write_text(f"{before}{BEGIN}\n{_table(_rows(table))}\n{END}{after}")


def _rows(table: str) -> dict[str, str]:
    """The rows of a table by the names of their cases."""
    lines = [line for line in table.splitlines() if line.startswith("| ")][1:]
    return {line.split(" | ", 1)[0].removeprefix("| "): line for line in lines}


def _table(rows: dict[str, str]) -> str:
    changed = " with changes" if _git("status", "-s", "-uno") else ""
    seen_on = f"{_git('rev-parse', '--short', 'HEAD')}{changed}, {dt.datetime.now(dt.UTC):%Y-%m-%d}"
    for name, runs in _seen.items():
        cells = [name, f"{sum(passed for passed, _ in runs)} of {len(runs)}"]
        cells += [_worst(runs, column) for column in COLUMNS]
        rows[name] = f"| {' | '.join([*cells, seen_on])} |"
    head = ["case", "passed", *COLUMNS.values(), "commit"]
    lines = [f"On {os.cpu_count()} processors, {platform.system()}; the worst of each row:", ""]
    lines += [f"| {' | '.join(head)} |", "|---" * len(head) + "|", *rows.values()]
    return "\n".join(lines)


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def _worst(runs: list[tuple[bool, dict[str, Any]]], column: str) -> str:
    found = [measured[column] for _, measured in runs if column in measured]
    return f"{round(max(found), 2):g}" if found else ""
