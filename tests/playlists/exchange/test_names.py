"""What is read out of titles and artists."""

import pytest

from playlists.exchange.artists import kinship, read_artists
from playlists.exchange.folding import latin, plain, slip
from playlists.exchange.names import read_name, without_track_number


@pytest.mark.parametrize(
    ("title", "kinds", "left"),
    [
        ("Says (Live from Royal Albert Hall)", ["live"], "says"),
        ("Says - Live", ["live"], "says"),
        ("Xtal (2013 Remaster)", [], "xtal"),
        ("Aqua - 2018 Remaster", [], "aqua"),
        ("Le onde [Deluxe Edition]", [], "leonde"),
        ("I giorni (Radio Edit)", ["radio edit"], "igiorni"),
        ("Live and Let Go", [], "liveandletgo"),
        ("Saman (Acoustic) [2019 Remaster]", ["acoustic"], "saman"),
        ("An Ending (Ascent)", [], "anendingascent"),
        ("(Live)", [], "live"),
        ("Alive - Again", [], "aliveagain"),
    ],
)
def test_versions_are_told_from_the_name(title, kinds, left):
    name = read_name(title)
    assert [version.kind for version in name.versions] == kinds
    assert name.compact == left


def test_a_remix_is_somebodys():
    (version,) = read_name("Ocean Floor - Ben Lukas Remix").versions
    assert (version.kind, version.detail) == ("remix", {"ben", "lukas"})


@pytest.mark.parametrize(
    ("title", "numbers"),
    [
        ("Nocturne No. 2 in E-Flat Major, Op. 9 No. 2", {"2", "op9"}),
        ("Nocturne Es-Dur op.9 Nr.2", {"2", "op9"}),
        ("Metamorphosis One", {"1"}),
        ("Metamorphosis IV", {"4"}),
        ("Weightless (Pt. I)", {"1"}),
        ("Etude #5", {"5"}),
        ("Gnossienne n° 4", {"4"}),
        ("Konzert KV 467: II. Andante", {"k467", "2"}),
        ("I giorni", set()),
        ("One Summer", set()),
        ("Avril 14th", set()),
        ("Track 05", {"5"}),
    ],
)
def test_numbers_are_read_in_every_spelling(title, numbers):
    assert read_name(title).numbers == numbers


@pytest.mark.parametrize(
    ("title", "key"),
    [
        ("Nocturne in C-Sharp Minor", "c sharp minor"),
        ("Nocturne cis-Moll", "c sharp minor"),
        ("Canon in D", "d major"),
        ("Kanon D-Dur", "d major"),
        ("Sonate B-Dur", "b flat major"),
        ("Messe h-Moll", "b minor"),
        ("Sonate As-Dur", "a flat major"),
        ("In a Landscape", None),
        ("In C", None),
    ],
)
def test_keys_are_one_key_in_english_and_german(title, key):
    assert read_name(title).key == key


@pytest.mark.parametrize(
    ("title", "left"),
    [
        ("03 - Glass", "Glass"),
        ("03. Glass", "Glass"),
        ("03 Glass", "Glass"),
        ("1/1", "1/1"),
        ("99 Luftballons", "99 Luftballons"),
        ("04:33", "04:33"),
    ],
)
def test_track_numbers_before_titles(title, left):
    assert without_track_number(title) == left


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Bach, Johann Sebastian", "Johann Sebastian Bach", "same"),
        ("J. S. Bach & Glenn Gould", "Glenn Gould; Johann Sebastian Bach", "same"),
        ("The Northern Lights", "Northern Lights, The", "same"),
        ("Ólafur Arnalds", "Olafur Arnalds", "same"),
        ("Сергей Старостин", "Sergey Starostin", "same"),
        ("Chopin", "Frédéric Chopin, Maria João Pires", "within"),
        ("Sol", "Sol Invictus", "partly"),
        ("Erik Satie, Pascal Rogé", "Erik Satie, Anne Queffélec", "partly"),
        ("J. S.", "Johann Strauss", "other"),
        ("Enya", "Neil Young", "other"),
        ("", "Enya", "unknown"),
        ("Unknown Artist", "Enya", "unknown"),
    ],
)
def test_whether_artists_are_the_same_people(one, other, expected):
    assert kinship(read_artists(one), read_artists(other)) == expected
    assert kinship(read_artists(other), read_artists(one)) == expected


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("nature", "nautre", True),
        ("intermezzo", "intermezo", True),
        ("weaver", "waver", False),
        ("night", "light", False),
        ("water", "waters", False),
        ("bhairav", "bhairavi", False),
        ("on", "no", False),
        ("12", "21", False),
    ],
)
def test_slips_make_no_other_word(one, other, same):
    assert slip(one, other) is slip(other, one) is same


def test_scripts_are_folded():
    assert latin("Зимний ЛЕС") == "zimniy les"
    assert latin("ほしぞら") == latin("ホシゾラ") == "hoshizora"
    assert plain("Þú ert SÓLIN") == "þu ert solin"
    assert plain("ほしぞら") == "ほしぞら"
    assert plain("Don’t") == plain("DON'T")


@pytest.mark.parametrize("title", ["Slow (with Strings)", "Slow (Stereo Violins)", "No Slow", "Slow (432 Hz)"])
def test_what_may_be_another_piece_stays_in_the_name(title):
    assert read_name(title).compact != read_name("Slow").compact
    assert read_name(title).guests == ""
