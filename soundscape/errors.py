"""One class per cause that the service refuses, and the one table that turns every known error into an answer.

Use cases raise; nobody but :func:`answer_of` knows a status. Under `/api/` an answer is RFC 9457 problem details,
elsewhere a page that says what happened and what to do.
"""

from dataclasses import dataclass
from http import HTTPStatus

import sqlalchemy as sa
from werkzeug.exceptions import HTTPException

from library import errors as library
from playlists import errors as playlists


class ServiceError(Exception):
    """Base of everything the service refuses. The message names the value and says what to do."""

    code = "service_error"


class BadConfiguration(ServiceError):
    """The settings hold an unknown key or a bad value."""

    code = "bad_configuration"


class NotSignedIn(ServiceError):
    """Nobody is signed in, or no longer."""

    code = "not_signed_in"


class NotAllowed(ServiceError):
    """Signed in, but without the right."""

    code = "not_allowed"


class WrongLogin(ServiceError):
    """Name, password or one-time code do not fit. Which of them is not said."""

    code = "wrong_login"


class WeakPassword(ServiceError):
    """The new password is too short or too well known."""

    code = "weak_password"


class DeviceRevoked(ServiceError):
    """The token belongs to no room any more."""

    code = "device_revoked"


class PairingRefused(ServiceError):
    """The code is wrong, used or too old."""

    code = "pairing_refused"


class NoSuch(ServiceError):
    """There is no account, room, session, job or preview of this id."""

    code = "not_found"


class Taken(ServiceError):
    """The name is in use."""

    code = "taken"


class Busy(ServiceError):
    """The room or the list is in use and cannot be changed now."""

    code = "busy"


class WrongState(ServiceError):
    """The session is past the point where this makes sense."""

    code = "wrong_state"


class NotSignedOff(ServiceError):
    """Nobody has signed off a version of the list, and rooms play nothing else."""

    code = "not_signed_off"


class HoldsRefused(ServiceError):
    """The list holds music that was refused."""

    code = "holds_refused"


class DecidedMeanwhile(ServiceError):
    """Somebody else decided about the track after what this person had before their eyes."""

    code = "decided_meanwhile"


class LastAdmin(ServiceError):
    """Without this account nobody could keep the accounts."""

    code = "last_admin"


class PreviewClosed(ServiceError):
    """The link has expired, was revoked, or never was."""

    code = "preview_closed"


class MayNotPreview(ServiceError):
    """The track's rights do not allow hearing it in advance."""

    code = "may_not_preview"


class UploadRefused(ServiceError):
    """The file is no audio that we read, is too large, or broke off on its way."""

    code = "upload_refused"


class FolderRefused(ServiceError):
    """The folder is not among those that the settings allow."""

    code = "folder_refused"


class MediaGone(ServiceError):
    """The file of a track or a mixdown is no longer where it was."""

    code = "media_gone"


class TooManyStreams(ServiceError):
    """As many event streams are open as the settings allow; each holds a thread that answers nobody else."""

    code = "too_many_streams"


class SpotifyNotSetUp(ServiceError):
    """The settings name no app of the clinic's at Spotify."""

    code = "spotify_not_set_up"


class SpotifyNotConnected(ServiceError):
    """There is no connection to a Spotify account, or no longer. Connecting again helps."""

    code = "spotify_not_connected"


class SpotifyRefused(ServiceError):
    """Spotify does not allow this app or this account to do it."""

    code = "spotify_refused"


class NotASpotifyList(ServiceError):
    """The address names no playlist of Spotify's."""

    code = "not_a_spotify_list"


class NoSuchSpotifyList(ServiceError):
    """Spotify has no such playlist, or none that it shows to an app."""

    code = "no_such_spotify_list"


class NothingForSpotify(ServiceError):
    """Spotify knows none of the pieces that were to be written."""

    code = "nothing_for_spotify"


class SpotifyListChanged(ServiceError):
    """Somebody else changed the playlist while it was written."""

    code = "spotify_list_changed"


class SpotifyTooOften(ServiceError):
    """Spotify wants no more requests for longer than a job may wait."""

    code = "spotify_too_often"


class SpotifyUnavailable(ServiceError):
    """Spotify did not answer, or not with anything that can be read."""

    code = "spotify_unavailable"


@dataclass(frozen=True)
class Answer:
    """What a client is told."""

    status: int
    code: str
    title: str
    detail: str

    def problem(self) -> dict[str, object]:
        """The problem details of RFC 9457."""
        return {
            "type": "about:blank",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
        }


STATUS: dict[type[Exception], HTTPStatus] = {
    NotSignedIn: HTTPStatus.UNAUTHORIZED,
    DeviceRevoked: HTTPStatus.UNAUTHORIZED,
    WrongLogin: HTTPStatus.FORBIDDEN,
    NotAllowed: HTTPStatus.FORBIDDEN,
    MayNotPreview: HTTPStatus.FORBIDDEN,
    FolderRefused: HTTPStatus.FORBIDDEN,
    PairingRefused: HTTPStatus.FORBIDDEN,
    NoSuch: HTTPStatus.NOT_FOUND,
    MediaGone: HTTPStatus.GONE,
    PreviewClosed: HTTPStatus.GONE,
    Taken: HTTPStatus.CONFLICT,
    Busy: HTTPStatus.CONFLICT,
    WrongState: HTTPStatus.CONFLICT,
    NotSignedOff: HTTPStatus.CONFLICT,
    HoldsRefused: HTTPStatus.CONFLICT,
    DecidedMeanwhile: HTTPStatus.CONFLICT,
    LastAdmin: HTTPStatus.CONFLICT,
    WeakPassword: HTTPStatus.UNPROCESSABLE_ENTITY,
    UploadRefused: HTTPStatus.UNPROCESSABLE_ENTITY,
    TooManyStreams: HTTPStatus.SERVICE_UNAVAILABLE,
    SpotifyNotSetUp: HTTPStatus.CONFLICT,
    SpotifyNotConnected: HTTPStatus.CONFLICT,
    SpotifyRefused: HTTPStatus.FORBIDDEN,
    NotASpotifyList: HTTPStatus.UNPROCESSABLE_ENTITY,
    NothingForSpotify: HTTPStatus.UNPROCESSABLE_ENTITY,
    NoSuchSpotifyList: HTTPStatus.NOT_FOUND,
    SpotifyListChanged: HTTPStatus.CONFLICT,
    SpotifyTooOften: HTTPStatus.TOO_MANY_REQUESTS,
    SpotifyUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    ServiceError: HTTPStatus.INTERNAL_SERVER_ERROR,
    library.UnknownTrack: HTTPStatus.NOT_FOUND,
    library.NoSuchFolder: HTTPStatus.NOT_FOUND,
    library.UnreadableDatabase: HTTPStatus.SERVICE_UNAVAILABLE,
    library.LibraryError: HTTPStatus.UNPROCESSABLE_ENTITY,
    playlists.UnknownPlaylist: HTTPStatus.NOT_FOUND,
    playlists.UnknownMixdown: HTTPStatus.NOT_FOUND,
    playlists.UnknownRevision: HTTPStatus.NOT_FOUND,
    playlists.StaleRevision: HTTPStatus.CONFLICT,
    playlists.TrackFileGone: HTTPStatus.CONFLICT,
    playlists.PlaylistError: HTTPStatus.UNPROCESSABLE_ENTITY,
}

TITLES = {
    HTTPStatus.UNAUTHORIZED: "Please sign in",
    HTTPStatus.FORBIDDEN: "Not allowed",
    HTTPStatus.NOT_FOUND: "Not found",
    HTTPStatus.CONFLICT: "Not now",
    HTTPStatus.GONE: "No longer there",
    HTTPStatus.UNPROCESSABLE_ENTITY: "This cannot be done",
    HTTPStatus.TOO_MANY_REQUESTS: "Too often",
    HTTPStatus.SERVICE_UNAVAILABLE: "Not available just now",
}


DATABASE = {
    sa.exc.OperationalError: (
        HTTPStatus.SERVICE_UNAVAILABLE,
        "database_busy",
        "The database did not do this just now. Nothing was changed; try again soon. The service's log says why.",
    ),
    sa.exc.DatabaseError: (
        HTTPStatus.SERVICE_UNAVAILABLE,
        "database_damaged",
        "The database cannot be read. Nothing was changed. The service's log says why; `doctor` helps on.",
    ),
    sa.exc.IntegrityError: (
        HTTPStatus.CONFLICT,
        "conflict",
        "Somebody changed this at the same time. Look at it again, then try once more.",
    ),
    sa.exc.DataError: (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "bad_value",
        "The database cannot hold a value that was sent. Nothing was changed.",
    ),
}
"""By the error's own class and none above it: what is wrong in our SQL stays a defect."""


def answer_of(error: Exception) -> Answer | None:
    """The answer to a known error, or None: that one is a defect and stays a 500 with its traceback in the log."""
    if isinstance(error, HTTPException):
        return _http_answer(error)
    if isinstance(error, sa.exc.TimeoutError):  # every connection waits for the same lock
        return _answer(*DATABASE[sa.exc.OperationalError])
    if isinstance(error, sa.exc.DatabaseError):
        said = DATABASE.get(type(error))
        return said and _answer(*said)
    for kind in type(error).__mro__:
        if kind in STATUS:
            return _answer(STATUS[kind], getattr(error, "code", "error"), str(error))
    return None


def _http_answer(error: HTTPException) -> Answer:
    status = HTTPStatus(error.code or 500)
    found = getattr(error, "data", None) or {}
    messages = found.get("messages") or found.get("errors")
    detail = _first_message(messages) if messages else (error.description or status.phrase)
    return _answer(status, status.phrase.lower().replace(" ", "_").replace("-", "_"), detail)


def _first_message(messages: object, place: str = "") -> str:
    """What marshmallow found, as one sentence: the first field that does not fit."""
    while isinstance(messages, dict) and messages:
        key, messages = next(iter(messages.items()))
        place = f"{place}.{key}" if place else str(key)
    if isinstance(messages, list) and messages:
        messages = messages[0]
    return f"{place.removeprefix('json.').removeprefix('query.')}: {messages}"


def _answer(status: HTTPStatus, code: str, detail: str) -> Answer:
    return Answer(status=int(status), code=code, title=TITLES.get(status, status.phrase), detail=detail)
