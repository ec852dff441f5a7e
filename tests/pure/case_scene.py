"""The stage on which vetoes are used and cases pursued: a county with its township, the county beside, and the city above."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from ledger.commands import (
    DecideAccountability,
    DecideVeto,
    HearVetoParty,
    OpenCase,
    RegisterIncident,
    SuggestVeto,
    VerifyVetoFacts,
)
from ledger.days import SHANGHAI
from ledger.encoding import Recorded
from ledger.events import (
    AccountabilityAnnounced,
    AccountabilityDecided,
    CaseOpened,
    Envelope,
    Fact,
    IncidentRegistered,
    StatementHeard,
    ToleranceConsidered,
)
from ledger.streams import stream
from ledger.terms import (
    EntryRoute,
    ItemType,
    Level,
    MeetingBody,
    ResponsibilityKind,
    Severity,
    TimePrecision,
    ToleranceFinding,
    VetoDecision,
)
from ledger.timelines.case import CASE, Case
from ledger.timelines.life import Life, S
from ledger.timelines.veto import VETO, Veto
from ledger.values import Authority, ItemTerms, Scope, Trigger
from tests.pure.item_scene import CITY, COUNTY, ItemScene, document_id, terms, unit_id

TOWN = f"{COUNTY}001"
SUGGESTED, VETOED, VETO_ENDS = date(2025, 3, 3), date(2025, 4, 1), date(2026, 3, 31)
OCCURRED, OPENED, HELD = date(2025, 6, 18), date(2025, 7, 7), date(2025, 7, 28)
SERVED, LAST_DAY_TO_APPEAL = date(2025, 7, 31), date(2025, 8, 31)
NOWHERE = stream("nowhere")
GOVERNED = {
    "县政府": (Level.COUNTY, "GOVERNMENT", COUNTY),
    "邻县政府": (Level.COUNTY, "GOVERNMENT", "530922"),
    "乡政府": (Level.TOWNSHIP, "GOVERNMENT", TOWN),
    "邻乡政府": (Level.TOWNSHIP, "GOVERNMENT", "530922001"),
    "市纪委监委": (Level.PREFECTURE, "PARTY_ORGAN", CITY),
    "县纪委监委": (Level.COUNTY, "PARTY_ORGAN", COUNTY),
    "县督查室": (Level.COUNTY, "PARTY_ORGAN", COUNTY),
}
GOVERNMENTS = (
    Scope(level=Level.COUNTY, category="GOVERNMENT"),
    Scope(level=Level.COUNTY, category="GOVERNMENT_DEPT"),
    Scope(level=Level.TOWNSHIP, category="GOVERNMENT"),
)


def veto_terms(by: str = "市委", level: Level = Level.PREFECTURE, area: str = CITY, **changes: Any) -> ItemTerms:
    described = terms(
        "安全生产一票否决",
        item_type=ItemType.VETO,
        implementing_unit=unit_id(by),
        level=level,
        jurisdiction=area,
        recipient_scope=GOVERNMENTS,
        clauses=(),
        triggers=(Trigger(code="V1", text="较大事故"), Trigger(code="V2", text="瞒报")),
    )
    return replace(described, **changes)


class CaseScene(ItemScene):
    """An item scene with governments of two counties and their townships, and discipline inspectors on two levels."""

    def __init__(self, pack: str = "generic@1") -> None:
        super().__init__(pack)
        for name, (level, category, area) in GOVERNED.items():
            self._unit(name, level, category, area)

    # ── vetoes ──

    def suggest(self, item: UUID, **changes: Any) -> SuggestVeto:
        lawful = SuggestVeto(
            effective_on=SUGGESTED,
            item=item,
            exercising_unit=unit_id("市委"),
            target_unit=unit_id("县政府"),
            assessment_year=2025,
            trigger_code="V1",
            suggested_by=unit_id("县级部门"),
            facts="发生较大事故",
        )
        return replace(lawful, **changes)

    def suggested(self, item: UUID | None = None, **changes: Any) -> UUID:
        ((veto, _),) = self.when(self.suggest(item or self.listed(veto_terms()), **changes))
        return veto

    def heard(self, item: UUID | None = None, **changes: Any) -> UUID:
        veto = self.suggested(item, **changes)
        self.when(VerifyVetoFacts(effective_on=SUGGESTED, veto=veto, verifier=unit_id("市纪委监委"), facts="属实"))
        self.when(HearVetoParty(effective_on=SUGGESTED, veto=veto, statement="已整改"))
        return veto

    def veto(self, veto: UUID, **changes: Any) -> DecideVeto:
        lawful = DecideVeto(
            effective_on=VETOED,
            authority=self.by_the_city(),
            veto=veto,
            decision=VetoDecision.VETO,
            effects=("取消评优资格",),
            posts_affected=("县长",),
            effect_from=VETOED,
            effect_to=VETO_ENDS,
        )
        return replace(lawful, **changes)

    def vetoed(self) -> UUID:
        veto = self.heard()
        self.when(self.veto(veto))
        return veto

    def veto_state(self, veto: UUID, on: date | None = None) -> Veto:
        return self._see(VETO, veto, on)

    # ── incidents and cases ──

    def register(self, **changes: Any) -> RegisterIncident:
        lawful = RegisterIncident(
            effective_on=OCCURRED,
            registrar=unit_id("县纪委监委"),
            ordinal="1",
            occurred_at=datetime(2025, 6, 18, 10, 30, tzinfo=SHANGHAI),
            precision=TimePrecision.MINUTE,
            place_code=TOWN,
            field_code="RURAL_ENERGY",
            severity=Severity.ORDINARY,
            summary="沼气池泄漏",
        )
        return replace(lawful, **changes)

    def incident(self, ordinal: str = "1") -> UUID:
        ((incident, _),) = self.when(self.register(ordinal=ordinal))
        return incident

    def open(self, incident: UUID, **changes: Any) -> OpenCase:
        lawful = OpenCase(
            effective_on=OPENED,
            authority=Authority(document=document_id("市委文件")),
            incident=incident,
            subject_unit=unit_id("乡政府"),
            subject_post="乡长",
            opened_by=unit_id("县纪委监委"),
            matter="巡查不到位",
        )
        return replace(lawful, **changes)

    def opened(self, incident: str = "1", **changes: Any) -> UUID:
        ((case, _),) = self.when(self.open(self.incident(incident), **changes))
        return case

    def prepared(self, incident: str = "1") -> UUID:
        """Bring a case to where accountability may be proposed or decided."""
        case = self.opened(incident)
        self.fact(case, StatementHeard(heard_on=OPENED, statement="人手不足"), OPENED)
        self.fact(case, ToleranceConsidered(finding=ToleranceFinding.NONE_RAISED, distinctions=()), OPENED)
        return case

    def commission(self, on: date = HELD) -> Authority:
        meeting = self.meeting("县纪委监委", MeetingBody.DISCIPLINE_COMMISSION, on)
        return Authority(document=document_id("市委文件"), meeting=meeting)

    def hold(self, case: UUID, **changes: Any) -> DecideAccountability:
        lawful = DecideAccountability(
            effective_on=HELD,
            authority=self.commission(),
            case=case,
            duty_codes=("d1",),
            measure="诫勉",
            form=1,
            responsibility=ResponsibilityKind.DIRECT,
            regulation="问责条例",
            deciding_body=unit_id("县纪委监委"),
            body_category="DISCIPLINE_COMMISSION",
            proposed_by=unit_id("县纪委监委"),
        )
        return replace(lawful, **changes)

    def held(self, incident: str = "1", **changes: Any) -> UUID:
        case = self.prepared(incident)
        self.when(self.hold(case, **changes))
        return case

    def served(self, incident: str = "1", **changes: Any) -> UUID:
        case = self.held(incident, **changes)
        self.fact(case, AccountabilityAnnounced(served_on=SERVED), SERVED)
        return case

    def case(self, case: UUID, on: date | None = None) -> Case:
        return self._see(CASE, case, on)

    def _see(self, life: Life[S], stream_id: UUID, on: date | None) -> S:
        found = self.world().see(life, stream_id, on)
        assert found is not None
        return found


def states(life: Life[S], told: Sequence[Fact]) -> list[S | None]:
    """Return the states that a stream runs through, whatever is told of it."""
    envelope = Envelope(effective_on=OPENED, jurisdiction=COUNTY, rule_pack="x@1", entry_route=EntryRoute.CLI)
    run: list[S | None] = [None]
    for position, fact in enumerate(told, 1):
        run.append(life.evolve(run[-1], Recorded(position, 0, NOWHERE, position, None, envelope, fact)))
    return run


REGISTERED = IncidentRegistered(
    registrar=NOWHERE,
    occurred_at=datetime(2025, 6, 18, 23, 30, tzinfo=SHANGHAI),
    precision=TimePrecision.DAY,
    place_code=TOWN,
    units=(),
    field_code="x",
    severity=Severity.ORDINARY,
    duty_codes=(),
    summary="x",
)
CASE_OPENED = CaseOpened(incident=NOWHERE, subject_unit=NOWHERE, opened_by=NOWHERE, matter="x")
HELD_TO_ACCOUNT = AccountabilityDecided(
    subject_unit=NOWHERE,
    duty_codes=(),
    measure="x",
    form=1,
    responsibility=ResponsibilityKind.DIRECT,
    regulation="x",
    deciding_body=NOWHERE,
    body_category="x",
    proposed_by=NOWHERE,
    decided_on=HELD,
)
