"""The library's recorder on our log: reads through the view `log.ledger_events`, writes through the append functions only.

Keeps what the library does not: dense positions in commit order, idempotency keys kept for ever, read sets, leaves.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import psycopg
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore

from ledger.appender import SQL, Append, Appender, NewEvent, Receipt
from ledger.identity import new_key


class UnsafeRecorder(RuntimeError):  # noqa: N818 - named for the state of things
    """The log cannot be kept in this configuration: {said}."""


class LedgerRecorder(PostgresApplicationRecorder):
    """See the library's ApplicationRecorder; positions are its notification ids."""

    def __init__(self, datastore: PostgresDatastore, *, events_table_name: str = "ledger_events") -> None:
        if datastore.enable_db_functions:
            raise UnsafeRecorder(
                "POSTGRES_ENABLE_DB_FUNCTIONS inserts without a lock, and readers lose events: unset it"
            )
        super().__init__(datastore, events_table_name=events_table_name)
        self.sql_create_statements = []  # the log has its own migrations
        self.appender = Appender(self._connect)

    def create_table(self) -> None:
        """Do nothing: `mingze migrate` makes the log."""

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        """Append events of one command. Keywords: key, request, actor, recorded_at, reads. Return their positions."""
        if not stored_events:
            return []
        events = [NewEvent(UUID(str(e.originator_id)), e.originator_version, e.topic, e.state) for e in stored_events]
        receipt = self.append(
            Append(
                key=kwargs.get("key") or new_key(),
                request=kwargs.get("request") or bytes(32),
                events=events,
                actor=kwargs.get("actor"),
                recorded_at=kwargs.get("recorded_at"),
                reads=kwargs.get("reads", ()),
            )
        )
        return list(range(receipt.first, receipt.last + 1))

    def append(self, command: Append) -> Receipt:
        """Append one command; see `Appender.append`."""
        return self.appender.append(command)

    def close(self) -> None:
        """Close the appender's connection; the pool is the datastore's."""
        self.appender.close()

    def prove_the_lock_excludes(self) -> None:
        """Refuse (UnsafeRecorder) a server whose advisory lock does not keep a second writer out."""
        with self._connect() as holder, self._connect() as rival, holder.transaction(), rival.transaction():
            holder.execute(SQL["take_lock"])
            if rival.execute(SQL["try_lock"]).fetchone() != (False,):
                raise UnsafeRecorder(
                    "the server's advisory locks do not exclude; the ledger runs on PostgreSQL, directly"
                )

    def _connect(self) -> psycopg.Connection[Any]:
        kwargs = dict(self.datastore.pool.kwargs or {}) if not callable(self.datastore.pool.kwargs) else {}
        kwargs.pop("row_factory", None)
        return psycopg.connect(**kwargs, autocommit=True)
