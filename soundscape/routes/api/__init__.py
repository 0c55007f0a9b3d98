"""The JSON API, described by itself at `/api/v1/openapi.json`."""

from soundscape.routes.api import accounts, events, jobs, player, rooms, sessions

BLUEPRINTS = (
    accounts.blueprint,
    events.blueprint,
    jobs.blueprint,
    player.blueprint,
    rooms.blueprint,
    sessions.blueprint,
)
