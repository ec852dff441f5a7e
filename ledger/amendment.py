"""An item on the list is amended, exactly as the application for it that came up to the deciding body says.

Second step of every write (api -> application -> here). Pure: same history, same command, same rules, same answer.
Keeps: no clause is added and no recipient drawn in (BR-05), no name, year or range moved (BR-30), but by an approved application;
application and item are written in one append.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from uuid import UUID

from ledger import authority, known
from ledger.commands import AmendItem
from ledger.events import AdmissionApproved, ItemAmended
from ledger.refusals import Refused
from ledger.terms import AdmissionKind
from ledger.timelines.admission import ADMISSION, Stage
from ledger.timelines.item import Item, Phase
from ledger.values import Clause, ItemTerms, Scope
from ledger.world import Decision, World

BURDENS = frozenset(("clauses", "triggers", "recipient_scope", "approved_signers", "duty_codes"))


@dataclass
class BurdenNotApproved(Refused):
    """{changed} of “{title}” would change beyond what was approved; apply for the amendment first."""

    title: str
    changed: str


@dataclass
class RangeNotApproved(Refused):
    """{changed} of “{title}” would move without an approved amendment; apply for it first."""

    title: str
    changed: str


@dataclass
class NotAnApprovableAmendment(Refused):
    """{application} is no application to amend “{title}” that has been reported upward and waits for a decision."""

    application: UUID
    title: str


@dataclass
class NothingAmended(Refused):
    """The amendment leaves “{title}” as it is."""

    title: str


def decide(command: AmendItem, world: World) -> Decision:
    """Answer a command to amend an item; raise Refused."""
    day = command.effective_on
    item, rules = known.living_item(world, command.item, day)
    known.in_phase(item, day, Phase.DECIDED, Phase.ACTIVE, Phase.SUSPENDED)
    known.terms(world, command.terms, day)
    known.not_before(day, command.effective_from)
    known.nothing_later(world, item.id, day)
    if command.terms == item.terms:
        raise NothingAmended(item.terms.title)
    approvable = _approvable(command, item, world)
    beyond = _differing(command.terms, approvable)
    burdens, others = sorted(beyond & BURDENS), sorted(beyond - BURDENS)
    rules.demand("BR-05", not burdens, BurdenNotApproved(item.terms.title, ", ".join(burdens)))
    rules.demand("BR-30", not others, RangeNotApproved(item.terms.title, ", ".join(others)))
    authority.taken(world, rules, command, item.terms)
    amended = (item.id, _amended(item, command))
    if command.application is None:
        return Decision(rules, (amended,))
    return Decision(rules, ((command.application, AdmissionApproved(item=item.id)), amended))


def _approvable(command: AmendItem, item: Item, world: World) -> ItemTerms:
    """Return the elements that may be approved: those applied for, or without an application those that hold."""
    if command.application is None:
        return item.terms
    applied = world.see(ADMISSION, command.application, on=command.effective_on)
    fits = applied and (applied.kind, applied.item, applied.stage) == (AdmissionKind.AMEND, item.id, Stage.REPORTED)
    if applied is None or not fits:
        raise NotAnApprovableAmendment(command.application, item.terms.title)
    known.nothing_later(world, command.application, command.effective_on)
    return applied.terms


def _differing(terms: ItemTerms, approvable: ItemTerms) -> set[str]:
    names = {field.name for field in fields(ItemTerms)}
    return {name for name in names if getattr(terms, name) != getattr(approvable, name)}


def _amended(item: Item, command: AmendItem) -> ItemAmended:
    before, after = _by_id(item.terms.clauses), _by_id(command.terms.clauses)
    return ItemAmended(
        application=command.application,
        from_version=item.version,
        terms=command.terms,
        effective_from=command.effective_from,
        clauses_added=tuple(id_ for id_ in after if id_ not in before),
        clauses_removed=tuple(id_ for id_ in before if id_ not in after),
        clauses_changed=tuple(id_ for id_ in after if id_ in before and after[id_] != before[id_]),
        scope_widened=not all(_covered(scope, item.terms.recipient_scope) for scope in command.terms.recipient_scope),
    )


def _by_id(clauses: Iterable[Clause]) -> Mapping[str, Clause]:
    return {clause.clause_id: clause for clause in clauses}


def _covered(scope: Scope, by: Iterable[Scope]) -> bool:
    return any(
        (scope.level, scope.category) == (wider.level, wider.category)
        and (not wider.units or (bool(scope.units) and set(scope.units) <= set(wider.units)))
        for wider in by
    )
