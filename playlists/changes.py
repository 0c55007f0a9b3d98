"""What to say of a list that was changed: what went, what came, what lasts longer, what stayed where it was."""

from collections.abc import Collection, Iterable, Mapping

from msgspec.structs import replace as changed

from library.picture import title_of
from library.track import Track
from playlists.errors import BadRequest
from playlists.playlist import Playlist
from playlists.timeline import clock

ORDER_BY_HAND = "The order was set by hand."


def kept_notes(playlist: Playlist) -> list[str]:
    """What stays true of a list when only some of its pieces change."""
    return [ORDER_BY_HAND] if ORDER_BY_HAND in playlist.notes else []


def titles_of(tracks: Iterable[Track], track_ids: Collection[str]) -> dict[str, str]:
    """What people call these tracks, by id; without those that are gone."""
    return {track.track_id: title_of(track) for track in tracks if track.track_id in track_ids}


def noted(tracks: Iterable[Track], before: Playlist, after: Playlist, must_go: Collection[str] = ()) -> Playlist:
    """The new list with a note, put first, of what is different from the one before; as it is if nothing is.

    ``must_go`` are pieces that may no longer be used: where there are such, it is said why others left with them.
    """
    new = {item.track_id for item in after.items}
    titles = titles_of(tracks, new | {item.track_id for item in before.items})
    words = what_changed(titles, before, after)
    others = [item.track_id for item in before.items if item.track_id not in new and item.track_id not in must_go]
    if must_go and others:
        names = ", ".join(titles[track_id] for track_id in others)
        words += f" {names} left too: the list comes nearer to its arc and length without."
    return changed(after, notes=(words, *after.notes)) if words else after


def what_changed(titles: Mapping[str, str], before: Playlist, after: Playlist) -> str:
    """What is different, in a few sentences; empty if the same pieces play in the same order and for as long."""
    old, new = ([item.track_id for item in playlist.items] for playlist in (before, after))
    left = [titles.get(track_id, "a piece that is gone") for track_id in old if track_id not in new]
    came = [titles[track_id] for track_id in new if track_id not in old]
    parts = []
    longer_s = round(after.total_s - before.total_s)
    if longer_s:
        parts.append(f"{clock(abs(longer_s))} {'longer' if longer_s > 0 else 'shorter'}.")
    if after.template != before.template:
        parts.append(f"The arc is {after.template} in place of {before.template}.")
    parts += [f"Out: {', '.join(left)}."] if left else []
    parts += [f"In: {', '.join(came)}."] if came else []
    stayed = [track_id for track_id in old if track_id in new]
    if stayed != [track_id for track_id in new if track_id in old]:
        parts.append("The others play in another order.")
    return " ".join(parts)


def place_of(playlist: Playlist, track_id: str) -> int:
    """Where in the list a track plays, counted from 0; ``BadRequest`` if it does not."""
    for place, item in enumerate(playlist.items):
        if item.track_id == track_id:
            return place
    raise BadRequest(f"Track {track_id} is not in the list.")
