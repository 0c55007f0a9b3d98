"""Waiting for a condition that another process brings about."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def until(condition: Callable[[], T], within_s: float = 180.0, what: str = "") -> T:
    """Ask until the answer is true, and return it; fail loudly if it takes longer."""
    pause, end_s = threading.Event(), time.monotonic() + within_s
    while not (answer := condition()):
        assert time.monotonic() < end_s, f"{what or condition} did not come within {within_s} s"
        pause.wait(0.05)
    return answer
