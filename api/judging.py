"""What an inspector asks: the trail of an incident, the twelve tests of a claim, what a paper was worth on a day, and leads.

First step of every such read (here -> projections). Keeps: the product shows what was held and raises leads (线索); it rules on nothing.
Sentences come from the catalogue, in both languages; results, reason codes and positions are the same for people and programs.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response

from api.catalogue import LANGUAGES, say
from api.identity import DISCIPLINE, Account
from api.pinning import Question
from api.problems import Problem, in_words
from api.reads import Asked, answer, found, reader, told, with_instants
from ledger.streams import lead_stream
from ledger.terms import TestResult
from ledger.timelines.claim import CLAIM
from ledger.timelines.lead import LEAD
from projections import dossier
from projections.holdings import Holdings
from projections.leads.detecting import detect
from projections.leads.scene import RULES, Lead, Severity
from projections.shield.matter import Result
from projections.shield.table import Column, table
from projections.shield.validity import validity
from projections.trail import Line, PaperSigned, Trail, is_about, trail

routes = APIRouter()
read = reader(routes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One sentence in both languages."""

    zh: str
    en: str


def said(code: str, blanks: Iterable[tuple[str, str]] = ()) -> Said:
    """Return a sentence of the catalogue, its blanks filled."""
    filled = dict(blanks)
    zh, en = (
        say(code, language, **{name: in_words(each, language) for name, each in filled.items()})
        for language in LANGUAGES
    )
    return Said(zh=zh, en=en)


# ── 十二项检验 ──


@dataclass(frozen=True, slots=True, kw_only=True)
class TestAnswer:
    """One test in one column: pass, fail or unknown, why, and the positions that decide it."""

    __test__ = False

    result: TestResult
    reason: str
    sentence: Said
    positions: Sequence[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class TestRow:
    """One of the twelve tests: as known when the claim was made, and as known now."""

    __test__ = False

    test: str
    question: Said
    at_assertion: TestAnswer
    now: TestAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimTests:
    """The table that an inspector reads before ruling. `guidance` says what follows from the results; the ruling is a human's."""

    claim: UUID
    edition: str
    asserted_at: int
    known_at: int
    tests: Sequence[TestRow]
    failed_at_assertion: Sequence[str]
    failed_tests: Sequence[str]
    guidance: str
    guidance_sentence: Said
    outcome: str | None


@read("/v1/claims/{claim}/tests", "readClaimTests", "claims", ClaimTests)
def read_claim_tests(question: Asked, claim: UUID) -> Response:
    held = _dossier(question, claim)
    made, seen = held.state(CLAIM, claim), table(held, claim, question.pinned.known_at)
    if made is None or seen is None:
        return found(question, claim, None)
    return answer(
        question,
        ClaimTests(
            claim=claim,
            edition=seen.edition,
            asserted_at=seen.at_assertion.known_at,
            known_at=seen.now.known_at,
            tests=rows(seen.at_assertion, seen.now),
            failed_at_assertion=seen.at_assertion.failed,
            failed_tests=seen.now.failed,
            guidance=seen.now.guidance,
            guidance_sentence=said(f"test.guidance.{seen.now.guidance}"),
            outcome=made.ruling.outcome if made.ruling else None,
        ),
    )


def rows(then: Column, now: Column) -> list[TestRow]:
    """Return both columns, test by test."""
    return [
        TestRow(
            test=after.test, question=said(f"test.{after.test}.question"), at_assertion=_told(before), now=_told(after)
        )
        for before, after in zip(then.results, now.results, strict=True)
    ]


def _told(result: Result) -> TestAnswer:
    sentence = said(f"test.reason.{result.reason}", result.said)
    return TestAnswer(result=result.result, reason=result.reason, sentence=sentence, positions=result.positions)


# ── 责任状在某日的效力 ──


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidityRow:
    """One test of a paper on a day."""

    test: str
    question: Said
    answer: TestAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class PledgeValidity:
    """What a paper was worth on a day. `in_force`: it bound by its dates; the tests say what stands behind it."""

    pledge: UUID
    day: date
    in_force: bool
    last_day: date | None
    tests: Sequence[ValidityRow]
    failed_tests: Sequence[str]


@read("/v1/pledges/{pledge}/validity", "readPledgeValidity", "pledges", PledgeValidity)
def read_validity(
    question: Asked,
    pledge: UUID,
    at: Annotated[date | None, Query(description="The day asked about; `in_force_on` where it is not given.")] = None,
) -> Response:
    seen = validity(_dossier(question, pledge), pledge, at or question.pinned.in_force_on)
    if seen is None:
        return found(question, pledge, None)
    return answer(
        question,
        PledgeValidity(
            pledge=pledge,
            day=seen.day,
            in_force=seen.in_force,
            last_day=seen.last_day,
            tests=[
                ValidityRow(test=each.test, question=said(f"test.{each.test}.question"), answer=_told(each))
                for each in seen.results
            ],
            failed_tests=[each.test for each in seen.results if each.result is TestResult.FAIL],
        ),
    )


# ── 事件的来龙去脉 ──

PaperShown: Any = with_instants(PaperSigned)
LineShown: Any = with_instants(Line)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadRow:
    """One lead (线索): the rule that met something, a sentence, the positions; a human looks, nothing follows by itself.

    absorbed_by   the stronger lead under which it belongs; disposition: what a human made of it
    """

    lead: UUID
    rule: str
    edition: str
    name: Said
    severity: Severity
    reason: str
    sentence: Said
    units: Sequence[UUID]
    papers: Sequence[UUID]
    claim: UUID | None
    positions: Sequence[int]
    since: date
    assumed_day: bool
    absorbed_by: UUID | None
    disposition: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentTrail(Trail):
    """The trail of an incident, with the leads about its papers and claims."""

    leads: Sequence[LeadRow]


@read("/v1/incidents/{incident}/trail", "readIncidentTrail", "incidents", IncidentTrail)
def read_trail(question: Asked, who: Account, incident: UUID) -> Response:
    held = _dossier(question, incident)
    seen = trail(held, incident, question.pinned.known_at)
    if seen is None:
        return found(question, incident, None)
    shown = {each.name: getattr(seen, each.name) for each in fields(seen)}
    shown["papers"] = told(PaperShown, seen.papers)
    shown["lines"] = told(LineShown, seen.lines)
    whole = _everything(question)  # a lead may rest on what no trail leads to, such as the campaign that a unit was in
    leads = [each for each in detect(whole, question.pinned.in_force_on).leads if is_about(whole, each, incident)]
    return answer(question, IncidentTrail(**shown, leads=[_row(whole, each) for each in leads if may_see(who, each)]))


# ── 线索 ──


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadPage:
    """Leads by rule and day, and what the rules passed over for an exemption that is named."""

    known_at: int
    in_force_on: date
    leads: Sequence[LeadRow]
    considered: Sequence["Considered"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Considered:
    """Something that met a rule and was passed over: for which exemption."""

    rule: str
    exemption: str
    sentence: Said
    papers: Sequence[UUID]
    positions: Sequence[int]


@read("/v1/leads", "listLeads", "leads", LeadPage)
def list_leads(
    question: Asked,
    who: Account,
    rule: Annotated[
        list[str] | None, Query(description="DR-01 … DR-32; several, divided by commas or repeated.")
    ] = None,
    unit: Annotated[list[UUID] | None, Query(description="Leads that name one of these units.")] = None,
    incident: Annotated[UUID | None, Query(description="Leads about this incident's papers and claims.")] = None,
    severity: Annotated[list[Severity] | None, Query()] = None,
    head: Annotated[bool | None, Query(description="Only leads that no stronger one absorbs, or only those.")] = None,
) -> Response:
    codes = {code for each in rule or () for code in each.split(",")}
    if codes - RULES.keys():
        raise Problem("parameter-malformed", errors=[])
    held = _everything(question)
    seen = detect(held, question.pinned.in_force_on)
    chosen = [
        each
        for each in seen.leads
        if may_see(who, each)
        and (not codes or each.rule in codes)
        and (not unit or set(unit) & set(each.units))
        and (not severity or each.severity in severity)
        and (head is None or (each.absorbed_by is None) is head)
        and (incident is None or is_about(held, each, incident))
    ]
    spared = [
        Considered(
            rule=each.rule,
            exemption=each.exemption,
            sentence=said(f"lead.spared.{each.exemption}"),
            papers=each.papers,
            positions=each.positions,
        )
        for each in seen.spared
        if (not codes or each.rule in codes) and (not unit or set(unit) & set(each.units))
    ]
    return answer(
        question,
        LeadPage(
            known_at=question.pinned.known_at,
            in_force_on=question.pinned.in_force_on,
            leads=[_row(held, each) for each in chosen],
            considered=spared,
        ),
    )


@read("/v1/leads/{lead}", "readLead", "leads", LeadRow)
def read_lead(question: Asked, who: Account, lead: UUID) -> Response:
    held = _everything(question)
    seen = (each for each in detect(held, question.pinned.in_force_on).leads if each.id == lead and may_see(who, each))
    sought = next(seen, None)
    return found(question, lead, sought and _row(held, sought))


def may_see(who: str, lead: Lead) -> bool:
    """A lead that could give a reporter away is for the discipline role alone."""
    return not lead.restricted or who == DISCIPLINE


def _row(held: Holdings, lead: Lead) -> LeadRow:
    handled = held.state(LEAD, lead_stream(lead.id))
    return LeadRow(
        lead=lead.id,
        rule=lead.rule,
        edition=lead.edition,
        name=said(f"lead.{lead.rule}.name"),
        severity=lead.severity,
        reason=lead.reason,
        sentence=said(f"lead.{lead.rule}.{lead.reason}", lead.said),
        units=lead.units,
        papers=lead.papers,
        claim=lead.claim,
        positions=lead.positions,
        since=lead.since,
        assumed_day=lead.assumed_day,
        absorbed_by=lead.absorbed_by,
        disposition=handled.disposal.disposition if handled and handled.disposal else None,
    )


def _dossier(question: Question, matter: UUID) -> Holdings:
    with question.connection() as connection:
        return dossier.of_matter(connection, question.pinned, matter)


def _everything(question: Question) -> Holdings:
    with question.connection() as connection:
        return dossier.everything(connection, question.pinned.known_at)
