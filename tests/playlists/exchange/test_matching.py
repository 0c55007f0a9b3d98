"""Known answers of matching: what decides, in which order, and what is asked."""

import pytest
from msgspec.structs import replace

from playlists.exchange.answers import answer_key
from playlists.exchange.entry import Entry
from playlists.exchange.identifiers import isrc_of, recording_of
from playlists.exchange.matching import Candidate, Index, Match, Owned, answered, still

RECORDING = "b1a9c0e9-d987-4042-ae91-78d6a3267d69"
RAIN = Owned(
    track_id="rain",
    title="Rain on the Roof",
    artist="Nora Feld",
    album="Birds",
    length_s=182.0,
    isrc="GBAYE0601498",
    recording_id=RECORDING,
    paths=("/music/Nora Feld/Birds/04 Rain on the Roof.flac",),
)
SNOW = Owned(
    track_id="snow",
    title="Snow",
    artist="Per Holm",
    length_s=240.0,
    paths=("/music/Per Holm/Winter/01 Snow.flac",),
)
NUMBERED = Owned(track_id="numbered", title="", artist="", length_s=100.0, paths=("/music/Mixed/Disc 1/Track 01.flac",))
LIBRARY = Index([RAIN, SNOW, NUMBERED])


def test_content_id_comes_before_what_is_written():
    match = LIBRARY.match(Entry(content_id="snow", title="Rain on the Roof", artist="Nora Feld", isrc=RAIN.isrc))
    assert (match.track_id, match.candidates[0].reasons) == ("snow", ("same content id",))


@pytest.mark.parametrize("isrc", ["GBAYE0601498", "GB-AYE-06-01498", "gb aye 06 01498"])
def test_isrc_in_any_spelling(isrc):
    assert LIBRARY.match(Entry(isrc=isrc)).track_id == "rain"


def test_isrc_alone_is_doubted_where_length_or_title_is_another():
    longer = LIBRARY.match(Entry(isrc=RAIN.isrc, title=RAIN.title, artist=RAIN.artist, length_s=300.0))
    renamed = LIBRARY.match(Entry(isrc=RAIN.isrc, title="Polka", artist=RAIN.artist, length_s=182.0))
    for match in (longer, renamed):
        assert match.verdict == "doubtful"
        assert match.candidates[0].track_id == "rain"
        assert "same ISRC" in match.candidates[0].reasons
    assert "118 s shorter" in longer.candidates[0].reasons


def test_an_isrc_stands_where_a_list_names_who_plays_and_the_tags_who_composed():
    index = Index([Owned(track_id="a", title="Dawn", artist="Ada Cole", isrc=RAIN.isrc, length_s=182.0)])
    played = Entry(title="Dawn", artist="Zoe Quine", isrc=RAIN.isrc, length_s=183.0)
    assert index.match(played).verdict == "owned"
    assert index.match(replace(played, length_s=None)).verdict == "doubtful"
    assert index.match(replace(played, isrc=None)).verdict != "owned"


def test_musicbrainz_recording():
    assert LIBRARY.match(Entry(recording_id=f"https://musicbrainz.org/recording/{RECORDING}")).track_id == "rain"


@pytest.mark.parametrize(
    "location",
    [
        "D:\\nora feld\\birds\\04 rain on the roof.MP3",
        "../Birds/04 Rain on the Roof.opus",
        "Birds//04 Rain on the Roof",
    ],
)
def test_a_file_in_the_same_folder_of_another_machine(location):
    assert LIBRARY.match(Entry(location=location)).track_id == "rain"


def test_a_file_name_needs_its_length():
    assert LIBRARY.match(Entry(location="04 Rain on the Roof.mp3", length_s=181.0)).track_id == "rain"
    assert LIBRARY.match(Entry(location="04 Rain on the Roof.mp3")).verdict == "doubtful"


def test_a_numbered_file_in_a_numbered_folder_tells_nothing():
    assert LIBRARY.match(Entry(location="/other/Disc 1/Track 01.mp3")).track_id is None


@pytest.mark.parametrize(
    ("title", "artist", "length_s", "verdict", "track_id"),
    [
        ("Snow", "Per Holm", 240.0, "owned", "snow"),
        ("Rain on the Roof (Live)", "Nora Feld", 182.0, "doubtful", None),
        ("Rain on the Roof", "Ada Cole", 182.0, "doubtful", None),
        ("Polka", "Ada Cole", 60.0, "missing", None),
        ("Rain on the Roof", "", 182.0, "owned", "rain"),
    ],
)
def test_a_place_never_overrules_a_description(title, artist, length_s, verdict, track_id):
    entry = Entry(location="Birds/04 Rain on the Roof.mp3", title=title, artist=artist, length_s=length_s)
    match = LIBRARY.match(entry)
    assert (match.verdict, match.track_id) == (verdict, track_id)


def test_one_isrc_on_two_tracks_is_told_apart_by_the_version():
    index = Index(
        [
            Owned(track_id="live", title="Dawn (Live)", artist="Ada", isrc=RAIN.isrc),
            Owned(track_id="studio", title="Dawn", artist="Ada", isrc=RAIN.isrc),
        ]
    )
    assert index.match(Entry(title="Dawn", artist="Ada", isrc=RAIN.isrc)).track_id == "studio"
    assert index.match(Entry(isrc=RAIN.isrc)).verdict == "doubtful"


@pytest.mark.parametrize("length_s", [-1.0, 0.0, float("nan"), float("inf")])
def test_a_length_that_is_none_counts_as_unknown(length_s):
    wanted = Entry(title=RAIN.title, artist=RAIN.artist, length_s=length_s)
    assert LIBRARY.match(wanted) == LIBRARY.match(Entry(title=RAIN.title, artist=RAIN.artist))


@pytest.mark.parametrize(
    ("length_s", "verdict"), [(182.0, "owned"), (190.0, "owned"), (193.0, "doubtful"), (None, "owned")]
)
def test_the_length_decides(length_s, verdict):
    assert LIBRARY.match(Entry(title=RAIN.title, artist=RAIN.artist, length_s=length_s)).verdict == verdict


def test_reasons_are_in_words():
    match = LIBRARY.match(Entry(title="Rain on the Roof (Live)", artist="Nora Feld", length_s=188.0))
    (candidate,) = match.candidates
    assert match.verdict == "doubtful"
    assert candidate.reasons == ("same title", "same artist", "wanted: a live version", "6 s shorter")
    assert 0.7 <= candidate.score < 1


@pytest.mark.parametrize(
    ("title", "verdict"),
    [
        ("Suite No. 4 in D Minor, HWV 437: Sarabande", "owned"),
        ("Sarabande, HWV 437 No. 4", "owned"),
        ("Suite No. 4 in D Minor, HWV 437: Allemande", "doubtful"),
        ("Vierte Klaviersuite d-Moll, HWV 437 Nr. 4", "doubtful"),
        ("Suite No. 4 in D Major, HWV 437: Sarabande", "doubtful"),
        ("Suite No. 7 in G Minor, HWV 432: Sarabande", "missing"),
    ],
)
def test_numbers_of_a_work_must_agree_and_are_not_enough(title, verdict):
    index = Index(
        [Owned(track_id="a", title="Sarabande (Suite No. 4 in D Minor, HWV 437)", artist="Handel", length_s=200.0)]
    )
    assert index.match(Entry(title=title, artist="Handel", length_s=200.0)).verdict == verdict


def test_a_line_that_names_no_piece_is_never_matched():
    assert LIBRARY.match(Entry(title=RAIN.title, artist=RAIN.artist, missing="an episode")).verdict == "missing"


def test_at_most_five_candidates_the_best_first():
    takes = [RAIN.__class__(track_id=str(n), title="Dawn", artist="Ada", length_s=100.0 + 20 * n) for n in range(9)]
    match = Index(takes).match(Entry(title="Dawn", artist="Ada", length_s=170.0))
    assert match.verdict == "doubtful"
    assert len(match.candidates) == 5
    scores = [candidate.score for candidate in match.candidates]
    assert scores == sorted(scores, reverse=True)


def test_two_copies_are_told_apart_by_album_or_asked():
    index = Index(
        [
            Owned(track_id="a", title="Slow Tide", artist="Ada", album="Ebb", length_s=100.0),
            Owned(track_id="b", title="Slow Tide", artist="Ada", album="Best of Ada", length_s=100.0),
        ]
    )
    wanted = Entry(title="Slow Tide", artist="Ada", length_s=100.0)
    assert {candidate.track_id for candidate in index.match(wanted).candidates} == {"a", "b"}
    assert index.match(wanted).verdict == "doubtful"
    assert index.match(Entry(title="Slow Tide", artist="Ada", album="ebb", length_s=100.0)).track_id == "a"


def test_an_answer_is_taken_as_it_is():
    assert (answered("rain").verdict, answered("rain").track_id) == ("owned", "rain")
    assert answered(None) == Match(verdict="missing")


def test_an_answer_is_for_one_version_of_a_piece():
    live, acoustic = (
        Entry(title=f"Rain on the Roof ({version})", artist="Nora Feld") for version in ("Live", "Acoustic")
    )
    assert answer_key(live) != answer_key(acoustic)


@pytest.mark.parametrize(("one", "other"), [("C# minor", "C minor"), ("B♭ minor", "B minor"), ("C♯ minor", "C minor")])
def test_an_answer_is_for_one_key(one, other):
    keys = {answer_key(Entry(title=f"Nocturne in {key}", artist="Chopin", length_s=300.0)) for key in (one, other)}
    assert len(keys) == 2


def test_an_answer_without_a_length_is_for_one_album_and_file():
    lines = [
        Entry(title="Adagio", artist="Mozart", album=album, location=location)
        for album, location in (("Winds", "a.flac"), ("Strings", "a.flac"), ("Winds", "b.flac"))
    ]
    assert len({answer_key(line) for line in lines}) == 3
    assert answer_key(lines[0]) == answer_key(replace(lines[0], length_s=-1.0))


def test_an_answer_to_a_line_with_a_content_id_is_for_that_alone():
    one, other = (
        Entry(content_id=name, isrc=RAIN.isrc, title="Adagio", artist="Mozart", length_s=300.0) for name in "ab"
    )
    assert len({answer_key(entry) for entry in (one, other, replace(one, content_id=None))}) == 3
    assert answer_key(one) == answer_key(Entry(content_id="a", title="Other"))


def test_a_match_whose_track_is_gone_is_asked_about_again_or_missing():
    one, other = (Candidate(track_id=name, score=0.9, reasons=("same title",)) for name in ("one", "other"))
    owned = Match(verdict="owned", candidates=(one, other))
    assert still(owned, {"one", "other"}) == owned
    assert still(owned, {"other"}) == Match(verdict="doubtful", candidates=(other,))
    assert still(owned, set()) == Match(verdict="missing")


@pytest.mark.parametrize(
    ("location", "track_id"),
    [
        ("/srv/music/Ada/Ebb/01 Tide.flac", "a"),
        ("Ebb/01 Tide.flac", None),
        ("Ada/Ebb/01 Tide.flac", "a"),
        ("../music/Ada/Ebb/01 Tide.flac", "a"),
        (r"M:\music\ada\ebb\01 tide.FLAC", "a"),
        ("01 Tide.flac", None),
        ("Ada/Ebb/01 Tide.mp3", None),
        (None, None),
    ],
)
def test_a_line_has_the_sound_of_the_one_file_that_it_names(location, track_id):
    paths = {"a": "/srv/music/Ada/Ebb/01 Tide.flac", "b": "/srv/music/Bea/Ebb/01 Tide.flac"}
    index = Index(Owned(track_id=name, paths=(path,)) for name, path in paths.items())
    assert index.own_sound(Entry(title="Quite another name", location=location)) == track_id
    assert index.own_sound(Entry(content_id="b", location=location)) == "b"


def test_answers_do_not_leak_to_files_of_the_same_name():
    here, there = Entry(location="A/01 Intro.mp3"), Entry(location="B/01 Intro.mp3")
    assert answer_key(here) != answer_key(there)
    untitled = Entry(title="Intro", location="A/1.mp3"), Entry(title="Intro", location="B/1.mp3")
    assert len({answer_key(entry) for entry in untitled}) == 2


def test_an_answer_is_found_again_in_another_spelling_or_list():
    assert answer_key(Entry(isrc="GB-AYE-06-01498", title="x")) == answer_key(Entry(isrc="gbaye0601498", title="y"))
    assert answer_key(Entry(title="Für Élise", artist="X", length_s=61.2, location="a")) == answer_key(
        Entry(title="fur elise", artist="x", length_s=60.9, location="b")
    )
    assert answer_key(Entry(title="春", artist="x")) != answer_key(Entry(title="純", artist="x"))


def test_the_key_is_the_same_in_every_process():
    assert answer_key(Entry(isrc="GBAYE0601498")) == "f02ca810e3014c6c53a9e92c511c41416340d0c4eeaaaae62fc7ff548fa41520"


def test_a_track_is_given_once():
    with pytest.raises(ValueError, match="2 tracks have 1 ids: give each track once"):
        Index([SNOW, SNOW])


@pytest.mark.parametrize("text", [None, "", "GBAYE06014", "GBAYE06014981", "12AYE0601498", "\ud800" * 12, "x" * 10**6])
def test_what_is_no_identifier_is_none(text):
    assert isrc_of(text) is None
    assert recording_of(text) is None
