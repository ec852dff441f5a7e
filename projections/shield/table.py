"""The table of twelve tests that an inspector reads, in two columns: as known when the claim was made, and as known now.

Pure. Nothing is ruled here: T12 is the inspector's own finding, the ruling a human's, and the guidance only says what follows from what.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from ledger.terms import Causation
from projections.holdings import Holdings
from projections.shield.matter import FAIL, PASS, UNKNOWN, Matter, Result, matter_of
from projections.shield.pledge_tests import PLEDGE_TESTS
from projections.shield.veto_tests import VETO_TESTS

EDITION: Final = "tests/1"


@dataclass(frozen=True, slots=True)
class Column:
    """The twelve results at one position, those that failed, and what they suggest to the inspector."""

    known_at: int
    results: tuple[Result, ...]
    failed: tuple[str, ...]
    guidance: str


@dataclass(frozen=True, slots=True)
class Table:
    """Both columns of one claim. `at_assertion` is as known at the position of the assertion; `now` as known at the position asked."""

    claim: UUID
    edition: str
    at_assertion: Column
    now: Column


def table(held: Holdings, claim_id: UUID, known_at: int) -> Table | None:
    """Run the twelve tests over what was held at `known_at`; None if the claim, its incident or its paper was not known then."""
    matter = matter_of(held, claim_id)
    if matter is None or matter.claim is None:
        return None
    asserted_at = matter.claim.asserted_at
    then = matter_of(held.at(asserted_at), claim_id) or matter
    return Table(claim_id, EDITION, column(then, asserted_at), column(matter, known_at))


def column(matter: Matter, known_at: int) -> Column:
    """Run the twelve tests over one matter."""
    tests = VETO_TESTS if matter.pledge is None else PLEDGE_TESTS
    results = (*(test(matter) for test in tests), t12(matter))
    failed = tuple(each.test for each in results if each.result is FAIL)
    return Column(known_at, results, failed, guidance(results))


def t12(matter: Matter) -> Result:
    """Is what failed what the clause is about? The inspector's own finding."""
    finding = matter.claim.causation if matter.claim else None
    if finding is None:
        return Result("T12", UNKNOWN, "NOT_FOUND_YET")
    found = PASS if finding.result is Causation.PASS else FAIL
    return Result("T12", found, "CAUSED" if found is PASS else "NOT_CAUSED", (finding.position,))


def guidance(results: Iterable[Result]) -> str:
    """Say what the results suggest; never a ruling: NO_VALUE, PARTIAL, REJECTED, UNDETERMINED or SIGNER_PART_STANDS."""
    by_test = {each.test: each.result for each in results}
    first, second = (f"T{number}" for number in range(1, 6)), (f"T{number}" for number in range(6, 12))
    if by_test["T12"] is FAIL:
        return "REJECTED"
    if any(by_test[test] is FAIL for test in first):
        return "NO_VALUE"
    if any(by_test[test] is FAIL for test in second):
        return "PARTIAL"
    if any(by_test[f"T{number}"] is UNKNOWN for number in range(1, 8)):
        return "UNDETERMINED"
    return "SIGNER_PART_STANDS"
