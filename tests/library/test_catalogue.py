"""The catalogue: what goes in comes out, tracks outlive their files, errors are kept until they are gone."""

import os

import pytest
from msgspec.structs import replace

from benchmarks.made_up_tracks import make_track
from library.catalogue import Catalogue, FileState
from library.decisions import put_decision, put_preview_right
from library.errors import UnknownTrack
from library.scan import scan
from library.store import open_store, sqlite_url, writing
from library.track import ANALYSIS_VERSION, Decision, Tags, Verdict
from tests.sounds import tone, write

ODD = os.fsdecode(b"/music/caf\xe9\n\xff.mp3")


@pytest.fixture
def engine(tmp_path):
    engine = open_store(sqlite_url(tmp_path))
    yield engine
    engine.dispose()


@pytest.fixture
def catalogue(engine):
    return Catalogue(engine)


def decide(engine, track_id, status, reason="heard it whole", by="anna", at_ms=1):
    with writing(engine) as connection:
        put_decision(connection, track_id, status=status, reason=reason, by=by, at_ms=at_ms)


def allow(engine, track_id, may_preview, by="ben", at_ms=2):
    with writing(engine) as connection:
        put_preview_right(connection, track_id, may_preview, by=by, at_ms=at_ms)


def state(path, size_bytes=10, modified_ns=2**60):
    return FileState(path=path, size_bytes=size_bytes, modified_ns=modified_ns)


def put(catalogue, track_id, *paths, status="cleared", **changes):
    track = make_track(track_id)
    verdict = Verdict(status=status, reasons=("why",))
    for path in paths:
        catalogue.put_track(state(path), track_id, track.tags, replace(track.analysis, **changes), verdict)
    return replace(track, paths=tuple(sorted(paths)), analysis=replace(track.analysis, **changes), verdict=verdict)


def test_a_track_comes_out_as_it_went_in(catalogue):
    track = put(catalogue, "a", "/music/a.mp3")
    assert catalogue.track("a") == track
    assert list(catalogue.tracks()) == [track]


def test_a_track_knows_all_its_files_sorted(catalogue):
    track = put(catalogue, "a", "/music/b.mp3", ODD, "/music/a.mp3")
    assert catalogue.track("a").paths == track.paths == tuple(sorted(["/music/a.mp3", "/music/b.mp3", ODD]))


def test_files_come_out_as_they_were_examined_whatever_their_names(catalogue):
    put(catalogue, "a", ODD)
    known = catalogue.files()[ODD]
    assert known.state == state(ODD)
    assert (known.track_id, known.error_code) == ("a", None)


def test_tracks_are_ordered_by_id_and_chosen_by_status(catalogue):
    for track_id, status in (("c", "cleared"), ("a", "refused"), ("b", "cleared")):
        put(catalogue, track_id, f"/music/{track_id}.mp3", status=status)
    assert [track.track_id for track in catalogue.tracks()] == ["a", "b", "c"]
    assert [track.track_id for track in catalogue.tracks("cleared")] == ["b", "c"]


def test_new_tags_leave_the_analysis(catalogue):
    track = put(catalogue, "a", "/music/a.mp3")
    catalogue.put_tags(state("/music/moved.mp3"), "a", Tags(title="New"))
    found = catalogue.track("a")
    assert found.tags == Tags(title="New")
    assert (found.analysis, found.verdict) == (track.analysis, track.verdict)
    assert found.paths == ("/music/a.mp3", "/music/moved.mp3")


def test_a_new_measurement_takes_the_place_of_the_old(catalogue):
    put(catalogue, "a", "/music/a.mp3", energy=0.1)
    put(catalogue, "a", "/music/a.mp3", energy=0.7, status="review")
    assert catalogue.track("a").analysis.energy == 0.7
    assert catalogue.track("a").verdict.status == "review"


def test_an_error_takes_a_files_track_and_a_track_its_error(catalogue):
    put(catalogue, "a", "/music/a.mp3")
    catalogue.put_error(state("/music/a.mp3"), "damaged_audio", "broken")
    known = catalogue.files()["/music/a.mp3"]
    assert (known.track_id, known.error_code, known.error_message) == (None, "damaged_audio", "broken")
    put(catalogue, "a", "/music/a.mp3")
    known = catalogue.files()["/music/a.mp3"]
    assert (known.track_id, known.error_code, known.error_message) == ("a", None, None)


def test_a_track_without_files_is_kept_but_not_offered(catalogue):
    put(catalogue, "a", ODD)
    catalogue.forget_files([ODD, "/music/never-there.mp3"])
    assert catalogue.files() == {}
    assert list(catalogue.tracks()) == []
    assert catalogue.track("a").paths == ()
    assert catalogue.measured_ids() == {"a"}


def test_an_analysis_of_another_version_counts_as_not_measured(catalogue):
    put(catalogue, "old", "/music/old.mp3", analysis_version=ANALYSIS_VERSION - 1)
    put(catalogue, "new", "/music/new.mp3")
    assert catalogue.measured_ids() == {"new"}


def test_an_unknown_track_is_named(catalogue):
    with pytest.raises(UnknownTrack, match="nobody"):
        catalogue.track("nobody")


def test_a_decision_is_the_status_and_the_measured_reasons_stay(catalogue, engine):
    measured = put(catalogue, "a", "/music/a.mp3", status="review")
    decide(engine, "a", "cleared")
    found = catalogue.track("a")
    assert found.verdict == Verdict(status="cleared", reasons=("why",))
    assert found.decision == Decision(
        status="cleared", reason="heard it whole", may_preview=None, decided_by="anna", decided_ms=1
    )
    assert replace(found, verdict=measured.verdict, decision=None) == measured


def test_tracks_are_chosen_by_the_status_that_counts(catalogue, engine):
    for track_id, status in (("a", "cleared"), ("b", "review"), ("c", "refused")):
        put(catalogue, track_id, f"/music/{track_id}.mp3", status=status)
    decide(engine, "a", "refused")
    decide(engine, "b", "cleared")
    by_status = {s: [track.track_id for track in catalogue.tracks(s)] for s in ("cleared", "review", "refused")}
    assert by_status == {"cleared": ["b"], "review": [], "refused": ["a", "c"]}


def test_a_decision_taken_back_leaves_the_measured_verdict(catalogue, engine):
    measured = put(catalogue, "a", "/music/a.mp3", status="review")
    decide(engine, "a", "cleared")
    decide(engine, "a", None)
    assert catalogue.track("a") == measured


def test_a_new_measurement_new_tags_and_lost_files_leave_the_decision(catalogue, engine):
    put(catalogue, "a", "/music/a.mp3", status="cleared")
    decide(engine, "a", "refused")
    allow(engine, "a", True)
    decided = catalogue.track("a").decision
    put(catalogue, "a", "/music/a.mp3", energy=0.7, status="cleared")
    catalogue.put_tags(state("/music/b.mp3"), "a", Tags(title="New"))
    catalogue.forget_files(["/music/a.mp3", "/music/b.mp3"])
    found = catalogue.track("a")
    assert (found.decision, found.verdict.status, found.analysis.energy) == (decided, "refused", 0.7)


def test_a_rescan_leaves_the_decision(catalogue, engine, tmp_path, in_process):
    (tmp_path / "music").mkdir()
    write(tmp_path / "music" / "a.wav", tone(300, 1.0))
    list(scan(tmp_path / "music", catalogue))
    (track,) = catalogue.tracks("review")  # a second of music is too short to be cleared unheard
    decide(engine, track.track_id, "cleared")
    (tmp_path / "music" / "a.wav").rename(tmp_path / "music" / "moved.wav")
    assert [outcome.did for outcome in scan(tmp_path / "music", catalogue)] == ["known"]
    (found,) = catalogue.tracks("cleared")
    assert (found.decision.decided_by, found.verdict.reasons) == ("anna", track.verdict.reasons)


def test_the_right_to_preview_and_the_status_do_not_touch_each_other(catalogue, engine):
    put(catalogue, "a", "/music/a.mp3", status="review")
    allow(engine, "a", False)
    assert catalogue.track("a").verdict.status == "review"
    assert catalogue.track("a").decision.decided_by == "ben"
    decide(engine, "a", "cleared", by="anna")
    allow(engine, "a", True, by="ben")
    decision = catalogue.track("a").decision
    assert (decision.status, decision.may_preview, decision.decided_by) == ("cleared", True, "anna")
    decide(engine, "a", None, by="carla", at_ms=9)
    decision = catalogue.track("a").decision
    assert (decision.status, decision.may_preview, decision.decided_by) == (None, True, "carla")
    allow(engine, "a", None)
    assert catalogue.track("a").decision is None


def test_nobody_decides_about_an_unknown_track(engine):
    with pytest.raises(UnknownTrack, match="nobody"):
        decide(engine, "nobody", "cleared")
    with pytest.raises(UnknownTrack, match="nobody"):
        allow(engine, "nobody", True)


def test_a_decision_is_part_of_its_callers_transaction(catalogue, engine):
    measured = put(catalogue, "a", "/music/a.mp3", status="review")
    with pytest.raises(UnknownTrack), writing(engine) as connection:  # noqa: PT012 - what came before must not stay
        put_decision(connection, "a", status="cleared", reason="", by="anna", at_ms=1)
        put_decision(connection, "nobody", status="cleared", reason="", by="anna", at_ms=1)
    assert catalogue.track("a") == measured


def test_every_analysis_is_kept_with_its_time_the_present_one_first(engine):
    times = iter((100, 200, 300))
    catalogue = Catalogue(engine, lambda: next(times))
    put(catalogue, "a", "/music/a.mp3", energy=0.1, analysis_version=ANALYSIS_VERSION - 1)
    put(catalogue, "a", "/music/a.mp3", energy=0.7, status="review")
    put(catalogue, "a", "/music/copy.mp3", energy=0.7, status="review")  # the same again is no news
    found = catalogue.analyses("a")
    assert [(past.analysis_version, past.measured_ms, past.numbers.energy) for past in found] == [
        (ANALYSIS_VERSION, 200, 0.7),
        (ANALYSIS_VERSION - 1, 100, 0.1),
    ]
    assert found[1].verdict == Verdict(status="cleared", reasons=("why",))
    assert catalogue.analyses("nobody") == []


def test_every_decision_is_kept_also_what_was_taken_back(catalogue, engine):
    put(catalogue, "a", "/music/a.mp3", status="review")
    decide(engine, "a", "cleared", reason="calm", by="anna", at_ms=1)
    decide(engine, "a", "refused", reason="a cough at 2:10", by="ben", at_ms=2)
    decide(engine, "a", None, reason="undone", by="ben", at_ms=3)
    allow(engine, "a", True)
    assert [(d.status, d.reason, d.decided_by, d.decided_ms) for d in catalogue.decisions("a")] == [
        (None, "undone", "ben", 3),
        ("refused", "a cough at 2:10", "ben", 2),
        ("cleared", "calm", "anna", 1),
    ]


def versions(catalogue, *statuses, track_id="a"):
    """Measure a track by one version after another, the last one being the present; return how it stands then."""
    for number, status in enumerate(statuses, ANALYSIS_VERSION + 1 - len(statuses)):
        put(catalogue, track_id, "/music/a.mp3", status=status, analysis_version=number)
    return catalogue.track(track_id).verdict


def test_what_an_older_version_had_cleared_goes_to_review_and_says_why(catalogue):
    refused = versions(catalogue, "cleared", "refused", track_id="a")
    assert refused.status == "review"
    assert refused.reasons[0].endswith(f"had cleared it, version {ANALYSIS_VERSION} would refuse it")
    assert refused.reasons[1:] == ("why",)
    put(catalogue, "a", "/music/copy.mp3", status="refused")  # a copy of the file does not make it forgotten
    assert catalogue.track("a").verdict == refused
    doubtful = versions(catalogue, "cleared", "review", track_id="b")
    assert doubtful.reasons[0].endswith(f"had cleared it, version {ANALYSIS_VERSION} has doubts")


@pytest.mark.parametrize("statuses", [("review", "refused"), ("refused", "review"), ("review", "cleared")])
def test_what_was_not_cleared_is_what_the_new_version_says(catalogue, statuses):
    assert versions(catalogue, *statuses) == Verdict(status=statuses[-1], reasons=("why",))


def test_a_persons_decision_stands_above_every_version(catalogue, engine):
    versions(catalogue, "cleared")
    decide(engine, "a", "cleared")
    assert versions(catalogue, "cleared", "refused").status == "cleared"
    decide(engine, "a", None)
    assert catalogue.track("a").verdict == Verdict(status="refused", reasons=("why",))


def test_where_measuring_again_fails_by_our_fault_an_unchanged_file_keeps_its_track(catalogue):
    put(catalogue, "a", "/music/a.mp3")
    catalogue.put_error(state("/music/a.mp3"), "analysis_died", "it died", ours=True)
    known = catalogue.files()["/music/a.mp3"]
    assert (known.track_id, known.error_code) == ("a", "analysis_died")
    assert [track.track_id for track in catalogue.tracks("cleared")] == ["a"]
    catalogue.put_error(state("/music/a.mp3", size_bytes=11), "analysis_died", "it died", ours=True)
    assert catalogue.files()["/music/a.mp3"].track_id is None


def test_a_file_that_no_longer_reads_is_kept_out(catalogue):
    put(catalogue, "a", "/music/a.mp3")
    catalogue.put_error(state("/music/a.mp3"), "damaged_audio", "broken")
    assert list(catalogue.tracks()) == []
