"""The API of accounts, for administrators."""

from typing import Any

from marshmallow import Schema, fields, validate

from library.store import writing
from soundscape import accounts
from soundscape.parts import parts
from soundscape.rights import ROLES, caller, right
from soundscape.routes.api.common import Truth, name_field, operations
from soundscape.stores import accounts as store

blueprint = operations("accounts", "Accounts of the staff")


class AccountSchema(Schema):
    """An account. ``has_password`` is false until its one-time login was used."""

    account_id = fields.String(required=True)
    name = fields.String(required=True)
    role = fields.String(required=True, validate=validate.OneOf(ROLES))
    active = fields.Boolean(required=True)
    has_password = fields.Function(lambda account: account.password_hash is not None, metadata={"type": "boolean"})


class NewAccountSchema(Schema):
    """What a new account needs."""

    name = name_field(64, required=True)
    role = fields.String(required=True, validate=validate.OneOf(ROLES))


class ChangeAccountSchema(Schema):
    """What can be changed."""

    role = fields.String(validate=validate.OneOf(ROLES))
    active = Truth()


class OneTimeSchema(Schema):
    """A one-time login, said once and stored nowhere."""

    account = fields.Nested(AccountSchema, required=True)
    one_time_login = fields.String(required=True)


@blueprint.route("/accounts", methods=["GET"])
@right("keep_accounts")
@blueprint.response(200, AccountSchema(many=True))
def list_accounts() -> Any:
    """Every account."""
    with parts().engine.connect() as connection:
        return store.list_all(connection)


@blueprint.route("/accounts", methods=["POST"])
@right("keep_accounts")
@blueprint.arguments(NewAccountSchema)
@blueprint.response(201, OneTimeSchema)
def make_account(wanted: dict[str, Any]) -> Any:
    """Make an account and its one-time login."""
    with writing(parts().engine) as connection:
        account, code = accounts.make(
            connection, wanted["name"], wanted["role"], by=caller().actor, now_ms=parts().clock()
        )
    return {"account": account, "one_time_login": code}


@blueprint.route("/accounts/<account_id>", methods=["PATCH"])
@right("keep_accounts")
@blueprint.arguments(ChangeAccountSchema)
@blueprint.response(200, AccountSchema)
def change_account(wanted: dict[str, Any], account_id: str) -> Any:
    """Give another role, close or open an account."""
    with writing(parts().engine) as connection:
        return accounts.change(
            connection,
            account_id,
            role=wanted.get("role"),
            active=wanted.get("active"),
            by=caller().actor,
            now_ms=parts().clock(),
        )


@blueprint.route("/accounts/<account_id>/one-time-login", methods=["POST"])
@right("keep_accounts")
@blueprint.response(201, OneTimeSchema)
def make_one_time_login(account_id: str) -> Any:
    """A new one-time login for somebody who forgot; the old password is void at once."""
    with writing(parts().engine) as connection:
        code = accounts.new_login(connection, account_id, by=caller().actor, now_ms=parts().clock())
        return {"account": store.get(connection, account_id), "one_time_login": code}
