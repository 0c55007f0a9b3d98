"""How are files of the disk named where only text goes, as in the API and in jobs? By the bytes of their path, in hex.

A name on a disk need not be valid in any script.
"""

import os


def file_id(path: str) -> str:
    """A path as text that can always be sent and stored."""
    return os.fsencode(path).hex()


def path_of(file: str) -> str:
    """The path that :func:`file_id` spelled."""
    return os.fsdecode(bytes.fromhex(file))
