"""Text that only this installation can read: sealed with a key that lies beside the database, not in it.

Fernet (AES-128 in CBC mode with HMAC-SHA-256) of the cryptography library. A copy of the database alone opens nothing.
"""

import contextlib
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from soundscape import pem

FOLDER, KEY_FILE = "spotify", "seal.key"


class Unopened(Exception):
    """The key is gone, is another, or the text was changed."""


def folder_of(data: Path) -> Path:
    """The folder of the key, made on first use; only its owner can look into it."""
    folder = data / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def seal(data: Path, text: str) -> str:
    """Seal a text; the key is made on first use."""
    return Fernet(_key(data)).encrypt(text.encode()).decode()


def opened(data: Path, sealed: str) -> str:
    """The text that was sealed here.

    Raises
    ------
    Unopened
    """
    try:
        return Fernet((folder_of(data) / KEY_FILE).read_bytes()).decrypt(sealed).decode()
    except (FileNotFoundError, ValueError, InvalidToken) as error:
        raise Unopened(f"what was sealed does not open with {data / FOLDER / KEY_FILE}") from error


def _key(data: Path) -> bytes:
    """The key; one that cannot be used is replaced, since what it sealed opens no more anyway."""
    path = folder_of(data) / KEY_FILE
    with contextlib.suppress(FileNotFoundError, ValueError):
        key = path.read_bytes()
        Fernet(key)
        return key
    pem.write(path, Fernet.generate_key())
    return path.read_bytes()  # of two that make one at the same time the later stays
