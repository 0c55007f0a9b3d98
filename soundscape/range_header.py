"""Which bytes of a file a ``Range`` header asks for. Pure: text and sizes in, positions out.

Positions are counted from 0; a part goes from ``first`` up to, but not including, ``stop``. Source: RFC 9110 (HTTP
Semantics, 2022), sections 14.1, 14.2 and 15.3.7.2. Why it is read as it is: ``ranges.py``.
"""

import re
from typing import NamedTuple

MOST_RANGES = 8
"""A set of more ranges than this is ignored (judgement)."""
MOST_HEADER_CHARS = 400
"""A longer header is ignored unread: eight ranges of 64-bit numbers take 333 characters."""
LEAST_GAP_BYTES = 80
"""Parts nearer than this are made one: the usual overhead of one part (RFC 9110, 15.3.7.2)."""

_SPEC = re.compile(r"([0-9]+)-([0-9]*)|-([0-9]+)")


class Part(NamedTuple):
    """Bytes ``first`` up to, but not including, ``stop``."""

    first: int
    stop: int


def parts_wanted(header: str, size: int) -> list[Part] | None:
    """What a ``Range`` header asks of a file of ``size`` bytes.

    Returns
    -------
    list of Part or None
        In the order asked, none nearer to another than ``LEAST_GAP_BYTES``; empty if nothing asked for lies in the
        file; None if the header is to be ignored: malformed, another unit, too long or too many.
    """
    specs = _parsed(header)
    if specs is None:
        return None
    return _merged([part for spec in specs if (part := _placed(*spec, size)) is not None])


def capped(parts: list[Part], cap_bytes: int) -> list[Part]:
    """As many of the parts, from the first on, as ``cap_bytes`` hold; the last may be cut."""
    kept: list[Part] = []
    for first, stop in parts:
        if cap_bytes > 0:
            kept.append(Part(first, min(stop, first + cap_bytes)))
            cap_bytes -= stop - first
    return kept


def _parsed(header: str) -> list[tuple[int | None, int | None]] | None:
    """``(first, last)`` of each range, ``(None, length)`` for a suffix; None if the header is to be ignored.

    Not werkzeug's ``parse_range_header``: it takes ranges out of order, and the suffix ``-0``, for malformed.
    """
    unit, _, listed = header.partition("=")
    if len(header) > MOST_HEADER_CHARS or unit.strip(" \t").lower() != "bytes":
        return None
    # Empty elements of a list are to be accepted and skipped (RFC 9110, 5.6.1.2).
    specs = [spec for element in listed.split(",") if (spec := element.strip(" \t"))]
    matches = [match for spec in specs if (match := _SPEC.fullmatch(spec))]
    if not 0 < len(specs) == len(matches) <= MOST_RANGES:
        return None
    numbers = [[int(number) if number else None for number in match.groups()] for match in matches]
    if any(first is not None and last is not None and last < first for first, last, _ in numbers):
        return None
    return [(None, suffix) if first is None else (first, last) for first, last, suffix in numbers]


def _placed(first: int | None, last: int | None, size: int) -> Part | None:
    """Where one range lies in a file of ``size`` bytes; None if outside."""
    end = size if last is None else min(last + 1, size)
    part = Part(first, end) if first is not None else Part(max(0, size - (last or 0)), size)
    return part if part.first < part.stop else None


def _merged(parts: list[Part]) -> list[Part]:
    """Make one of what overlaps or nearly touches; each keeps the place of its first mention."""
    merged: list[Part] = []
    for part in parts:
        grown, place = part, len(merged)
        # Growing can reach parts that were passed over before, so look again until nothing joins.
        while near := [old for old in merged if _near(old, grown)]:
            place = min(place, merged.index(near[0]))
            grown = Part(min(grown.first, *(old.first for old in near)), max(grown.stop, *(old.stop for old in near)))
            merged = [old for old in merged if old not in near]
        merged.insert(place, grown)
    return merged


def _near(one: Part, other: Part) -> bool:
    return max(one.first, other.first) - min(one.stop, other.stop) < LEAST_GAP_BYTES
