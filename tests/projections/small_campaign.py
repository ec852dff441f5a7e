"""A clean-up of three units, small enough to be counted by hand: ten items, with a duplicate, one that is none, an omission, a false
zero, a conflict and a merger.

| group            | found | not counted        | identified     | decided                          | list |
| municipal pledge | 5     | 丙 duplicate of 乙 | 甲 乙 漏 假    | 甲 kept, 乙 漏 假 cancelled      | 1    |
| municipal veto   | 2     | 非 not an item     | 否             | kept                             | 1    |
| county pledge    | 3     |                    | 县一 县二 县三 | 县一 县二 → 合, 县三 cancelled   | 1    |

Records: 8 declared, 2 findings, 3 reports. 甲 is known to all channels, 县一 to its unit and a recipient (after a conflict), 漏 to a
recipient under protection, 假 to a spot check. So 13 records, 3 matches, 10 items.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Final
from uuid import UUID

from ledger.events import (
    CampaignClosed,
    CampaignDecisionTaken,
    CampaignOpened,
    CampaignPlanned,
    CampaignReconciled,
    ConflictResolved,
    FalseZeroRegistered,
    InventoryClosed,
    ItemCancelled,
    ItemIdentified,
    ItemListPublished,
    ItemMarkedDuplicate,
    ItemMerged,
    ItemOpinionGiven,
    ItemRejectedAsNotAnItem,
    ItemRetained,
    ItemSubmittedForReview,
    ItemVerified,
    MatchDecided,
    MergedItemFormed,
    OmissionRegistered,
    RecipientReportFiled,
    RecordReceived,
    ReturnChecked,
    ReturnConfirmed,
    ReturnSubmitted,
    SpotCheckFindingFiled,
    ZeroReportFiled,
)
from ledger.streams import item_stream, meeting_stream, protected_record_stream, record_stream
from ledger.terms import Disposition, FoundBy, ItemType, Kept, Level, MatchResult, MeetingBody, OpinionStage
from ledger.values import DescribedItem, GroupCount, ItemTerms, Resolution
from tests.projections.telling import CAMPAIGN, CITY, COUNTY, OPENED, Telling, filed, item, terms, the_list, unit

LEAD, A, B, X = "530900-zzb", "530900-01", "530900-02", "530902"
PLEDGE, VETO = ItemType.PLEDGE, ItemType.VETO
DEADLINE, CLOSED_INVENTORY, RECONCILED = date(2024, 4, 30), date(2024, 5, 10), date(2024, 6, 14)
FILED, FOUND, COMPARED, REVIEWED = date(2024, 4, 10), date(2024, 4, 20), date(2024, 5, 20), date(2024, 8, 1)
DECIDED, PUBLISHED, CLOSED, YEAR = date(2024, 12, 6), date(2024, 12, 16), date(2024, 12, 31), date(2025, 1, 1)

S1, S2 = record_stream(CAMPAIGN, unit(LEAD), "1"), record_stream(CAMPAIGN, unit(LEAD), "2")
R1, R3 = record_stream(CAMPAIGN, unit(X), "1"), record_stream(CAMPAIGN, unit(X), "3")
R2 = protected_record_stream(CAMPAIGN, UUID("6f1c1f7e-0b3e-4d57-8a44-4b1f4c3b8a11"))
ITEMS: Final = {
    "甲": item(A, PLEDGE, 0),
    "乙": item(A, PLEDGE, 1),
    "丙": item(A, PLEDGE, 2),
    "漏": item_stream(R2, 0),
    "假": item_stream(S2, 0),
    "否": item(B, VETO, 0),
    "非": item(B, VETO, 1),
    "县一": item(X, PLEDGE, 0),
    "县二": item(X, PLEDGE, 1),
    "县三": item(X, PLEDGE, 2),
}
TARGET = item_stream(meeting_stream(unit(X), MeetingBody.STANDING_COMMITTEE, DECIDED, 1), 1)
NAMES = {stream: name for name, stream in (*ITEMS.items(), ("合", TARGET))}


@dataclass
class SmallCampaign:
    """The facts in the order of their days; `at` holds positions worth asking about."""

    telling: Telling
    at: dict[str, int] = field(default_factory=dict)

    def tell(self) -> "SmallCampaign":
        for chapter in (self.open, self.inventory, self.records, self.compare, self.review, self.decide, self.close):
            chapter()
            self.at[chapter.__name__] = self.telling.position
        return self

    def open(self) -> None:
        say = self.telling
        for code, name in ((LEAD, "演示市委组织部"), (A, "演示市甲局"), (B, "演示市乙局")):
            say.register(code, name)
        say.register(X, "演示县", Level.COUNTY)
        planned = CampaignPlanned(area_code=CITY, year=2024, ordinal=1, title="演示清理", campaign_unit=unit(LEAD))
        say.tell(CAMPAIGN, planned, OPENED)
        scope = CampaignOpened(units=(unit(A), unit(B), unit(X)), item_types=(VETO, PLEDGE), deadline=DEADLINE)
        say.tell(CAMPAIGN, scope, OPENED)

    def inventory(self) -> None:
        self.declare(A, PLEDGE, FILED, "甲", "乙", "丙")
        self.zero(A, VETO, FILED)
        self.declare(B, VETO, date(2024, 5, 2), "否", "非")  # late
        self.zero(B, PLEDGE, FILED)  # false
        self.declare(X, PLEDGE, FILED, "县一", "县二", "县三")  # and nothing on vetoes

    def declare(self, code: str, item_type: ItemType, on: date, *names: str) -> None:
        streams = tuple(ITEMS[name] for name in names)
        submitted = ReturnSubmitted(campaign=CAMPAIGN, unit=unit(code), item_type=item_type, items=streams)
        self.telling.tell(filed(code, item_type), submitted, on, by=unit(code))
        for name in names:
            self.identify(name, code, item_type, FoundBy.IMPLEMENTER, on)

    def identify(self, name: str, code: str, item_type: ItemType, found_by: FoundBy, on: date) -> None:
        found = ItemIdentified(
            terms=elements(name, code, item_type), found_by=found_by, reporting_unit=unit(code), campaign=CAMPAIGN
        )
        self.telling.tell(ITEMS[name], found, on)

    def zero(self, code: str, item_type: ItemType, on: date) -> None:
        report = ZeroReportFiled(
            campaign=CAMPAIGN, unit=unit(code), item_type=item_type, signer_post="主要负责人", statement="无"
        )
        self.telling.tell(filed(code, item_type), report, on, by=unit(code))

    def records(self) -> None:
        self.finding(S1, A, "甲")
        self.finding(S2, B, "假")
        self.report(R1, A, "甲", X)
        self.report(R2, A, "漏", None)
        self.report(R3, X, "县一", X)
        self.telling.tell(CAMPAIGN, InventoryClosed(), CLOSED_INVENTORY)

    def finding(self, record: UUID, code: str, name: str) -> None:
        found = SpotCheckFindingFiled(
            campaign=CAMPAIGN,
            checker=unit(LEAD),
            checked_unit=unit(code),
            found_on=FOUND,
            described=described(name, code),
        )
        self.telling.tell(record, found, FOUND, by=unit(LEAD))
        self.received(record, code)

    def report(self, record: UUID, code: str, name: str, recipient: str | None) -> None:
        told = RecipientReportFiled(
            campaign=CAMPAIGN,
            implementing_unit=unit(code),
            described=described(name, code),
            protected=recipient is None,
            recipient=unit(recipient) if recipient else None,
            _sd=() if recipient else ("0" * 64,),
        )
        self.telling.tell(record, told, FOUND, by=unit(recipient) if recipient else None)
        self.received(record, code)

    def received(self, record: UUID, code: str) -> None:
        received = RecordReceived(campaign=CAMPAIGN, unit=unit(code), item_type=PLEDGE, record=record)
        self.telling.tell(filed(code, PLEDGE), received, FOUND)

    def compare(self) -> None:
        say = self.telling
        for record in (S1, R1):
            say.tell(CAMPAIGN, MatchDecided(item=ITEMS["甲"], record=record, result=MatchResult.MATCHED), COMPARED)
        differing = MatchDecided(
            item=ITEMS["县一"], record=R3, result=MatchResult.CONFLICT, differences=("years",), disguised_candidate=True
        )
        say.tell(CAMPAIGN, differing, COMPARED)
        self.at["conflict"] = say.position
        values = (Resolution(field="years", kept=Kept.FOUND, value="2022"),)
        say.tell(CAMPAIGN, ConflictResolved(item=ITEMS["县一"], values=values), COMPARED)
        omitted = OmissionRegistered(unit=unit(A), item_type=PLEDGE, item=ITEMS["漏"], records=(R2,))
        say.tell(CAMPAIGN, omitted, COMPARED)
        self.identify("漏", A, PLEDGE, FoundBy.RECIPIENT, COMPARED)
        false = FalseZeroRegistered(unit=unit(B), item_type=PLEDGE, item=ITEMS["假"], records=(S2,))
        say.tell(CAMPAIGN, false, COMPARED)
        self.identify("假", B, PLEDGE, FoundBy.SPOT_CHECK, COMPARED)
        say.tell(ITEMS["丙"], ItemMarkedDuplicate(verifier=unit(LEAD), duplicate_of=ITEMS["乙"]), COMPARED)
        say.tell(ITEMS["非"], ItemRejectedAsNotAnItem(verifier=unit(LEAD), ground="演示"), COMPARED)
        for code, item_type in ((A, PLEDGE), (A, VETO), (B, VETO), (X, PLEDGE)):
            say.tell(filed(code, item_type), ReturnChecked(method="DESK"), COMPARED)
            say.tell(filed(code, item_type), ReturnConfirmed(), RECONCILED)
        counts = CampaignReconciled(
            identified=8, matched=1, conflicts_resolved=1, uncorroborated=4, omissions=1, false_zeros=1
        )
        say.tell(CAMPAIGN, counts, RECONCILED)

    def review(self) -> None:
        proposals = {
            "甲": Disposition.RETAIN, "乙": Disposition.CANCEL, "漏": Disposition.CANCEL, "假": Disposition.CANCEL,
            "否": Disposition.RETAIN, "县一": Disposition.MERGE, "县二": Disposition.MERGE, "县三": Disposition.CANCEL,
        }  # fmt: skip
        for name, opinion in proposals.items():
            self.telling.tell(ITEMS[name], ItemVerified(verifier=unit(LEAD)), RECONCILED)
            self.telling.tell(ITEMS[name], ItemSubmittedForReview(), RECONCILED)
            self.propose(name, opinion, REVIEWED)

    def propose(self, name: str, opinion: Disposition, on: date) -> int:
        given = ItemOpinionGiven(
            stage=OpinionStage.ORG_DEPT_CONSOLIDATED, opinion=opinion, ground_code="演示", text="演示", given_on=on,
            giver_unit=unit(LEAD), proposed_target_key="1" if opinion is Disposition.MERGE else None,
        )  # fmt: skip
        return self.telling.tell(ITEMS[name], given, on, by=unit(LEAD))

    def decide(self) -> None:
        say = self.telling
        for name in ("甲", "否"):
            self.retain(name)
        for name in ("乙", "漏", "假", "县三"):
            cancelled = ItemCancelled(ground_code="C1", first_day_without=YEAR, campaign=CAMPAIGN)
            self.at[name] = say.tell(ITEMS[name], cancelled, DECIDED, by=unit(LEAD))
        sources = ITEMS["县一"], ITEMS["县二"]
        formed = MergedItemFormed(
            terms=elements("合", X, PLEDGE), sources=sources, clause_mapping=(), effective_from=YEAR, campaign=CAMPAIGN
        )
        say.tell(TARGET, formed, DECIDED)
        for source in sources:
            merged = ItemMerged(target=TARGET, ground_code="M1", first_day_without=YEAR, campaign=CAMPAIGN)
            say.tell(source, merged, DECIDED)
        for code, counts in ((LEAD, (2, 0, 0, 3)), (X, (0, 2, 1, 1))):
            names = ("retained", "merged_sources", "merged_targets", "cancelled")
            say.tell(CAMPAIGN, CampaignDecisionTaken(unit=unit(code), **dict(zip(names, counts, strict=True))), DECIDED)

    def retain(self, name: str, on: date = DECIDED) -> int:
        kept = ItemRetained(ground_code="R1", effective_from=YEAR, campaign=CAMPAIGN)
        return self.telling.tell(ITEMS[name], kept, on, by=unit(LEAD))

    def close(self) -> None:
        self.publish(CITY, Level.PREFECTURE, 1, ITEMS["甲"], ITEMS["否"])
        self.publish(COUNTY, Level.COUNTY, 1, TARGET)
        conservation = tuple(
            GroupCount(level=level, item_type=item_type, **dict(zip(FIGURES, figures, strict=True)))
            for (level, item_type), figures in BALANCE.items()
        )
        self.telling.tell(CAMPAIGN, CampaignClosed(conservation=conservation), CLOSED)

    def publish(self, area: str, level: Level, version: int, *members: UUID, on: date = PUBLISHED) -> int:
        published = ItemListPublished(
            area_code=area, level=level, list_version=version, members=tuple(sorted(members)), root="0" * 64,
            effective_from=max(on, YEAR), campaign=CAMPAIGN if version == 1 else None,
        )  # fmt: skip
        return self.telling.tell(the_list(area, level), published, on)


FIGURES = (
    "found", "duplicates", "not_an_item", "identified", "retained", "merged_sources", "merged_targets", "cancelled", "list_after",
)  # fmt: skip
BALANCE: Final = {
    (Level.PREFECTURE, VETO): (2, 0, 1, 1, 1, 0, 0, 0, 1),
    (Level.PREFECTURE, PLEDGE): (5, 1, 0, 4, 1, 0, 0, 3, 1),
    (Level.COUNTY, PLEDGE): (3, 0, 0, 3, 0, 2, 1, 1, 1),
}


def elements(name: str, code: str, item_type: ItemType) -> ItemTerms:
    return terms(name, code, item_type, Level.COUNTY if code == X else Level.PREFECTURE)


def described(name: str, code: str) -> DescribedItem:
    return DescribedItem(item_type=PLEDGE, title=name, implementing_unit=unit(code), start_year=2023)
