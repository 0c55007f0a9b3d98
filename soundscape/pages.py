"""Words and numbers as pages show them: what every template may use."""

from datetime import UTC, datetime

from flask import Flask
from flask_wtf.csrf import generate_csrf

from library.lettering import clean
from library.picture import artist_of, tempo_words, title_of
from library.verdict import clock
from soundscape import room_checks
from soundscape.findings import findings, same_day
from soundscape.parts import parts
from soundscape.rights import caller

ROLE_WORDS = {"admin": "administrator", "curator": "curator", "clinician": "clinician"}


def init_app(app: Flask) -> None:
    """Make the words known to templates."""
    app.context_processor(
        lambda: {"caller": caller, "can": lambda right: caller().may(right), "csrf_token": generate_csrf}
    )
    app.add_template_filter(day_and_time, "day_and_time")
    app.add_template_filter(time_of_day, "time_of_day")
    app.add_template_filter(clock, "clock")
    app.add_template_filter(clean, "clean")
    app.add_template_filter(title_of, "title_of")
    app.add_template_filter(artist_of, "artist_of")
    app.add_template_filter(tempo_words, "tempo_words")
    app.add_template_filter(lambda role: ROLE_WORDS[role], "role_words")
    app.add_template_global(lambda: parts().clock(), "now_ms")
    app.add_template_global(findings, "findings")
    app.add_template_global(lambda room: room_checks.state(room, parts().clock()), "check_state")
    app.add_template_global(lambda room: same_day(room.checked_ms, parts().clock()), "checked_today")
    app.jinja_env.globals["beginning"] = "/" if "sign_in.home" in app.view_functions else "/preview"


def local(at_ms: int) -> datetime:
    """The server's own wall clock, which is the clinic's."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone()


def day_and_time(at_ms: int) -> str:
    """``21 Nov 2026, 10:42``."""
    return f"{local(at_ms):%-d %b %Y, %H:%M}"


def time_of_day(at_ms: int) -> str:
    """``10:42``."""
    return f"{local(at_ms):%H:%M}"
