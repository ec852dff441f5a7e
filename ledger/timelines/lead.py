"""What people said of one lead: units' answers, and how it was disposed of. The lead itself is computed and stands in no stream."""

from dataclasses import dataclass, replace
from uuid import UUID

from ledger.encoding import Recorded
from ledger.events import Fact, LeadAnswered, LeadDispositioned
from ledger.terms import LeadDisposition
from ledger.timelines.life import Life


@dataclass(frozen=True, slots=True)
class Disposal:
    """A disposition, by which unit, over which evidence (positions, as the lead was seen then)."""

    disposition: LeadDisposition
    disposed_by: UUID
    edition: str
    positions: tuple[int, ...]
    duplicate_of: UUID | None


@dataclass(frozen=True, slots=True)
class Lead:
    """A lead that somebody spoke of: the rule that raised it, the units that answered, the dispositions in order."""

    id: UUID
    rule: str
    answered_by: tuple[UUID, ...] = ()
    disposals: tuple[Disposal, ...] = ()

    @property
    def disposal(self) -> Disposal | None:
        """The disposition that holds: the last."""
        return self.disposals[-1] if self.disposals else None


def evolve(state: Lead | None, recorded: Recorded[Fact]) -> Lead | None:
    match recorded.fact:
        case LeadAnswered(lead=lead, lead_rule=rule, unit=unit):
            told = state or Lead(lead, rule)
            return replace(told, answered_by=(*told.answered_by, unit))
        case LeadDispositioned() as f:
            told = state or Lead(f.lead, f.lead_rule)
            disposal = Disposal(f.disposition, f.disposed_by, f.lead_edition, f.positions, f.duplicate_of)
            return replace(told, disposals=(*told.disposals, disposal))
    return state


LEAD = Life("lead", evolve)
