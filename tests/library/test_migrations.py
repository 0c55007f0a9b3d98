"""Databases of earlier revisions: what they hold is kept, and what they lack is what the code would have written."""

import msgspec
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from msgspec.structs import replace

from benchmarks.made_up_tracks import make_track
from library.catalogue import Catalogue, FileState
from library.decisions import put_decision
from library.history import decision_history_table
from library.store import MIGRATIONS, open_store, sqlite_url, writing
from library.tables import analysis_table, file_table, track_table
from library.track import Analysis, Span, Startle, StartleEvent, Tags, Verdict, Vocals, VocalSegment

BASE = make_track("any").analysis
ANALYSES = {
    "calm": BASE,
    "unknown": make_track("any", known=False, tempo_bpm=None).analysis,
    "sung": replace(
        BASE,
        vocals=Vocals(
            verdict="vocal",
            share=0.4,
            segments=(VocalSegment(from_s=1.0, to_s=9.0, kind="singing", probability=0.83),),
        ),
    ),
    "unheard": replace(BASE, vocals=Vocals(verdict="unknown", share=None), startle=None),
    "sudden": replace(
        BASE,
        startle=Startle(score=19.0, events=(StartleEvent(at_s=3.0, jump_lu=19.0, kind="surge"),)),
        damaged_at_s=(1.0, 2.0),
        quiet_spans=(Span(from_s=4.0, to_s=9.0),),
    ),
}
VERSION_1 = b"""{"analysis_version":1,"duration_s":2.5,"sample_rate_hz":44100,"channels":2,"damaged_at_s":[],
"tempo_bpm":null,"tempo_alternative_bpm":null,"tempo_confidence":null,"pulse":"free","energy":0.3,
"energy_curve":{"hop_s":1.0,"values":[0.3,0.3]},"vocals":{"verdict":"vocal","share":0.4,
"segments":[{"from_s":0.5,"to_s":1.5,"kind":"singing","probability":0.83}]},"loudness_lufs":-18.0,
"loudness_range_lu":1.0,"true_peak_dbtp":-2.0,"loudness_curve":{"hop_s":0.1,"values":[-18.0]},
"quiet_spans":[{"from_s":0.0,"to_s":0.2}],"startle":{"score":11.0,"events":[{"at_s":1.0,"jump_lu":11.0,"kind":"hit"}]},
"key":"C major","key_confidence":0.7,"brightness_hz":900.0,"onset_rate_hz":1.0,"music_from_s":0.0,"music_to_s":2.5,
"analysis_seconds":1.0,"unknown":{"tempo_bpm":"free pulse"}}"""
"""As a scan of that version wrote it."""
STATUSES = {"calm": "cleared", "sung": "refused"}


@pytest.fixture
def engine(tmp_path):
    """A database of today with each of `ANALYSES`, and two decisions."""
    opened = open_store(sqlite_url(tmp_path))
    catalogue = Catalogue(opened)
    for name, analysis in ANALYSES.items():
        state = FileState(path=f"/music/{name}.flac", size_bytes=1, modified_ns=1)
        status = STATUSES.get(name, "review")
        reasons = () if status == "cleared" else ("one", "two")
        tags = Tags(artist="\u202eΣ", album="x" * 300) if name == "calm" else Tags(title=name)
        catalogue.put_track(state, name, tags, analysis, Verdict(status=status, reasons=reasons))
    with writing(opened) as connection:
        put_decision(connection, "sung", status="cleared", reason="a flute", by="anna", at_ms=7)
    yield opened
    opened.dispose()


def at_revision(revision, path, engine):
    """A database of an earlier revision that holds the same."""
    old = sa.create_engine(f"sqlite:///{path}")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    with old.begin() as connection, engine.connect() as source:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        inspector = sa.inspect(connection)
        for query in (
            sa.select(track_table, analysis_table.c.body.label("analysis")).join(analysis_table),
            sa.select(file_table),
            sa.select(
                sa.table("decision", *map(sa.column, ("track_id", "status", "reason", "decided_by", "decided_ms")))
            ),
        ):
            table = query.get_final_froms()[0]
            name = "track" if "analysis" in query.selected_columns else table.name
            known = [column["name"] for column in inspector.get_columns(name)]
            for row in source.execute(query).mappings():
                values = {column: row[column] for column in known if column in row}
                if name == "file":
                    values["path"] = row["path"].encode()
                connection.execute(sa.insert(sa.table(name, *map(sa.column, values))).values(**values))
    old.dispose()
    return open_store(f"sqlite:///{path}")


@pytest.mark.parametrize("revision", ["0002", "0003"])
def test_an_older_database_is_filled_with_what_the_code_would_write(tmp_path, engine, revision):
    upgraded = at_revision(revision, tmp_path / "old.db", engine)
    with upgraded.connect() as found, engine.connect() as wanted:
        for table in (track_table, analysis_table, file_table, decision_history_table):
            query = sa.select(table).order_by(*table.primary_key.columns)
            assert found.execute(query).all() == wanted.execute(query).all(), table.name
    upgraded.dispose()


def test_histories_begin_with_the_present_state_whose_time_is_not_known(tmp_path, engine):
    upgraded = at_revision("0003", tmp_path / "old.db", engine)
    found, wanted = Catalogue(upgraded), Catalogue(engine)
    for name in ANALYSES:
        (past,), (made,) = found.analyses(name), wanted.analyses(name)
        assert past == replace(made, measured_ms=None)
        assert found.decisions(name) == wanted.decisions(name)
        assert found.track(name) == wanted.track(name)
    upgraded.dispose()


def test_what_version_1_stored_still_opens():
    """A stale track stays in use, so its analysis must be read: fields that came later need a value for "not known"."""
    assert msgspec.json.decode(VERSION_1, type=Analysis).vocals.segments[0].kind == "singing"
