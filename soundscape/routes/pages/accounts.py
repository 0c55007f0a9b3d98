"""The page of accounts, for administrators."""

from flask import Blueprint, render_template

from soundscape.parts import parts
from soundscape.rights import ROLES, right
from soundscape.stores import accounts as store

blueprint = Blueprint("accounts", __name__)

MAY = {
    "clinician": "Runs sessions: assigns lists, starts and ends the music, offers previews, reads records.",
    "curator": "Keeps the music: adds it, listens to what is doubtful, clears or refuses it, and makes the lists.",
    "admin": "All of that, and keeps rooms, tablets, accounts, the connection to Spotify and the audit trail.",
}
"""What each role may do, as one sentence."""


@blueprint.get("/accounts")
@right("keep_accounts")
def page() -> str:
    """Who may come in, and as what."""
    with parts().engine.connect() as connection:
        return render_template("accounts.html", accounts=store.list_all(connection), roles=ROLES, may=MAY)
