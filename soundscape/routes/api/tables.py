"""What the list pages show, as CSV for a spreadsheet: the columns are the keys of the same answer as JSON."""

from collections.abc import Sequence
from types import SimpleNamespace

from flask import Response
from marshmallow import Schema, fields, validate

from playlists.exchange.tables import csv_of


class TableQuery(Schema):
    """JSON, or CSV for a spreadsheet."""

    format = fields.String(load_default="json", validate=validate.OneOf(["json", "csv"]))


def as_csv(name: str, schema: Schema, rows: Sequence[object]) -> Response:
    """Rows as this schema says them, as a file to keep."""
    headings = {field: field for field in schema.fields}
    told = (SimpleNamespace(**schema.dump(row, many=False)) for row in rows)
    answer = Response(csv_of(headings, told), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer
