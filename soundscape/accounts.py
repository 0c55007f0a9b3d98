"""Use cases of accounts: first login, signing in, making and closing accounts.

Passwords are argon2id hashes with argon2-cffi's defaults (RFC 9106, low-memory). A wrong name costs as much time as a
wrong password. NIST SP 800-63B: length counts, composition rules do not, known passwords are refused.
"""

import msgspec
import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from library.store import writing
from soundscape.errors import LastAdmin, NotAllowed, Taken, WeakPassword, WrongLogin
from soundscape.rights import Role
from soundscape.secret import hashed, legible, new_id
from soundscape.stores import accounts as store
from soundscape.stores import audit
from soundscape.stores.accounts import Account

FIRST_NAME = "admin"
ONE_TIME_MS = 24 * 3600 * 1000
"""Judgement: long enough for a first evening, short enough to be forgotten on a screen."""
SHORTEST, LONGEST = 10, 128

_hasher = PasswordHasher()
_nobody = _hasher.hash("a password that nobody has")


def first_login(connection: sa.Connection, now_ms: int) -> str | None:
    """A one-time login for the first administrator, or None once anybody has a password.

    Each start of a fresh installation gives a new one: what an earlier start printed is void.
    """
    known = store.list_all(connection)
    if any(account.password_hash for account in known):
        return None
    account = known[0] if known else _new(FIRST_NAME, "admin", now_ms)
    if not known:
        store.put_new(connection, account)
        audit.record(connection, now_ms, "soundscape", "account made", account.name, after={"role": account.role})
    return _one_time(connection, account, now_ms)


def use_first_login(connection: sa.Connection, code: str, password: str, now_ms: int) -> Account:
    """Use a one-time login up: from now on the account has this password.

    Raises
    ------
    WrongLogin, WeakPassword
    """
    _check_password(password)
    account_id = store.use_one_time(connection, hashed(_plain(code)), now_ms)
    if account_id is None:
        raise WrongLogin("This one-time login is wrong, used or too old. Ask an administrator for a new one.")
    account = store.get(connection, account_id)
    if not account.active:
        raise WrongLogin("This account is closed. Ask an administrator.")
    account = msgspec.structs.replace(account, password_hash=_hasher.hash(password), signed_in_from_ms=now_ms)
    store.put(connection, account)
    audit.record(connection, now_ms, account.name, "password set", account.name)
    return account


def sign_in(engine: sa.Engine, name: str, password: str, now_ms: int) -> Account:
    """The account with this name and password. Nobody waits for the database while the password is checked.

    Raises
    ------
    WrongLogin
    """
    with engine.connect() as connection:
        account = store.by_name(connection, name.strip())
    known = account is not None and account.active and account.password_hash is not None
    stored = account.password_hash if known and account is not None else None
    try:
        _hasher.verify(stored or _nobody, password[:LONGEST])
    except VerifyMismatchError:
        stored = None
    if account is None or stored is None:
        raise WrongLogin("Name and password do not fit. Try again, or ask an administrator for a one-time login.")
    better = _hasher.hash(password) if _hasher.check_needs_rehash(stored) else stored
    with writing(engine) as connection:
        now = store.get(connection, account.account_id)
        if now != account:
            raise WrongLogin("This account was changed just now. Try again.")
        if better != stored:
            store.put(connection, msgspec.structs.replace(account, password_hash=better))
        audit.record(connection, now_ms, account.name, "signed in", account.name)
    return account


def make(connection: sa.Connection, name: str, role: Role, *, by: str, now_ms: int) -> tuple[Account, str]:
    """A new account and the one-time login for its owner.

    Raises
    ------
    Taken
    """
    if store.by_name(connection, name) is not None:
        raise Taken(f"There is an account {name!r} already. Choose another name.")
    account = _new(name, role, now_ms)
    store.put_new(connection, account)
    audit.record(connection, now_ms, by, "account made", name, after={"role": role})
    return account, _one_time(connection, account, now_ms)


def new_login(connection: sa.Connection, account_id: str, *, by: str, now_ms: int) -> str:
    """A one-time login for somebody who forgot; the old password is void at once.

    Raises
    ------
    NotAllowed
        If the account is closed.
    """
    account = store.get(connection, account_id)
    if not account.active:
        raise NotAllowed(f"The account {account.name!r} is closed. Open it first.")
    if account.role == "admin":
        _keep_an_admin(connection, account)
    store.put(connection, msgspec.structs.replace(account, password_hash=None, signed_in_from_ms=now_ms))
    audit.record(connection, now_ms, by, "one-time login made", account.name)
    return _one_time(connection, account, now_ms)


def change(
    connection: sa.Connection, account_id: str, *, role: Role | None, active: bool | None, by: str, now_ms: int
) -> Account:
    """Give another role, close or open an account; whoever is signed in with it must sign in again.

    Raises
    ------
    LastAdmin
    """
    before = store.get(connection, account_id)
    after = msgspec.structs.replace(
        before,
        role=before.role if role is None else role,
        active=before.active if active is None else active,
        signed_in_from_ms=now_ms,
    )
    if (after.role, after.active) == (before.role, before.active):
        return before
    if before.role == "admin" and not (after.role == "admin" and after.active):
        _keep_an_admin(connection, before)
    store.put(connection, after)
    audit.record(connection, now_ms, by, "account changed", before.name, _facts(before), _facts(after))
    return after


def _keep_an_admin(connection: sa.Connection, losing: Account) -> None:
    others = [
        account
        for account in store.list_all(connection)
        if account.role == "admin" and account.active and account.password_hash and account != losing
    ]
    if not others:
        raise LastAdmin(f"{losing.name!r} is the only administrator who can sign in. Make another one first.")


def _facts(account: Account) -> dict[str, object]:
    return {"role": account.role, "active": account.active}


def _new(name: str, role: Role, now_ms: int) -> Account:
    return Account(
        account_id=new_id(),
        name=name,
        role=role,
        password_hash=None,
        active=True,
        signed_in_from_ms=now_ms,
        created_ms=now_ms,
    )


def _one_time(connection: sa.Connection, account: Account, now_ms: int) -> str:
    """Twelve letters in groups, 56 bits, good for one use within a day."""
    code = legible(12)
    store.put_one_time(connection, hashed(code), account.account_id, now_ms + ONE_TIME_MS)
    return "-".join((code[:4], code[4:8], code[8:]))


def _plain(code: str) -> str:
    return "".join(letter for letter in code.upper() if letter.isalnum())


def _check_password(password: str) -> None:
    if not SHORTEST <= len(password) <= LONGEST:
        raise WeakPassword(f"A password has {SHORTEST} to {LONGEST} letters; this one has {len(password)}.")
    if len(set(password)) < 4 or password.lower() in KNOWN:
        raise WeakPassword("This password is too easy to guess. Three or four words in a row make a good one.")


KNOWN = frozenset(
    (
        "password12",
        "password123",
        "1234567890",
        "qwertyuiop",
        "soundscape",
        "soundscape1",
        "administrator",
        "letmein123",
    )
)
"""The ones that fit this product's length and name; a longer list belongs to a library."""
