"""The JSON API, described by itself at `/api/v1/openapi.json`."""

from soundscape.routes.api import (
    accounts,
    audit,
    events,
    jobs,
    player,
    previews,
    records,
    rooms,
    sessions,
)

BLUEPRINTS = (
    accounts.blueprint,
    audit.blueprint,
    events.blueprint,
    jobs.blueprint,
    player.blueprint,
    previews.blueprint,
    records.blueprint,
    rooms.blueprint,
    sessions.blueprint,
)
