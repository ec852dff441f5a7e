"""A small county of the heart, all fictitious: a listed farmland paper handed down two levels, one paper off the list, a claim, a case.

Told by anything that has `tell` – in memory for the pure views, into a log for the dossier – with days that differ from positions.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from ledger import rules
from ledger.days import SHANGHAI
from ledger.encoding import Recorded
from ledger.events import (
    AccountabilityAnnounced,
    AccountabilityDecided,
    CaseOpened,
    CausationFound,
    ClaimRuled,
    DutyEntryAdded,
    DutyListPublished,
    Envelope,
    Fact,
    IncidentRegistered,
    IrregularPledgeObserved,
    IssuerDutyPerformed,
    ItemIdentified,
    ItemRetained,
    ItemVerified,
    LedgerOpened,
    PledgeDrafted,
    PledgeObjectionRaised,
    PledgeReSignedDown,
    PledgeSigned,
    ResponsibilityClaimAsserted,
    RulePackAdopted,
    ShieldUseConfirmed,
    SupportDelivered,
    ToleranceApplied,
    UnitRegistered,
    UnitsMerged,
)
from ledger.streams import (
    LEDGER,
    case_stream,
    claim_stream,
    duty_list_stream,
    duty_stream,
    incident_stream,
    irregular_pledge_stream,
    pledge_stream,
    rule_pack_stream,
    stream,
    tolerance_stream,
    unit_stream,
)
from ledger.terms import (
    Causation,
    ClaimOutcome,
    ClauseType,
    Defect,
    DutyListKind,
    EntryRoute,
    FoundBy,
    ItemType,
    Level,
    ObjectionKind,
    ResponsibilityKind,
    Severity,
    SignerKind,
    SupportKind,
    TestResult,
    TimePrecision,
)
from ledger.values import Basis, Clause, DutyEntry, ItemTerms, Scope, TableLine
from projections.holdings import Holdings

SINCE, PROVINCE, CITY, AREA, TOWN_AREA, OTHER_TOWN = (
    date(2020, 1, 1),
    "530000",
    "530900",
    "530999",
    "530999901",
    "530999902",
)
Y25, END25 = date(2025, 1, 1), date(2025, 12, 31)
D1, D2 = "沼气安全", "耕地巡查"
DIGEST = "ab" * 32


def unit(code: str) -> UUID:
    return unit_stream(code, SINCE)


CITYGOV, COUNTY, BUREAU, TOWN, OTHER, MERGED, INSPECTOR = (
    unit(code) for code in ["市", "县", "局", "乡", "邻乡", "镇", "纪委"]
)
FARMLAND, UPPER_ITEM = stream("item", "耕地"), stream("item", "耕地 市")
UPPER = pledge_stream(UPPER_ITEM, CITYGOV, COUNTY, Y25, 1)
LOWER = pledge_stream(FARMLAND, COUNTY, TOWN, Y25, 1)
SIBLING = pledge_stream(FARMLAND, COUNTY, OTHER, Y25, 1)
PAPER = irregular_pledge_stream(DIGEST)
INCIDENT = incident_stream(BUREAU, "1")
CLAIM = claim_stream(INCIDENT, BUREAU, PAPER)
CASE = case_stream(INCIDENT, TOWN, "乡长")
TOLERANCE = tolerance_stream(CASE, TOWN)

PATROL = Clause(clause_id="c1", type=ClauseType.SIGNER_DUTY, text="每月开展耕地日常巡查并报告", duty_code=D2)
TRAIN = Clause(clause_id="c2", type=ClauseType.ISSUER_DUTY, text="组织巡查培训", due_on=date(2025, 4, 30))
FUNDS = Clause(
    clause_id="c3", type=ClauseType.SUPPORT, text="巡查经费", due_on=date(2025, 3, 31), amount=20_000, unit="元"
)
CLAUSES = (PATROL, TRAIN, FUNDS)


class Teller(Protocol):
    def tell(self, stream: UUID, fact: Fact, on: date) -> int: ...


class Memory:
    """Facts in memory, at the positions in which they are told; recorded at noon of `today`, or of their own day."""

    def __init__(self) -> None:
        self.told: list[Recorded[Fact]] = []
        self.versions: Counter[UUID] = Counter()
        self.today: date | None = None

    def tell(self, stream: UUID, fact: Fact, on: date) -> int:
        self.versions[stream] += 1
        day = self.today or on
        noon = int(datetime(day.year, day.month, day.day, 12, tzinfo=SHANGHAI).timestamp()) * 1_000_000
        envelope = Envelope(effective_on=on, jurisdiction=AREA, rule_pack="generic@1", entry_route=EntryRoute.CLI)
        at = len(self.told) + 1
        self.told.append(Recorded(at, noon, stream, self.versions[stream], None, envelope, fact))
        return at

    def held(self, known_at: int | None = None) -> Holdings:
        facts: Iterable[Recorded[Fact]] = self.told
        return Holdings(each for each in facts if known_at is None or each.position <= known_at)


def registry(say: Teller) -> None:
    """The ledger, the pack and the units."""
    if isinstance(say, Memory):
        say.tell(LEDGER, LedgerOpened(synthetic_clock=False, opened_on=SINCE, name="演示"), SINCE)
    pack = rules.pack("lincang-2024@1")
    adopted = RulePackAdopted(
        jurisdiction_code=CITY, pack=pack.name, edition=pack.edition, digest=pack.digest, effective_from=SINCE
    )
    say.tell(rule_pack_stream(CITY), adopted, SINCE)
    for code, level, category, area, above in (
        ("市", Level.PREFECTURE, "GOVERNMENT", CITY, None),
        ("县", Level.COUNTY, "GOVERNMENT", AREA, CITYGOV),
        ("局", Level.COUNTY, "GOVERNMENT_DEPT", AREA, COUNTY),
        ("乡", Level.TOWNSHIP, "GOVERNMENT", TOWN_AREA, COUNTY),
        ("邻乡", Level.TOWNSHIP, "GOVERNMENT", OTHER_TOWN, COUNTY),
        ("镇", Level.TOWNSHIP, "GOVERNMENT", TOWN_AREA, COUNTY),
        ("纪委", Level.COUNTY, "DISCIPLINE", AREA, None),
    ):
        registered = UnitRegistered(
            code=code, name=f"演示{code}", level=level, category=category, area_code=area, valid_from=SINCE,
            block_superior=above,
        )  # fmt: skip
        say.tell(unit(code), registered, SINCE)


def merge_the_town(say: Teller, on: date) -> int:
    return say.tell(TOWN, UnitsMerged(successor=MERGED, first_day_without=on), on)


def terms(title: str, implementer: UUID, to: Level, **more: Any) -> ItemTerms:
    stated: dict[str, Any] = {
        "item_type": ItemType.PLEDGE, "title": title, "implementing_unit": implementer, "level": Level.COUNTY,
        "jurisdiction": AREA, "recipient_scope": (Scope(level=to, category="GOVERNMENT"),), "result": "考核",
        "start_year": 2025, "basis": (Basis(title="基本农田保护条例"),), "clauses": CLAUSES, "duty_codes": (D2,),
    }  # fmt: skip
    return ItemTerms(**(stated | more))


def listed(say: Teller, item: UUID, stated: ItemTerms, since: date = Y25) -> None:
    found = ItemIdentified(terms=stated, found_by=FoundBy.IMPLEMENTER, reporting_unit=stated.implementing_unit)
    say.tell(item, found, date(2024, 9, 10))
    say.tell(item, ItemVerified(verifier=COUNTY), date(2024, 9, 20))
    say.tell(item, ItemRetained(ground_code="R1", effective_from=since), date(2024, 12, 6))


def drafted(say: Teller, pledge: UUID, item: UUID, issuer: UUID, signer: UUID, **more: Any) -> int:
    stated: dict[str, Any] = {
        "item": item, "item_version": 1, "document_title": "耕地保护目标责任书", "genre": "目标责任书", "issuer": issuer,
        "signer": signer, "period_from": Y25, "period_to": END25, "clauses": CLAUSES,
    }  # fmt: skip
    return say.tell(pledge, PledgeDrafted(**(stated | more)), date(2025, 1, 2))


def signed(say: Teller, pledge: UUID, on: date) -> int:
    told = PledgeSigned(signed_on=on, issuer_post="县长", signer_post="乡长", document_digest="cd" * 32)
    return say.tell(pledge, told, on)


def observed(say: Teller, paper: UUID = PAPER, on: date = date(2025, 6, 23), **more: Any) -> int:
    stated: dict[str, Any] = {
        "document_title": "农村能源安全承诺书", "issuer": BUREAU, "signer": TOWN, "signer_kind": SignerKind.UNIT,
        "observed_by": INSPECTOR, "observed_on": on, "defects": (Defect.OFF_LIST,), "document_digest": DIGEST,
        "signed_on": date(2025, 6, 20), "period_from": Y25, "period_to": END25,
        "clauses": (Clause(clause_id="c1", type=ClauseType.SIGNER_DUTY, text="沼气池全面负责", duty_code=D1),),
    }  # fmt: skip
    return say.tell(paper, IrregularPledgeObserved(**(stated | more)), on)


def entry(say: Teller, code: str, owner: UUID, area: str = AREA, **more: Any) -> int:
    kind = more.pop("list_kind", DutyListKind.DEPARTMENT)
    stated: dict[str, Any] = {
        "duty_code": code, "jurisdiction_code": area, "list_kind": kind, "text": f"{code}监督检查", "owner_unit": owner,
        "effective_from": date(2024, 1, 1), "needs_power": True, "power_holder": owner,
    }  # fmt: skip
    listed_in = duty_list_stream(owner, kind)
    return say.tell(
        duty_stream(code, area),
        DutyEntryAdded(duty_list=listed_in, entry=DutyEntry(**(stated | more))),
        date(2024, 1, 1),
    )


def farmland(say: Teller) -> None:
    """The lawful papers: city to county, county to town; the town's neighbour signs too."""
    listed(
        say, UPPER_ITEM, terms("耕地保护责任书 市", CITYGOV, Level.COUNTY, level=Level.PREFECTURE, jurisdiction=CITY)
    )
    listed(say, FARMLAND, terms("耕地保护责任书", COUNTY, Level.TOWNSHIP))
    entry(say, D2, TOWN, TOWN_AREA, list_kind=DutyListKind.BASIC, needs_power=False, power_holder=None)
    drafted(say, UPPER, UPPER_ITEM, CITYGOV, COUNTY)
    signed(say, UPPER, date(2025, 1, 6))
    drafted(say, LOWER, FARMLAND, COUNTY, TOWN)
    signed(say, LOWER, date(2025, 1, 15))
    say.tell(LOWER, PledgeReSignedDown(parent=UPPER), date(2025, 1, 15))
    drafted(say, SIBLING, FARMLAND, COUNTY, OTHER)
    signed(say, SIBLING, date(2025, 1, 15))
    say.tell(SIBLING, PledgeReSignedDown(parent=UPPER), date(2025, 1, 15))


def kept(say: Teller) -> None:
    """What the county promised the town, it did."""
    arrived = SupportDelivered(
        delivered_by=COUNTY, delivered_to=TOWN, kind=SupportKind.FUNDS, text="经费到位", delivered_on=date(2025, 3, 10),
        amount=20_000, unit="元", pledge=LOWER, clause_id="c3",
    )  # fmt: skip
    say.tell(LOWER, arrived, date(2025, 3, 10))
    say.tell(LOWER, IssuerDutyPerformed(clause_id="c2", performed_on=date(2025, 4, 2), text="已培训"), date(2025, 4, 2))


def objected(say: Teller, pledge: UUID = PAPER, on: date = date(2025, 6, 25), number: str = "1") -> int:
    raised = PledgeObjectionRaised(
        objection_id=number, raised_on=on, raised_by=TOWN, addressed_to=BUREAU, kind=ObjectionKind.NO_POWER,
        text="无执法权", duty_code=D1,
    )  # fmt: skip
    return say.tell(pledge, raised, on)


def incident(say: Teller) -> int:
    registered = IncidentRegistered(
        registrar=BUREAU, occurred_at=datetime(2025, 6, 18, 10, 30, tzinfo=SHANGHAI), precision=TimePrecision.MINUTE,
        place_code=TOWN_AREA, units=(TOWN,), field_code="ENERGY", severity=Severity.ORDINARY, duty_codes=(D1,), summary="沼气池事故",
    )  # fmt: skip
    return say.tell(INCIDENT, registered, date(2025, 6, 18))


def claimed(say: Teller) -> None:
    """The bureau waves the paper about; the inspector rejects it."""
    asserted = ResponsibilityClaimAsserted(
        incident=INCIDENT, asserting_unit=BUREAU, against_unit=TOWN, statement="已签责任状，由其负责", pledge=PAPER
    )
    say.tell(CLAIM, asserted, date(2025, 6, 30))
    found = CausationFound(result=Causation.PASS, inspector_unit=INSPECTOR, ground="正是该项职责")
    say.tell(CLAIM, found, date(2025, 7, 21))
    line = TableLine(
        test="T1",
        at_assertion=TestResult.FAIL,
        at_assertion_reason="NO_ITEM",
        now=TestResult.FAIL,
        now_reason="NO_ITEM",
    )
    ruled = ClaimRuled(
        outcome=ClaimOutcome.SHIELD_REJECTED, inspector_unit=INSPECTOR, ground="事后补签", table=(line,), tested_at=1,
        tests_edition="tests/1",
    )  # fmt: skip
    say.tell(CLAIM, ruled, date(2025, 7, 21))
    say.tell(CLAIM, ShieldUseConfirmed(unit=BUREAU, ground="以责任状作挡箭牌"), date(2025, 7, 21))


def decided(subject: UUID = TOWN, on: date = date(2025, 7, 28), **more: Any) -> AccountabilityDecided:
    stated: dict[str, Any] = {
        "subject_unit": subject, "subject_post": "乡长", "duty_codes": (D1,), "measure": "TALK", "form": 1,
        "responsibility": ResponsibilityKind.DIRECT, "regulation": "问责条例", "deciding_body": INSPECTOR,
        "body_category": "DISCIPLINE", "proposed_by": INSPECTOR, "decided_on": on,
    }  # fmt: skip
    return AccountabilityDecided(**(stated | more))


def opened(say: Teller, case: UUID = CASE, subject: UUID = TOWN, on: date = date(2025, 7, 7)) -> int:
    told = CaseOpened(incident=INCIDENT, subject_unit=subject, subject_post="乡长", matter="履职", opened_by=INSPECTOR)
    return say.tell(case, told, on)


def sanctioned(say: Teller, case: UUID = CASE, served_on: date = date(2025, 7, 31), **more: Any) -> None:
    subject, on = more.get("subject", TOWN), more.get("on", date(2025, 7, 28))
    opened(say, case, subject, min(on, date(2025, 7, 7)))
    say.tell(case, decided(**more), on)
    say.tell(case, AccountabilityAnnounced(served_on=served_on), served_on)


def applied(say: Teller) -> int:
    sought = ToleranceApplied(
        case=CASE, applicant=TOWN, situation_code="MISMATCH", statement="无权无钱", party_group_opinion="同意"
    )
    return say.tell(TOLERANCE, sought, date(2025, 7, 10))


def published(say: Teller) -> int:
    told = DutyListPublished(unit=BUREAU, list_kind=DutyListKind.DEPARTMENT, list_version=1)
    return say.tell(duty_list_stream(BUREAU, DutyListKind.DEPARTMENT), told, date(2024, 1, 1))


def whole(say: Teller) -> None:
    """All of it, in the order of a story."""
    registry(say)
    published(say)
    entry(say, D1, BUREAU)
    farmland(say)
    kept(say)
    incident(say)
    observed(say)
    objected(say)
    claimed(say)
    sanctioned(say)
    applied(say)
