"""What a person said of a line of a list, remembered by the piece that the line describes.

The key is of the description and of nothing else, so that the answer holds in the next list too. It is as narrow as
the description allows: a name without an artist or a length stands for a thousand pieces, so there the album and the
file's place count too.
"""

import hashlib

from playlists.exchange.entry import Entry
from playlists.exchange.folding import LONGEST, plain, words
from playlists.exchange.identifiers import isrc_of, recording_of
from playlists.exchange.likeness import known_s


def answer_key(entry: Entry) -> str:
    """The key of what ``entry`` describes, 64 hexadecimal digits, the same in every process."""
    return hashlib.sha256("\0".join(_described(entry)).encode("utf-8", "surrogatepass")).hexdigest()


def _described(entry: Entry) -> tuple[str, ...]:
    if entry.content_id:
        return "content", entry.content_id
    if isrc := isrc_of(entry.isrc):
        return "isrc", isrc
    if recording := recording_of(entry.recording_id):
        return "recording", recording
    if not entry.title.strip():
        return "location", entry.location or "", _folded(entry.artist), _folded(entry.album), _whole_s(entry)
    length = _whole_s(entry)
    named = ("named", _folded(entry.title), _folded(entry.artist), length)
    return named if entry.artist.strip() and length else (*named, _folded(entry.album), entry.location or "")


def _folded(text: str) -> str:
    """Words in their own script; what is no words or too long to fold stands as it is."""
    return text if len(text) > LONGEST else " ".join(words(plain(text))) or text


def _whole_s(entry: Entry) -> str:
    length_s = known_s(entry.length_s)
    return "" if length_s is None else f"{length_s:.0f}"
