"""One answer of one address, or an error that says why not: bounded in time and size, and never redirected.

Everything that spotipy and the exchange of tokens send goes through a :class:`Wire`. The token is added here, behind
spotipy, since spotipy writes the headers that it sends itself into its debug log.
"""

import io
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from email.utils import parsedate_to_datetime
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase

from soundscape.spotify.place import Place, is_loopback

AT_ONCE = 64 << 10
LONGEST_S = 366 * 86_400.0
"""No wish to wait is taken for longer, so that it can be told as a date."""


class Unreached(Exception):
    """No answer came that can be used. The words say what came instead; whether it was heeded is not known."""


class Answered(Exception):
    """Spotify answered, but not with what was asked for. ``error`` is its word for it, lower case, maybe empty."""

    def __init__(self, status: int, error: str, wait_s: float | None) -> None:
        super().__init__(f"status {status}")
        self.status = status
        self.error = error
        self.wait_s = wait_s


class Wire(requests.Session):
    """A session that reaches one address and nothing else.

    Parameters
    ----------
    base
        The address that every request begins with.
    bearer
        Gives the token to send along; None sends none.

    Raises
    ------
    Unreached, Answered
        From every request that is not answered by an object in JSON.
    """

    def __init__(self, place: Place, base: str, bearer: Callable[[], str] | None = None) -> None:
        super().__init__()
        self.trust_env = not is_loopback(base)  # the clinic's proxy; there is none within this machine
        self.auth = _Bearer(bearer)
        self.adapters.clear()
        self.mount(f"{base}/", _Bounded(place))

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        kwargs["allow_redirects"] = False
        try:
            answer = super().send(request, **kwargs)
        except requests.exceptions.RequestException as error:
            raise Unreached(_words(error)) from None  # the cause holds the request, and that the token
        if 300 <= answer.status_code < 400:
            raise Unreached("It sends us to another address, which is refused: we ask Spotify and nobody else.")
        content = _content(answer)
        if answer.ok and content is None:
            raise Unreached(
                "The answer is not Spotify's. A proxy, or a page of the network for signing in, may stand in between."
            )
        if not answer.ok:
            raise Answered(answer.status_code, _error(content), _wait_s(answer.headers.get("Retry-After")))
        return answer


class _Bearer(AuthBase):
    """Adds the token; being set, it also keeps requests from taking a password from a .netrc instead."""

    def __init__(self, bearer: Callable[[], str] | None) -> None:
        self._bearer = bearer

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._bearer is not None:
            request.headers["Authorization"] = f"Bearer {self._bearer()}"
        return request


class _Bounded(HTTPAdapter):
    """Reads the whole answer within its time and size; requests' own timeout begins anew with every byte, and there is
    none for looking up a name.
    """

    def __init__(self, place: Place) -> None:
        super().__init__(max_retries=0)
        self._place = place

    def send(self, request: requests.PreparedRequest, *_: Any, **kwargs: Any) -> requests.Response:
        kwargs |= {"stream": True, "timeout": (self._place.connect_s, self._place.read_s)}
        found: Future[requests.Response] = Future()
        # Nothing breaks off the lookup of a name, or headers that come byte by byte: these are left to end alone.
        threading.Thread(target=self._exchange, args=(found, request, kwargs), daemon=True).start()
        try:
            return found.result(self._place.total_s)
        except TimeoutError:
            raise requests.exceptions.ReadTimeout from None

    def _exchange(
        self, found: Future[requests.Response], request: requests.PreparedRequest, kwargs: dict[str, Any]
    ) -> None:
        try:
            found.set_result(self._whole(request, kwargs))
        except Exception as error:  # noqa: BLE001 - raised again by whoever waits for it
            found.set_exception(error)

    def _whole(self, request: requests.PreparedRequest, kwargs: dict[str, Any]) -> requests.Response:
        end_s = time.monotonic() + self._place.total_s
        answer = super().send(request, **kwargs)
        raw: urllib3.HTTPResponse = answer.raw
        try:
            answer.raw = io.BytesIO(self._read(raw, end_s))
            raw.release_conn()
        except urllib3.exceptions.ReadTimeoutError as error:
            raise requests.exceptions.ReadTimeout(error) from error
        except requests.exceptions.RequestException:
            raise
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise requests.exceptions.ChunkedEncodingError(error) from error
        finally:
            raw.close()  # whatever was not read to its end
        return answer

    def _read(self, raw: urllib3.HTTPResponse, end_s: float) -> bytes:
        read = bytearray()
        while chunk := raw.read1(AT_ONCE, decode_content=True):
            read += chunk
            if len(read) > self._place.most_bytes:
                raise _TooLong
            if time.monotonic() > end_s:
                raise requests.exceptions.ReadTimeout
        return bytes(read)


class _TooLong(requests.exceptions.RequestException):
    """The answer is longer than any of Spotify's."""


def _words(error: requests.exceptions.RequestException) -> str:
    if isinstance(error, _TooLong):
        return "The answer is far too long to be Spotify's."
    if isinstance(error, requests.exceptions.SSLError):
        return "The connection is not safe: its certificate is not valid. Check this server's clock and proxy."
    if isinstance(error, requests.exceptions.Timeout):
        return "It took too long to answer."
    if isinstance(error, requests.exceptions.ChunkedEncodingError | requests.exceptions.ContentDecodingError):
        return "The answer broke off."
    return "It cannot be reached from here. Check this server's connection to the internet."


def _content(answer: requests.Response) -> dict[str, object] | None:
    try:
        content = answer.json()
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def _error(content: dict[str, object] | None) -> str:
    """`{"error": "invalid_grant"}` of the accounts, `{"error": {"message": ...}}` of the interface."""
    found = (content or {}).get("error")
    if isinstance(found, dict):
        found = found.get("message")
    return found.lower() if isinstance(found, str) else ""


def _wait_s(header: str | None) -> float | None:
    """RFC 9110, 10.2.3: seconds, or a date; None where it says neither."""
    if header is None:
        return None
    if header.strip().isdecimal():
        return min(float(header[:12]), LONGEST_S)
    try:
        return min(max(0.0, parsedate_to_datetime(header).timestamp() - time.time()), LONGEST_S)
    except ValueError:
        return None
