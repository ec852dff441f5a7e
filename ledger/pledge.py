"""One pledge from draft to signature or refusal; then kept, assessed, terminated, voided. Lawful acts, strictly judged.

Second step of every write (api -> application -> here). Pure: same history, same command, same rules, same answer.
Keeps: nothing is signed but what the list approves, by whom it approves, clause by clause (BR-06, 23, 26, 27, 29); a paper that
exists beside the list is observed, not signed (`pledge_life`).
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ledger import known, paper
from ledger.commands import (
    CheckPledge,
    DraftPledge,
    OfferPledge,
    RecordBacklogPledge,
    RefusePledge,
    SignPledge,
)
from ledger.events import (
    PledgeBacklogRecorded,
    PledgeCheckedAgainstList,
    PledgeDrafted,
    PledgeOffered,
    PledgeRefused,
    PledgeReSignedDown,
    PledgeSigned,
)
from ledger.refusals import Refused
from ledger.rules import Rules, ancestors
from ledger.signing import Draft, ItemNotOnTheList, checks, differences
from ledger.streams import list_stream, pledge_stream
from ledger.terms import Level, ListCheck
from ledger.timelines.listing import LIST
from ledger.timelines.pledge import PLEDGE, Phase, Pledge
from ledger.world import Decision, Filing, World


@dataclass
class PledgeExists(Refused):
    """The pledge stands already, as “{title}”; a further attempt carries the next number."""

    title: str


@dataclass
class AttemptOutOfTurn(Refused):
    """Attempt {attempt} follows one that was refused, declared irregular or terminated; attempts are counted from 1."""

    attempt: int


@dataclass
class NotMarkedAsBacklog(Refused):
    """A paper older than the list is entered as backlog, and says so."""


@dataclass
class ListStoodAlready(Refused):
    """“{title}” was signed on {day}; from {regime} on there was a list, and what is signed under it takes the ordinary way."""

    title: str
    day: date
    regime: date


@dataclass
class DeadlineBeforeOffer(Refused):
    """Offered on {offered}, a pledge cannot be answered by {deadline}."""

    offered: date
    deadline: date


Steps = CheckPledge | OfferPledge | SignPledge | RefusePledge
Commands = DraftPledge | RecordBacklogPledge | Steps


def decide(command: Commands, world: World) -> Decision:
    """Answer a command about a pledge on its way to signature; raise Refused. Judged by the rules of the issuer's area."""
    match command:
        case DraftPledge():
            return _draft(command, world)
        case RecordBacklogPledge():
            return _backlog(command, world)
        case _:
            return _step(command, world)


def drafted(command: DraftPledge | RecordBacklogPledge, world: World) -> tuple[Rules, Draft]:
    """Return what a command would have signed, its references and its text looked at, and the rules it is under."""
    day = command.effective_on
    known.said(document_title=command.document_title, genre=command.genre)
    issuer, signer = paper.sides(world, command.issuer, command.signer, day)
    paper.period(command.period_from, command.period_to)
    paper.clauses(command.clauses)
    item = known.item(world, command.item, day)
    draft = Draft(item, issuer, signer, command.period_from, command.period_to, command.clauses)
    return world.rules(issuer.area_code, day), draft


def _draft(command: DraftPledge, world: World) -> Decision:
    rules, draft = drafted(command, world)
    for check in checks(world, rules, draft, command.effective_on, signed=False):
        rules.demand(check.code, check.holds, check.refusal)
    stream = _new(world, command)
    version = draft.version_on(command.effective_on)
    fact = PledgeDrafted(
        item=command.item,
        item_version=version.number if version else 0,
        document_title=command.document_title,
        genre=command.genre,
        issuer=command.issuer,
        signer=command.signer,
        period_from=command.period_from,
        period_to=command.period_to,
        clauses=command.clauses,
        attempt=command.attempt,
    )
    return Decision(rules, ((stream, fact),))


def _new(world: World, command: DraftPledge | RecordBacklogPledge) -> UUID:
    stream = pledge_stream(command.item, command.issuer, command.signer, command.period_from, command.attempt)
    existing = world.see(PLEDGE, stream)
    if existing:
        raise PledgeExists(existing.title)
    _in_turn(world, command)
    return stream


def _in_turn(world: World, command: DraftPledge | RecordBacklogPledge) -> None:
    """Raise AttemptOutOfTurn unless the attempt before this one came to nothing, or to an end."""
    if command.attempt == 1:
        return
    key = (command.item, command.issuer, command.signer, command.period_from, command.attempt - 1)
    before = world.see(PLEDGE, pledge_stream(*key)) if command.attempt > 1 else None
    over = before is not None and (
        before.phase in (Phase.REFUSED, Phase.VOIDED) or before.first_day_without is not None
    )
    if not over:
        raise AttemptOutOfTurn(command.attempt)


def _backlog(command: RecordBacklogPledge, world: World) -> Decision:
    """A paper signed before there was a list is taken as it is; only that it is one is looked at."""
    day = command.effective_on
    issuer, _ = paper.sides(world, command.issuer, command.signer, day)
    known.said(document_title=command.document_title, genre=command.genre)
    paper.period(command.period_from, command.period_to)
    paper.clauses(command.clauses)
    paper.digest(command.document_digest)
    paper.item_ever(world, command.item)
    if not command.backlog:
        raise NotMarkedAsBacklog
    rules = world.rules(issuer.area_code, day)
    regime = _list_regime(world, rules)
    if regime is not None:
        rules.demand("BR-06", day < regime, ListStoodAlready(command.document_title, day, regime))
    stream = _new(world, command)
    fact = PledgeBacklogRecorded(
        item=command.item,
        document_title=command.document_title,
        genre=command.genre,
        issuer=command.issuer,
        signer=command.signer,
        period_from=command.period_from,
        period_to=command.period_to,
        clauses=command.clauses,
        signed_on=day,
        document_digest=command.document_digest,
        attempt=command.attempt,
    )
    return Decision(
        rules, ((stream, fact), *_passed_on(world, stream, command.issuer, command.signer, command.parent, day))
    )


def _list_regime(world: World, rules: Rules) -> date | None:
    """Return the day from which there was a list: as the pack sets it, else that of the first list published here or above."""
    begins = rules.day("list_regime_from")
    if begins is not None:
        return begins
    streams = [list_stream(area, level) for area in ancestors(rules.jurisdiction) for level in Level]
    return min((found.publications[0].effective_from for found in world.see_all(LIST, streams) if found), default=None)


def _passed_on(
    world: World, stream: UUID, issuer: UUID, signer: UUID, parent: UUID | None, day: date
) -> tuple[Filing, ...]:
    if parent is None:
        return ()
    paper.beneath(world, stream, issuer, signer, parent, day)
    return ((stream, PledgeReSignedDown(parent=parent)),)


def _step(command: Steps, world: World) -> Decision:
    day = command.effective_on
    pledge = paper.pledge(world, command.pledge, day)
    issuer = known.registered_unit(world, pledge.issuer)
    rules = world.rules(issuer.area_code, day)
    paper.in_turn(world, pledge, day)
    match command:
        case CheckPledge():
            paper.in_phase(pledge, day, Phase.DRAFTED, Phase.CHECKED)
            return Decision(rules, ((pledge.id, _compared(world, pledge, day)),))
        case OfferPledge(deadline=deadline):
            paper.in_phase(pledge, day, Phase.CHECKED)
            if deadline < day:
                raise DeadlineBeforeOffer(day, deadline)
            _lawful(world, rules, pledge, day, signed=False)
            return Decision(rules, ((pledge.id, PledgeOffered(offered_on=day, deadline=deadline)),))
        case SignPledge():
            return _sign(command, world, rules, pledge)
        case RefusePledge(ground=ground):
            paper.in_phase(pledge, day, Phase.OFFERED)
            known.said(ground=ground)
            return Decision(rules, ((pledge.id, PledgeRefused(ground=ground)),))


def _sign(command: SignPledge, world: World, rules: Rules, pledge: Pledge) -> Decision:
    day = command.effective_on
    paper.in_phase(pledge, day, Phase.OFFERED)
    known.said(issuer_post=command.issuer_post, signer_post=command.signer_post)
    paper.digest(command.document_digest)
    _lawful(world, rules, pledge, day, signed=True)
    fact = PledgeSigned(
        signed_on=day,
        issuer_post=command.issuer_post,
        signer_post=command.signer_post,
        document_digest=command.document_digest,
    )
    passed_on = _passed_on(world, pledge.id, pledge.issuer, pledge.signer, command.parent, day)
    return Decision(rules, ((pledge.id, fact), *passed_on))


def _lawful(world: World, rules: Rules, pledge: Pledge, day: date, *, signed: bool) -> None:
    for check in checks(world, rules, _laid_out(world, pledge, day), day, signed=signed):
        rules.demand(check.code, check.holds, check.refusal)


def _laid_out(world: World, pledge: Pledge, day: date) -> Draft:
    issuer, signer = paper.sides(world, pledge.issuer, pledge.signer, day)
    if pledge.item is None or pledge.period_from is None or pledge.period_to is None:
        raise ItemNotOnTheList(pledge.title, day, "-")
    item = known.item(world, pledge.item, day)
    return Draft(item, issuer, signer, pledge.period_from, pledge.period_to, pledge.clauses)


def _compared(world: World, pledge: Pledge, day: date) -> PledgeCheckedAgainstList:
    version = _laid_out(world, pledge, day).version_on(day)
    added, missing = (
        differences(pledge.clauses, version) if version else ([clause.clause_id for clause in pledge.clauses], [])
    )
    found = tuple(dict.fromkeys((*added, *missing)))
    return PledgeCheckedAgainstList(result=ListCheck.DIFFERENT if found else ListCheck.EQUAL, differences=found)
