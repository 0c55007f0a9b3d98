"""What is read out of titles and artists."""

import pytest

from playlists.exchange.artists import kinship, read_artists
from playlists.exchange.folding import latin, plain, slip
from playlists.exchange.names import read_name, split_track_number


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
        ("Dawn (Instrumental Radio Edit)", ["radio edit", "instrumental"], "dawn"),
        ("Dawn (Live, Instrumental)", ["live", "instrumental"], "dawn"),
        ("Dawn (Live Edit)", ["live", "radio edit"], "dawn"),
        ("Dawn (Extended Instrumental Mix)", ["extended", "instrumental"], "dawn"),
        ("Dawn (Live Version)", ["live"], "dawn"),
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
        ("Nocturne No. 2 in E-Flat Major, Op. 9 No. 2", ("op9", "2")),
        ("Nocturne Es-Dur op.9 Nr.2", ("op9", "2")),
        ("Metamorphosis One", ("1",)),
        ("Metamorphosis IV", ("4",)),
        ("Weightless (Pt. I)", ("1",)),
        ("Etude #5", ("5",)),
        ("Etude № 5", ("5",)),
        ("Gnossienne n° 4", ("4",)),
        ("Konzert KV 467: II. Andante", ("k467", "2")),
        ("Violin Sonata No. 2: I. Allegro", ("2", "1")),
        ("Violin Sonata No. 1: II. Allegro", ("1", "2")),
        ("Cello Suite No. 2: II", ("2", "2")),
        ("I giorni", ()),
        ("One Summer", ()),
        ("Avril 14th", ()),
        ("Track 05", ("5",)),
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
        ("Nocturne in C# Minor", "c sharp minor"),
        ("Nocturne in C♯ minor", "c sharp minor"),
        ("Etude in C#", "c sharp major"),
        ("Nocturne in B♭ minor", "b flat minor"),
        ("Sonata in Bb Major, Op. 1", "b flat major"),
        ("Sonata A Minor, Op. 1", "a minor"),
        ("Sonata A Minor for Flute", "a minor"),
        ("A Minor Incident", None),
    ],
)
def test_keys_are_one_key_in_english_and_german(title, key):
    assert read_name(title).key == key


@pytest.mark.parametrize(
    ("title", "number", "left"),
    [
        ("03 - Glass", 3, "Glass"),
        ("03. Glass", 3, "Glass"),
        ("03 Glass", 3, "Glass"),
        ("12 - Glass", 12, "Glass"),
        ("1/1", None, "1/1"),
        ("99 Luftballons", None, "99 Luftballons"),
        ("04:33", None, "04:33"),
    ],
)
def test_track_numbers_before_titles(title, number, left):
    assert split_track_number(title) == (number, left)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Bach, Johann Sebastian", "Johann Sebastian Bach", "same"),
        ("J. S. Bach & Glenn Gould", "Glenn Gould; Johann Sebastian Bach", "same"),
        ("The Northern Lights", "Northern Lights, The", "same"),
        ("Ólafur Arnalds", "Olafur Arnalds", "same"),
        ("Сергей Старостин", "Sergey Starostin", "same"),
        ("Юрий Тихонов", "Yuri Tikhonov", "same"),
        ("Johann Strauss I", "Johann Strauss II", "partly"),
        ("Пётр Штраус I", "Petr Shtraus II", "partly"),
        ("Johann Strauss II", "J. Strauss II", "same"),
        ("I. Stravinsky", "Igor Stravinsky", "same"),
        ("Ana Wall", "Anna Vall", "other"),
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
        ("nocturne", "noctunre", True),
        ("intermezzo", "intermezo", True),
        ("unite", "untie", False),
        ("nature", "nautre", False),
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


def test_the_name_of_a_form_alone_is_generic():
    assert all(read_name(title).is_generic for title in ("Adagio", "Études", "Nocturne No. 2", "Andante con moto"))
    assert not read_name("Nocturne for Ada").is_generic
