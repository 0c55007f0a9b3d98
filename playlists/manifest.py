"""How does a device know that it holds a mixdown whole and unharmed?

Beside each mixdown lies a manifest with the SHA-256 of the file and of each piece of 1 MiB, so that a device can check
pieces as they come and ask again for just the broken one. The manifest takes its name last: a mixdown without one is
not finished, and a manifest never stands beside a file that it does not describe.
"""

import hashlib
import os
from pathlib import Path

import msgspec

from library.track import Record
from playlists.encode import synced
from playlists.rise import Softened

CHUNK_BYTES = 1 << 20


class Manifest(Record, frozen=True, kw_only=True):
    """The contents of ``<file>.manifest.json``. ``softened``: places whose rise was slowed, with their largest gain."""

    file: str
    bytes: int
    sha256: str
    chunk_bytes: int
    chunks: tuple[str, ...]
    sample_rate_hz: int
    samples: int
    total_s: float
    loudness_lufs: float
    true_peak_dbtp: float
    lowered_db: float
    softened: tuple[Softened, ...]
    from_s: float = 0.0
    """The session's second at which the file begins: not 0 in what follows on from another file."""
    gain_db: float | None = None
    """What the whole mix was raised by; a file that follows on takes the same. ``None``: made before this was kept."""
    levels_dbfs: tuple[float, ...] | None = None
    """The level of each second as measured in the file, RMS over both channels: what a player that plays it at 0 dB
    should hear of itself. ``None``: made before this was kept."""


def manifest_path(out: Path) -> Path:
    """Where the manifest of a mixdown lies."""
    return out.with_name(out.name + ".manifest.json")


def hashes(path: Path) -> tuple[str, tuple[str, ...]]:
    """SHA-256 of a file and of each of its chunks, in hex."""
    whole = hashlib.sha256()
    chunks = []
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            whole.update(chunk)
            chunks.append(hashlib.sha256(chunk).hexdigest())
    return whole.hexdigest(), tuple(chunks)


def publish(part: Path, out: Path, manifest: Manifest) -> None:
    """Give a checked file its final name, with its manifest; a crash at any point leaves no pair that disagrees."""
    beside = manifest_path(part)
    try:
        synced(part)
        beside.write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=1))
        synced(beside)
        manifest_path(out).unlink(missing_ok=True)
        synced(out.parent)
        os.replace(part, out)  # noqa: PTH105
        os.replace(beside, manifest_path(out))  # noqa: PTH105
        synced(out.parent)
    finally:
        beside.unlink(missing_ok=True)
