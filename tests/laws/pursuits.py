"""What follows when something happens, step by step: incidents, claims ruled on, cases, tolerance, notices, inspections, leads."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from ledger import commands as ask
from ledger import values
from ledger.inspection import sealed
from ledger.streams import (
    case_stream,
    claim_stream,
    filing_stream,
    incident_stream,
    inspection_stream,
    meeting_stream,
    notice_stream,
    tolerance_stream,
)
from ledger.terms import (
    Causation,
    ClaimOutcome,
    ClarificationForm,
    FilingDecision,
    InspectionKind,
    LeadDisposition,
    MeetingBody,
    NoticeKind,
    PublicationScope,
    ResponsibilityKind,
    ReviewResult,
    Severity,
    TimePrecision,
    ToleranceFinding,
    ToleranceOutcome,
)
from ledger.timelines.case import CASE
from ledger.timelines.incident import INCIDENT
from ledger.timelines.pledge import PLEDGE
from ledger.timelines.veto import VETO
from projections.holdings import Holdings
from projections.leads.detecting import detect
from projections.shield.table import EDITION, table
from tests.laws.chaos import AREA, FROM, Chaos
from tests.laws.lives import (
    BUREAU,
    COMMITTEE,
    INSPECTORS,
    NEIGHBOUR,
    OFFICE,
    TOWN,
    TOWNSHIP,
    Found,
    Life,
    Lives,
)

SITUATIONS = ("UNINTENDED", "NO_CLEAR_LIMIT")
LOOKS = tuple(values.Look(number=number, seen="已核实") for number in range(1, 8))
DISTINCTIONS = tuple(values.Distinction(number=number, applies=False, reasoning="不属此类") for number in (1, 2, 3))


class Pursuits(Lives):
    """The lives of `Lives`, and what follows when something happens."""

    def __init__(self, chaos: Chaos, holdings: Callable[[], Holdings]) -> None:
        super().__init__(chaos, holdings)
        self.kinds = (
            *self.kinds,
            self.claim,
            self.case,
            self.tolerance,
            self.filing,
            self.checked,
            self.notice,
            self.inspection,
            self.lead,
        )

    def incident(self, day: date) -> Found[UUID]:
        """Something happens; it is registered and verified, or one that is known is taken up."""
        known = self.stood(INCIDENT, day)
        if known and self.chance(2):
            return self.one_of(*known)
        ordinal = self.number()
        yield ask.RegisterIncident(
            effective_on=day,
            registrar=OFFICE,
            ordinal=ordinal,
            occurred_at=self.moment(day - timedelta(days=self.draw(st.integers(0, 3)))),
            precision=self.draw(st.sampled_from(TimePrecision)),
            place_code=self.one_of(TOWN, AREA),
            field_code="RURAL_ENERGY",
            severity=self.one_of(Severity.ORDINARY, Severity.ORDINARY, Severity.MAJOR),
            summary="事故",
            units=self.one_of((), (TOWNSHIP,), (TOWNSHIP, NEIGHBOUR)),
            duty_codes=self.one_of((), ("d1",), ("d1", "d2")),
        )
        made = incident_stream(OFFICE, ordinal)
        yield ask.VerifyIncident(effective_on=self.after(day), incident=made, verifier=INSPECTORS)
        return made

    def closing(self, incident: UUID, day: date) -> Life:
        yield ask.CloseIncident(effective_on=day + timedelta(days=30), incident=incident, ground="处置完毕")

    # ── claims ──

    def claim(self) -> Life:
        """A unit claims that another answers; causation is found, a human rules over the table, perhaps again."""
        day = self.someday()
        incident = yield from self.incident(day)
        cited, against = yield from self._cited(day)
        day = self.after(day, 30)
        yield ask.AssertClaim(
            effective_on=day,
            incident=incident,
            asserting_unit=BUREAU,
            against_unit=against,
            statement="由其负责",
            clause_ids=self.one_of((), (), ("c1",)) if "pledge" in cited else (),
            **cited,
        )
        made = claim_stream(incident, BUREAU, next(iter(cited.values())))
        at: dict[str, Any] = {"effective_on": self.after(day), "claim": made}
        yield ask.AnswerClaim(**at, answered_by=against, text="曾提出异议")
        yield from self._ruled(at)
        yield ask.ConfirmShieldUse(**at, unit=BUREAU, ground="以责任状推责")
        if self.chance(2):
            yield ask.ReopenClaim(**at, new_evidence="新证据")
            yield from self._ruled(at)
        if self.chance(3):
            yield from self.closing(incident, day)

    def _cited(self, day: date) -> Found[tuple[dict[str, Any], UUID]]:
        """Return a paper or a veto of the bureau or the committee that binds somebody; one is found if there is none."""
        held = self.holdings()
        papers = [paper for paper in held.each(PLEDGE) if paper.signed_at and paper.signer != BUREAU]
        if papers and not self.chance(3):
            paper = self.one_of(*papers)
            return {"pledge": paper.id}, paper.signer
        vetoes = [(veto.id, veto.target_unit) for veto in held.each(VETO) if veto.vetoed or veto.suggestion is None]
        for veto, target in vetoes[: 1 if self.chance(2) else 0]:
            if target:
                return {"veto": veto}, target
        seen = yield from self.irregular(self.after(day, 9))
        return {"pledge": seen}, TOWNSHIP

    def _ruled(self, at: dict[str, Any]) -> Life:
        inspector: dict[str, Any] = {"inspector_unit": INSPECTORS, "ground": "经核查"}
        if not self.chance(4):
            yield ask.FindCausation(**at, **inspector, result=self.draw(st.sampled_from(Causation)))
        known_at = len(self.given.log)
        seen = table(self.holdings(), at["claim"], known_at)
        if seen is None:
            return
        lines = tuple(
            values.TableLine(
                test=now.test,
                at_assertion=then.result,
                at_assertion_reason=then.reason,
                now=now.result,
                now_reason=now.reason,
                positions=now.positions,
            )
            for then, now in zip(seen.at_assertion.results, seen.now.results, strict=True)
        )
        outcome = self.one_of(ClaimOutcome.SHIELD_REJECTED, *ClaimOutcome)
        yield ask.RuleClaim(**at, **inspector, outcome=outcome, table=lines, tested_at=known_at, tests_edition=EDITION)

    # ── cases ──

    def _opened(self, day: date) -> Found[UUID]:
        incident = yield from self.incident(day)
        post = f"岗位{self.number()}"
        yield ask.OpenCase(
            effective_on=day,
            authority=self.authority(),
            incident=incident,
            subject_unit=TOWNSHIP,
            subject_post=post,
            opened_by=INSPECTORS,
            matter="巡查不到位",
        )
        return case_stream(incident, TOWNSHIP, post)

    def _heard(self, day: date) -> Found[UUID]:
        case = yield from self._opened(day)
        at: dict[str, Any] = {"effective_on": self.after(day, 9), "case": case}
        yield ask.OpenInvestigation(**at, investigator=INSPECTORS)
        yield ask.HearStatement(**at, statement="人手不足")
        yield ask.ConsiderTolerance(
            **at, finding=self.draw(st.sampled_from(ToleranceFinding)), distinctions=DISTINCTIONS
        )
        return case

    def checked(self) -> Life:
        """Clues are checked: no case, or one that ends without accountability."""
        day = self.someday()
        incident = yield from self.incident(day)
        post, on = f"岗位{self.number()}", self.after(day)
        clues: dict[str, Any] = {
            "incident": incident,
            "subject_unit": TOWNSHIP,
            "subject_post": post,
            "matter": "监管不力",
        }
        yield ask.ReceiveCaseClues(effective_on=day, **clues, received_by=INSPECTORS)
        case: dict[str, Any] = {"effective_on": on, "case": case_stream(incident, TOWNSHIP, post)}
        yield ask.OpenPreliminaryCheck(**case, checker=INSPECTORS)
        if self.chance(2):
            yield ask.DecideNoCase(**case, ground="并无过失")
        else:
            yield ask.OpenCase(effective_on=on, **clues, authority=self.authority(), opened_by=INSPECTORS)
            yield ask.CloseCaseWithoutAccountability(**case, ground="已尽责")
        yield from self.closing(incident, day)

    def case(self) -> Life:
        """A case runs from its opening to accountability, appeal, correction and its end."""
        day = self.someday()
        case = yield from self._heard(day)
        day += timedelta(days=10)
        at: dict[str, Any] = {"effective_on": day, "case": case}
        held: dict[str, Any] = {"measure": "ADMONITION", "form": 1, "responsibility": ResponsibilityKind.DIRECT}
        yield ask.ProposeAccountability(**at, **held, proposed_by=INSPECTORS, text="建议诫勉")
        yield ask.DecideAccountability(
            **at,
            **held,
            authority=self.authority(),
            duty_codes=self.one_of((), ("d1",)),
            regulation="问责条例",
            deciding_body=COMMITTEE,
            body_category="PARTY_COMMITTEE",
            proposed_by=INSPECTORS,
            impact_until=self.one_of(None, day + timedelta(days=60), day + timedelta(days=60)),
        )
        yield ask.AnnounceAccountability(**at)
        if not self.chance(9):
            yield from self._appealed({**at, "effective_on": self.after(day, 50)})
        later = {**at, "effective_on": self.after(day, 9)}
        yield ask.ExecuteAccountability(**later)
        yield ask.FileAccountability(**later, filed_with=COMMITTEE)
        ended = {**at, "effective_on": day + timedelta(days=self.draw(st.integers(60, 70)))}
        yield from self._published(NoticeKind.EXPOSURE, ended["effective_on"], case=case)
        yield ask.EndImpactPeriod(**ended)
        yield ask.CloseCase(**ended, ground="影响期满")
        yield ask.FindAbuseOfAccountability(**ended, found_by=OFFICE, finding="问责泛化")

    def _appealed(self, at: dict[str, Any]) -> Life:
        yield ask.LodgeAppeal(**at, grounds="量度过重")
        yield ask.DecideAppeal(**at, result=self.draw(st.sampled_from(ReviewResult)), handled_by=OFFICE)
        yield ask.CorrectAccountability(**at, why_corrected="量度过重", corrected_by=COMMITTEE, measure="REMINDER_TALK")

    # ── tolerance ──

    def _meeting(self, day: date) -> Found[values.Authority]:
        """A joint meeting is held, if none was on that day."""
        agenda = (values.AgendaItem(number=1, title="容错", result="同意"),)
        held: dict[str, Any] = {"unit": COMMITTEE, "body": MeetingBody.JOINT_MEETING, "held_on": day, "ordinal": 1}
        made = meeting_stream(**held)
        if made not in self.chaos.streams.get("meeting", []):
            sat: dict[str, Any] = {"due_members": 9, "present": 7, "minutes_digest": "0" * 64}
            yield ask.RecordMeeting(effective_on=day, **held, **sat, agenda=agenda)
        return values.Authority(meeting=made)

    def filing(self) -> Life:
        """A township files in advance what it means to try."""
        day, number = self.someday(), self.number()
        situation = self.one_of(*SITUATIONS)
        yield ask.FileToleranceInAdvance(
            effective_on=day, applicant=TOWNSHIP, ordinal=number, situation_code=situation, statement="先行先试"
        )
        at: dict[str, Any] = {"effective_on": day, "tolerance": filing_stream(TOWNSHIP, number)}
        yield ask.ReviewToleranceFiling(**at, reviewer=OFFICE, text="材料齐全")
        yield ask.CheckToleranceFiling(**at, checker=INSPECTORS, text="属实")
        met = yield from self._meeting(day)
        result = self.draw(st.sampled_from(FilingDecision))
        yield ask.DecideToleranceFiling(**at, authority=met, result=result, ground="符合")

    def tolerance(self) -> Life:
        """Tolerance is sought in a case, verified, ruled on, fed back, put right, cleared, reviewed."""
        day = self.someday()
        case = yield from self._heard(day)
        day += timedelta(days=10)
        sought: dict[str, Any] = {
            "effective_on": day,
            "case": case,
            "situation_code": "UNINTENDED",
            "statement": "无意",
        }
        if self.chance(2):
            yield ask.ApplyForTolerance(**sought, applicant=TOWNSHIP, party_group_opinion="同意")
        else:
            yield ask.ConsiderToleranceExOfficio(**sought, subject_unit=TOWNSHIP)
        at: dict[str, Any] = {"effective_on": self.after(day), "tolerance": tolerance_stream(case, TOWNSHIP)}
        if self.chance(4):
            yield ask.DeclineTolerance(**at, ground="不符")
            return
        yield ask.AcceptTolerance(**at)
        found: dict[str, Any] = {
            "private_gain": self.chance(8),
            "knowing_violation": False,
            "prohibition_ignored": False,
        }
        yield ask.VerifyTolerance(**at, **found, verifier=INSPECTORS, seven_looks=LOOKS)
        met = yield from self._meeting(at["effective_on"])
        earlier = self.pick("tolerance")
        yield ask.RuleTolerance(
            **at,
            authority=met,
            outcome=self.one_of(ToleranceOutcome.MITIGATED, *ToleranceOutcome),
            ground_code="UNINTENDED",
            text="出于公心",
            earlier_rulings=(earlier,) if earlier and self.chance(6) else (),
        )
        yield from self._after({**at, "effective_on": self.after(at["effective_on"])}, case)

    def _after(self, at: dict[str, Any], case: UUID) -> Life:
        yield ask.FeedToleranceBack(**at)
        yield ask.OrderCorrection(**at, text="补齐台账", due_on=self.after(at["effective_on"]))
        yield ask.CompleteCorrection(**at, text="已补齐")
        yield ask.IssueClarification(**at, form=self.draw(st.sampled_from(ClarificationForm)), text="不影响评优")
        yield from self._published(NoticeKind.CLARIFICATION, at["effective_on"], tolerance=at["tolerance"])
        yield ask.RequestToleranceReview(**at, grounds="请求免予")
        result, outcome = self.one_of(
            (ReviewResult.CHANGED, ToleranceOutcome.EXEMPT), (ReviewResult.UPHELD, None), (ReviewResult.REVOKED, None)
        )
        yield ask.DecideToleranceReview(**at, result=result, reviewer=OFFICE, outcome=outcome)
        yield ask.CloseCaseWithoutAccountability(
            effective_on=at["effective_on"], case=case, ground="免予问责", tolerance=at["tolerance"]
        )

    # ── notices, inspections, leads ──

    def notice(self) -> Life:
        day = self.someday()
        case = self.one_of(None, *self.stood(CASE, day))
        yield from self._published(self.draw(st.sampled_from(NoticeKind)), day, case=case)

    def _published(self, kind: NoticeKind, day: date, case: UUID | None = None, tolerance: UUID | None = None) -> Life:
        """A notice is drafted, approved, published, corrected, withdrawn."""
        number = self.number()
        yield ask.DraftNotice(
            effective_on=day,
            issuer=INSPECTORS,
            ordinal=number,
            kind=kind,
            title="通报",
            text="情况如下",
            about_units=(TOWNSHIP,),
            scope=self.draw(st.sampled_from(PublicationScope)),
            case=case,
        )
        at: dict[str, Any] = {"effective_on": self.after(day), "notice": notice_stream(INSPECTORS, number)}
        yield ask.ApproveNotice(**at, approved_by=COMMITTEE)
        yield ask.PublishNotice(**at, tolerance=tolerance)
        yield ask.CorrectNotice(**at, text="更正如下", why_corrected="数字有误")
        yield ask.WithdrawNotice(**at, ground="已无必要")

    def inspection(self) -> Life:
        """An inspection from its sealed plan to its closing."""
        day, number, plan = self.someday(), self.number(), "赴演示乡"
        at: dict[str, Any] = {"effective_on": day, "inspection": inspection_stream(OFFICE, number)}
        kind = self.draw(st.sampled_from(InspectionKind))
        digest = sealed(number, plan)
        yield ask.PlanInspection(effective_on=day, lead_unit=OFFICE, ordinal=number, kind=kind, plan_digest=digest)
        yield ask.AssignInspectors(**at, posts=("督查员甲岗", "督查员乙岗"))
        yield ask.SendInspectionNotice(**at, to=TOWNSHIP)
        at["effective_on"] = self.after(day)
        yield ask.VisitSite(**at, visited_unit=TOWNSHIP, plan=plan, salt=number)
        named: dict[str, Any] = {"pledge": self.pick("pledge"), "item": self.pick("item")}
        yield ask.RecordFinding(**at, finding_id="1", text="记录缺失", **named)
        yield ask.CommentOnInspection(**at, commented_by=TOWNSHIP, text="人手不足")
        due = self.after(at["effective_on"])
        yield ask.OrderRectification(**at, ordered_unit=TOWNSHIP, text="补齐", due_on=due)
        if not self.chance(3):
            yield ask.VerifyRectification(**at, verifier=OFFICE, text="已补齐")
        yield ask.CloseInspection(**at, ground="办结")

    def lead(self) -> Life:
        """A unit answers a lead that the rules raised, if they raised one; a human disposes of it."""
        day, none = self.someday(), (UUID(int=7), "DR-17", BUREAU, (1,))
        raised = [(each.id, each.rule, each.units[0], each.positions) for each in self._leads() if each.units]
        lead, rule, unit, positions = self.one_of(*(raised or (none,)))
        yield ask.AnswerLead(effective_on=day, lead=lead, lead_rule=rule, unit=unit, text="系沿用旧办法")
        disposition = self.one_of(LeadDisposition.CONFIRMED, LeadDisposition.FALSE_POSITIVE)
        yield ask.DisposeOfLead(
            effective_on=self.after(day),
            lead=lead,
            lead_rule=rule,
            lead_edition="leads/1",
            positions=positions,
            disposition=disposition,
            disposed_by=INSPECTORS,
            ground="经核查",
        )

    def _leads(self) -> list[Any]:
        return list(detect(self.holdings(), FROM + timedelta(days=4000)).leads)
