"""The stage on which a campaign is run: a city with two bureaus, a county with a department and a township, and lawful commands.

Each method gives the lawful command; a test changes what it is about.
"""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from ledger.commands import (
    CheckReturn,
    CloseCampaign,
    CloseInventory,
    ConfirmReturn,
    CorrectReturn,
    DecideMatch,
    FileRecipientReport,
    FileReturn,
    FileSpotCheckFinding,
    FileZeroReport,
    OpenCampaign,
    PlanCampaign,
    ReconcileCampaign,
    RegisterFalseZero,
    RegisterOmission,
    TakeCampaignDecision,
)
from ledger.events import (
    ItemCancelled,
    ItemMerged,
    ItemRetained,
    MeetingHeld,
    MergedItemFormed,
    UnitRegistered,
)
from ledger.streams import (
    campaign_stream,
    item_stream,
    meeting_stream,
    record_stream,
    return_stream,
    unit_stream,
)
from ledger.terms import ItemType, Level, MatchResult, MeetingBody, RunningPledges
from ledger.timelines.campaign import CAMPAIGN, Campaign
from ledger.timelines.filing import RETURN, CampaignReturn
from ledger.timelines.item import ITEM, Item
from ledger.values import AgendaItem, Authority, DescribedItem, ItemTerms, RunningPledgesTreatment, Scope
from tests.given import Given

LONG_AGO = date(2010, 1, 1)
PLANNED, OPENED, FILED = date(2024, 3, 1), date(2024, 3, 4), date(2024, 3, 20)
DEADLINE, CLOSED, MATCHED = date(2024, 4, 30), date(2024, 5, 10), date(2024, 5, 20)
RECONCILED, DECIDED, ENDED = date(2024, 6, 14), date(2024, 12, 6), date(2024, 12, 31)
IN_FORCE = date(2025, 1, 1)
VETO, PLEDGE = ItemType.VETO, ItemType.PLEDGE
RUN_OUT = RunningPledgesTreatment(treatment=RunningPledges.RUN_OUT, last_day=ENDED)
CAMPAIGN_ID = campaign_stream("530900", 2024, 1)


def unit(name: str) -> UUID:
    return unit_stream(name, LONG_AGO)


EDUCATION, WATER, COUNTY = unit("市教育局"), unit("市水务局"), unit("云县")
DEPARTMENT, SPORTS, TOWNSHIP = unit("县教育局"), unit("县体育局"), unit("爱华镇")
OFFICE, COMMITTEE = unit("市委组织部"), unit("市委")


def terms(title: str = "校园安全目标责任书", **changes: Any) -> ItemTerms:
    """A municipal pledge item of the education bureau."""
    stated = ItemTerms(
        item_type=PLEDGE,
        title=title,
        implementing_unit=EDUCATION,
        level=Level.PREFECTURE,
        jurisdiction="530900",
        recipient_scope=(Scope(level=Level.COUNTY, category="GOVERNMENT_DEPT"),),
        result="纳入年度考核",
        start_year=2021,
        end_year=2026,
    )
    return replace(stated, **changes)


def described(title: str = "校园安全责任状", **changes: Any) -> DescribedItem:
    return replace(DescribedItem(item_type=PLEDGE, title=title, implementing_unit=EDUCATION), **changes)


def item(unit_id: UUID = EDUCATION, row: int = 0, item_type: ItemType = PLEDGE) -> UUID:
    return item_stream(return_stream(CAMPAIGN_ID, unit_id, item_type), row)


def finding_id(ordinal: str = "1") -> UUID:
    return record_stream(CAMPAIGN_ID, OFFICE, ordinal)


class CampaignScene(Given):
    """A campaign among two bureaus and a county, open for pledge items unless told otherwise."""

    def __init__(self, *, opened: bool = True, item_types: tuple[ItemType, ...] = (PLEDGE,)) -> None:
        super().__init__()
        self._unit("市委", Level.PREFECTURE, "530900")
        self._unit("市委组织部", Level.PREFECTURE, "530900", COMMITTEE)
        self._unit("市教育局", Level.PREFECTURE, "530900", COMMITTEE)
        self._unit("市水务局", Level.PREFECTURE, "530900", COMMITTEE)
        self._unit("云县", Level.COUNTY, "530922", COMMITTEE)
        self._unit("县教育局", Level.COUNTY, "530922", COUNTY)
        self._unit("县体育局", Level.COUNTY, "530922", COUNTY)
        self._unit("爱华镇", Level.TOWNSHIP, "530922100", COUNTY)
        if opened:
            self.when(self.plan())
            self.when(self.open(item_types=item_types))

    def _unit(self, name: str, level: Level, area_code: str, superior: UUID | None = None) -> None:
        registered = UnitRegistered(
            code=name,
            name=name,
            level=level,
            category="GOVERNMENT_DEPT",
            area_code=area_code,
            valid_from=LONG_AGO,
            block_superior=superior,
        )
        self.fact(unit(name), registered, LONG_AGO)

    def plan(self, **changes: Any) -> PlanCampaign:
        lawful = PlanCampaign(
            effective_on=PLANNED,
            area_code="530900",
            year=2024,
            ordinal=1,
            title="全市清理规范",
            campaign_unit=OFFICE,
        )
        return replace(lawful, **changes)

    def open(self, **changes: Any) -> OpenCampaign:
        lawful = OpenCampaign(
            effective_on=OPENED,
            campaign=CAMPAIGN_ID,
            units=(EDUCATION, WATER, COUNTY),
            item_types=(PLEDGE,),
            deadline=DEADLINE,
        )
        return replace(lawful, **changes)

    def file(self, *items: ItemTerms, **changes: Any) -> FileReturn:
        lawful = FileReturn(
            effective_on=FILED,
            campaign=CAMPAIGN_ID,
            unit=EDUCATION,
            item_type=PLEDGE,
            items=items or (terms(),),
        )
        return replace(lawful, **changes)

    def zero(self, unit_id: UUID = WATER, **changes: Any) -> FileZeroReport:
        lawful = FileZeroReport(
            effective_on=FILED,
            campaign=CAMPAIGN_ID,
            unit=unit_id,
            item_type=PLEDGE,
            signer_post="办公室主任",
            statement="经自查，本单位没有此类事项。",
        )
        return replace(lawful, **changes)

    def correct(self, **changes: Any) -> CorrectReturn:
        lawful = CorrectReturn(
            effective_on=FILED, campaign=CAMPAIGN_ID, unit=EDUCATION, item_type=PLEDGE, why_corrected="核对后更正"
        )
        return replace(lawful, **changes)

    def check(self, unit_id: UUID = EDUCATION, **changes: Any) -> CheckReturn:
        lawful = CheckReturn(
            effective_on=MATCHED, campaign=CAMPAIGN_ID, unit=unit_id, item_type=PLEDGE, method="逐项核对"
        )
        return replace(lawful, **changes)

    def confirm(self, unit_id: UUID = EDUCATION, **changes: Any) -> ConfirmReturn:
        lawful = ConfirmReturn(effective_on=MATCHED, campaign=CAMPAIGN_ID, unit=unit_id, item_type=PLEDGE)
        return replace(lawful, **changes)

    def finding(self, ordinal: str = "1", **changes: Any) -> FileSpotCheckFinding:
        lawful = FileSpotCheckFinding(
            effective_on=FILED,
            campaign=CAMPAIGN_ID,
            ordinal=ordinal,
            checker=OFFICE,
            checked_unit=TOWNSHIP,
            found_on=FILED,
            described=described(),
        )
        return replace(lawful, **changes)

    def report(self, **changes: Any) -> FileRecipientReport:
        lawful = FileRecipientReport(
            effective_on=FILED,
            campaign=CAMPAIGN_ID,
            ordinal="1",
            recipient=TOWNSHIP,
            described=described(),
            statement="年初层层签订",
        )
        return replace(lawful, **changes)

    def close_inventory(self, **changes: Any) -> CloseInventory:
        return replace(CloseInventory(effective_on=CLOSED, campaign=CAMPAIGN_ID), **changes)

    def match(self, **changes: Any) -> DecideMatch:
        lawful = DecideMatch(
            effective_on=MATCHED,
            campaign=CAMPAIGN_ID,
            item=item(),
            record=finding_id(),
            result=MatchResult.MATCHED,
        )
        return replace(lawful, **changes)

    def omission(self, *records: UUID, **changes: Any) -> RegisterOmission:
        lawful = RegisterOmission(
            effective_on=MATCHED,
            campaign=CAMPAIGN_ID,
            unit=EDUCATION,
            records=records or (finding_id(),),
            terms=terms("控辍保学责任书"),
        )
        return replace(lawful, **changes)

    def false_zero(self, *records: UUID, **changes: Any) -> RegisterFalseZero:
        lawful = RegisterFalseZero(
            effective_on=MATCHED,
            campaign=CAMPAIGN_ID,
            unit=WATER,
            records=records or (finding_id(),),
            terms=terms("河湖长制责任书", implementing_unit=WATER),
        )
        return replace(lawful, **changes)

    def reconcile(self, **changes: Any) -> ReconcileCampaign:
        return replace(ReconcileCampaign(effective_on=RECONCILED, campaign=CAMPAIGN_ID), **changes)

    def decide(self, *items: UUID, **changes: Any) -> TakeCampaignDecision:
        lawful = TakeCampaignDecision(
            effective_on=DECIDED,
            authority=Authority(meeting=self.meeting(COMMITTEE)),
            campaign=CAMPAIGN_ID,
            unit=COMMITTEE,
            items=items or (item(),),
        )
        return replace(lawful, **changes)

    def close(self, **changes: Any) -> CloseCampaign:
        return replace(CloseCampaign(effective_on=ENDED, campaign=CAMPAIGN_ID), **changes)

    def meeting(self, unit_id: UUID) -> UUID:
        """Record the meeting of a unit's standing committee on the day of the decisions."""
        meeting = meeting_stream(unit_id, MeetingBody.STANDING_COMMITTEE, DECIDED, 1)
        held = MeetingHeld(
            unit=unit_id,
            body=MeetingBody.STANDING_COMMITTEE,
            held_on=DECIDED,
            ordinal=1,
            due_members=11,
            present=9,
            agenda=(AgendaItem(number=1, title="清理规范", result="同意"),),
            minutes_digest="0" * 64,
        )
        self.fact(meeting, held, DECIDED)
        return meeting

    def filed(self, *commands: object) -> "CampaignScene":
        """Have the bureau declare one item and the others report zero, with whatever else is to be filed before the closing."""
        for command in (self.file(), self.zero(WATER), self.zero(COUNTY)):
            self.when(command)
        return self.after(*commands)

    def closed_inventory(self, *commands: object) -> "CampaignScene":
        return self.filed(*commands, self.close_inventory())

    def reviewing(self) -> "CampaignScene":
        """Bring the campaign to its review: one item declared, nothing found beside it, every return confirmed."""
        self.closed_inventory().when(self.reconcile())
        for each in (EDUCATION, WATER, COUNTY):
            self.after(self.check(each, effective_on=RECONCILED), self.confirm(each, effective_on=RECONCILED))
        return self

    def after(self, *commands: Any) -> "CampaignScene":
        for command in commands:
            self.when(command)
        return self

    def retained(self, item_id: UUID) -> "CampaignScene":
        self.fact(item_id, ItemRetained(ground_code="R1", effective_from=IN_FORCE, campaign=CAMPAIGN_ID), DECIDED)
        return self

    def cancelled(self, item_id: UUID) -> "CampaignScene":
        cancelled = ItemCancelled(
            ground_code="C1", first_day_without=IN_FORCE, running_pledges=RUN_OUT, campaign=CAMPAIGN_ID
        )
        self.fact(item_id, cancelled, DECIDED)
        return self

    def merged(self, target: UUID, *sources: UUID) -> "CampaignScene":
        formed = MergedItemFormed(
            terms=terms("校园综合治理责任书"),
            sources=sources,
            clause_mapping=(),
            effective_from=IN_FORCE,
            campaign=CAMPAIGN_ID,
        )
        self.fact(target, formed, DECIDED)
        for source in sources:
            merged = ItemMerged(
                target=target,
                ground_code="M1",
                first_day_without=IN_FORCE,
                running_pledges=RUN_OUT,
                campaign=CAMPAIGN_ID,
            )
            self.fact(source, merged, DECIDED)
        return self

    def campaign(self) -> Campaign:
        found = self.world().see(CAMPAIGN, CAMPAIGN_ID)
        assert found
        return found

    def held(self, unit_id: UUID = EDUCATION) -> CampaignReturn:
        found = self.world().see(RETURN, return_stream(CAMPAIGN_ID, unit_id, PLEDGE))
        assert found
        return found

    def item(self, item_id: UUID) -> Item:
        found = self.world().see(ITEM, item_id)
        assert found
        return found
