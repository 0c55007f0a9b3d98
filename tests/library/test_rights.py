"""Who may hear a track in advance: a person's word, else a licence that allows sharing, else nobody."""

import pytest
from msgspec.structs import replace

from benchmarks.made_up_tracks import make_track
from library.rights import preview_right
from library.track import Decision, Tags


def track(rights=None, may_preview=None):
    decision = Decision(status=None, reason="", may_preview=may_preview, decided_by="anna", decided_ms=1)
    return replace(make_track("a"), tags=Tags(rights=rights), decision=decision)


@pytest.mark.parametrize(
    "rights",
    [
        "CC0",
        "CC0 1.0 Universal",
        "cc-zero",
        "Public Domain",
        "public-domain",
        "CC BY 4.0",
        "CC-BY-SA-3.0",
        "cc by-nc-nd 4.0",
        "Licensed under CC:BY",
        "Creative Commons Attribution-NonCommercial 4.0 International",
        "http://creativecommons.org/licenses/by-nc-sa/3.0/",
        "https://creativecommons.org/publicdomain/zero/1.0/",
        "https://creativecommons.org/publicdomain/mark/1.0/",
        "(c) 2019 Somebody. Creative Commons BY-ND",
    ],
)
def test_licences_that_allow_sharing(rights):
    assert preview_right(track(rights)) == "yes"


@pytest.mark.parametrize(
    "rights",
    [
        None,
        "",
        "All rights reserved",
        "(c) 2020 ACC BYron Records",
        "Copyright CC Records",
        "Not in the public domain",
        "This is not under Creative Commons",
        "Creative Commons Sampling Plus 1.0",
        "BY-NC",
        "CCBY",
    ],
)
def test_everything_else_is_not_stated(rights):
    assert preview_right(track(rights)) == "not stated"


@pytest.mark.parametrize("rights", [None, "CC0", "All rights reserved"])
def test_a_decision_stands_above_the_tags(rights):
    assert preview_right(track(rights, may_preview=True)) == "yes"
    assert preview_right(track(rights, may_preview=False)) == "no"


def test_without_any_decision_the_tags_speak():
    assert preview_right(replace(make_track("a"), tags=Tags(rights="CC0"))) == "yes"
