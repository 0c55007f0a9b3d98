"""Waiting for processes without sleeping: each is a file that becomes readable when it ends (Linux)."""

import os
import select
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path


def children_of(pid: int) -> list[int]:
    """The processes that a process has started and that still run."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for thread in threads for child in (thread / "children").read_text().split()]


@contextmanager
def watched(pids: Iterable[int]) -> Iterator[list[int]]:
    """File descriptors of running processes, for `all_ended`."""
    descriptors = [os.pidfd_open(pid) for pid in pids]
    try:
        yield descriptors
    finally:
        for descriptor in descriptors:
            os.close(descriptor)


def all_ended(descriptors: list[int], within_s: float) -> bool:
    """Wait until every watched process has ended; False if one takes longer."""
    return all(select.select([descriptor], [], [], within_s)[0] for descriptor in descriptors)
