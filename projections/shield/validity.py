"""Whether a paper was worth anything on a day, before anybody waves it: the tests of a claim, run on the day alone.

Pure. The signer stands in for the unit a claim would be made against, its area for the place; nothing is asked about an incident.
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from ledger.days import SHANGHAI
from ledger.terms import Severity, TimePrecision
from ledger.timelines.incident import Incident, Stage
from ledger.timelines.pledge import PLEDGE
from projections.holdings import Holdings
from projections.papers import last_day
from projections.shield.matter import Matter, Result
from projections.shield.pledge_tests import PLEDGE_TESTS


@dataclass(frozen=True, slots=True)
class Validity:
    """A paper on a day: whether it bound by its dates, its last day, and what each test says of it."""

    pledge: UUID
    day: date
    in_force: bool
    last_day: date | None
    results: tuple[Result, ...]


def validity(held: Holdings, pledge_id: UUID, day: date) -> Validity | None:
    """Run T1–T11 on a paper about a day; None if the paper is not known or was never signed."""
    paper = held.state(PLEDGE, pledge_id)
    if paper is None or paper.signed_at is None:
        return None
    signer = held.unit(paper.signer, day)
    ends = datetime.combine(day, time.max, SHANGHAI)
    on_the_day = Incident(
        pledge_id,
        Stage.REGISTERED,
        paper.signer,
        ends,
        TimePrecision.MINUTE,
        signer.area_code if signer else "",
        (paper.signer,),
        "",
        Severity.ORDINARY,
        tuple(sorted(paper.duty_codes)),
        "",
    )
    matter = Matter(held, paper.issuer, paper.signer, on_the_day, day, paper)
    last = last_day(held, paper) if paper.period_to else None
    return Validity(
        pledge_id,
        day,
        paper.in_force_on(day) and last is not None and day <= last,
        last,
        tuple(test(matter) for test in PLEDGE_TESTS),
    )
