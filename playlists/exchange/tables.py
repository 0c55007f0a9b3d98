"""A table for a spreadsheet: what a page shows in rows, as CSV.

CSV is RFC 4180 in UTF-8 with a mark, which spreadsheets need to believe that it is UTF-8. A spreadsheet takes a text
that begins with ``=``, ``+``, ``-``, ``@`` or a tab as a formula: it gets an apostrophe, and loses it again when it
is read. Source: RFC 4180; OWASP, "CSV Injection".
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from playlists.exchange.errors import DamagedList

BYTE_ORDER_MARK = "\ufeff"
FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
"""Apostrophes before it count too, so that what had one already keeps it."""
GUARDED = re.compile(r"'+[=+\-@\t\r\n＝＋－＠]")
SEPARATORS = ",;\t"
"""Spreadsheets write a semicolon where the comma is the decimal sign."""

Headings = Mapping[str, str]
"""The name of a field and its heading, in the order of the columns."""


def csv_of(headings: Headings, rows: Iterable[object]) -> bytes:
    """The named fields of the rows under their headings; None is an empty cell, several values are divided by a
    semicolon and a blank."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(headings.values())
    writer.writerows([_cell(getattr(row, name)) for name in headings] for row in rows)
    return (BYTE_ORDER_MARK + text.getvalue()).encode("utf-8", "replace")


def cells_of(text: str) -> list[list[str]]:
    """The rows of a CSV file, headings first, as texts; empty rows are left out.

    Raises
    ------
    DamagedList
        A quotation mark that nothing closes, or a cell beyond 131,072 letters.
    """
    plain = text.removeprefix(BYTE_ORDER_MARK)
    heading = plain[: 1 << 16].split("\n", 1)[0]
    separator = max(SEPARATORS, key=heading.count)
    reader = csv.reader(io.StringIO(plain, newline=""), delimiter=separator, strict=True)
    try:
        return [[_unguarded(cell) for cell in row] for row in reader if row]
    except csv.Error as error:
        raise DamagedList(f"Line {reader.line_num:,} of the table is broken: {error}. Save it anew as CSV.") from error


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return _cell("; ".join(map(str, value)))
    return f"'{value}" if isinstance(value, str) and FORMULA.match(value) else value


def _unguarded(cell: str) -> str:
    return cell[1:] if GUARDED.match(cell) else cell
