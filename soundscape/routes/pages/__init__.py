"""Pages: server-rendered, GET only. What they change goes through the API; signing in and out are forms."""

from soundscape.routes.pages import accounts, desk, pictures, previews, sign_in

BLUEPRINTS = (
    accounts.blueprint,
    desk.blueprint,
    pictures.blueprint,
    previews.blueprint,
    sign_in.blueprint,
)
