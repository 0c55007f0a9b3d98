"""What holds of matching whatever the names are."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playlists.exchange.answers import answer_key
from playlists.exchange.entry import Entry
from playlists.exchange.matching import MOST_CANDIDATES, Index, Owned

WORDS = st.sampled_from(
    ["Night", "Light", "Étude", "Op. 9 No. 2", "(Live)", "feat. Ada", "Зимний", "ひかり", "雨", "- 2011 Remaster", "I."]
)
NAMES = st.lists(WORDS, min_size=1, max_size=4).map(" ".join) | st.text(max_size=30)
LENGTHS = st.none() | st.floats(1, 5_000)


@st.composite
def libraries(draw):
    described = draw(st.lists(st.tuples(NAMES, NAMES, LENGTHS), min_size=1, max_size=8))
    return [
        Owned(track_id=f"{place:02}", title=title, artist=artist, length_s=length_s)
        for place, (title, artist, length_s) in enumerate(described)
    ]


ENTRIES = st.builds(Entry, title=NAMES, artist=NAMES, length_s=LENGTHS, location=st.none() | st.text(max_size=30))


@given(libraries(), ENTRIES, st.randoms(use_true_random=False))
def test_the_order_of_the_library_changes_nothing(tracks, entry, random):
    shuffled = random.sample(tracks, len(tracks))
    match = Index(tracks).match(entry)
    assert match == Index(shuffled).match(entry) == Index(tracks).match(entry)
    assert (match.verdict == "missing") == (not match.candidates)
    assert len(match.candidates) <= MOST_CANDIDATES
    assert all(0 <= candidate.score <= 1 and candidate.reasons for candidate in match.candidates)


@given(libraries(), st.data())
def test_a_tracks_own_tags_find_it(tracks, data):
    track = data.draw(st.sampled_from([track for track in tracks if track.title.strip()] or [None]))
    if track is None:
        return
    match = Index(tracks).match(Entry(title=track.title, artist=track.artist, length_s=track.length_s))
    same = [
        other.track_id
        for other in tracks
        if (other.title, other.artist, other.length_s) == (track.title, track.artist, track.length_s)
    ]
    assert {candidate.track_id for candidate in match.candidates} & set(same)


HOSTILE = {
    "a million letters": "a" * 10**6,
    "a million words": "night " * 10**6,
    "open brackets": "(" * 10**6,
    "brackets in brackets": "(live [" * 10**5,
    "dashes": " - " * 10**6,
    "live": "live " * 10**5,
    "numbers": "9" * 10**6,
    "other digits": "²٣४" * 10**5,
    "surrogates": "\ud800\udfff" * 1000,
    "punctuation": "!?.,;:-_/\\" * 1000,
    "emoji": "🎵👩‍👩‍👧🎹" * 1000,
    "right to left": "\u202eليلة هادئة" * 1000,
    "accents": "a" + "\u0301" * 10**6,
    "ligatures": "ﷺ" * 10**6,
    "nothing": "\0",
}
SECONDS = 2.0
"""Ten times what the slowest takes on a slow machine; without a bound on what is read it is minutes."""


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_names_take_no_time(text):
    usual = Owned(track_id="usual", title="Night", artist="Ada", length_s=100.0, paths=("/music/Ada/Night.flac",))
    begun = time.process_time()
    index = Index([usual, Owned(track_id="hostile", title=text, artist=text, album=text, paths=(text,))])
    entry = Entry(title=text, artist=text, album=text, location=text, isrc=text, recording_id=text, content_id=text)
    answer_key(entry)
    index.match(entry)
    index.own_sound(entry)
    index.match(Entry(location=text))
    index.match(Entry(title=text))
    assert time.process_time() - begun < SECONDS
    assert index.match(Entry(title="Night", artist="Ada", length_s=100.0)).track_id == "usual"
