"""All SQL about rooms, the codes that pair a device, and the devices."""

import msgspec
import sqlalchemy as sa

from library.track import Record
from soundscape.checked import RoomCheck
from soundscape.errors import NoSuch
from soundscape.stores import pulse
from soundscape.stores.tables import device_table, pairing_table, room_table
from soundscape.wished import Report, Wished, text


class Acknowledged(Record, frozen=True, kw_only=True):
    """Somebody looks after these alarms."""

    alarms: tuple[str, ...]
    by: str
    at_ms: int


class Room(Record, frozen=True, kw_only=True):
    """A treatment room and what is wished of its player. ``cap_db`` is the most its gain may be, at most 0."""

    room_id: str
    name: str
    cap_db: float
    quiet_db: float
    revision: int
    wished: Wished
    acknowledged: Acknowledged | None
    created_ms: int
    closed_ms: int | None
    checked_ms: int | None = None
    """When it was last checked, by its tablet and by a person."""
    last_check: RoomCheck | None = None


class Device(Record, frozen=True, kw_only=True):
    """A paired player and its last report."""

    device_id: str
    room_id: str
    paired_ms: int
    revoked_ms: int | None
    report: Report | None
    reported_ms: int | None
    bytes_s: float | None = None
    """How fast it was last seen to download."""


def put_new(connection: sa.Connection, room: Room) -> None:
    """Store a new room."""
    connection.execute(sa.insert(room_table).values(**_values(room)))
    pulse.raise_(connection, "rooms", "desk")


def put(connection: sa.Connection, room: Room) -> None:
    """Store what changed of a room."""
    connection.execute(sa.update(room_table).where(room_table.c.room_id == room.room_id).values(**_values(room)))
    pulse.raise_(connection, "rooms", "desk", f"room-{room.room_id}")


def get(connection: sa.Connection, room_id: str) -> Room:
    """One room.

    Raises
    ------
    NoSuch
    """
    row = connection.execute(sa.select(room_table).where(room_table.c.room_id == room_id)).first()
    if row is None:
        raise NoSuch(f"There is no room {room_id!r}.")
    return _room(row)


def list_open(connection: sa.Connection) -> list[Room]:
    """The rooms in use, by name."""
    query = sa.select(room_table).where(room_table.c.closed_ms.is_(None)).order_by(sa.func.lower(room_table.c.name))
    return [_room(row) for row in connection.execute(query)]


def name_taken(connection: sa.Connection, name: str) -> bool:
    """Whether a room, open or closed, has this name."""
    # Not in SQL: SQLite's lower() knows the Latin letters only.
    return name.lower() in {known.lower() for known in connection.execute(sa.select(room_table.c.name)).scalars()}


def put_code(connection: sa.Connection, room_id: str, code_hash: str, expires_ms: int, now_ms: int) -> bool:
    """Make this the room's one code; False if the same code is open for another room."""
    connection.execute(
        sa.delete(pairing_table).where(
            sa.or_(
                pairing_table.c.room_id == room_id,
                pairing_table.c.expires_ms <= now_ms,
                pairing_table.c.used_ms.is_not(None),
            )
        )
    )
    if connection.execute(sa.select(pairing_table).where(pairing_table.c.code_hash == code_hash)).first():
        return False
    connection.execute(
        sa.insert(pairing_table).values(code_hash=code_hash, room_id=room_id, expires_ms=expires_ms, used_ms=None)
    )
    return True


def use_code(connection: sa.Connection, code_hash: str, now_ms: int) -> str | None:
    """Use a code up and return its room; of two tablets at once only one gets it."""
    used = connection.execute(
        sa.update(pairing_table)
        .where(
            pairing_table.c.code_hash == code_hash,
            pairing_table.c.used_ms.is_(None),
            pairing_table.c.expires_ms > now_ms,
        )
        .values(used_ms=now_ms)
    )
    if not used.rowcount:
        return None
    query = sa.select(pairing_table.c.room_id).where(pairing_table.c.code_hash == code_hash)
    return str(connection.execute(query).scalar_one())


def put_device(connection: sa.Connection, device_id: str, room_id: str, token_hash: str, now_ms: int) -> None:
    """Store a newly paired device."""
    connection.execute(
        sa.insert(device_table).values(
            device_id=device_id,
            room_id=room_id,
            token_hash=token_hash,
            paired_ms=now_ms,
            revoked_ms=None,
            report=None,
            reported_ms=None,
        )
    )
    pulse.raise_(connection, "rooms", "desk")


def revoke_devices(connection: sa.Connection, room_id: str, now_ms: int) -> int:
    """End the rights of a room's devices and return how many had any."""
    ended = connection.execute(
        sa.update(device_table)
        .where(device_table.c.room_id == room_id, device_table.c.revoked_ms.is_(None))
        .values(revoked_ms=now_ms)
    )
    pulse.raise_(connection, "rooms", "desk", f"room-{room_id}")
    return ended.rowcount


def device_by_token(connection: sa.Connection, token_hash: str) -> Device | None:
    """The device with this token, revoked or not."""
    row = connection.execute(sa.select(device_table).where(device_table.c.token_hash == token_hash)).first()
    return None if row is None else _device(row)


def device(connection: sa.Connection, device_id: str) -> Device:
    """One device, revoked or not.

    Raises
    ------
    NoSuch
    """
    row = connection.execute(sa.select(device_table).where(device_table.c.device_id == device_id)).first()
    if row is None:
        raise NoSuch(f"There is no device {device_id!r}.")
    return _device(row)


def devices(connection: sa.Connection) -> dict[str, Device]:
    """The device in use of each room that has one."""
    rows = connection.execute(sa.select(device_table).where(device_table.c.revoked_ms.is_(None)))
    return {row.room_id: _device(row) for row in rows}


def put_report(
    connection: sa.Connection, device_id: str, report: Report, now_ms: int, bytes_s: float | None = None
) -> None:
    """The newest report, and how fast the device downloads; its events are kept elsewhere."""
    values = {"report": text(msgspec.structs.replace(report, events=())), "reported_ms": now_ms, "bytes_s": bytes_s}
    connection.execute(sa.update(device_table).where(device_table.c.device_id == device_id).values(**values))


def _values(room: Room) -> dict[str, object]:
    values = {name: getattr(room, name) for name in room.__struct_fields__}
    values["wished"] = text(room.wished)
    for name in ("acknowledged", "last_check"):
        values[name] = None if values[name] is None else text(values[name])
    return values


def _room(row: sa.Row[tuple[object, ...]]) -> Room:
    values = dict(row._mapping)
    values["wished"] = msgspec.json.decode(values["wished"], type=Wished)
    for name, kind in (("acknowledged", Acknowledged), ("last_check", RoomCheck)):
        values[name] = None if values[name] is None else msgspec.json.decode(values[name], type=kind)
    return Room(**values)


def _device(row: sa.Row[tuple[object, ...]]) -> Device:
    found = row._mapping
    return Device(
        device_id=found["device_id"],
        room_id=found["room_id"],
        paired_ms=found["paired_ms"],
        revoked_ms=found["revoked_ms"],
        report=None if found["report"] is None else msgspec.json.decode(found["report"], type=Report),
        reported_ms=found["reported_ms"],
        bytes_s=found["bytes_s"],
    )
