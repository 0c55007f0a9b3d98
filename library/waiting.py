"""Files that wait to be measured, in the order in which they will be. All SQL about them.

A scan writes down what it is going to measure, so that people see it, and can have one file done before the others.
A list that a killed scan left is no more than that: the next scan of the folder makes it anew.
"""

import sqlalchemy as sa

from library.store import FilePath, metadata
from library.track import Record

waiting_table = sa.Table(
    "waiting",
    metadata,
    sa.Column("path", FilePath, primary_key=True),
    sa.Column("owner", sa.String(64), nullable=False, index=True),
    sa.Column("place", sa.Integer, nullable=False, index=True),
)
"""``owner`` is the job that will measure it; the smaller the ``place``, the sooner. Places below zero are wished."""


class Waiting(Record, frozen=True, kw_only=True):
    """A file that waits; ``wished`` where a person asked for it to come before the others."""

    path: str
    wished: bool
