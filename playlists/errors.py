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
