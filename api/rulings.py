"""The table under a ruling: what the tests said at the position that the inspector read them at, put in or checked at the edge.

Beside the writes (writes -> here -> projections). Keeps: a ruling never carries a table that the ledger did not give.
"""

from dataclasses import replace
from typing import Final

from api.backing import Backing
from api.problems import Problem
from ledger.commands import RuleClaim
from ledger.values import TableLine
from projections import dossier
from projections.catalogue import REGISTER
from projections.shield.table import Table, table

WAIT: Final = 5.0  # seconds for the views to reach the position that the inspector read


def with_table(command: RuleClaim, behind: Backing) -> RuleClaim:
    """Return a ruling with the table of twelve tests as known at `tested_at`.

    A claim that was not known then is left to its decider. Raises Problem if the ruling brought another table, or names a position
    ahead; ProjectionBehind if the views have not come so far.
    """
    head = behind.ledger.size()
    if command.tested_at > head:
        raise Problem("position-above-head", wanted=command.tested_at, head=head)
    behind.positions.wait_for(REGISTER.name, command.tested_at, WAIT)
    pinned = behind.positions.pin(REGISTER.name, command.effective_on, command.tested_at)
    with behind.pool.connection() as connection:
        held = dossier.of_matter(connection, pinned, command.claim)
        seen = table(held, command.claim, command.tested_at)
    if seen is None:
        return command
    lines = lines_of(seen)
    if (command.table and command.table != lines) or command.tests_edition not in ("", seen.edition):
        raise Problem("table-not-as-tested", tested_at=command.tested_at)
    return replace(command, table=lines, tests_edition=seen.edition)


def lines_of(seen: Table) -> tuple[TableLine, ...]:
    """Return a table of twelve tests as a ruling keeps it."""
    return tuple(
        TableLine(
            test=now.test,
            at_assertion=then.result,
            at_assertion_reason=then.reason,
            now=now.result,
            now_reason=now.reason,
            positions=now.positions,
        )
        for then, now in zip(seen.at_assertion.results, seen.now.results, strict=True)
    )
