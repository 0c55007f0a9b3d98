"""One list as the builder shows it: its pieces in words, its arc, and what was asked, as it is typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import sqlalchemy as sa

from library.catalogue import Catalogue
from library.errors import UnknownTrack
from library.picture import artist_of, tempo_words, title_of
from library.track import Track
from playlists.arc import Template
from playlists.around_seam import window_s
from playlists.piecelist import Heard
from playlists.playlist import Playlist, Policy
from playlists.shelf import Shelved
from soundscape import list_cards
from soundscape.arc_view import ArcView, list_view

NOT_THERE = "No longer in the library"
SHORT = 12
"""Digits of a track's id that stand for it where it has no title."""


@dataclass(frozen=True)
class Seam:
    """A crossfade, and the seconds of the session that are heard around it."""

    number: int
    fade_s: float
    from_s: float
    to_s: float


@dataclass(frozen=True)
class Piece:
    """A row of the list; ``file_gone``: no file of the track was there at the last scan."""

    heard: Heard
    title: str
    artist: str
    tempo: str
    energy: str
    file_gone: bool
    refused: bool = False
    locked: bool = False
    seam: Seam | None = None
    """The crossfade into it; the first piece has none."""


@dataclass(frozen=True)
class Choice:
    """An artist or a piece that can be left out."""

    value: str
    words: str
    left_out: bool


@dataclass(frozen=True)
class Asked:
    """What was asked, in minutes; what is None was not asked."""

    template: str
    infusion_min: float
    tail_min: float
    energy_ceiling: float | None = None
    startle_limit_lu: float | None = None
    seed: int = 0
    points: Sequence[tuple[float, float]] | None = None
    """The arc as a person drew it, in the template's minutes."""
    phase_ceilings: Mapping[str, float] = field(default_factory=dict)
    first_track: str | None = None
    last_track: str | None = None
    arrival_track: str | None = None
    heard_sessions: str = ""
    """How many earlier sessions were thought of, in words."""
    no_repeat_sessions: int = 0
    pieces: tuple[Choice, ...] = ()
    artists: tuple[Choice, ...] = ()

    @property
    def ruled(self) -> bool:
        """Whether any of the rarer rules is asked for."""
        tracks = (self.first_track, self.last_track, self.arrival_track)
        return any((self.phase_ceilings, *tracks, self.heard_sessions, self.no_repeat_sessions))


@dataclass(frozen=True)
class ListPage:
    """Everything about a list that its page says."""

    shelved: Shelved
    changed_by: str
    length: str
    facts: str
    pieces: tuple[Piece, ...]
    view: ArcView
    asked: Asked
    by_hand: bool
    """Whether building anew would throw away what a person changed, or may have changed."""


def page_of(
    connection: sa.Connection, catalogue: Catalogue, templates: Mapping[str, Template], shelved: Shelved
) -> ListPage:
    """Gather what the page of a list shows."""
    playlist = shelved.playlist
    excluded = shelved.request.policy.exclude_tracks
    tracks = _tracks(catalogue, [*(item.track_id for item in playlist.items), *sorted(excluded)])
    heard = [Heard(k, item, tracks.get(item.track_id)) for k, item in enumerate(playlist.items, start=1)]
    return ListPage(
        shelved=shelved,
        changed_by=list_cards.changed_by(connection, [shelved])[shelved.playlist_id],
        length=list_cards.length_words(playlist),
        facts=list_cards.facts(playlist),
        pieces=tuple(
            replace(
                _piece(piece),
                locked=piece.item.track_id in shelved.request.policy.locked,
                seam=_seam(playlist, piece.number - 1) if piece.number > 1 else None,
            )
            for piece in heard
        ),
        view=list_view(
            playlist,
            list_cards.phases_of(playlist, templates),
            heard,
            list_cards.template_of(shelved.request, templates),
            drawn=shelved.request.points is not None,
        ),
        asked=_asked(shelved, tracks),
        by_hand=playlist.gap is None,
    )


def _seam(playlist: Playlist, number: int) -> Seam:
    from_s, to_s = window_s(playlist, number)
    return Seam(number, playlist.items[number].fade_in_s, from_s, to_s)


def _tracks(catalogue: Catalogue, track_ids: list[str]) -> dict[str, Track]:
    found = {}
    for track_id in dict.fromkeys(track_ids):
        try:
            found[track_id] = catalogue.track(track_id)
        except UnknownTrack:
            continue  # the row says so
    return found


def _piece(heard: Heard) -> Piece:
    track = heard.track
    if track is None:
        return Piece(heard, f"{NOT_THERE} ({heard.item.track_id[:SHORT]})", "", "", "", file_gone=True)
    energy = track.analysis.energy
    return Piece(
        heard,
        title_of(track),
        artist_of(track),
        tempo_words(track.analysis),
        "energy unknown" if energy is None else f"energy {energy:.2f}",
        file_gone=not track.paths,
        refused=track.verdict.status == "refused",
    )


def _asked(shelved: Shelved, tracks: Mapping[str, Track]) -> Asked:
    request, playlist = shelved.request, shelved.playlist
    policy = request.policy
    return Asked(
        template=request.template,
        infusion_min=request.infusion_s / 60,
        tail_min=playlist.tail_s / 60,
        energy_ceiling=request.policy.energy_ceiling,
        startle_limit_lu=request.policy.startle_limit_lu,
        seed=request.seed,
        points=request.points,
        phase_ceilings=policy.phase_ceilings,
        first_track=policy.first_track,
        last_track=policy.last_track,
        arrival_track=policy.arrival_track,
        heard_sessions=list_cards.sessions_words(len(policy.heard)),
        no_repeat_sessions=policy.no_repeat_sessions,
        pieces=_piece_choices(playlist, policy, tracks),
        artists=_artist_choices(playlist, request.policy.exclude_artists, tracks),
    )


def _piece_choices(playlist: Playlist, policy: Policy, tracks: Mapping[str, Track]) -> tuple[Choice, ...]:
    """Those left out first, then what the list plays: what one has heard is what one leaves out."""
    excluded, arrival = policy.exclude_tracks, [policy.arrival_track] if policy.arrival_track else []
    ids = dict.fromkeys([*sorted(excluded), *arrival, *(item.track_id for item in playlist.items)])
    return tuple(
        Choice(
            track_id,
            title_of(tracks[track_id]) if track_id in tracks else f"{NOT_THERE} ({track_id[:SHORT]})",
            track_id in excluded,
        )
        for track_id in ids
    )


def _artist_choices(playlist: Playlist, excluded: frozenset[str], tracks: Mapping[str, Track]) -> tuple[Choice, ...]:
    heard = {
        artist for item in playlist.items if item.track_id in tracks and (artist := artist_of(tracks[item.track_id]))
    }
    known = {artist.strip().casefold() for artist in excluded}
    named = sorted(excluded) + sorted(artist for artist in heard if artist.casefold() not in known)
    return tuple(Choice(artist, artist, artist in excluded) for artist in named)
