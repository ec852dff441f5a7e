"""A case as the deciders find it: there or not, at which step, heard or not, and the rules it is under.

Shared by the deciders. Pure. A case is judged by the rules of the area of the unit that handles it: who received the clues, then who
opened it; accountability is pursued where that unit stands, wherever its subject does.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ledger import known
from ledger.refusals import Refused
from ledger.rules import Rules
from ledger.timelines.case import CASE, Case, Stage
from ledger.world import World

UNDECIDED = (Stage.OPENED, Stage.INVESTIGATING, Stage.PROPOSED)


@dataclass
class NoSuchCase(Refused):
    """No case stood under {case} on {day}."""

    case: UUID
    day: date


@dataclass
class CaseNotAtStage(Refused):
    """The case is {stage}; this step is taken while it is: {wanted}."""

    stage: str
    wanted: str


@dataclass
class StatementNotHeard(Refused):
    """Nobody was heard in this case yet; the subject states its view before accountability is proposed or decided."""


@dataclass
class ToleranceNotConsidered(Refused):
    """Tolerance was not considered in this case; it is, with a result and reasons, before accountability is proposed or decided."""


@dataclass
class FormUnknown(Refused):
    """There are four forms, 1 to 4; {form} is none of them."""

    form: int


def case(world: World, case_id: UUID, day: date) -> tuple[Case, Rules]:
    """Return a case as it stood on a day, and the rules it is under; raise NoSuchCase."""
    found = world.see(CASE, case_id, on=day)
    if found is None:
        raise NoSuchCase(case_id, day)
    handler = known.registered_unit(world, found.handled_by)
    return found, world.rules(handler.area_code, day)


def at(found: Case, *stages: Stage) -> None:
    """Raise CaseNotAtStage unless a case has come to one of these steps."""
    if found.stage not in stages:
        raise CaseNotAtStage(found.stage, ", ".join(stages))


def prepared(found: Case, rules: Rules) -> None:
    """Demand that the subject was heard and tolerance considered (BR-15)."""
    rules.demand("BR-15", found.heard_on is not None, StatementNotHeard())
    rules.demand("BR-15", found.tolerance is not None, ToleranceNotConsidered())


def when_served(world: World, found: Case, rules: Rules) -> Rules:
    """Return the rules of the day on which the decision was served: a window for an appeal keeps the length it had then (BR-18)."""
    return world.rules(rules.jurisdiction, found.served_on) if found.served_on else rules


def one_of_four(form: int) -> None:
    """Raise FormUnknown unless a form is one of the four."""
    if form not in range(1, 5):
        raise FormUnknown(form)
