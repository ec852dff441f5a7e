"""The life of one return: due, submitted with items or as a zero report, checked, confirmed or corrected.

Pure and total. What the other channels filed about this unit and type is collected here too, so that nobody has to be asked
which records there are.
Keeps: what was once declared stays known, also when a correction has dropped it; a return corrected to nothing is due again.
"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from ledger.encoding import Recorded
from ledger.events import (
    Fact,
    RecordReceived,
    ReturnChecked,
    ReturnConfirmed,
    ReturnCorrected,
    ReturnOverdue,
    ReturnSubmitted,
    ZeroReportFiled,
)
from ledger.timelines.life import Life


class Status(StrEnum):
    """How far a return has come."""

    DUE = "DUE"
    SUBMITTED = "SUBMITTED"
    CHECKED = "CHECKED"
    CONFIRMED = "CONFIRMED"
    CORRECTED = "CORRECTED"


@dataclass(frozen=True, slots=True)
class CampaignReturn:
    """A return as of a day; the one about which nothing is recorded is DUE.

    items     what the unit declares now; declared: all that it ever declared, in row order
    zero      a zero report stands
    filed_at  position of what was filed last
    acted_on  day of the last step of the return itself; last_on: day of its last fact, records of other channels included
    records   the findings and reports that name this unit and type
    """

    status: Status = Status.DUE
    items: tuple[UUID, ...] = ()
    declared: tuple[UUID, ...] = ()
    zero: bool = False
    filed_at: int = 0
    acted_on: date = date.min
    last_on: date = date.min
    records: tuple[UUID, ...] = ()
    overdue_noted: bool = False

    @property
    def filed(self) -> bool:
        return self.status is not Status.DUE


def evolve(state: CampaignReturn | None, recorded: Recorded[Fact]) -> CampaignReturn:
    """Total: any order of facts gives a return."""
    state = replace(state or CampaignReturn(), last_on=recorded.effective_on)
    match recorded.fact:
        case RecordReceived(record=record):
            return replace(state, records=(*state.records, record))
        case ReturnOverdue():
            return replace(state, overdue_noted=True)
    return _stepped(replace(state, acted_on=recorded.effective_on), recorded)


def _stepped(state: CampaignReturn, recorded: Recorded[Fact]) -> CampaignReturn:
    match recorded.fact:
        case ReturnSubmitted(items=items):
            return _filed(state, recorded.position, Status.SUBMITTED, items)
        case ZeroReportFiled():
            return replace(_filed(state, recorded.position, Status.SUBMITTED, ()), zero=True)
        case ReturnCorrected(items=items):
            return _filed(state, recorded.position, Status.CORRECTED if items else Status.DUE, items)
        case ReturnChecked():
            return replace(state, status=Status.CHECKED)
        case ReturnConfirmed():
            return replace(state, status=Status.CONFIRMED)
    return state


def _filed(state: CampaignReturn, position: int, status: Status, items: tuple[UUID, ...]) -> CampaignReturn:
    declared = (*state.declared, *(item for item in items if item not in state.declared))
    return replace(state, status=status, items=items, declared=declared, zero=False, filed_at=position)


RETURN = Life("return", evolve)
