"""Ids, tokens and codes: how they are made, and how they are stored."""

import hashlib
import secrets

LEGIBLE = "23456789BCDFGHJKMNPQRTVWXY"
"""No vowels (no words), nothing that is read as something else."""


def new_id() -> str:
    """16 hex digits that nothing else has."""
    return secrets.token_hex(8)


def new_token() -> str:
    """256 random bits for a device or a sign-in."""
    return secrets.token_urlsafe(32)


def legible(count: int) -> str:
    """Random letters and digits that people can read out."""
    return "".join(secrets.choice(LEGIBLE) for _ in range(count))


def hashed(secret: str) -> str:
    """How a secret is stored. These are random and long, or short-lived: a plain hash is enough. Passwords are not."""
    return hashlib.sha256(secret.encode()).hexdigest()
