"""The stage on which items are reviewed and decided: two levels of units, documents, meetings, and items brought to any point."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from ledger import rules
from ledger.commands import CancelItem, Command, MergeItems, RetainItem
from ledger.events import (
    AdmissionApplied,
    AdmissionBasisVerified,
    AdmissionFoundComplete,
    AdmissionReportedUpward,
    CampaignOpened,
    CampaignPlanned,
    CampaignReconciled,
    DocumentRegistered,
    DocumentRepealed,
    Fact,
    InventoryClosed,
    ItemIdentified,
    ItemOpinionGiven,
    ItemRetained,
    ItemSubmittedForReview,
    ItemVerified,
    MeetingHeld,
    ReportedToProvince,
    RulePackAdopted,
    UnitRegistered,
)
from ledger.refusals import Refused
from ledger.streams import item_stream, rule_pack_stream, stream
from ledger.terms import (
    AdmissionKind,
    ClauseType,
    Disposition,
    FoundBy,
    ItemType,
    Level,
    MeetingBody,
    OpinionStage,
    RunningPledges,
)
from ledger.timelines.item import ITEM, Item, Phase
from ledger.values import AgendaItem, Authority, Basis, Clause, ItemTerms, RunningPledgesTreatment, Scope
from tests.given import Given

CITY, COUNTY = "530900", "530921"
FOUND, VERIFIED, SUBMITTED = date(2024, 3, 20), date(2024, 7, 1), date(2024, 7, 10)
CONSOLIDATED, REPORTED, DECIDED = date(2024, 9, 30), date(2024, 10, 10), date(2024, 12, 6)
IN_FORCE = date(2025, 1, 1)
ENDED = RunningPledgesTreatment(treatment=RunningPledges.TERMINATE, last_day=date(2024, 12, 31))


def unit_id(name: str) -> UUID:
    return stream("unit", name)


def document_id(name: str) -> UUID:
    return stream("document", name)


ADMISSION_STEPS: tuple[Fact, ...] = (
    AdmissionFoundComplete(),
    AdmissionBasisVerified(verifier=unit_id("市委组织部")),
    AdmissionReportedUpward(reported_to=unit_id("市委"), report_document=document_id("市委文件")),
)


def clause(number: int, text: str = "落实责任") -> Clause:
    return Clause(clause_id=f"c{number}", type=ClauseType.SIGNER_DUTY, text=text)


def terms(title: str = "农村能源安全生产目标任务责任书", **changes: Any) -> ItemTerms:
    """The elements of a complete municipal pledge item."""
    complete = ItemTerms(
        item_type=ItemType.PLEDGE,
        title=title,
        implementing_unit=unit_id("市级部门"),
        level=Level.PREFECTURE,
        jurisdiction=CITY,
        recipient_scope=(Scope(level=Level.COUNTY, category="GOVERNMENT_DEPT"),),
        result="纳入年度考核",
        start_year=2021,
        end_year=2026,
        field_code="RURAL_ENERGY",
        basis=(Basis(title="中央文件", document=document_id("中央文件")),),
        clauses=(clause(1), clause(2)),
    )
    return replace(complete, **changes)


def county(title: str = "乡镇目标责任书", **changes: Any) -> ItemTerms:
    return terms(title, **{"level": Level.COUNTY, "jurisdiction": COUNTY, **changes})


class ItemScene(Given):
    """Units, documents and meetings of a city and one of its counties, under one rule pack."""

    def __init__(self, pack: str = "lincang-2024@1") -> None:
        super().__init__()
        self.adopt(CITY, pack)
        self._unit("市委", Level.PREFECTURE, "PARTY_ORGAN", CITY)
        self._unit("市级部门", Level.PREFECTURE, "GOVERNMENT_DEPT", CITY)
        self._unit("市委组织部", Level.PREFECTURE, "PARTY_ORGAN", CITY)
        self._unit("县委", Level.COUNTY, "PARTY_ORGAN", COUNTY)
        self._unit("县级部门", Level.COUNTY, "GOVERNMENT_DEPT", COUNTY, line="市级部门")
        self._unit("县绩效办", Level.COUNTY, "PERFORMANCE_OFFICE", COUNTY)
        for title, level in (
            ("中央文件", Level.NATIONAL),
            ("省委文件", Level.PROVINCE),
            ("市委文件", Level.PREFECTURE),
        ):
            self._document(title, level)
        self.city_meeting = self.meeting("市委")
        self.county_meeting = self.meeting("县委")

    def adopt(self, area_code: str, pack_id: str, on: date = date(2019, 1, 1)) -> None:
        pack = rules.pack(pack_id)
        adopted = RulePackAdopted(
            jurisdiction_code=area_code, pack=pack.name, edition=pack.edition, digest=pack.digest, effective_from=on
        )
        self.fact(rule_pack_stream(area_code), adopted, on)

    def meeting(
        self,
        unit: str,
        body: MeetingBody = MeetingBody.STANDING_COMMITTEE,
        on: date = DECIDED,
        *,
        present: int = 9,
    ) -> UUID:
        """Record a meeting of twelve members with three matters on its agenda."""
        agenda = tuple(AgendaItem(number=number, title="事项", result="同意") for number in (1, 2, 3))
        held = MeetingHeld(
            unit=unit_id(unit),
            body=body,
            held_on=on,
            ordinal=1,
            due_members=12,
            present=present,
            agenda=agenda,
            minutes_digest="0" * 64,
        )
        meeting = stream("meeting", unit, body, on, present)
        self.fact(meeting, held, on)
        return meeting

    def repeal(self, document: str, first_day_without: date) -> None:
        repealed = DocumentRepealed(repealed_by=document_id("省委文件"), first_day_without=first_day_without)
        self.fact(document_id(document), repealed, first_day_without)

    def campaign(self) -> UUID:
        """Bring a campaign to its reviewing phase."""
        campaign = stream("campaign", "临沧", len(self.log))
        units, types = (unit_id("市级部门"), unit_id("县级部门")), tuple(ItemType)
        planned = CampaignPlanned(
            area_code=CITY, year=2024, ordinal=1, title="清理规范", campaign_unit=unit_id("市委组织部")
        )
        self.fact(campaign, planned, date(2024, 3, 1))
        self.fact(campaign, CampaignOpened(units=units, item_types=types, deadline=date(2024, 4, 30)), date(2024, 3, 4))
        self.fact(campaign, InventoryClosed(), date(2024, 5, 10))
        counted = CampaignReconciled(
            identified=1, matched=0, conflicts_resolved=0, uncorroborated=1, omissions=0, false_zeros=0
        )
        self.fact(campaign, counted, date(2024, 6, 14))
        return campaign

    def found(self, described: ItemTerms | None = None, campaign: UUID | None = None) -> UUID:
        """Bring an item to light."""
        item = item_stream(stream("return", len(self.log)), 1)
        identified = ItemIdentified(
            terms=described or terms(),
            found_by=FoundBy.IMPLEMENTER,
            reporting_unit=unit_id("市级部门"),
            campaign=campaign,
        )
        self.fact(item, identified, FOUND)
        return item

    def verified(self, described: ItemTerms | None = None, campaign: UUID | None = None) -> UUID:
        item = self.found(described, campaign)
        self.fact(item, ItemVerified(verifier=unit_id("市委组织部")), VERIFIED)
        return item

    def under_review(self, described: ItemTerms | None = None, campaign: UUID | None = None) -> UUID:
        item = self.verified(described, campaign)
        self.fact(item, ItemSubmittedForReview(), SUBMITTED)
        return item

    def proposed(self, described: ItemTerms | None = None, campaign: UUID | None = None) -> UUID:
        item = self.under_review(described, campaign)
        self.fact(item, consolidated(), CONSOLIDATED)
        return item

    def reported(self, described: ItemTerms | None = None, campaign: UUID | None = None) -> UUID:
        item = self.proposed(described, campaign)
        self.fact(item, ReportedToProvince(report_document=document_id("市委文件")), REPORTED)
        return item

    def listed(self, described: ItemTerms | None = None, campaign: UUID | None = None, begins: date = IN_FORCE) -> UUID:
        item = self.reported(described, campaign)
        self.fact(item, ItemRetained(ground_code="R1", effective_from=begins, campaign=campaign), DECIDED)
        return item

    def application(self, item: UUID, wanted: ItemTerms, kind: AdmissionKind = AdmissionKind.AMEND) -> UUID:
        """Bring an application to amend an item to the point where it waits for a decision."""
        admission = stream("admission", len(self.log))
        applied = AdmissionApplied(
            applicant=unit_id("市级部门"),
            kind=kind,
            terms=wanted,
            necessity="职责调整",
            higher_mandates=(),
            burden_assessment="不新增报表",
            issuer_own_duties="组织年度检查",
            support="每县专项经费",
            item=item,
        )
        for step in (applied, *ADMISSION_STEPS):
            self.fact(admission, step, IN_FORCE)
        return admission

    def state(self, item: UUID, on: date | None = None) -> Item:
        found = self.world().see(ITEM, item, on)
        assert found
        return found

    def phase(self, item: UUID, on: date) -> Phase:
        return self.state(item, on).phase_on(on)

    def facts_of(self, item: UUID) -> list[Fact]:
        return [recorded.fact for recorded in self.log if recorded.stream == item]

    def by_the_city(self) -> Authority:
        return Authority(document=document_id("市委文件"), meeting=self.city_meeting)

    def by_the_county(self) -> Authority:
        return Authority(document=document_id("市委文件"), meeting=self.county_meeting)

    def retain(self, item: UUID, **changes: Any) -> RetainItem:
        lawful = RetainItem(
            effective_on=DECIDED, authority=self.by_the_city(), item=item, ground_code="R1", effective_from=IN_FORCE
        )
        return replace(lawful, **changes)

    def cancel(self, item: UUID, **changes: Any) -> CancelItem:
        lawful = CancelItem(
            effective_on=DECIDED,
            authority=self.by_the_city(),
            item=item,
            ground_code="C1",
            first_day_without=IN_FORCE,
            running_pledges=ENDED,
            substitute_measure="修订相关制度规定、厘清权责清单",
        )
        return replace(lawful, **changes)

    def merge(self, *sources: UUID, **changes: Any) -> MergeItems:
        """Merge items into a new one without clauses of its own."""
        lawful = MergeItems(
            effective_on=DECIDED,
            authority=self.by_the_city(),
            sources=sources,
            agenda_number=1,
            terms=terms("农业农村安全生产目标责任书", clauses=()),
            clause_mapping=(),
            ground_code="M1",
            effective_from=IN_FORCE,
            running_pledges=ENDED,
        )
        return replace(lawful, **changes)

    def _unit(self, name: str, level: Level, category: str, area_code: str, line: str | None = None) -> None:
        registered = UnitRegistered(
            code=name,
            name=name,
            level=level,
            category=category,
            area_code=area_code,
            valid_from=date(2010, 1, 1),
            line_superior=unit_id(line) if line else None,
        )
        self.fact(unit_id(name), registered, date(2010, 1, 1))

    def _document(self, title: str, level: Level) -> None:
        registered = DocumentRegistered(
            document_issuer=unit_id(title),
            title=title,
            dated=date(2019, 3, 1),
            issuer_level=level,
            genre="通知",
            effective_from=date(2019, 3, 1),
        )
        self.fact(document_id(title), registered, date(2019, 3, 1))


def consolidated(opinion: Disposition = Disposition.RETAIN, target: str | None = None) -> ItemOpinionGiven:
    return ItemOpinionGiven(
        stage=OpinionStage.ORG_DEPT_CONSOLIDATED,
        opinion=opinion,
        ground_code="R1",
        text="拟予保留",
        giver_unit=unit_id("市委组织部"),
        given_on=CONSOLIDATED,
        proposed_target_key=target,
    )


@contextmanager
def refused(refusal: type[Refused], rule: str | None = None) -> Iterator[None]:
    """Expect a refusal of this class, under this rule, or under none."""
    with pytest.raises(Refused) as caught:
        yield
    assert type(caught.value) is refusal, caught.value
    assert (caught.value.rule.code if caught.value.rule else None) == rule


def refuses(scene: Given, command: Command, refusal: type[Refused], rule: str | None = None) -> None:
    """Expect a command to be refused, and to leave no trace."""
    before = len(scene.log)
    with refused(refusal, rule):
        scene.when(command)
    assert len(scene.log) == before
