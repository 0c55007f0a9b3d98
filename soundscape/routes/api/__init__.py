"""The JSON API, described by itself at `/api/v1/openapi.json`."""

from soundscape.routes.api import accounts, events, jobs, player, previews, rooms, sessions

BLUEPRINTS = (
    accounts.blueprint,
    events.blueprint,
    jobs.blueprint,
    player.blueprint,
    previews.blueprint,
    rooms.blueprint,
    sessions.blueprint,
)
