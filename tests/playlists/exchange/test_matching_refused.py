"""What is never taken without asking: a library that owns only the *other* piece. Each was taken once."""

import pytest

from playlists.exchange.entry import Entry
from playlists.exchange.matching import MOST_CANDIDATES, Index, Owned
from playlists.exchange.neighbours import Neighbours

RECORDINGS = ("b1a9c0e9-d987-4042-ae91-78d6a3267d69", "1f1f9ab8-08fe-4b4f-8c01-2d1d5ec32a19")
ISRCS = ("GBAYE0601498", "GBAYE0601499")


def one_owned(title, artist, **known):
    return Index([Owned(track_id="other", title=title, artist=artist, **known)])


def asked(index, entry):
    """The tracks that are offered as a question; none where something is taken."""
    match = index.match(entry)
    return [candidate.track_id for candidate in match.candidates] if match.verdict == "doubtful" else []


@pytest.mark.parametrize(
    ("path", "title", "artist", "length_s", "entry"),
    [
        ("/m/Mozart/CD1/02 Adagio.flac", "Adagio", "Mozart", 300.0, Entry(location="/m/Bach/CD1/02 Adagio.flac")),
        ("/m/Ada/CD1/02 Tide.flac", "Tide", "Ada", 300.0, Entry(location="/m/Bea/CD1/02 Tide.flac", length_s=300.0)),
        ("/m/Ada/Ebb/02 Tide.flac", "Tide", "Ada", 300.0, Entry(location="/m/Bea/Ebb/02 Tide.flac", length_s=300.0)),
        ("/m/Ada/CD1/02 Tide.flac", "Tide", "Ada", 300.0, Entry(location="CD1/02 Tide.flac")),
        ("/m/Ada/Ebb/02 Tide.flac", "Tide", "Ada", 300.0, Entry(location="Ebb/02 Tide.flac", length_s=309.0)),
        (
            "/m/Rubinstein/Nocturnes/01 Nocturne Op 9 No 1.flac",
            "Nocturne Op 9 No 1",
            "Rubinstein",
            300.0,
            Entry(location="/m/Pollini/Nocturnes/01 Nocturne Op 9 No 1.flac", artist="Pollini", length_s=309.0),
        ),
        ("/m/Ada/CD1/01 Rain.mp3", "Rain", "Ada", 200.0, Entry(location="CD1\\01 Rain.mp3", artist="Bea")),
        ("/m/Ada/Ebb/01 Rain.mp3", "Rain", "Ada", 200.0, Entry(location="Ebb\\01 Rain.mp3", artist="Bea")),
        (
            "/m/Ada/Ebb/01 Rain.mp3",
            "Rain",
            "Ada",
            200.0,
            Entry(location="/m/Bea/Ebb/01 Rain.mp3", title="Rain", length_s=200.0),
        ),
    ],
)
def test_a_path_proves_nothing_where_folder_artist_or_length_disagree(path, title, artist, length_s, entry):
    assert asked(one_owned(title, artist, length_s=length_s, paths=(path,)), entry) == ["other"]


def test_a_path_in_a_folder_that_lies_anywhere_needs_its_length():
    index = one_owned("Tide", "Ada", length_s=300.0, paths=("/m/Ada/CD1/02 Tide.flac",))
    assert index.match(Entry(location="CD1/02 Tide.flac", length_s=301.0)).track_id == "other"
    assert index.match(Entry(location="Ada/CD1/02 Tide.flac")).track_id == "other"


@pytest.mark.parametrize(
    ("wanted", "owned", "wanted_s", "owned_s"),
    [
        ("1. Gymnopédie", "3. Gymnopédie", None, None),
        ("1. Gymnopédie", "3. Gymnopédie", 158.0, 150.0),
        ("1. Ambre", "2. Ambre", 200.0, 200.0),
        ("Violin Sonata No. 2: I. Allegro", "Violin Sonata No. 1: II. Allegro", 200.0, 207.0),
        ("Violin Sonata No. 2: I. Allegro", "Violin Sonata No. 1: II. Allegro", 200.0, 200.0),
        ("Cello Suite No. 2", "Cello Suite No. 2: II", None, None),
        ("Night Into Day", "Day Into Night", None, None),
        ("Night Into Day", "Day Into Night", 200.0, 207.0),
        ("Dawn (Radio Edit)", "Dawn (Instrumental Radio Edit)", 200.0, 200.0),
        ("Dawn (Extended Mix)", "Dawn (Extended Instrumental Mix)", 200.0, 200.0),
        ("Dawn (Live)", "Dawn (Live, Instrumental)", None, None),
        ("Dawn (Live)", "Dawn (Acoustic Live)", None, None),
        ("Dawn (Live)", "Dawn (Live Edit)", None, None),
        ("Dawn (Slowed)", "Dawn (Sped Up)", 200.0, 200.0),
        ("Dawn (Karaoke)", "Dawn (Cover)", 200.0, 200.0),
        ("Dawn (Dub Mix)", "Dawn (Remix)", 200.0, 200.0),
        ("Dawn (Live, Instrumental)", "Dawn", None, None),
        ("Nocturne in C-Sharp Minor", "Nocturne", None, None),
        ("Nocturne in C-Sharp Minor", "Nocturne", 200.0, 200.0),
        ("Adagio", "Adagio", None, None),
        ("Adagio", "Adagio", 200.0, 207.0),
        ("A Minor Incident", "Incident", 200.0, 200.0),
        ("Unite", "Untie", 200.0, 202.0),
    ],
)
def test_another_piece_by_the_same_artist_is_asked_about_in_both_directions(wanted, owned, wanted_s, owned_s):
    for ours, ours_s, theirs, theirs_s in ((wanted, wanted_s, owned, owned_s), (owned, owned_s, wanted, wanted_s)):
        index = one_owned(theirs, "Ada Cole", length_s=theirs_s)
        assert asked(index, Entry(title=ours, artist="Ada Cole", length_s=ours_s)) == ["other"]


@pytest.mark.parametrize(
    ("wanted", "owned"),
    [
        ("03 - Glass", "Glass"),
        ("Glass", "07 Glass"),
        ("03 - Glass", "03. Glass"),
        ("Day Into Night", "Night Into Day"),
        ("Nocturne No. 2 in E♭ Major, Op. 9 No. 2", "Nocturne op. 9 Nr. 2"),
        ("Nocturne in E♭ Major", "Nocturne Es-Dur"),
        ("Dawn (Live Version)", "Dawn - Live"),
    ],
)
def test_other_spellings_of_one_piece_are_still_taken(wanted, owned):
    index = one_owned(owned, "Ada Cole", length_s=200.0)
    assert index.match(Entry(title=wanted, artist="Ada Cole", length_s=201.0)).track_id == "other"


def test_two_composers_of_one_name_are_two():
    index = one_owned("Emperor Waltz", "Johann Strauss I", length_s=200.0)
    assert asked(index, Entry(title="Emperor Waltz", artist="Johann Strauss II", length_s=200.0)) == ["other"]


@pytest.mark.parametrize("known", [{"isrc": ISRCS[0]}, {"recording_id": RECORDINGS[0]}])
@pytest.mark.parametrize(
    ("title", "artist"),
    [
        ("Prelude No. 2 (Live)", "Zoe Quine"),
        ("Prelude No. 3", "Zoe Quine"),
        ("Prelude No. 2", "Ada Cole"),
        ("Prelude No. 3 (Live)", "Ada Cole"),
        ("", "Zoe Quine"),
    ],
)
def test_an_identifier_does_not_overrule_what_is_written(known, title, artist):
    index = one_owned("Prelude No. 3", "Ada Cole", **known)
    assert asked(index, Entry(title=title, artist=artist, **known)) == ["other"]
    assert index.match(Entry(title="Prelude III", artist="Ada Cole", **known)).track_id == "other"


def test_identifiers_of_different_tracks_are_asked_about_and_common_ones_narrow():
    index = Index(
        [
            Owned(track_id="a", title="Tide", artist="Ada", isrc=ISRCS[0], recording_id=RECORDINGS[0]),
            Owned(track_id="b", title="Tide", artist="Ada", isrc=ISRCS[1], recording_id=RECORDINGS[1]),
            Owned(track_id="c", title="Tide", artist="Ada", isrc=ISRCS[0]),
        ]
    )
    contradicting = Entry(title="Tide", artist="Ada", isrc=ISRCS[1], recording_id=RECORDINGS[0])
    assert sorted(asked(index, contradicting)[:2]) == ["a", "b"]
    assert index.match(contradicting).candidates[0].reasons[0] == "same ISRC or MusicBrainz recording, not both"
    assert index.match(Entry(title="Tide", artist="Ada", isrc=ISRCS[0], recording_id=RECORDINGS[0])).track_id == "a"


def adagios(lengths_s):
    return [
        Owned(track_id=f"{place:02}", title="Adagio", artist="Mozart", length_s=length_s)
        for place, length_s in enumerate(lengths_s)
    ]


def test_the_right_one_of_thirty_equal_names_is_looked_at():
    index = Index(adagios([308.0 + 20 * place for place in range(29)] + [300.0]))
    assert index.match(Entry(title="Adagio", artist="Mozart", length_s=300.0)).track_id == "29"
    assert len(asked(index, Entry(title="Adagio", artist="Mozart"))) == MOST_CANDIDATES


def test_equally_near_texts_come_by_their_length_those_of_unknown_length_last():
    near = Neighbours(["Adagio", "Adagio", "Adagio", "Adagio", "Largo"], [90.0, None, 61.0, 58.0, 60.0])
    assert near.nearest("adagio", 60.0, 3) == [2, 3, 0]
    assert near.nearest("adagio", 60.0, 4) == [2, 3, 0, 1]
    assert near.nearest("adagio", None, 2) == [0, 1]
