"""What does a session that sounds go on with? The list heard up to a seam, then the rest of what is wished. Pure."""

from collections.abc import Mapping

import msgspec

from playlists.arc import Template
from playlists.errors import Infeasible
from playlists.playlist import Playlist, Request
from playlists.refit import refit
from playlists.stock import Stock

OFF_BY_S = (0.0, 30.0, -30.0, 60.0, -60.0, 120.0)
"""Judgement: where no list is exactly as long as wished, a tail so much longer or shorter is better than no change."""


def following(base: Playlist, other: Playlist, seam_s: float) -> Playlist:
    """What has begun before the seam, and from there on the pieces of another list, at their times in it."""
    begun = [item for item in base.items if item.start_s < seam_s]
    known = {item.track_id for item in begun}
    rest = [item for item in other.items if item.start_s >= seam_s and item.track_id not in known]
    return msgspec.structs.replace(
        other, items=(*begun, *rest) if rest else base.items, total_s=max(base.total_s, other.total_s)
    )


def rest_of(
    tracks: Stock, request: Request, base: Playlist, seam_s: float, templates: Mapping[str, Template]
) -> tuple[Playlist, str]:
    """The list from the seam on, and in words what it could not keep.

    A piece that is locked or required gives way where it cannot be had any more: a session that sounds is changed in
    any case, if that is possible at all.

    Raises
    ------
    Infeasible
        No list goes on from there.
    """
    free = msgspec.structs.replace(request, policy=request.policy.not_requiring(request.policy.required))
    wishes = [(request, ""), (free, "What was locked had to give way.")] if free != request else [(request, "")]
    refusals = []
    for off_s in OFF_BY_S:
        for wish, words in wishes:
            tail_s = (wish.tail_s or 0.0) + off_s
            if tail_s < 0:
                continue
            try:
                made = refit(
                    tracks, msgspec.structs.replace(wish, tail_s=tail_s), base, prefix_s=seam_s, templates=templates
                )
            except Infeasible as refusal:
                refusals.append(refusal)
                continue
            off = f"It lasts {abs(off_s):.0f} s {'longer' if off_s > 0 else 'less'} than asked." if off_s else ""
            return made, " ".join(filter(None, (words, off)))
    raise refusals[0]
