"""What stands behind the API while it serves: the ledger it writes to, the connections it reads with, and how far each view is.

Made once, when the service starts, and let go of when it ends. Keeps: readers' connections cannot write.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

from fastapi import Request
from psycopg import Connection
from psycopg_pool import ConnectionPool

from ledger.application import Ledger
from ledger.statements import load
from projections.reading import Positions

SQL = load("ledger", "log.sql")
READERS = 8  # connections
PATIENCE = 3.0  # seconds to wait for a connection before a caller is told


@dataclass(slots=True)
class Backing:
    """See the module. `dsn` is the address that all of it uses."""

    dsn: str = field(repr=False)
    ledger: Ledger
    positions: Positions
    pool: "ConnectionPool[Connection[Any]]"
    _synthetic: bool | None = None

    def synthetic(self) -> bool:
        """Whether this ledger carries a demonstration clock: what is recorded in it is marked as invented."""
        if self._synthetic is None:
            with self.pool.connection() as connection:
                size, _, synthetic, _ = connection.execute(SQL["head"]).fetchall()[0]
            if not size:
                return False
            self._synthetic = bool(synthetic)
        return self._synthetic

    def look_over(self) -> None:
        """Throw away the connections that an outage of the database has broken, so that the next request finds a live one."""
        self.pool.check()
        self.ledger.recorder.datastore.pool.check()


@contextmanager
def standing_behind(dsn: str) -> Iterator[Backing]:
    """Give what stands behind the API while the block lasts; raise where the database cannot be used."""
    read_only = {"autocommit": True, "options": "-c default_transaction_read_only=on"}
    with (
        Positions(dsn) as positions,
        ConnectionPool(dsn, min_size=1, max_size=READERS, timeout=PATIENCE, kwargs=read_only, open=True) as pool,
    ):
        ledger = Ledger(dsn, pool_size=READERS)
        try:
            yield Backing(dsn, ledger, positions, pool)
        finally:
            ledger.close()


def backing(request: Request) -> Backing:
    """Return what stands behind the request's application."""
    return cast("Backing", request.app.state.backing)
