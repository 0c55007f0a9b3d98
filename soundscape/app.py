"""The service as a Flask app: `create_app` only wires. `create_preview_app` is the patients' part alone.

Everything an app holds is in `Parts`; nothing is global.
"""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from flask import Flask, Response, request
from flask_smorest import Api
from werkzeug.middleware.proxy_fix import ProxyFix

from library.catalogue import Catalogue
from library.store import open_store, sqlite_url
from soundscape import answers, description, pages, security
from soundscape.config import Config, load_config, signing_key, templates_of
from soundscape.events import Wakes
from soundscape.parts import Clock, Parts, now_ms, parts
from soundscape.ready import Ready
from soundscape.rights import check_all, require_right
from soundscape.routes import api, preview
from soundscape.routes.pages import blueprints as page_routes


def create_app(data: Path, *, clock: Clock = now_ms) -> Flask:
    """The whole service over a data directory.

    Raises
    ------
    BadConfiguration, UnreadableDatabase, BadRequest
        A setting, the database or the clinic's templates cannot be used.
    RuntimeError
        If a view declares no right: a defect.
    """
    app = _bare_app(data, clock)
    smorest = Api(app)
    for blueprint in api.BLUEPRINTS:
        smorest.register_blueprint(blueprint)
    for page_blueprint in page_routes.BLUEPRINTS:
        app.register_blueprint(page_blueprint)
    app.register_blueprint(preview.blueprint)
    description.describe(app, smorest)
    return _finished(app)


def create_preview_app(data: Path, *, clock: Clock = now_ms) -> Flask:
    """What a public address may reach: the patients' preview and its files, and nothing else."""
    app = _bare_app(data, clock)
    app.register_blueprint(preview.blueprint)
    return _finished(app)


def _bare_app(data: Path, clock: Clock) -> Flask:
    data.mkdir(parents=True, exist_ok=True)
    config = load_config(data)
    app = Flask("soundscape", instance_path=str(data.absolute()))
    app.config.from_mapping(_flask_settings(config, signing_key(data)))
    if config.plain_http:  # behind a proxy, whose word counts; without one, nobody's
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)  # type: ignore[method-assign]
    engine = open_store(config.database_url or sqlite_url(data))
    catalogue = Catalogue(engine)
    app.extensions["soundscape"] = Parts(
        config=config,
        data=data.absolute(),
        engine=engine,
        catalogue=catalogue,
        ready=Ready(catalogue),
        templates=templates_of(data),
        wakes=Wakes(engine, config.streams),
        clock=clock,
        began_ms=clock(),
    )
    return app


def _finished(app: Flask) -> Flask:
    """What every app has: rights, sign-ins, headers, error answers, words for pages."""
    setups: tuple[Callable[[Flask], None], ...] = (security.init_app, answers.init_app, pages.init_app)
    for setup in setups:
        setup(app)
    check_all(app)
    app.before_request(require_right)
    app.before_request(security.require_same_origin)
    app.after_request(_look)
    return app


def _look(answer: Response) -> Response:
    """Who listens hears at once of what a request may have changed."""
    if request.method not in ("GET", "HEAD", "OPTIONS"):
        parts().wakes.look()
    return answer


def _flask_settings(config: Config, key: bytes) -> dict[str, object]:
    return {
        "SECRET_KEY": key,
        "SESSION_COOKIE_NAME": "soundscape_session",
        "SESSION_COOKIE_SECURE": True,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_REFRESH_EACH_REQUEST": False,  # else a desk that is left open, or a stolen cookie, would never end
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=config.sign_in_hours),
        "MAX_CONTENT_LENGTH": 1 << 20,
        "WTF_CSRF_CHECK_DEFAULT": False,
        "WTF_CSRF_TIME_LIMIT": None,
        "RATELIMIT_HEADERS_ENABLED": True,
        "API_TITLE": "Soundscape",
        "API_VERSION": "v1",
        "OPENAPI_VERSION": "3.0.3",
        "OPENAPI_URL_PREFIX": "/api/v1",
        "OPENAPI_JSON_PATH": "openapi.json",
    }
