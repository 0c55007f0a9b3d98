"""Lists as hypothesis makes them, and one that holds everything."""

import io
import re

from hypothesis import strategies as st

from playlists.exchange.entry import Entry, Listing
from playlists.exchange.reading import read_listing

ODD = "a\n\r\t\0\x0b\x1f\x85\u2028 -'\"<>&=+@#;,\\/:.%é𝄞שלום‏مرحبا\ud800\ufffe"
TEXTS = (
    st.text(max_size=12) | st.text(alphabet=ODD, max_size=12) | st.sampled_from(["A - B", " - ", "-1", "./x", "Nr.12"])
)
LETTERS = st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="/\\|")
NAMES = (
    st.text(LETTERS, min_size=1, max_size=8)
    | st.text("a:%41 #é", min_size=1, max_size=6)
    | st.sampled_from(["re:member", "02 unfold.flac", "100%25.flac"])
).filter(lambda name: name.strip() == name != ".")
STARTS = st.sampled_from(["", "/", "../", "C:/", "//server/share/", "#"])
PATHS = st.builds(lambda start, parts: start + "/".join(parts), STARTS, st.lists(NAMES, min_size=1, max_size=3)).filter(
    lambda path: not re.match("/[A-Za-z]:(/|$)", path)
)
"""In the form in which they come back; a folder "C:" at the root is told from a drive by no address."""
PAGES = st.builds("https://example.org/{}".format, st.text(max_size=8))
HEX = "0123456789abcdef"
RECORDINGS = st.uuids().map(str)
ISRCS = st.from_regex(r"[A-Z]{2}[A-Z0-9]{3}[0-9]{7}", fullmatch=True)

ENTRIES = st.builds(
    Entry,
    title=TEXTS,
    artist=TEXTS,
    album=TEXTS,
    note=TEXTS,
    length_s=st.none() | st.floats(allow_nan=True, allow_infinity=True) | st.floats(0, 7200),
    isrc=st.none() | ISRCS | TEXTS,
    recording_id=st.none() | RECORDINGS | TEXTS,
    content_id=st.none() | st.text(alphabet=HEX, min_size=64, max_size=64) | TEXTS,
    location=st.none() | PATHS,
    page=st.none() | PAGES | TEXTS,
    missing=st.none() | TEXTS,
)
LISTINGS = st.builds(Listing, title=TEXTS, creator=TEXTS, note=TEXTS, entries=st.lists(ENTRIES, max_size=3).map(tuple))

FULL = Listing(
    title="Slow water",
    creator="Ward 3",
    note="For the first session.\nQuiet.",
    entries=(
        Entry(
            title="Für Élise",
            artist="L. v. B. - trio",
            album="Bagatelles",
            note="Ends softly.\nNo voice.",
            length_s=181.6,
            isrc="DEA123456789",
            recording_id="0a1b2c3d-1111-2222-3333-444455556666",
            content_id="ab" * 32,
            location="/music/Für Élise #1.flac",
            page="https://example.org/elise",
        ),
        Entry(title="שלום 𝄞", length_s=60.0, location="../Rain/100% rain.wav"),
        Entry(title="Episode 12", missing="A podcast's episode"),
        Entry(title="Drive", artist="W", location="C:/Music/drive.mp3"),
    ),
)


def read(data: bytes, name: str) -> Listing:
    """A list that lies in memory."""
    return read_listing(io.BytesIO(data), name)
