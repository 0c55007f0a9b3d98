"""Sign-ins, tokens, forged requests, too many tries, and the headers that keep a browser strict."""

from collections.abc import Callable
from http import HTTPStatus
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

import flask_login
from flask import Flask, current_app, request, session
from flask.wrappers import Response
from flask_limiter import Limiter
from flask_wtf.csrf import CSRFProtect

from soundscape.errors import DeviceRevoked
from soundscape.headers import HEADERS
from soundscape.parts import parts
from soundscape.previews import open_with
from soundscape.rights import Caller, needs_csrf
from soundscape.secret import hashed
from soundscape.stores import accounts, rooms
from soundscape.stores.accounts import Account

PREVIEW_COOKIE = "soundscape_preview"
SAFE = ("GET", "HEAD", "OPTIONS")


class _HeaderFirst(CSRFProtect):  # type: ignore[misc] # flask_wtf has no types
    """Looks at the header before the form: to read the form would be to read a whole upload before its view."""

    def _get_csrf_token(self) -> str | None:
        found: str | None = request.headers.get("X-CSRFToken") or super()._get_csrf_token()
        return found


csrf = _HeaderFirst()
TRIES, TRIES_OF_A_NAME, TRIES_OF_NAMES = "20 per minute; 200 per hour", "10 per minute; 100 per hour", "60 per minute"
"""Wrong tries from one address: of codes and links, of one name's password, of all names' passwords (judgement).

A clinic has one address as seen from outside. So only what was wrong counts, never what another site's page sent, and
who guesses one name's password cannot keep the others out.
"""


def visitor() -> str:
    """Where a request comes from, for counting: an address; of IPv6 the /64, since every visitor has all of one."""
    found = ip_address((request.remote_addr or "0.0.0.0").partition("%")[0])  # noqa: S104 - a stand-in, not bound
    if isinstance(found, IPv6Address) and found.ipv4_mapped is None:
        return str(ip_network((found, 64), strict=False))
    return str(found)


def visitor_and_name() -> str:
    """The same with the name that a sign-in is tried for, as accounts compare names."""
    return f"{visitor()} {request.form.get('name', '').strip().lower()[:64]}"


limiter = Limiter(visitor, storage_uri="memory://")


def slows_down(refusal: HTTPStatus, tries: str = TRIES, whose: Callable[[], str] = visitor) -> Any:
    """A view's decorator: whoever is answered with this status too often waits."""
    return limiter.limit(
        tries,
        key_func=whose,
        deduct_when=lambda answer: answer.status_code == refusal,
        error_message="Too many wrong tries. Wait a few minutes, then try again.",
    )


class SignedIn(flask_login.UserMixin):  # type: ignore[misc] # flask_login has no types
    """What Flask-Login keeps in the session: the account, and when its sign-ins began to count."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.id = f"{account.account_id}:{account.signed_in_from_ms}"


def init_app(app: Flask) -> None:
    """Give an app its doors."""
    csrf.init_app(app)
    limiter.init_app(app)
    login = flask_login.LoginManager()
    login.init_app(app, add_context_processor=False)  # pages ask `caller()`; an error's page must not ask the database
    login.session_protection = None  # tablets change networks; the cookie is signed, short-lived and HttpOnly
    login.user_loader(_load)
    app.extensions["identify"] = identify
    app.after_request(_strict)
    # Flask's own view and the API's description; they show nothing but files of this repository.
    for endpoint in ("static", "api-docs.openapi_json"):
        if endpoint in app.view_functions:
            app.view_functions[endpoint] = _public(app.view_functions[endpoint])


def sign_in(account: Account) -> None:
    """Sign this browser in; what the session held before is gone."""
    session.clear()
    session.permanent = True
    flask_login.login_user(SignedIn(account))


def sign_out() -> None:
    """Sign this browser out."""
    flask_login.logout_user()
    session.clear()


def identify() -> Caller:
    """Who sends this request: a bearer token names a device, a cookie staff or a preview."""
    token = _bearer()
    if token is not None:
        return _device(token)
    cookie = request.cookies.get(PREVIEW_COOKIE)
    if cookie and request.path.startswith("/preview/"):  # also in a browser in which staff are signed in
        return _preview(cookie)
    user = flask_login.current_user
    if user.is_authenticated:
        account: Account = user.account
        return Caller(kind="staff", name=account.name, role=account.role, account_id=account.account_id)
    return Caller()


def require_same_origin() -> None:
    """Before each request that changes something: it must come from one of our own pages."""
    if request.method in SAFE or request.endpoint is None:
        return
    if needs_csrf(current_app.view_functions[request.endpoint]):
        csrf.protect()


def _load(user_id: str) -> SignedIn | None:
    account_id, _, from_ms = user_id.partition(":")
    with parts().engine.connect() as connection:
        account = next((a for a in accounts.list_all(connection) if a.account_id == account_id), None)
    if account is None or not account.active or str(account.signed_in_from_ms) != from_ms:
        return None
    return SignedIn(account)


def _bearer() -> str | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def _device(token: str) -> Caller:
    with parts().engine.connect() as connection:
        device = rooms.device_by_token(connection, hashed(token))
        if device is None or device.revoked_ms is not None:
            raise DeviceRevoked("This player no longer belongs to a room. Pair it again on the Rooms page.")
        room = rooms.get(connection, device.room_id)
    return Caller(kind="device", name=f"tablet of {room.name}", device_id=device.device_id, room_id=device.room_id)


def _preview(cookie: str) -> Caller:
    with parts().engine.connect() as connection:
        preview = open_with(connection, cookie, parts().clock())
    return Caller(kind="preview", name=f"preview {preview.code}", preview_id=preview.preview_id)


def _strict(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if parts().config.certificate is not None:
        # Not with an authority of our own: were that made anew, no browser would let anybody pass for a year; and the
        # header binds every port of a name, also those of the clinic's other services.
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def _public(view: Any) -> Any:
    def public(*args: Any, **kwargs: Any) -> Any:
        return view(*args, **kwargs)

    public.right, public.csrf = "public", True  # type: ignore[attr-defined]
    return public
