"""Who may do what? Roles become rights; each view names the one right it needs; who asks is found out here.

A view without a right cannot be served: `check_all` fails the start. Three kinds of caller: staff by their sign-in,
a room's player by its bearer token, a patient's phone by the cookie of an opened preview.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from flask import Flask, current_app, g, request

from soundscape.errors import NotAllowed, NotSignedIn

Role = Literal["admin", "curator", "clinician"]
Right = Literal[
    "public",
    "signed_in",
    "see_library",
    "keep_library",
    "see_playlists",
    "keep_playlists",
    "run_sessions",
    "keep_rooms",
    "keep_accounts",
    "keep_connections",
    "see_audit",
    "device",
    "preview",
]

CLINICIAN = frozenset({"signed_in", "see_library", "see_playlists", "run_sessions"})
CURATOR = frozenset({"signed_in", "see_library", "keep_library", "see_playlists", "keep_playlists"})
RIGHTS: dict[str, frozenset[str]] = {
    "clinician": CLINICIAN,
    "curator": CURATOR,
    "admin": CLINICIAN | CURATOR | {"keep_rooms", "keep_accounts", "keep_connections", "see_audit"},
}
ROLES: tuple[Role, ...] = ("admin", "curator", "clinician")

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Caller:
    """Who asks. ``name`` is what audit rows and pages call them."""

    kind: Literal["nobody", "staff", "device", "preview"] = "nobody"
    name: str = ""
    role: str = ""
    account_id: str = ""
    device_id: str = ""
    room_id: str = ""
    preview_id: str = ""

    @property
    def actor(self) -> str:
        """What an audit row says: ``anna``, ``tablet of Room 1``, ``preview K7PX``."""
        return self.name

    def may(self, right: str) -> bool:
        """Whether this caller has a right."""
        if right == "public":
            return True
        if self.kind == "staff":
            return right in RIGHTS[self.role]
        return right == self.kind


def right(name: Right, *, csrf: bool = True) -> Callable[[View], View]:
    """Declare what a view needs. ``csrf=False`` only where a request carries no authority of its own accord."""

    def declare(view: View) -> View:
        view.right, view.csrf = name, csrf  # type: ignore[attr-defined]
        return view

    return declare


def right_of(view: Callable[..., Any]) -> str | None:
    """The right a view declares, if it does."""
    found: str | None = getattr(view, "right", None)
    return found


def needs_csrf(view: Callable[..., Any]) -> bool:
    """Whether an unsafe request must prove that it comes from one of our pages.

    A player's token is sent by its script alone and a preview's cookie goes along from the same site only.
    """
    return right_of(view) not in ("device", "preview") and bool(getattr(view, "csrf", True))


def check_all(app: Flask) -> None:
    """Refuse an app in which some view declares no right.

    Raises
    ------
    RuntimeError
    """
    open_views = sorted(name for name, view in app.view_functions.items() if right_of(view) is None)
    if open_views:
        raise RuntimeError(f"These views declare no right: {', '.join(open_views)}.")


def require_right() -> None:
    """Before each request: the caller must have the right of the view."""
    if request.endpoint is None:
        return
    needed = right_of(current_app.view_functions[request.endpoint]) or "nothing"
    if needed == "public" or caller().may(needed):
        return
    if caller().kind == "nobody" or needed in ("device", "preview"):
        raise NotSignedIn(_how_to_come_in(needed))
    raise NotAllowed(
        f"Your account does not have the right for this ({needed.replace('_', ' ')}). Ask an administrator."
    )


def _how_to_come_in(needed: str) -> str:
    return {
        "device": "This address is for a room's player. Pair the tablet on the Rooms page.",
        "preview": "Open the link or the code that the clinic gave you.",
    }.get(needed, "Sign in first.")


def caller() -> Caller:
    """Who asks; found out once in a request by `identify`, which the app sets."""
    if "caller" not in g:
        g.caller = current_app.extensions["identify"]()
    found: Caller = g.caller
    return found
