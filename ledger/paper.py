"""A signed paper as the deciders find it: there or not, in which phase, between whom, with which text, beneath which other paper.

Shared by the deciders of pledges. Pure. What is demanded here belongs to any paper, on the list or off it.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ledger import known
from ledger.refusals import ItemUnknown, Refused
from ledger.terms import SignerKind
from ledger.timelines.item import ITEM
from ledger.timelines.pledge import BEGINNINGS, PLEDGE, STEPS, Phase, Pledge
from ledger.timelines.standing import standing
from ledger.timelines.unit import Unit
from ledger.values import Clause, is_digest
from ledger.world import World

MOST_CLAUSES = 200
LONGEST_CLAUSE = 4_000  # characters
DEEPEST = 6  # papers above one another


@dataclass
class PledgeUnknown(Refused):
    """No pledge stood under {pledge} on {day}."""

    pledge: UUID
    day: date


@dataclass
class PledgeNotInPhase(Refused):
    """“{title}” is {phase}; this is done while it is: {wanted}."""

    title: str
    phase: str
    wanted: str


@dataclass
class PledgeToItself(Refused):
    """{unit} cannot sign a pledge to itself."""

    unit: str


@dataclass
class PledgePeriodReversed(Refused):
    """A pledge cannot bind from {period_from} to {period_to}."""

    period_from: date
    period_to: date


@dataclass
class TooManyClauses(Refused):
    """{count} clauses are more than the {most} that one paper may hold; nobody could read them."""

    count: int
    most: int


@dataclass
class ClauseTooLong(Refused):
    """Clause {clause_id} has {length} characters; one clause holds at most {most}."""

    clause_id: str
    length: int
    most: int


@dataclass
class ClauseIdTwice(Refused):
    """Clause {clause_id} stands twice in this paper; give each clause a number of its own."""

    clause_id: str


@dataclass
class SlotsDoNotFit(Refused):
    """Clause {clause_id} has blanks {blanks} and {values} values; blanks are numbered from 1 on, and each has one value."""

    clause_id: str
    blanks: str
    values: int


@dataclass
class PaperDigestMalformed(Refused):
    """“{digest}” is no SHA-256 of a paper: 64 hexadecimal digits in lower case."""

    digest: str


@dataclass
class ParentNotSigned(Refused):
    """“{title}” was not signed, so nothing of it can be passed on."""

    title: str


@dataclass
class ParentSignedLater(Refused):
    """“{title}” was signed on {day}, after the paper that is to pass it on."""

    title: str
    day: date


@dataclass
class CircleOfSigning(Refused):
    """{signer} has itself had this signed further up; a pledge does not come back to who handed it down."""

    signer: str


@dataclass
class CascadeTooDeep(Refused):
    """More than {most} papers stand above one another."""

    most: int


def pledge(world: World, pledge_id: UUID, day: date) -> Pledge:
    """Return a paper as it stood on a day; raise PledgeUnknown."""
    found = world.see(PLEDGE, pledge_id, on=day)
    if found is None:
        raise PledgeUnknown(pledge_id, day)
    return found


def ever(world: World, pledge_id: UUID, day: date) -> Pledge:
    """Return a paper as last known, whatever day is told of; raise PledgeUnknown. What is said of it may be older than itself."""
    found = world.see(PLEDGE, pledge_id)
    if found is None:
        raise PledgeUnknown(pledge_id, day)
    return found


def in_phase(found: Pledge, day: date, *wanted: Phase) -> None:
    """Raise PledgeNotInPhase unless a paper is in one of some phases on a day."""
    phase = found.phase_on(day)
    if phase not in wanted and found.phase not in wanted:
        raise PledgeNotInPhase(found.title, phase, ", ".join(wanted))


def sides(
    world: World,
    issuer: UUID,
    signer: UUID,
    day: date,
    kind: SignerKind = SignerKind.UNIT,
    *,
    seen: date | None = None,
) -> tuple[Unit, Unit]:
    """Return both sides of a paper, who stood on the day; raise UnitUnknown, UnitHasEnded or PledgeToItself.

    Where a household or a person signs, the unit named as signer is the one it belongs to, which may be the issuer itself.
    A paper that was found may bear a day on which a side stood no more, or not yet: then the day on which it was `seen` counts.
    """
    one, other = _side(world, issuer, day, seen), _side(world, signer, day, seen)
    if one.id == other.id and kind not in (SignerKind.HOUSEHOLD, SignerKind.PERSON):
        raise PledgeToItself(one.name)
    return one, other


def _side(world: World, unit_id: UUID, day: date, seen: date | None) -> Unit:
    unit = known.registered_unit(world, unit_id)
    return unit if seen is not None and unit.stands_on(seen) else known.unit(world, unit_id, day)


def item_ever(world: World, item: UUID) -> None:
    """Raise ItemUnknown unless an item was ever known."""
    if world.see(ITEM, item) is None:
        raise ItemUnknown(item, world.today)


def in_turn(world: World, found: Pledge, day: date) -> None:
    """Raise LaterFactsStand if the paper began, or took a step, on a later day; objections, support and the like bind no order."""
    steps = (
        each.effective_on for each in standing(world.facts(found.id)) if isinstance(each.fact, (*BEGINNINGS, *STEPS))
    )
    known.in_order(max(steps, default=day), day)


def period(begins: date, ends: date) -> None:
    """Raise PledgePeriodReversed unless a period ends after it begins, or on the same day."""
    if ends < begins:
        raise PledgePeriodReversed(begins, ends)


def digest(stated: str) -> None:
    """Raise PaperDigestMalformed unless a digest is one."""
    if not is_digest(stated):
        raise PaperDigestMalformed(stated)


def clauses(stated: Sequence[Clause]) -> None:
    """Raise unless clauses can stand in a paper: not too many, not too long, each with its own number and its blanks filled."""
    if len(stated) > MOST_CLAUSES:
        raise TooManyClauses(len(stated), MOST_CLAUSES)
    for clause_id, times in Counter(clause.clause_id for clause in stated).items():
        if times > 1:
            raise ClauseIdTwice(clause_id)
    for clause in stated:
        known.said(clause_id=clause.clause_id, text=clause.text)
        if len(clause.text) > LONGEST_CLAUSE:
            raise ClauseTooLong(clause.clause_id, len(clause.text), LONGEST_CLAUSE)
        blanks = sorted({int(number) for number in re.findall(r"\{(\d+)\}", clause.text)})
        if blanks != list(range(1, len(clause.slots) + 1)):
            raise SlotsDoNotFit(clause.clause_id, ", ".join(map(str, blanks)) or "-", len(clause.slots))


def beneath(world: World, child: UUID, issuer: UUID, signer: UUID, parent: UUID, day: date | None) -> None:
    """Raise unless a paper of a day may pass on another one: signed, not later, not its own, no circle, not too deep."""
    above, issuers = [parent], {issuer}
    for _ in range(DEEPEST - 1):
        papers = [paper for paper in world.see_all(PLEDGE, above) if paper is not None]
        if len(papers) < len(above):
            raise PledgeUnknown(parent, world.today)
        for paper in papers:
            if not paper.signed:
                raise ParentNotSigned(paper.title)
            issuers.add(paper.issuer)
        if signer in issuers or child in above:
            raise CircleOfSigning(known.registered_unit(world, signer).name)
        above = list(dict.fromkeys(each for paper in papers for each, _ in paper.parents))
        if not above:
            _not_later(world, parent, day)
            return
    raise CascadeTooDeep(DEEPEST)


def _not_later(world: World, parent: UUID, day: date | None) -> None:
    upper = pledge(world, parent, date.max)
    if day is not None and upper.signed_on is not None and upper.signed_on > day:
        raise ParentSignedLater(upper.title, upper.signed_on)
