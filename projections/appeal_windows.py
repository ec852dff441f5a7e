"""Until when may it be appealed against: the window of one case's decision, and by which rule pack it is counted.

A pure view of Holdings (dossier -> here -> api/answers). Keeps: the window begins with the day of service and follows from days alone;
what was not served has none, and never became final (BR-18, BR-20).
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from ledger.timelines.case import CASE, Case
from projections.holdings import Holdings
from projections.shapes import Party, party


class Window(StrEnum):
    """Why it is open or not: nothing to appeal against; decided, not served; open; over; appealed, and waiting for the answer."""

    NOTHING_DECIDED = "NOTHING_DECIDED"
    NOT_SERVED = "NOT_SERVED"
    OPEN = "OPEN"
    OVER = "OVER"
    APPEALED = "APPEALED"


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealWindow:
    """The window for an appeal as of a day.

    appeal_until   the last day for an appeal in time; days_left counts to it, that day included, and is null unless the window is open
    rule, pack     by which rule of which pack it is counted
    stands         there is a decision, neither revoked nor lifted; settled: it is final on the day
    """

    case: UUID
    state: Window
    subject: Party
    handled_by: Party
    decided_on: date | None
    served_on: date | None
    appeal_until: date | None
    days_left: int | None
    appeals: int
    stands: bool
    settled: bool
    rule: str
    pack: str


def appeal_window(held: Holdings, case_id: UUID, on: date) -> AppealWindow | None:
    """Return the window of a case as of a day, None if the case had not begun."""
    case = held.state(CASE, case_id, on)
    if case is None:
        return None
    rules = held.rules_of(case.subject_unit, case.served_on or on)
    until = case.appeal_until(rules)
    state = _state(case, until, on)
    return AppealWindow(
        case=case_id,
        state=state,
        subject=party(held, case.subject_unit, on),
        handled_by=party(held, case.handled_by, on),
        decided_on=case.decision.decided_on if case.decision else None,
        served_on=case.served_on,
        appeal_until=until,
        days_left=(until - on).days + 1 if until and state is Window.OPEN else None,
        appeals=len(case.appeals),
        stands=case.stands,
        settled=case.settled_on(on, rules),
        rule="BR-18",
        pack=rules.pack.id,
    )


def _state(case: Case, until: date | None, on: date) -> Window:
    if case.decision is None:
        return Window.NOTHING_DECIDED
    if until is None:
        return Window.NOT_SERVED
    if case.appeal_pending:
        return Window.APPEALED
    return Window.OPEN if on <= until and case.stands else Window.OVER
