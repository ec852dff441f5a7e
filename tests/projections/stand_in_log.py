"""The log as projections see it: the same table and view, without what guards the real one."""

from collections.abc import Iterable
from typing import Any

from psycopg import Connection

from ledger.encoding import Recorded, encode
from ledger.events import Fact

_LOG = """
create schema if not exists log;
create table if not exists log.events (
    position bigint primary key, version bigint not null, recorded_at bigint not null, stream uuid not null, topic text not null,
    actor text, prev bytea, leaf bytea, node bytea, state bytea not null, unique (stream, version));
create or replace view log.ledger_events as
select position as notification_id, stream as originator_id, version as originator_version, topic, state, recorded_at, actor
  from log.events;
"""


class StandInLog:
    """Facts go in where they say they stand, and whoever listens is told."""

    def __init__(self, connection: Connection[Any]) -> None:
        self.connection = connection
        connection.execute(_LOG)

    def append(self, facts: Iterable[Recorded[Fact]]) -> None:
        """Commit facts together; the channel carries the last position."""
        last = 0
        with self.connection.transaction(), self.connection.cursor() as cursor:
            copied = "copy log.events (position, version, recorded_at, stream, topic, actor, state) from stdin (format binary)"
            with cursor.copy(copied) as copy:
                copy.set_types(["int8", "int8", "int8", "uuid", "text", "text", "bytea"])
                for each in facts:
                    state = encode(each.envelope, each.fact)
                    header = (each.position, each.version, each.recorded_at, each.stream, each.fact.TOPIC, each.actor)
                    copy.write_row((*header, state))
                    last = each.position
            cursor.execute("select pg_notify('ledger_events', %s)", [str(last)])
