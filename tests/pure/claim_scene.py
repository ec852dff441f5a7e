"""The stage of claims and tolerance, all fictitious: a county bureau, a township government, a discipline commission, and one incident.

The bureau owned and had the power for a duty; the township objected to one paper, then another was waved about after the incident.
"""

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from ledger import rules
from ledger.commands import (
    ApplyForTolerance,
    AssertClaim,
    Command,
    FileToleranceInAdvance,
    RuleClaim,
    RuleTolerance,
    VerifyTolerance,
)
from ledger.days import SHANGHAI
from ledger.events import (
    CaseOpened,
    CausationFound,
    DutyEntryAdded,
    Fact,
    IncidentRegistered,
    IrregularPledgeObserved,
    IrregularVetoObserved,
    MeetingHeld,
    PledgeBacklogRecorded,
    PledgeObjectionRaised,
    ResponsibilityClaimAsserted,
    RulePackAdopted,
    ToleranceAccepted,
    ToleranceApplied,
    ToleranceRuled,
    ToleranceVerified,
    UnitRegistered,
    UnitsMerged,
)
from ledger.streams import (
    case_stream,
    claim_stream,
    duty_list_stream,
    duty_stream,
    incident_stream,
    meeting_stream,
    observed_pledge_stream,
    observed_veto_stream,
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
    DutyListKind,
    Level,
    MeetingBody,
    ObjectionKind,
    Severity,
    SignerKind,
    TestResult,
    TimePrecision,
    ToleranceOutcome,
)
from ledger.timelines.claim import CLAIM, Claim
from ledger.timelines.tolerance import TOLERANCE, Tolerance
from ledger.values import AgendaItem, Authority, Clause, DutyEntry, Look, TableLine
from tests.given import Given

SINCE, CITY, COUNTY, TOWN = date(2010, 1, 1), "530900", "530999", "530999901"
SIGNED, OBJECTED, PLEDGED_UNTIL = date(2024, 3, 1), date(2024, 3, 12), date(2025, 12, 31)
OCCURRED = datetime(2025, 6, 18, 10, 30, tzinfo=SHANGHAI)
INCIDENT_DAY, ASSERTED, ANSWERED = date(2025, 6, 18), date(2025, 6, 30), date(2025, 7, 4)
OPENED, APPLIED, ACCEPTED = date(2025, 7, 7), date(2025, 7, 10), date(2025, 7, 14)
FOUND, RULED, VERIFIED, DECIDED = date(2025, 7, 21), date(2025, 7, 22), date(2025, 7, 25), date(2025, 7, 28)
D1, D2 = "农村沼气设施安全监督检查", "日常巡查发现报告"


def unit(name: str) -> UUID:
    return unit_stream(name, SINCE)


BUREAU, TOWNSHIP, SUCCESSOR = unit("演示县农业农村局"), unit("演示乡人民政府"), unit("演示镇人民政府")
INSPECTOR, COMMITTEE, CITY_INSPECTOR = unit("演示县纪委监委"), unit("演示县委"), unit("演示市纪委监委")
INCIDENT = incident_stream(TOWNSHIP, "2025-1")
ITEM = stream("item", "农村能源")
PLEDGE = pledge_stream(ITEM, BUREAU, TOWNSHIP, date(2024, 1, 1), 1)
PAPER = observed_pledge_stream(INSPECTOR, "1")
VETO = observed_veto_stream(INSPECTOR, "1")
CLAIM_ID = claim_stream(INCIDENT, BUREAU, PAPER)
CASE = case_stream(INCIDENT, TOWNSHIP, "乡长")
TOLERANCE_ID = tolerance_stream(CASE, TOWNSHIP)
DUTY = duty_stream(D1, COUNTY)
SUPPORT = Clause(
    clause_id="s1",
    type=ClauseType.SUPPORT,
    text="专项经费",
    due_on=date(2025, 3, 31),
    amount=20000,
    unit="元",
)
CLAUSES = (
    Clause(clause_id="c1", type=ClauseType.SIGNER_DUTY, text="落实沼气安全", duty_code=D1),
    Clause(clause_id="c2", type=ClauseType.ISSUER_DUTY, text="组织培训"),
)
LOOKS = tuple(Look(number=number, seen="已核实") for number in range(1, 8))


def table(t12: TestResult = TestResult.PASS, **lines: Any) -> tuple[TableLine, ...]:
    """The table of the story: six tests fail. `lines` replaces fields of a test's line."""
    failing = {"T1", "T3", "T4", "T6", "T7", "T10"}
    tests = [f"T{number}" for number in range(1, 13)]
    now = {test: TestResult.FAIL if test in failing else TestResult.PASS for test in tests} | {"T12": t12}
    made = (
        TableLine(
            test=test, at_assertion=TestResult.UNKNOWN, at_assertion_reason="NONE", now=now[test], now_reason="NONE"
        )
        for test in tests
    )
    return tuple(replace(line, **lines.get(line.test, {})) for line in made)


class ClaimScene(Given):
    """The county and its units under Lincang's pack, the duty, the paper objected to, the incident, and the paper found afterwards."""

    def __init__(self, pack: str = "lincang-2024@1", severity: Severity = Severity.ORDINARY) -> None:
        super().__init__()
        self._adopt(pack)
        for name, level, area in (
            ("演示县农业农村局", Level.COUNTY, COUNTY),
            ("演示乡人民政府", Level.TOWNSHIP, TOWN),
            ("演示镇人民政府", Level.TOWNSHIP, TOWN),
            ("演示县纪委监委", Level.COUNTY, COUNTY),
            ("演示县委", Level.COUNTY, COUNTY),
            ("演示市纪委监委", Level.PREFECTURE, CITY),
            ("外县县委", Level.COUNTY, "530998"),
        ):
            self._unit(name, level, area)
        self.duty_at = self.entry(DUTY, D1)
        self._papers()
        self.incident(INCIDENT, severity)

    def entry(self, duty: UUID, code: str, **changes: Any) -> int:
        """Put a duty on the bureau's list; return the position."""
        stated = DutyEntry(
            duty_code=code,
            jurisdiction_code=COUNTY,
            list_kind=DutyListKind.DEPARTMENT,
            text=code,
            owner_unit=BUREAU,
            effective_from=date(2024, 1, 1),
            power_holder=BUREAU,
            needs_power=True,
        )
        listed = duty_list_stream(BUREAU, DutyListKind.DEPARTMENT)
        return self.add(duty, DutyEntryAdded(duty_list=listed, entry=replace(stated, **changes)), on=date(2024, 1, 1))

    def add(self, of: UUID, fact: Fact, on: date) -> int:
        """Record a fact outright and return its position."""
        self.fact(of, fact, on)
        return len(self.log)

    def incident(self, incident: UUID, severity: Severity = Severity.ORDINARY, *duty_codes: str) -> None:
        registered = IncidentRegistered(
            registrar=TOWNSHIP,
            occurred_at=OCCURRED,
            precision=TimePrecision.MINUTE,
            place_code=TOWN,
            units=(TOWNSHIP,),
            field_code="RURAL_ENERGY",
            severity=severity,
            duty_codes=duty_codes or (D1,),
            summary="沼气池事故",
        )
        self.fact(incident, registered, INCIDENT_DAY)

    def objection(self, raised_by: UUID = TOWNSHIP, duty_code: str | None = D1) -> int:
        raised = PledgeObjectionRaised(
            objection_id=str(len(self.log)),
            raised_on=OBJECTED,
            raised_by=raised_by,
            addressed_to=BUREAU,
            kind=ObjectionKind.NO_POWER,
            text="无执法权",
            duty_code=duty_code,
        )
        return self.add(PLEDGE, raised, OBJECTED)

    def merge_the_township(self, on: date) -> None:
        self.fact(TOWNSHIP, UnitsMerged(successor=SUCCESSOR, first_day_without=on), on)

    def asserted(self, against: UUID = TOWNSHIP) -> "ClaimScene":
        made = ResponsibilityClaimAsserted(
            incident=INCIDENT, asserting_unit=BUREAU, against_unit=against, statement="已签责任状", pledge=PAPER
        )
        self.fact(CLAIM_ID, made, ASSERTED)
        return self

    def found(self, result: Causation = Causation.PASS) -> "ClaimScene":
        finding = CausationFound(result=result, inspector_unit=INSPECTOR, ground="失效的正是该项职责")
        self.fact(CLAIM_ID, finding, FOUND)
        return self

    def claim(self) -> Claim:
        state = self.world().see(CLAIM, CLAIM_ID)
        assert state
        return state

    def case(self, incident: UUID = INCIDENT) -> UUID:
        case = case_stream(incident, TOWNSHIP, "乡长")
        opened = CaseOpened(
            incident=incident,
            subject_unit=TOWNSHIP,
            subject_post="乡长",
            matter="履职不力",
            opened_by=INSPECTOR,
        )
        self.fact(case, opened, OPENED)
        return case

    def applied(self, case: UUID | None = None) -> UUID:
        """Bring a case and an application in it; return the matter of tolerance."""
        case = case or self.case()
        matter = tolerance_stream(case, TOWNSHIP)
        sought = ToleranceApplied(
            case=case,
            applicant=TOWNSHIP,
            situation_code="MISMATCH",
            statement="无权无钱",
            party_group_opinion="同意申请",
        )
        self.fact(matter, sought, APPLIED)
        return matter

    def verified(self, case: UUID | None = None, **found: bool) -> UUID:
        matter = self.applied(case)
        self.fact(matter, ToleranceAccepted(), ACCEPTED)
        barring = {"private_gain": False, "knowing_violation": False, "prohibition_ignored": False}
        said = {**barring, "force_majeure": False, **found}
        self.fact(matter, ToleranceVerified(verifier=INSPECTOR, seven_looks=LOOKS, **said), VERIFIED)
        return matter

    def ruled(self, outcome: ToleranceOutcome = ToleranceOutcome.EXEMPT, case: UUID | None = None) -> UUID:
        matter = self.verified(case)
        self.when(self.rule_tolerance(tolerance=matter, outcome=outcome))
        return matter

    def tolerance(self, matter: UUID = TOLERANCE_ID) -> Tolerance:
        state = self.world().see(TOLERANCE, matter)
        assert state
        return state

    def meeting(
        self,
        of: UUID = COMMITTEE,
        on: date = DECIDED,
        body: MeetingBody = MeetingBody.JOINT_MEETING,
        present: int = 9,
    ) -> Authority:
        """Record a meeting of eleven members, unless it is recorded, and return it as an authority."""
        meeting = meeting_stream(of, body, on, present)
        if not self.world().facts(meeting):
            held = MeetingHeld(
                unit=of,
                body=body,
                held_on=on,
                ordinal=present,
                due_members=11,
                present=present,
                agenda=(AgendaItem(number=1, title="容错", result="同意"),),
                minutes_digest="0" * 64,
            )
            self.fact(meeting, held, on)
        return Authority(meeting=meeting)

    # ── lawful commands ──

    def assert_claim(self, **changes: Any) -> AssertClaim:
        lawful = AssertClaim(
            effective_on=ASSERTED,
            incident=INCIDENT,
            asserting_unit=BUREAU,
            against_unit=TOWNSHIP,
            statement="已签责任状，由其负责",
            pledge=PAPER,
            clause_ids=("c1",),
        )
        return replace(lawful, **changes)

    def rule_claim(self, **changes: Any) -> RuleClaim:
        lawful = RuleClaim(
            effective_on=RULED,
            claim=CLAIM_ID,
            outcome=ClaimOutcome.SHIELD_REJECTED,
            inspector_unit=INSPECTOR,
            ground="事后补签，职责与权限均在县局",
            table=table(),
            tested_at=len(self.log),
            tests_edition="tests/1",
        )
        return replace(lawful, **changes)

    def file(self, **changes: Any) -> FileToleranceInAdvance:
        lawful = FileToleranceInAdvance(
            effective_on=SIGNED, applicant=TOWNSHIP, ordinal="1", situation_code="NO_CLEAR_LIMIT", statement="先行先试"
        )
        return replace(lawful, **changes)

    def apply(self, **changes: Any) -> ApplyForTolerance:
        lawful = ApplyForTolerance(
            effective_on=APPLIED,
            case=CASE,
            applicant=TOWNSHIP,
            situation_code="MISMATCH",
            statement="无权无钱",
            party_group_opinion="同意申请",
        )
        return replace(lawful, **changes)

    def verify(self, **changes: Any) -> VerifyTolerance:
        lawful = VerifyTolerance(
            effective_on=VERIFIED,
            tolerance=TOLERANCE_ID,
            verifier=INSPECTOR,
            seven_looks=LOOKS,
            private_gain=False,
            knowing_violation=False,
            prohibition_ignored=False,
        )
        return replace(lawful, **changes)

    def rule_tolerance(self, **changes: Any) -> RuleTolerance:
        """Exempt for a mismatch: the duty's entry says both who owned it and who held the power, and the township had objected."""
        lawful = RuleTolerance(
            effective_on=DECIDED,
            authority=self.meeting(),
            tolerance=TOLERANCE_ID,
            outcome=ToleranceOutcome.EXEMPT,
            ground_code="MISMATCH",
            text="职责和权限均不在乡",
            mismatch_refs=(self.duty_at, self.objection_at),
            mismatch_streams=(PLEDGE,),
        )
        return replace(lawful, **changes)

    def tried(self, *commands: Command) -> "ClaimScene":
        for command in commands:
            self.when(command)
        return self

    def earlier(self, granted: ToleranceOutcome, duty_code: str = D1) -> UUID:
        """A matter of tolerance of another incident, ruled on outright."""
        incident = incident_stream(TOWNSHIP, "2023-1")
        self.incident(incident, Severity.ORDINARY, duty_code)
        matter = self.verified(self.case(incident))
        ruled = ToleranceRuled(outcome=granted, ground_code="UNINTENDED", text="容错", duty_codes=(duty_code,))
        self.fact(matter, ruled, VERIFIED)
        return matter

    def _papers(self) -> None:
        backlog = PledgeBacklogRecorded(
            item=ITEM,
            document_title="农村能源安全生产目标责任书",
            genre="责任书",
            issuer=BUREAU,
            signer=TOWNSHIP,
            period_from=date(2024, 1, 1),
            period_to=PLEDGED_UNTIL,
            clauses=(*CLAUSES, SUPPORT),
            signed_on=SIGNED,
            document_digest="1" * 64,
        )
        self.pledge_at = self.add(PLEDGE, backlog, SIGNED)
        self.objection_at = self.objection()
        observed = IrregularPledgeObserved(
            document_title="农村能源安全生产承诺书",
            issuer=BUREAU,
            signer=TOWNSHIP,
            signer_kind=SignerKind.UNIT,
            observed_by=INSPECTOR,
            observed_on=date(2025, 6, 23),
            defects=(),
            item=ITEM,
            signed_on=date(2025, 6, 20),
            clauses=CLAUSES,
        )
        self.fact(PAPER, observed, date(2025, 6, 23))
        vetoed = IrregularVetoObserved(
            exercising_unit=BUREAU,
            target_unit=TOWNSHIP,
            assessment_year=2024,
            observed_by=INSPECTOR,
            observed_on=date(2025, 6, 23),
            effects=("取消评优",),
            defects=(),
        )
        self.fact(VETO, vetoed, date(2025, 6, 23))

    def _adopt(self, pack_id: str) -> None:
        pack = rules.pack(pack_id)
        adopted = RulePackAdopted(
            jurisdiction_code=CITY, pack=pack.name, edition=pack.edition, digest=pack.digest, effective_from=SINCE
        )
        self.fact(rule_pack_stream(CITY), adopted, SINCE)

    def _unit(self, name: str, level: Level, area: str) -> None:
        registered = UnitRegistered(
            code=name, name=name, level=level, category="GOVERNMENT_DEPT", area_code=area, valid_from=SINCE
        )
        self.fact(unit(name), registered, SINCE)
