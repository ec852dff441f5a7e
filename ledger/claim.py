"""“The signer answers for it”: a claim is asserted, answered, its causation found, ruled on by a human; perhaps reopened.

Second step of every write (api -> application -> here). Pure: same history, same command, same rules, same answer.
Keeps: a claim cites one paper or one veto, against the unit that it binds; a ruling rests on the twelve tests, each once and in order,
read after everything it is about was recorded, and is given by an inspecting unit that is no party to it, with its reason (BR-28).
What a party does is judged by the rules of the asserting unit's area, what the inspector does by those of the inspector's.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ledger import known
from ledger.commands import AnswerClaim, AssertClaim, ConfirmShieldUse, FindCausation, ReopenClaim, RuleClaim
from ledger.events import (
    CausationFound,
    ClaimAnswered,
    ClaimReopened,
    ClaimRuled,
    Fact,
    ResponsibilityClaimAsserted,
    ShieldUseConfirmed,
)
from ledger.refusals import Refused
from ledger.rules import Rules
from ledger.streams import claim_stream
from ledger.succession import is_or_succeeds
from ledger.terms import ClaimOutcome, TestResult
from ledger.timelines.claim import CLAIM, Claim, Stage
from ledger.timelines.incident import INCIDENT
from ledger.timelines.pledge import PLEDGE, Pledge
from ledger.timelines.veto import VETO
from ledger.timelines.veto import Stage as VetoStage
from ledger.world import Decision, World

TESTS = tuple(f"T{number}" for number in range(1, 13))
OPEN = (Stage.ASSERTED, Stage.ANSWERED, Stage.REOPENED)
SEEN_IN_USE = (VetoStage.IRREGULAR, VetoStage.DISGUISED)  # a veto that was observed, not decided here


@dataclass
class IncidentNotRegistered(Refused):
    """No incident is registered under {incident}; register it first."""

    incident: UUID


@dataclass
class ClaimBeforeIncident(Refused):
    """The incident happened on {occurred_on}; nobody claims on {day} that another answers for it."""

    occurred_on: date
    day: date


@dataclass
class NotOnePaperCited(Refused):
    """A claim cites exactly one pledge or one veto; make one claim for each."""


@dataclass
class ClaimAgainstItself(Refused):
    """A unit claims of another that it answers, not of itself."""


@dataclass
class PaperUnknown(Refused):
    """No paper that was signed, and no veto that was decided or observed, is recorded under {cited}."""

    cited: UUID


@dataclass
class PaperOfAnotherUnit(Refused):
    """The cited paper binds {bound}; it says nothing of {against}, which is neither that unit nor its successor."""

    bound: str
    against: str


@dataclass
class ClausesNotOfThePaper(Refused):
    """The cited paper has no clauses {clause_ids}, or they are named twice."""

    clause_ids: str


@dataclass
class ClaimAlreadyAsserted(Refused):
    """The claim was asserted on {asserted_on} already and is {stage}; it is reopened on new evidence, not made anew."""

    asserted_on: date
    stage: str


@dataclass
class ClaimUnknown(Refused):
    """No claim stood under {claim} on {day}."""

    claim: UUID
    day: date


@dataclass
class ClaimNotAtStage(Refused):
    """The claim is {stage}; this step is taken while it is: {wanted}."""

    stage: str
    wanted: str


@dataclass
class AnswerOfAnotherUnit(Refused):
    """{unit} is not the unit that the claim is made against, nor its successor."""

    unit: str


@dataclass
class InspectorIsParty(Refused):
    """{unit} is a party to the claim; another unit inspects and rules."""

    unit: str


@dataclass
class RuledWithoutReason(Refused):
    """A claim is ruled on by a human, who says why; the ground is left blank."""


@dataclass
class TableNotWhole(Refused):
    """The table holds the twelve tests T1 to T12, each once and in order; here it holds: {tests}."""

    tests: str


@dataclass
class ReadTooEarly(Refused):
    """The tests were read at position {tested_at}, but the ruling is about what was recorded up to {latest}; read them again."""

    tested_at: int
    latest: int


@dataclass
class EvidenceAfterTesting(Refused):
    """{test} rests on position {position}, which does not lie between 1 and {tested_at}, where the tests were read."""

    test: str
    position: int
    tested_at: int


@dataclass
class CausationMisread(Refused):
    """The table says “{stated}” on causation (T12); the last finding of an inspector says “{found}”."""

    stated: str
    found: str


@dataclass
class ShieldNotRejected(Refused):
    """Only where a ruling that holds rejects the shield is its use confirmed; here: {standing}."""

    standing: str


@dataclass
class ShieldOfAnotherUnit(Refused):
    """{unit} did not make the claim that was rejected, nor succeeds the unit that did."""

    unit: str


@dataclass
class ShieldAlreadyConfirmed(Refused):
    """The use of the shield is confirmed already."""


Commands = AssertClaim | AnswerClaim | FindCausation | RuleClaim | ConfirmShieldUse | ReopenClaim


def decide(command: Commands, world: World) -> Decision:
    """Answer a command about a responsibility claim; raise Refused."""
    match command:
        case AssertClaim():
            return _assert(command, world)
        case AnswerClaim():
            return _answer(command, world)
        case FindCausation():
            return _find_causation(command, world)
        case RuleClaim():
            return _rule(command, world)
        case ConfirmShieldUse():
            return _confirm(command, world)
        case ReopenClaim():
            return _reopen(command, world)


def _assert(command: AssertClaim, world: World) -> Decision:
    day = command.effective_on
    known.said(statement=command.statement)
    asserting = known.unit(world, command.asserting_unit, day)
    known.unit(world, command.against_unit, day)
    if command.asserting_unit == command.against_unit:
        raise ClaimAgainstItself
    _incident(world, command.incident, day)
    cited = _bound(world, command)
    stream = claim_stream(command.incident, command.asserting_unit, cited)
    made = world.see(CLAIM, stream)
    if made:
        raise ClaimAlreadyAsserted(made.asserted_on, made.stage)
    asserted = ResponsibilityClaimAsserted(
        incident=command.incident,
        asserting_unit=command.asserting_unit,
        against_unit=command.against_unit,
        statement=command.statement,
        pledge=command.pledge,
        veto=command.veto,
        clause_ids=command.clause_ids,
    )
    return Decision(world.rules(asserting.area_code, day), ((stream, asserted),))


def _incident(world: World, incident_id: UUID, day: date) -> None:
    incident = world.see(INCIDENT, incident_id)
    if incident is None:
        raise IncidentNotRegistered(incident_id)
    if day < incident.occurred_on:
        raise ClaimBeforeIncident(incident.occurred_on, day)


def _bound(world: World, command: AssertClaim) -> UUID:
    """Return what is cited: one paper that stands in the ledger, has these clauses, and binds the unit that is to answer.

    As last known: a paper that the ledger learnt of only after it was waved about is cited all the same.
    """
    match command:
        case AssertClaim(pledge=UUID() as cited, veto=None):
            bound = _of_the_paper(world, cited, command.clause_ids)
        case AssertClaim(pledge=None, veto=UUID() as cited, clause_ids=()):
            bound = _of_the_veto(world, cited)
        case AssertClaim(pledge=None, veto=UUID()):
            raise ClausesNotOfThePaper(", ".join(command.clause_ids))
        case _:
            raise NotOnePaperCited
    if not is_or_succeeds(world, command.against_unit, bound):
        names = (known.registered_unit(world, each).name for each in (bound, command.against_unit))
        raise PaperOfAnotherUnit(*names)
    return cited


def _of_the_paper(world: World, pledge_id: UUID, clause_ids: tuple[str, ...]) -> UUID:
    pledge: Pledge | None = world.see(PLEDGE, pledge_id)
    if pledge is None or pledge.signed_at is None:
        raise PaperUnknown(pledge_id)
    foreign = [clause_id for clause_id in clause_ids if pledge.clause(clause_id) is None]
    if foreign or len(set(clause_ids)) < len(clause_ids):
        raise ClausesNotOfThePaper(", ".join(foreign or clause_ids))
    return pledge.signer


def _of_the_veto(world: World, veto_id: UUID) -> UUID:
    veto = world.see(VETO, veto_id)
    if veto is None or veto.target_unit is None or not (veto.vetoed or veto.stage in SEEN_IN_USE):
        raise PaperUnknown(veto_id)
    return veto.target_unit


def _answer(command: AnswerClaim, world: World) -> Decision:
    claim, rules = _claim(world, command.claim, command.effective_on)
    _at(claim, *OPEN)
    known.said(text=command.text)
    unit = known.unit(world, command.answered_by, command.effective_on)
    if not is_or_succeeds(world, command.answered_by, claim.against_unit):
        raise AnswerOfAnotherUnit(unit.name)
    return _filed(rules, claim, ClaimAnswered(answered_by=command.answered_by, text=command.text))


def _find_causation(command: FindCausation, world: World) -> Decision:
    claim, _ = _claim(world, command.claim, command.effective_on)
    _at(claim, *OPEN)
    known.nothing_later(world, claim.id, command.effective_on)
    rules = _inspecting(world, command, claim)
    found = CausationFound(result=command.result, inspector_unit=command.inspector_unit, ground=command.ground)
    return _filed(rules, claim, found)


def _rule(command: RuleClaim, world: World) -> Decision:
    claim, _ = _claim(world, command.claim, command.effective_on)
    _at(claim, *OPEN)
    known.nothing_later(world, claim.id, command.effective_on)
    known.said(tests_edition=command.tests_edition)
    for share in command.shares:
        known.registered_unit(world, share.unit)
        known.said(part=share.part)
    rules = _inspecting(world, command, claim)
    _whole(command)
    _read_in_time(command, claim)
    _causation_as_found(command, claim)
    ruled = ClaimRuled(
        outcome=command.outcome,
        inspector_unit=command.inspector_unit,
        ground=command.ground,
        table=command.table,
        tested_at=command.tested_at,
        tests_edition=command.tests_edition,
        shares=command.shares,
    )
    return _filed(rules, claim, ruled)


def _inspecting(world: World, command: FindCausation | RuleClaim, claim: Claim) -> Rules:
    """Demand a reason, and an inspecting unit that stands and is no party; return the rules of its area (BR-19, BR-28)."""
    unit = known.unit(world, command.inspector_unit, command.effective_on)
    rules = world.rules(unit.area_code, command.effective_on)
    rules.demand("BR-28", bool(command.ground.strip()), RuledWithoutReason())
    party = command.inspector_unit in (claim.asserting_unit, claim.against_unit)
    rules.demand("BR-19", not party, InspectorIsParty(unit.name))
    return rules


def _whole(command: RuleClaim) -> None:
    tests = tuple(line.test for line in command.table)
    if tests != TESTS:
        raise TableNotWhole(", ".join(tests) or "-")
    for line in command.table:
        for position in line.positions:
            if not 1 <= position <= command.tested_at:
                raise EvidenceAfterTesting(line.test, position, command.tested_at)


def _read_in_time(command: RuleClaim, claim: Claim) -> None:
    """Demand that the tests were read when the claim, the last finding and the last reopening were known; the head is not seen here."""
    found = claim.causation.position if claim.causation else 0
    latest = max(claim.asserted_at, found, claim.reopened_at or 0)
    if command.tested_at < latest:
        raise ReadTooEarly(command.tested_at, latest)


def _causation_as_found(command: RuleClaim, claim: Claim) -> None:
    found = TestResult(claim.causation.result) if claim.causation else TestResult.UNKNOWN
    stated = command.table[-1].now
    if stated is not found:
        raise CausationMisread(stated, found)


def _confirm(command: ConfirmShieldUse, world: World) -> Decision:
    claim, rules = _claim(world, command.claim, command.effective_on)
    known.said(ground=command.ground)
    known.nothing_later(world, claim.id, command.effective_on)
    ruling = claim.ruling
    if ruling is None or ruling.outcome is not ClaimOutcome.SHIELD_REJECTED:
        raise ShieldNotRejected(ruling.outcome if ruling else claim.stage)
    if not is_or_succeeds(world, command.unit, claim.asserting_unit):
        raise ShieldOfAnotherUnit(known.registered_unit(world, command.unit).name)
    if claim.shield_use_confirmed:
        raise ShieldAlreadyConfirmed
    return _filed(rules, claim, ShieldUseConfirmed(unit=command.unit, ground=command.ground))


def _reopen(command: ReopenClaim, world: World) -> Decision:
    claim, rules = _claim(world, command.claim, command.effective_on)
    known.said(new_evidence=command.new_evidence)
    _at(claim, Stage.RULED)
    known.nothing_later(world, claim.id, command.effective_on)
    return _filed(rules, claim, ClaimReopened(new_evidence=command.new_evidence))


def _claim(world: World, claim_id: UUID, day: date) -> tuple[Claim, Rules]:
    claim = world.see(CLAIM, claim_id, on=day)
    if claim is None:
        raise ClaimUnknown(claim_id, day)
    asserting = known.registered_unit(world, claim.asserting_unit)
    return claim, world.rules(asserting.area_code, day)


def _at(claim: Claim, *stages: Stage) -> None:
    if claim.stage not in stages:
        raise ClaimNotAtStage(claim.stage, ", ".join(stages))


def _filed(rules: Rules, claim: Claim, fact: Fact) -> Decision:
    return Decision(rules, ((claim.id, fact),))
