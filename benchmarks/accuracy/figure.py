"""A measured figure: never without its count, and never without how sure that count makes it."""

from dataclasses import dataclass
from math import sqrt

from scipy import stats

Z95 = 1.959964
"""The normal quantile of a two-sided 95 % interval."""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One line of the report. ``source`` says what it was measured on, and whether anything was tuned there."""

    name: str
    value: float
    count: int
    source: str
    target: str = ""
    low: float | None = None
    high: float | None = None

    def line(self) -> str:
        interval = "" if self.low is None or self.high is None else f" ({self.low:.3f}-{self.high:.3f})"
        return f"| {self.name} | {self.value:.3f}{interval} | {self.count} | {self.target} | {self.source} |"


HEADER = "| figure | value (95 % interval) | count | target | measured on |\n|---|---|---|---|---|"


def share(name: str, hits: int, count: int, *, source: str, target: str = "") -> Figure:
    """Return a share with Wilson's score interval (Wilson 1927), which stays honest near 0 and 1 and for small counts.

    Raises
    ------
    ValueError
        If nothing was counted: a share of nothing is no figure.
    """
    if not count:
        raise ValueError(f"{name}: nothing was counted on {source}")
    p, z = hits / count, Z95
    middle = (p + z * z / (2 * count)) / (1 + z * z / count)
    reach = z * sqrt(p * (1 - p) / count + z * z / (4 * count * count)) / (1 + z * z / count)
    low, high = max(0.0, middle - reach), min(1.0, middle + reach)
    return Figure(name=name, value=p, count=count, source=source, target=target, low=low, high=high)


def rate(name: str, events: int, amount: float, *, source: str, target: str = "") -> Figure:
    """Return events for each unit of an amount with the exact interval of a Poisson count (Garwood 1936).

    Raises
    ------
    ValueError
        If there was nothing in which something could have happened.
    """
    if not amount:
        raise ValueError(f"{name}: nothing was looked at on {source}")
    low = float(stats.chi2.ppf(0.025, 2 * events)) / 2 / amount if events else 0.0
    high = float(stats.chi2.ppf(0.975, 2 * events + 2)) / 2 / amount
    return Figure(name=name, value=events / amount, count=events, source=source, target=target, low=low, high=high)


def worst(name: str, values: list[float], *, source: str, target: str = "") -> Figure:
    """Return the largest of the values by size, for tolerances that hold for each case.

    Raises
    ------
    ValueError
        If there are no values.
    """
    if not values:
        raise ValueError(f"{name}: nothing was measured on {source}")
    return Figure(name=name, value=max(values, key=abs), count=len(values), source=source, target=target)
