"""All SQL about pulses: a counter a topic, raised in the transaction of each change, so that readers wake.

A lost pulse is harmless: what changed is read from the truth by the one who was woken.
"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from soundscape.stores.tables import pulse_table


def raise_(connection: sa.Connection, *topics: str) -> None:
    """Count each topic up by one.

    In one order always, so that two transactions that raise the same topics wait for one another and never in a circle.
    """
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    for topic in sorted(set(topics)):
        connection.execute(
            insert(pulse_table)
            .values(topic=topic, counter=1)
            .on_conflict_do_update(index_elements=[pulse_table.c.topic], set_={"counter": pulse_table.c.counter + 1})
        )


def counters(connection: sa.Connection) -> dict[str, int]:
    """Every topic that was ever raised, with its count."""
    return {row.topic: row.counter for row in connection.execute(sa.select(pulse_table))}
