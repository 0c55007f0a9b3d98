"""Every page of the service."""

from soundscape.routes.pages import (
    accounts,
    audit,
    desk,
    imports,
    library,
    measuring,
    pictures,
    playlists,
    previews,
    records,
    review,
    room,
    rooms,
    sign_in,
    spotify,
    trust,
)

BLUEPRINTS = (
    accounts.blueprint,
    audit.blueprint,
    desk.blueprint,
    imports.blueprint,
    library.blueprint,
    measuring.blueprint,
    pictures.blueprint,
    playlists.blueprint,
    previews.blueprint,
    records.blueprint,
    review.blueprint,
    room.blueprint,
    rooms.blueprint,
    sign_in.blueprint,
    spotify.blueprint,
    trust.blueprint,
)
