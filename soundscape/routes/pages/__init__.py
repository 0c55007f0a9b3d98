"""Pages: server-rendered, GET only. What they change goes through the API; signing in and out are forms."""

from soundscape.routes.pages import accounts, desk, sign_in

BLUEPRINTS = (accounts.blueprint, desk.blueprint, sign_in.blueprint)
