"""Support promised and delivered: under a pledge, or under a duty where no pledge is named.

Second step of every write (api -> application -> here). Pure: same history, same command, same rules, same answer.
Keeps: support stands where it was promised, so that what did not come can be seen there.
"""

from dataclasses import dataclass
from uuid import UUID

from ledger import known
from ledger.commands import DeliverSupport, PromiseSupport
from ledger.events import SupportDelivered, SupportPromised
from ledger.refusals import Refused
from ledger.streams import duty_stream
from ledger.terms import ClauseType
from ledger.timelines.duty import DUTY
from ledger.timelines.pledge import PLEDGE, Pledge
from ledger.world import Decision, World


@dataclass
class SupportForNothing(Refused):
    """Support is promised or delivered under a pledge, or under a duty of a jurisdiction; name one that is recorded."""


@dataclass
class NotASupportClause(Refused):
    """Clause {clause_id} of “{title}” is no promise of support."""

    clause_id: str
    title: str


@dataclass
class PromiseUnknown(Refused):
    """No promise of support stands here at position {position}."""

    position: int


@dataclass
class SupportToItself(Refused):
    """{unit} supports another unit, not itself."""

    unit: str


@dataclass
class AmountNotPositive(Refused):
    """An amount is a whole number above nothing, with its unit; here {amount}."""

    amount: int


Commands = PromiseSupport | DeliverSupport


def decide(command: Commands, world: World) -> Decision:
    """Answer a command about support; judged by the rules of the area of the unit that gives."""
    giver = command.promised_by if isinstance(command, PromiseSupport) else command.delivered_by
    taker = command.promised_to if isinstance(command, PromiseSupport) else command.delivered_to
    known.said(text=command.text)
    if giver == taker:
        raise SupportToItself(known.registered_unit(world, giver).name)
    unit = known.unit(world, giver, command.effective_on)
    known.unit(world, taker, command.effective_on)
    if command.amount is not None and command.amount <= 0:
        raise AmountNotPositive(command.amount)
    stream = _stream(command, world)
    rules = world.rules(unit.area_code, command.effective_on)
    if isinstance(command, PromiseSupport):
        promised = SupportPromised(
            promised_by=giver,
            promised_to=taker,
            kind=command.kind,
            text=command.text,
            due_on=command.due_on,
            amount=command.amount,
            unit=command.unit,
            pledge=command.pledge,
            clause_id=command.clause_id,
        )
        return Decision(rules, ((stream, promised),))
    delivered = SupportDelivered(
        delivered_by=giver,
        delivered_to=taker,
        kind=command.kind,
        text=command.text,
        delivered_on=command.effective_on,
        amount=command.amount,
        unit=command.unit,
        pledge=command.pledge,
        clause_id=command.clause_id,
        promise=command.promise,
    )
    return Decision(rules, ((stream, delivered),))


def _stream(command: Commands, world: World) -> UUID:
    """Return where the support stands, having looked that what is named is there."""
    promise = command.promise if isinstance(command, DeliverSupport) else None
    if command.pledge:
        pledge = world.see(PLEDGE, command.pledge)
        if pledge is None:
            raise SupportForNothing
        _clause(pledge, command.clause_id)
        made = {each.position for each in pledge.promises}
    else:
        if not (command.duty_code and command.jurisdiction_code):
            raise SupportForNothing
        if command.clause_id:  # a clause stands in a paper
            raise NotASupportClause(command.clause_id, command.duty_code)
        stream = duty_stream(command.duty_code, command.jurisdiction_code)
        duty = world.see(DUTY, stream)
        if duty is None or not duty.entries:
            raise SupportForNothing
        made = {each.position for each in duty.promises}
    if promise is not None and promise not in made:
        raise PromiseUnknown(promise)
    return command.pledge or stream


def _clause(pledge: Pledge, clause_id: str | None) -> None:
    clause = pledge.clause(clause_id) if clause_id else None
    if clause_id and (clause is None or clause.type is not ClauseType.SUPPORT):
        raise NotASupportClause(clause_id, pledge.title)
