"""What does a session file say about itself to other software?

A title, a comment and one chapter a piece. It names the music and the session's shape and nothing else: what staff
write about a list, and anything about a patient, never enters a file.

Conventions: chapters are in samples of the file, end to end; a chapter begins where its piece begins to be heard.
"""

from collections.abc import Iterator, Mapping, Sequence

from library.picture import artist_of, title_of
from library.track import Record, Track
from playlists.playlist import Playlist
from playlists.timeline import Segment, clock

LONGEST_BYTES = 200
"""Judgement: more is no title. M4A's chapters hold 255 bytes, and a character cut in two there makes the whole file
unreadable to some software."""


class Chapter(Record, frozen=True, kw_only=True):
    """A stretch of the file that carries a piece's name."""

    begin: int
    end: int
    title: str


class Labels(Record, frozen=True, kw_only=True):
    """What is written into a file."""

    title: str
    comment: str
    chapters: tuple[Chapter, ...]


def labels_of(
    playlist: Playlist, segments: Sequence[Segment], tracks: Mapping[str, Track], from_s: float = 0.0
) -> Labels:
    """The labels of a file that plays these segments of a list, from its second ``from_s`` on.

    A piece whose track is not among ``tracks`` is "Piece 3".
    """
    chapters = tuple(
        Chapter(begin=segment.start, end=end, title=_name(tracks.get(segment.track_id), number))
        for number, segment, end in stretches(playlist, segments)
    )
    after = f" and {clock(playlist.tail_s)} after it" if playlist.tail_s else ""
    begins = f", from {clock(from_s)} on" if from_s else ""
    return Labels(
        title=f"Music for {clock(playlist.infusion_s)}{after}{begins}",
        comment=f"Soundscape, arc {playlist.template}, {len(segments)} pieces",
        chapters=chapters,
    )


def stretches(playlist: Playlist, segments: Sequence[Segment]) -> Iterator[tuple[int, Segment, int]]:
    """Each piece that a file plays: its number in the list, its segment, and where the next one begins to be heard."""
    first = len(playlist.items) - len(segments) + 1
    ends = [*(segment.start for segment in segments[1:]), segments[-1].end]
    for number, (segment, end) in enumerate(zip(segments, ends, strict=True), start=first):
        if segment.start < end:  # else it fades out while the next one is heard from the start
            yield number, segment, end


def _name(track: Track | None, number: int) -> str:
    if track is None:
        return f"Piece {number}"
    words = " · ".join(filter(None, [title_of(track), artist_of(track)]))
    plain = "".join(c if c.isprintable() else " " for c in words)
    return plain.encode("utf-8", "replace")[:LONGEST_BYTES].decode("utf-8", "ignore")
