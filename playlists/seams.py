"""Where can a list that sounds be exchanged for its successor without anybody hearing it?

Where the next crossfade begins: the piece that ends is the same in both, and of the next one nothing is heard yet. In
the last piece, where its closing fade begins. The successor is a :func:`playlists.refit.refit` with the seam as its
``prefix_s``, so up to there both are the same, sample for sample; its file is needed from the seam on.
"""

from playlists.errors import Infeasible
from playlists.playlist import Playlist
from playlists.timeline import clock


def seams(playlist: Playlist) -> tuple[float, ...]:
    """All good places for a seam, in seconds of the session, rising."""
    last = playlist.items[-1]
    return (*(item.start_s for item in playlist.items[1:]), playlist.total_s - last.fade_out_s)


def first_seam(playlist: Playlist, after_s: float) -> float:
    """The first good place at ``after_s`` or later: what has sounded by then, and what making the file will take.

    Raises
    ------
    Infeasible
        The list's closing fade begins before.
    """
    for seam_s in seams(playlist):
        if seam_s >= after_s:
            return seam_s
    raise Infeasible(
        f"At {clock(after_s)} the music already fades to its end at {clock(playlist.total_s)}.",
        "Change a list while at least its last piece still sounds.",
    )
