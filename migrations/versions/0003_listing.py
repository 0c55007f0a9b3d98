"""What a list of tracks shows, beside the whole analysis, so that ten thousand can be searched, sorted and paged.

Columns of tracks known so far are filled from their tags and analysis; the next scan of a file makes them anew.
"""

import json
import os
import unicodedata
from pathlib import PurePath

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

TEXTS = {"title": 200, "artist": 200, "words": 600, "vocals": 16}


def upgrade() -> None:
    for name, longest in TEXTS.items():
        op.add_column("track", sa.Column(name, sa.String(longest), nullable=False, server_default=""))
    op.add_column("track", sa.Column("duration_s", sa.Float, nullable=False, server_default="0"))
    op.add_column("track", sa.Column("energy", sa.Float, nullable=True))
    op.add_column("track", sa.Column("tempo_bpm", sa.Float, nullable=True))
    op.add_column("track", sa.Column("pulse", sa.String(16), nullable=True))
    connection = op.get_bind()
    files = connection.execute(sa.text("SELECT track_id, path FROM file WHERE track_id IS NOT NULL ORDER BY path"))
    paths: dict[str, str] = {}
    for track_id, path in files:
        paths.setdefault(track_id, os.fsdecode(bytes(path)))
    names = ("title", "artist", "words", "duration_s", "energy", "tempo_bpm", "pulse", "vocals")
    update = sa.text(
        f"UPDATE track SET {', '.join(f'{name} = :{name}' for name in names)} WHERE track_id = :track_id"  # noqa: S608
    )
    for track_id, tags, analysis in connection.execute(sa.text("SELECT track_id, tags, analysis FROM track")).all():
        connection.execute(update, _row(track_id, paths.get(track_id, ""), json.loads(tags), json.loads(analysis)))


def _row(track_id: str, path: str, tags: dict[str, str | None], analysis: dict[str, object]) -> dict[str, object]:
    title = _plain(tags["title"]) or _plain(PurePath(path).stem) or track_id[:12]
    artist, album = _plain(tags["artist"]), _plain(tags["album"])
    vocals = analysis["vocals"]
    return {
        "track_id": track_id,
        "title": title[:200],
        "artist": artist[:200],
        "words": " ".join((title[:200], artist[:200], album[:200])).casefold()[:600],
        "duration_s": analysis["duration_s"],
        "energy": analysis["energy"],
        "tempo_bpm": analysis["tempo_bpm"],
        "pulse": analysis["pulse"],
        "vocals": vocals["verdict"] if isinstance(vocals, dict) else "unknown",
    }


def _plain(text: str | None) -> str:
    """Without control characters, marks of direction and what is no character, as `library.lettering` cleans."""
    spaced = (" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in text or "")
    dropped = ("Cs", "Cn", "Co")
    marks = "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
    return " ".join("".join(c for c in spaced if unicodedata.category(c) not in dropped and c not in marks).split())
