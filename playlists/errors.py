"""One class per cause of a playlist that cannot be. Each message says what binds and what would be enough."""


class PlaylistError(Exception):
    """Base of everything the playlists layer refuses."""

    code = "playlist_error"


class Infeasible(PlaylistError):
    """No list of cleared tracks meets the request. ``binds`` names the constraint, ``enough`` what would do."""

    code = "infeasible"

    def __init__(self, binds: str, enough: str) -> None:
        super().__init__(f"{binds} {enough}")
        self.binds = binds
        self.enough = enough


class BadRequest(PlaylistError):
    """The request itself makes no sense: a length, a name or a value out of range."""

    code = "bad_request"


class TrackFileGone(PlaylistError):
    """A track of the list has no readable file any more."""

    code = "track_file_gone"


class MixdownRejected(PlaylistError):
    """The rendered file was decoded and measured, and is not what was planned; it was not kept."""

    code = "mixdown_rejected"


class UnknownPlaylist(PlaylistError):
    """No playlist with this id is on the shelf."""

    code = "unknown_playlist"


class UnknownRevision(PlaylistError):
    """The list was never at this revision."""

    code = "unknown_revision"


class UnknownMixdown(PlaylistError):
    """No mixdown with this id is on the shelf."""

    code = "unknown_mixdown"


class StaleRevision(PlaylistError):
    """Somebody else changed the list in between. ``expected`` is the revision the change was made on, ``found`` the one
    that is there."""

    code = "stale_revision"

    def __init__(self, expected: int, found: int) -> None:
        super().__init__(
            f"Somebody else changed this list in between: you saw revision {expected}, now it is revision {found}. "
            "Load it again and make your change there."
        )
        self.expected = expected
        self.found = found
