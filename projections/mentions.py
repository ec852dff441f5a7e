"""Which streams speak of this one: the claims about an incident, the papers under an item, whatever is about a duty.

The reverse of the references that facts hold; a history (engine) whose key column is what is spoken of. Asked by the dossier alone.
Keeps: what was once said stays findable, also after a correction, because a question about an earlier position needs it.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final
from uuid import UUID

from ledger import events as told
from ledger.encoding import Recorded
from ledger.streams import stream
from ledger.values import Clause
from projections.engine import Facts, History, Span
from projections.rows import Row


class Mention(Row, frozen=True):
    """A stream is spoken of in a fact, as what: `role` is the kind of reference."""

    mentioned: UUID
    position: int
    role: str
    topic: str


class Mentions(History):
    """A history of streams instead of units."""

    identity = ("mentioned", "position", "role", "known_from")

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.row_type = Mention

    def spans(self, entries: Facts, states: Sequence[Any], first: int, begun: Span | None) -> Iterator[Span]:
        for since, until, row in super().spans(entries, states, first, begun):
            seen: Any = row
            yield since, until, Mention(seen.unit, seen.position, seen.role, seen.topic)


def anywhere(duty_code: str) -> UUID:
    """Name a duty wherever it is done: the key under which everything about its code is found."""
    return stream("duty_code", duty_code)


def register_of(kind: str) -> UUID:
    """Name all streams of a kind: the key under which each of them is found by its first fact."""
    return stream("register", kind)


NOTICES: Final = register_of("notice")
DECIDED_CASES: Final = register_of("decided case")


# ── What a fact is about, where no field says it at once ──


def _by_clauses(clauses: Sequence[Clause]) -> tuple[UUID, ...]:
    return tuple(anywhere(code) for code in dict.fromkeys(clause.duty_code for clause in clauses) if code)


def _clauses(e: Recorded[Any]) -> tuple[UUID, ...]:
    return _by_clauses(e.fact.clauses)


def _terms(e: Recorded[Any]) -> tuple[UUID, ...]:
    named = (anywhere(code) for code in e.fact.terms.duty_codes)
    return tuple(dict.fromkeys((*named, *_by_clauses(e.fact.terms.clauses))))


def _codes(e: Recorded[Any]) -> tuple[UUID, ...]:
    return tuple(anywhere(code) for code in e.fact.duty_codes)


def _entry(e: Recorded[Any]) -> tuple[UUID, ...]:
    return (anywhere(e.fact.entry.duty_code),)


def _promised(e: Recorded[Any]) -> tuple[UUID, ...]:
    """A pledge that support in a duty's stream is promised with; in its own stream it need not be found."""
    return (e.fact.pledge,) if e.fact.pledge and e.fact.pledge != e.stream else ()


def _kin(e: Recorded[told.ItemAdmitted]) -> tuple[UUID, ...]:
    return (e.fact.predecessor,) if e.fact.predecessor else ()


def _notice(_: Recorded[Any]) -> tuple[UUID, ...]:
    return (NOTICES,)


def _decided(_: Recorded[Any]) -> tuple[UUID, ...]:
    return (DECIDED_CASES,)


MENTIONS = Mentions("mention")
_speaks = MENTIONS.roles
_fact: type[told.Fact]

_speaks(told.ItemIdentified, duty=_terms)
_speaks(told.ItemAmended, duty=_terms)
_speaks(told.ItemAdmitted, duty=_terms, kin=_kin)
_speaks(told.MergedItemFormed, duty=_terms, kin="sources")
_speaks(told.ItemMarkedDuplicate, kin="duplicate_of")

for _fact in (told.DutyEntryAdded, told.DutyEntryChanged):
    _speaks(_fact, duty=_entry)
for _fact in (told.SupportPromised, told.SupportDelivered):
    _speaks(_fact, pledge=_promised)

for _fact in (told.PledgeDrafted, told.PledgeBacklogRecorded, told.IrregularPledgeObserved):
    _speaks(_fact, item="item", duty=_clauses)
_speaks(told.PledgeReSignedDown, parent="parent")

for _fact in (told.VetoSuggested, told.VetoDecided, told.IrregularVetoObserved):
    _speaks(_fact, item="item")

_speaks(told.IncidentRegistered, duty=_codes)
_speaks(told.CaseCluesReceived, incident="incident")
_speaks(told.CaseOpened, incident="incident", claim="claim")
_speaks(told.AccountabilityDecided, duty=_codes, register=_decided)
_speaks(told.CaseClosedWithoutAccountability, tolerance="tolerance")

_speaks(told.ResponsibilityClaimAsserted, incident="incident", pledge="pledge", veto="veto")

for _fact in (told.ToleranceApplied, told.ToleranceConsideredExOfficio):
    _speaks(_fact, case="case")
_speaks(told.ToleranceRuled, evidence="mismatch_streams", precedent="earlier_rulings", duty=_codes)

_speaks(told.NoticeDrafted, case="case", register=_notice)
_speaks(told.ExposurePublished, case="case")
_speaks(told.ClarificationPublished, tolerance="tolerance")

_speaks(told.FindingRecorded, pledge="pledge", item="item")
