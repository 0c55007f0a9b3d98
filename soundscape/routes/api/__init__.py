"""The JSON API, described by itself at `/api/v1/openapi.json`."""

from soundscape.routes.api import (
    accounts,
    audit,
    events,
    jobs,
    measuring,
    media,
    player,
    playlist_versions,
    playlists,
    previews,
    records,
    refits,
    rooms,
    sessions,
    tracks,
    uploads,
)

BLUEPRINTS = (
    accounts.blueprint,
    audit.blueprint,
    events.blueprint,
    jobs.blueprint,
    media.blueprint,
    measuring.blueprint,
    player.blueprint,
    playlist_versions.blueprint,
    playlists.blueprint,
    previews.blueprint,
    records.blueprint,
    refits.blueprint,
    rooms.blueprint,
    sessions.blueprint,
    tracks.blueprint,
    uploads.blueprint,
)
