"""All SQL about accounts and one-time logins."""

import sqlalchemy as sa

from library.track import Record
from soundscape.errors import NoSuch
from soundscape.stores.tables import account_table, one_time_table


class Account(Record, frozen=True, kw_only=True):
    """A member of the staff. Without a password only a one-time login lets them in."""

    account_id: str
    name: str
    role: str
    password_hash: str | None
    active: bool
    signed_in_from_ms: int
    created_ms: int


def put_new(connection: sa.Connection, account: Account) -> None:
    """Store a new account."""
    connection.execute(sa.insert(account_table).values(**_values(account)))


def put(connection: sa.Connection, account: Account) -> None:
    """Store what changed of an account."""
    connection.execute(
        sa.update(account_table).where(account_table.c.account_id == account.account_id).values(**_values(account))
    )


def get(connection: sa.Connection, account_id: str) -> Account:
    """One account by its id.

    Raises
    ------
    NoSuch
    """
    found = _one(connection, account_table.c.account_id == account_id)
    if found is None:
        raise NoSuch(f"There is no account {account_id!r}.")
    return found


def by_name(connection: sa.Connection, name: str) -> Account | None:
    """One account by its name, whatever its case, or None."""
    # Not in SQL: SQLite's lower() knows the Latin letters only.
    return next((known for known in list_all(connection) if known.name.lower() == name.lower()), None)


def list_all(connection: sa.Connection) -> list[Account]:
    """Every account by name."""
    rows = connection.execute(sa.select(account_table).order_by(sa.func.lower(account_table.c.name)))
    return [Account(**row._mapping) for row in rows]


def put_one_time(connection: sa.Connection, secret_hash: str, account_id: str, expires_ms: int) -> None:
    """A new one-time login; older ones of this account are gone."""
    connection.execute(sa.delete(one_time_table).where(one_time_table.c.account_id == account_id))
    connection.execute(
        sa.insert(one_time_table).values(
            secret_hash=secret_hash, account_id=account_id, expires_ms=expires_ms, used_ms=None
        )
    )


def use_one_time(connection: sa.Connection, secret_hash: str, now_ms: int) -> str | None:
    """Use a one-time login up and return its account, or None where there is no such, or no longer."""
    used = connection.execute(
        sa.update(one_time_table)
        .where(
            one_time_table.c.secret_hash == secret_hash,
            one_time_table.c.used_ms.is_(None),
            one_time_table.c.expires_ms > now_ms,
        )
        .values(used_ms=now_ms)
    )
    if not used.rowcount:
        return None
    query = sa.select(one_time_table.c.account_id).where(one_time_table.c.secret_hash == secret_hash)
    return str(connection.execute(query).scalar_one())


def _one(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> Account | None:
    row = connection.execute(sa.select(account_table).where(condition)).first()
    return None if row is None else Account(**row._mapping)


def _values(account: Account) -> dict[str, object]:
    return {name: getattr(account, name) for name in account.__struct_fields__}
