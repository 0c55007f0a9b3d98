"""The policy on the command line: what each option asks for, and what is said of those that make no sense."""

import json

import pytest

from library.store import open_store, sqlite_url
from playlists.errors import BadRequest
from playlists.playlist import Policy
from soundscape.commands.build import build_command
from soundscape.policy_options import policy_of

IDS = ("aaaa1", "aaaa2", "bbbb", "bbbb0", "eeee")
SHORT = ("--minutes", "10", "--tail", "1")


@pytest.fixture
def policy(tmp_path):
    """``policy("--first", "bbbb")``: what these options make of a library of five tracks."""
    engine = open_store(sqlite_url(tmp_path))

    def asked(*arguments: str) -> Policy:
        context = build_command.make_context("build", [*SHORT, *map(str, arguments)])
        with engine.connect() as connection:
            return policy_of(context.params, IDS, connection)

    yield asked
    engine.dispose()


def test_without_options_it_is_the_default(policy):
    assert policy() == Policy()


def test_each_option_is_a_key(policy):
    found = policy(
        *("--vocals", "none", "--rights", "preview", "--energy-ceiling", "0.6", "--startle-limit", "8"),
        *(
            "--phase-ceiling",
            "tail=0.3",
            "--phase-ceiling",
            "settle=0.4",
            "--crossfade",
            "6-9",
            "--artist-distance",
            "2",
        ),
        *("--exclude", "aaaa1", "--exclude-artist", "One", "--exclude-artist", "Two", "--require", "aaaa2"),
        *("--first", "bbbb", "--last", "bbbb0", "--place", "aaaa2=rise", "--no-repeat", "2"),
        *("--arrival", "eeee"),
    )
    assert found == Policy(
        vocals="none",
        rights="preview",
        energy_ceiling=0.6,
        phase_ceilings={"tail": 0.3, "settle": 0.4},
        startle_limit_lu=8.0,
        exclude_tracks=frozenset(["aaaa1"]),
        exclude_artists=frozenset(["One", "Two"]),
        require_tracks=frozenset(["aaaa2"]),
        first_track="bbbb",
        last_track="bbbb0",
        arrival_track="eeee",
        places={"aaaa2": "rise"},
        no_repeat_sessions=2,
        artist_distance=2,
        crossfade_s=(6, 9),
    )


def test_a_file_holds_any_of_the_keys_and_options_count_over_it(policy, tmp_path):
    file = tmp_path / "policy.json"
    file.write_text(json.dumps({"heard": [["aaaa1"], ["gone"]], "artist_distance": 1, "phase_ceilings": {"tail": 0.2}}))
    found = policy("--policy", file, "--artist-distance", "2", "--phase-ceiling", "tail=0.3")
    assert found == Policy(heard=(("aaaa1",), ("gone",)), artist_distance=2, phase_ceilings={"tail": 0.3})


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--first", "aaaa"), "beginning of 2 tracks' ids"),
        (("--exclude", "cccc"), "beginning of 0 tracks' ids"),
        (("--place", "bbbb"), "must have two parts"),
        (("--phase-ceiling", "tail=low"), "not 'low'"),
        (("--crossfade", "six"), "not 'six'"),
    ],
)
def test_options_that_make_no_sense(policy, arguments, said):
    with pytest.raises(BadRequest, match=said):
        policy(*arguments)


@pytest.mark.parametrize(
    ("text", "said"), [("[]", "not list"), ("{", "no JSON"), ('{"loud": 1}', "no 'loud'"), ('{"vocals": 1}', "vocals")]
)
def test_policy_files_that_make_no_sense(policy, tmp_path, text, said):
    file = tmp_path / "policy.json"
    file.write_text(text)
    with pytest.raises(BadRequest, match=said):
        policy("--policy", file)


def test_build_keeps_to_it(run, scanned, in_process):
    (free,) = run("build", "--data", scanned, *SHORT, "--json").objects
    order = [item["track_id"] for item in free["items"]]
    ran = run("build", "--data", scanned, *SHORT, "--json", "--last", order[0][:16], "--artist-distance", "1")
    assert ran.objects[0]["items"][-1]["track_id"] == order[0]
    others = [other for item in free["items"] for other in item["alternatives"]]
    assert {tuple(other) for other in others} == {("track_id", "title", "costs_more")}
    refused = run("build", "--data", scanned, *SHORT, "--phase-ceiling", "plateau=0.01")
    assert refused.status == 1
    assert "energy ceiling of 0.01 leaves" in refused.err
    assert run("build", "--data", scanned, *SHORT, "--phase-ceiling", "peak=0.3").status == 2
    unknown = run("build", "--data", scanned, *SHORT, "--after", "ZZZZ")
    assert (unknown.status, "There is no session 'ZZZZ'" in unknown.err) == (1, True)
