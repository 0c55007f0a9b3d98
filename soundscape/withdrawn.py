"""Music that was refused after a list was made of it: such a list is neither signed off, assigned nor started.

A version stays as it was signed, so what it holds is looked at again each time it is about to reach a room. A session
that runs is left alone: taking music away under an infusion is for the person beside it to decide. A track that waits
for review stops nothing: a new version of the measures may put it there without anybody having heard anything in it.
"""

import sqlalchemy as sa

from library.refusals import Refusal, refusals
from playlists.playlist import Playlist
from soundscape.errors import HoldsRefused
from soundscape.pages import day_and_time


def refused_in(connection: sa.Connection, playlist: Playlist) -> list[Refusal]:
    """The pieces of a list that are refused now, in the order in which they play."""
    return refusals(connection, [item.track_id for item in playlist.items])


def must_hold_none(connection: sa.Connection, playlist: Playlist, what: str) -> None:
    """Make sure that nothing of ``what``, "Version 2 of the list 'Slow water'", was refused since.

    Raises
    ------
    HoldsRefused
    """
    found = refused_in(connection, playlist)
    if found:
        named = "; and ".join(words(one) for one in found)
        them = "it" if len(found) == 1 else "them"
        raise HoldsRefused(f"{what} holds {named}. Replace {them} and sign the list off again, or take another.")


def words(refusal: Refusal) -> str:
    """``“Rain”, which was refused on 21 Nov 2026, 10:42, by anna``."""
    on = "" if refusal.at_ms is None else f" on {day_and_time(refusal.at_ms)}"
    how = f"was refused{on}, by {refusal.by}" if refusal.by else f"is refused as it was last measured{on}"
    return f"“{refusal.title}”, which {how}"
