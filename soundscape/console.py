"""What a person sees of a long run: on a terminal a bar and tables, elsewhere plain lines. Messages go to stderr."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

PLAIN_EVERY_S = 5.0
"""Without a terminal a line of progress at most this often: a log is read afterwards."""

Tick = Callable[[float, float, str], None]
"""Called with how much is done, how much there is, and what was done last."""


def say(message: str) -> None:
    """A message to the person; never mixed with what a program reads from stdout."""
    click.echo(message, err=True)


@contextmanager
def progress(what: str) -> Iterator[Tick]:
    """Show how far a long run is, at which rate and how long it will take."""
    if sys.stderr.isatty():
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[last]}", style="dim"),
        )
        with Progress(*columns, console=Console(stderr=True)) as bar:
            task = bar.add_task(what, total=None, last="")
            yield lambda done, total, last: bar.update(task, completed=done, total=total, last=last)
    else:
        yield _PlainProgress(what)


class _PlainProgress:
    """Progress as lines: the first, the last, and one every few seconds between."""

    def __init__(self, what: str) -> None:
        self._what, self._begun, self._said = what, time.monotonic(), -PLAIN_EVERY_S

    def __call__(self, done: float, total: float, last: str) -> None:
        now = time.monotonic() - self._begun
        if done < total and now - self._said < PLAIN_EVERY_S:
            return
        self._said = now
        left_s = now / done * (total - done) if done else 0.0
        rate = f", {done / now * 60:.1f} a minute, {left_s:.0f} s left" if 0 < done < total and now > 0 else ""
        say(f"{self._what}: {done:.0f} of {total:.0f}{rate}{'; ' if last else ''}{last}")


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Rows on stdout: a table on a terminal, tab-separated lines elsewhere."""
    if sys.stdout.isatty():
        drawn = Table(*columns)
        for row in rows:
            drawn.add_row(*(cell.replace("[", "\\[") for cell in row))
        Console().print(drawn)
    else:
        for row in rows:
            click.echo("\t".join(row))
