"""A room check: what it asks of a player, what that measured, and what a person said (docs/live.md "Room check")."""

from typing import Literal

from library.track import Record


class CheckOrder(Record, frozen=True, kw_only=True):
    """A room check that the player is to run once."""

    check_id: str
    asked_ms: int


class StorageFound(Record, frozen=True, kw_only=True):
    """What the browser says of its storage; bytes."""

    usage: int | None = None
    quota: int | None = None
    persisted: bool | None = None


class NetworkFound(Record, frozen=True, kw_only=True):
    """How fast answers came."""

    trips: int
    lost: int
    median_ms: float | None = None
    worst_ms: float | None = None


class CheckDetail(Record, frozen=True, kw_only=True):
    """What a player measured; ``None`` where nothing could be. Levels are those of its own graph, RMS."""

    check_id: str
    left_dbfs: float | None = None
    left_other_dbfs: float | None = None
    """What the other channel held while the left one had its tone."""
    right_dbfs: float | None = None
    right_other_dbfs: float | None = None
    cap_dbfs: float | None = None
    cap_db: float | None = None
    storage: StorageFound | None = None
    wake_lock: bool | None = None
    autoplay: bool | None = None
    network: NetworkFound | None = None
    battery: float | Literal["unknown"] = "unknown"
    charging: bool | Literal["unknown"] = "unknown"
    outputs: int | None = None


class ByHand(Record, frozen=True, kw_only=True):
    """What only somebody in the room knows: whether each side was heard, and whether nothing else will sound."""

    left: bool
    right: bool
    reminder: bool
    by: str
    at_ms: int


class RoomCheck(Record, frozen=True, kw_only=True):
    """The last check of a room, as far as it has come."""

    check_id: str
    asked_ms: int
    by: str
    found_ms: int | None = None
    detail: CheckDetail | None = None
    by_hand: ByHand | None = None
