"""The stage on which duties are listed and pledges signed: a county with its government, departments and task force, and a township."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from ledger.commands import (
    CheckPledge,
    Command,
    DraftPledge,
    ObserveIrregularPledge,
    OfferPledge,
    PublishDutyList,
    RaiseObjection,
    RecordBacklogPledge,
    SignPledge,
)
from ledger.events import UnitsMerged
from ledger.streams import stream
from ledger.terms import ClauseType, DutyListKind, Level, ObjectionKind
from ledger.timelines.duty import DUTY, Duty
from ledger.timelines.pledge import PLEDGE, Pledge
from ledger.values import Clause, DutyEntry, ItemTerms, Scope
from tests.pure.item_scene import COUNTY, ItemScene, county, unit_id

TOWN, DUTY_CODE = f"{COUNTY}001", "NY-01"
LISTED = date(2024, 6, 12)
DRAFTED, OFFERED, DEADLINE, SIGNED = date(2025, 1, 8), date(2025, 1, 10), date(2025, 1, 31), date(2025, 1, 15)
BEGINS, ENDS = date(2025, 1, 1), date(2025, 12, 31)
OBSERVED = date(2025, 6, 23)
DIGEST, NOWHERE = "d" * 64, stream("nowhere")
GOVERNED = {
    "县政府": (Level.COUNTY, "GOVERNMENT", COUNTY),
    "县专班": (Level.COUNTY, "AD_HOC", COUNTY),
    "县纪委监委": (Level.COUNTY, "PARTY_ORGAN", COUNTY),
    "乡政府": (Level.TOWNSHIP, "GOVERNMENT", TOWN),
    "并入乡政府": (Level.TOWNSHIP, "GOVERNMENT", TOWN),
    "乡站所": (Level.TOWNSHIP, "PUBLIC_INSTITUTION", TOWN),
    "村委会": (Level.VILLAGE, "VILLAGE", f"{TOWN}001"),
}
PATROL = Clause(clause_id="c1", type=ClauseType.SIGNER_DUTY, text="巡查{1}次", slots=("12",), duty_code=DUTY_CODE)
TRAINING = Clause(clause_id="c2", type=ClauseType.ISSUER_DUTY, text="组织培训", due_on=date(2025, 4, 30))
FUNDS = Clause(
    clause_id="c3",
    type=ClauseType.SUPPORT,
    text="拨付专项经费",
    due_on=date(2025, 3, 31),
    amount=20_000,
    unit="yuan",
)
CLAUSES = (PATROL, TRAINING, FUNDS)


def pledge_terms(**changes: Any) -> ItemTerms:
    """The elements of a county item by which the government has its townships sign."""
    lawful = county(
        "农村能源安全生产目标责任书",
        implementing_unit=unit_id("县政府"),
        recipient_scope=(Scope(level=Level.TOWNSHIP, category="GOVERNMENT"),),
        clauses=CLAUSES,
    )
    return replace(lawful, **changes)


def entry(owner: str = "县级部门", kind: DutyListKind = DutyListKind.DEPARTMENT, **changes: Any) -> DutyEntry:
    lawful = DutyEntry(
        duty_code=DUTY_CODE,
        jurisdiction_code=COUNTY,
        list_kind=kind,
        text="沼气设施安全检查",
        owner_unit=unit_id(owner),
        effective_from=LISTED,
    )
    return replace(lawful, **changes)


class PledgeScene(ItemScene):
    """An item scene with a county's government, its task force, its inspectors, a township and a village."""

    def __init__(self, pack: str = "lincang-2024@1") -> None:
        super().__init__(pack)
        for name, (level, category, area) in GOVERNED.items():
            self._unit(name, level, category, area)

    def merge_units(self, ended: str, successor: str, on: date) -> None:
        self.fact(unit_id(ended), UnitsMerged(successor=unit_id(successor), first_day_without=on), on)

    # ── duties ──

    def publish(self, *entries: DutyEntry, unit: str = "县政府", on: date = LISTED) -> UUID:
        """Publish a list of a unit with these entries, of the kind of the first; return it."""
        kind = entries[0].list_kind if entries else DutyListKind.DEPARTMENT
        command = PublishDutyList(effective_on=on, unit=unit_id(unit), list_kind=kind, entries=entries)
        ((listed, _), *_) = self.when(command)
        return listed

    def duty(self, stream_id: UUID) -> Duty:
        found = self.world().see(DUTY, stream_id)
        assert found
        return found

    # ── pledges ──

    def draft(self, item: UUID | None = None, **changes: Any) -> DraftPledge:
        lawful = DraftPledge(
            effective_on=DRAFTED,
            item=item or self.listed(pledge_terms()),
            document_title="2025年农村能源安全生产目标责任书",
            genre="责任书",
            issuer=unit_id("县政府"),
            signer=unit_id("乡政府"),
            period_from=BEGINS,
            period_to=ENDS,
            clauses=CLAUSES,
        )
        return replace(lawful, **changes)

    def drafted(self, item: UUID | None = None, **changes: Any) -> UUID:
        ((pledge, _),) = self.when(self.draft(item, **changes))
        return pledge

    def checked(self, item: UUID | None = None, **changes: Any) -> UUID:
        pledge = self.drafted(item, **changes)
        self.when(CheckPledge(effective_on=DRAFTED, pledge=pledge))
        return pledge

    def offered(self, item: UUID | None = None, **changes: Any) -> UUID:
        pledge = self.checked(item, **changes)
        self.when(OfferPledge(effective_on=OFFERED, pledge=pledge, deadline=DEADLINE))
        return pledge

    def sign(self, pledge: UUID, **changes: Any) -> SignPledge:
        lawful = SignPledge(
            effective_on=SIGNED, pledge=pledge, issuer_post="县长", signer_post="乡长", document_digest=DIGEST
        )
        return replace(lawful, **changes)

    def signed(self, item: UUID | None = None, **changes: Any) -> UUID:
        pledge = self.offered(item, **changes)
        self.when(self.sign(pledge))
        return pledge

    def backlog(self, item: UUID | None = None, **changes: Any) -> RecordBacklogPledge:
        lawful = RecordBacklogPledge(
            effective_on=date(2024, 3, 1),
            backlog=True,
            item=item or self.listed(pledge_terms()),
            document_title="2024年农村能源安全生产目标责任书",
            genre="责任书",
            issuer=unit_id("县级部门"),
            signer=unit_id("乡政府"),
            period_from=date(2024, 1, 1),
            period_to=date(2024, 12, 31),
            clauses=CLAUSES,
            document_digest=DIGEST,
        )
        return replace(lawful, **changes)

    def observe(self, **changes: Any) -> ObserveIrregularPledge:
        """Observe, off the list, a paper of a department that was signed three days before it was seen."""
        lawful = ObserveIrregularPledge(
            effective_on=date(2025, 6, 20),
            document_title="农村能源安全生产承诺书",
            issuer=unit_id("县级部门"),
            signer=unit_id("乡政府"),
            observed_by=unit_id("县纪委监委"),
            observed_on=OBSERVED,
            signed_on=date(2025, 6, 20),
            document_digest="e" * 64,
            period_from=BEGINS,
            period_to=ENDS,
            clauses=CLAUSES,
        )
        return replace(lawful, **changes)

    def observed(self, **changes: Any) -> UUID:
        if self.today is None:  # a paper is seen after the day it bears
            self.today = OBSERVED
        ((pledge, _),) = self.when(self.observe(**changes))
        return pledge

    def object_to(self, pledge: UUID, **changes: Any) -> RaiseObjection:
        lawful = RaiseObjection(
            effective_on=OFFERED,
            pledge=pledge,
            objection_id="1",
            raised_by=unit_id("乡政府"),
            addressed_to=unit_id("县级部门"),
            kind=ObjectionKind.NO_POWER,
            text="无执法权限",
            duty_code=DUTY_CODE,
        )
        return replace(lawful, **changes)

    def last(self, command: Command) -> UUID:
        """Tell of something and return the stream in which it stands."""
        (*_, (found, _)) = self.when(command)
        return found

    def paper(self, pledge: UUID, on: date | None = None) -> Pledge:
        found = self.world().see(PLEDGE, pledge, on)
        assert found
        return found
