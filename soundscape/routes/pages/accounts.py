"""The page of accounts, for administrators."""

from flask import Blueprint, render_template

from soundscape.parts import parts
from soundscape.rights import ROLES, right
from soundscape.stores import accounts as store

blueprint = Blueprint("accounts", __name__)


@blueprint.get("/accounts")
@right("keep_accounts")
def page() -> str:
    """Who may come in, and as what."""
    with parts().engine.connect() as connection:
        return render_template("accounts.html", accounts=store.list_all(connection), roles=ROLES)
