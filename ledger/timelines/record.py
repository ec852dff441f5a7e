"""A finding of a spot check or a report of a recipient: an item as somebody outside the implementing unit saw it."""

from dataclasses import dataclass
from uuid import UUID

from ledger.encoding import Recorded
from ledger.events import Fact, RecipientReportFiled, SpotCheckFindingFiled
from ledger.terms import FoundBy
from ledger.timelines.life import Life
from ledger.values import DescribedItem


@dataclass(frozen=True, slots=True)
class Record:
    """One record of the second (spot check) or third (recipient) channel. No decision needs to know who reported."""

    id: UUID
    campaign: UUID
    found_by: FoundBy
    described: DescribedItem


def evolve(state: Record | None, recorded: Recorded[Fact]) -> Record | None:
    match recorded.fact:
        case SpotCheckFindingFiled() as f:
            return Record(recorded.stream, f.campaign, FoundBy.SPOT_CHECK, f.described)
        case RecipientReportFiled() as f:
            return Record(recorded.stream, f.campaign, FoundBy.RECIPIENT, f.described)
    return state


RECORD = Life("record", evolve)
