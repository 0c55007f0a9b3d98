"""A list is brought in once, whatever becomes of the worker, the database, or whoever waits at the command line."""

import os

import sqlalchemy as sa

from library.store import writing
from soundscape.stores.tables import job_table
from tests.soundscape.elsewhere import m3u8, send, waiting, work

LIST = m3u8(("Artist 1", "Piece 1", 65.0, "1"), ("Nobody", "Nothing that is here", 61.0, "2"))


def change(clinic, statement):
    with writing(clinic.engine) as connection:
        connection.execute(statement)


def requeue(clinic, job_id):
    """As a worker leaves a job whose row it could not write to any more, once its lease has ended."""
    change(clinic, sa.update(job_table).where(job_table.c.job_id == job_id).values(state="queued"))


def test_a_list_whose_lines_are_stored_is_ready_though_its_worker_was_killed_right_after(clinic, curator):
    sent = send(curator, "a.m3u8", LIST).json
    work(clinic, sent["job_id"])
    before = curator.call("GET", f"/imports/{sent['import_id']}").json
    requeue(clinic, sent["job_id"])
    work(clinic, sent["job_id"])
    job = curator.call("GET", f"/jobs/{sent['job_id']}").json
    assert (job["state"], job["result"]) == ("done", {"import_id": sent["import_id"], "entries": 2})
    assert curator.call("GET", f"/imports/{sent['import_id']}").json == before


def test_a_list_that_the_database_refused_is_there_for_the_next_attempt(clinic, curator):
    sent = send(curator, "a.m3u8", LIST).json
    refuse = "CREATE TRIGGER refusing BEFORE INSERT ON import_entry BEGIN SELECT RAISE(ABORT, 'busy'); END"
    change(clinic, sa.text(refuse))
    work(clinic, sent["job_id"])
    assert curator.call("GET", f"/jobs/{sent['job_id']}").json["error_code"] == "database_refused"
    assert waiting(clinic) == [sent["import_id"]]
    change(clinic, sa.text("DROP TRIGGER refusing"))
    requeue(clinic, sent["job_id"])
    work(clinic, sent["job_id"])
    assert curator.call("GET", f"/imports/{sent['import_id']}").json["state"] == "ready"
    assert waiting(clinic) == []


def test_a_file_whose_name_is_no_text_is_brought_in_under_what_can_be_shown_of_it(run, clinic, curator, tmp_path):
    path = tmp_path / os.fsdecode(b"Caf\xe9 list.m3u8")
    path.write_bytes(LIST.replace(b"#PLAYLIST:From elsewhere\n", b""))
    said = run("import", path, "--data", clinic.data)
    assert said.status == 0, said.err
    assert said.out.splitlines()[-1].endswith("  Caf list.m3u8: 1 owned, 0 doubtful, 1 missing.")
    assert curator.call("GET", "/imports").json[0]["name"] == "Caf list.m3u8"


def test_a_file_whose_name_is_no_text_and_that_is_not_there_is_said(run, clinic, tmp_path):
    said = run("import", tmp_path / os.fsdecode(b"Caf\xe9.m3u8"), "--data", clinic.data)
    assert (said.status, said.out) == (1, "")
    assert "Caf" in said.err
