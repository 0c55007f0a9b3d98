"""Pages: server-rendered, GET only. What they change goes through the API; signing in and out are forms."""

from soundscape.routes.pages import (
    accounts,
    audit,
    desk,
    pictures,
    previews,
    records,
    rooms,
    sign_in,
)

BLUEPRINTS = (
    accounts.blueprint,
    audit.blueprint,
    desk.blueprint,
    pictures.blueprint,
    previews.blueprint,
    records.blueprint,
    rooms.blueprint,
    sign_in.blueprint,
)
