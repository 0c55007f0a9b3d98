"""A table for a spreadsheet: what a page shows in rows, as CSV.

CSV is RFC 4180 in UTF-8 with a mark, which spreadsheets need to believe that it is UTF-8. A spreadsheet takes a text
that begins with ``=``, ``+``, ``-``, ``@`` or a tab as a formula: it gets an apostrophe, and loses it again when it
is read. One that divides at semicolons or tabs instead of commas finds beginnings inside our texts, behind these and
behind line ends; they are guarded alike. Source: RFC 4180; OWASP, "CSV Injection".
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from playlists.exchange.errors import DamagedList

BYTE_ORDER_MARK = "\ufeff"
FORMULA = r"""(?=["' ]*[=+\-@\t\r\n＝＋－＠])"""
"""Quotation marks and apostrophes before it count too: a divided text loses the ones, and keeps the others it had."""
BEGINNING = re.compile(rf"(\A|[;\t\r\n]){FORMULA}")
GUARDED = re.compile(rf"(\A|[;\t\r\n])'{FORMULA}")
SEPARATORS = ",;\t"
"""Spreadsheets write a semicolon where the comma is the decimal sign."""
TOLD = re.compile(rf'"?sep=([{SEPARATORS}])"?(?:\r\n?|\n)', re.IGNORECASE)
"""Excel's own first line."""

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

    Between tabs a quotation mark is a letter, unless a whole cell stands in them.

    Raises
    ------
    DamagedList
        A quotation mark that nothing closes, or a cell beyond 131,072 letters.
    """
    plain = text.removeprefix(BYTE_ORDER_MARK)
    told = TOLD.match(plain)
    plain = plain[told.end() if told else 0 :]
    heading = plain[: 1 << 16].split("\n", 1)[0]
    separator = told[1] if told else max(SEPARATORS, key=heading.count)
    tabs = separator == "\t"
    reader = csv.reader(
        io.StringIO(plain, newline=""),
        delimiter=separator,
        quoting=csv.QUOTE_NONE if tabs else csv.QUOTE_MINIMAL,
        strict=True,
    )
    try:
        return [[GUARDED.sub(r"\1", _unquoted(cell) if tabs else cell) for cell in row] for row in reader if row]
    except csv.Error as error:
        raise DamagedList(f"Line {reader.line_num:,} of the table is broken: {error}. Save it anew as CSV.") from error


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return _cell("; ".join(map(str, value)))
    return BEGINNING.sub(r"\1'", value) if isinstance(value, str) else value


def _unquoted(cell: str) -> str:
    inside = cell[1:-1].replace('""', "")
    whole = len(cell) > 1 and cell[0] == cell[-1] == '"' and '"' not in inside
    return cell[1:-1].replace('""', '"') if whole else cell
