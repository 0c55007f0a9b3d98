"""Live changes in words, from made-up changes."""

from soundscape.change_words import happened, outcome, planned
from soundscape.stores.changes import TAKEN_IN, Change

STARTED_MS = 1_800_000_000_000


def change(kind="extend", **more) -> Change:
    known = {"change_id": "a" * 16, "session_id": "s", "minutes": 10.0, "state": "planned", "at_s": 500.0}
    lengths = {"first_at_s": 500.0, "infusion_s": 3000.0, "tail_s": 900.0, "source_id": "p", "source_revision": 1}
    return Change(**{**known, **lengths, "kind": kind, "asked_by": "anna", "asked_ms": STARTED_MS, **more})


def at(ms: int) -> str:
    return f"<{(ms - STARTED_MS) // 1000}>"


def said(*changes: Change, now_s: float) -> list[tuple[str, bool]]:
    now_ms = STARTED_MS + round(now_s * 1000)
    told = planned(changes, STARTED_MS, now_ms, at) + happened(changes, STARTED_MS, now_ms, at)
    return [(one.words, one.wrong) for one in told]


def test_what_is_planned_says_when_and_what_it_takes_in():
    first = change("skip", minutes=None, state="dropped", words=TAKEN_IN)
    assert said(first, change(), now_s=260) == [("10 minutes more, with Skip: joins at <500>, in 4 minutes.", False)]
    assert said(change(), now_s=452) == [("10 minutes more: joins at <500>, in 50 s.", False)]
    assert said(change(), now_s=490) == [("10 minutes more: joins now.", False)]


def test_what_should_have_been_heard_by_now_is_not_called_heard():
    words = "10 minutes more: was to join at <500>; the tablet has not said so yet."
    assert said(change(state="sent"), now_s=530) == [(words, True)]


def test_what_was_put_off_says_so():
    late = change(at_s=740.0, moved=1, words="The tablet did not have the file in time.")
    words = "10 minutes more: joins at <740>, in 4 minutes. Put off once. The tablet did not have the file in time."
    assert said(late, now_s=500) == [(words, True)]


def test_what_was_heard_says_how_much_later_than_planned():
    done = change(state="done", done_ms=STARTED_MS + 502_000)
    assert said(done, now_s=520) == [("10 minutes more: heard at <502>, as planned.", False)]
    assert said(done, now_s=900) == []
    late = change("bring_back", state="done", moved=1, done_ms=STARTED_MS + 742_000)
    assert said(late, now_s=750) == [("Bring back: heard at <742>, 4 minutes after it was first planned.", True)]


def test_what_failed_or_was_dropped_says_why():
    failed = change(state="failed", words="There is no more music.")
    assert said(failed, now_s=510) == [("10 minutes more: not possible. There is no more music.", True)]
    dropped = change(state="dropped", words="The session was over.")
    assert outcome(dropped, STARTED_MS, at).words == "10 minutes more: the session was over."
