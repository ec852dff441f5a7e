"""Notices that commend, expose or clear: drafted, approved, published; corrected or withdrawn afterwards.

Second step of every write (api -> application -> here). Pure: same history, same command, same rules, same answer.
Keeps: only a case that is final, and whose decision still stands, is exposed, and nobody is named without a basis (BR-20); the text
of a draft changes only openly, by a correction of what was published. Judged by the rules of the issuer's area; whether a case is final
by those of the unit that handles it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ledger import docket, known
from ledger.commands import ApproveNotice, CorrectNotice, DraftNotice, PublishNotice, WithdrawNotice
from ledger.events import (
    ClarificationPublished,
    CommendationPublished,
    ExposurePublished,
    Fact,
    NoticeApproved,
    NoticeCorrected,
    NoticeDrafted,
    NoticeWithdrawn,
)
from ledger.refusals import Refused
from ledger.rules import Rules
from ledger.streams import notice_stream
from ledger.terms import NoticeKind
from ledger.timelines.notice import NOTICE, Notice, Stage
from ledger.timelines.tolerance import TOLERANCE
from ledger.values import Basis
from ledger.world import Decision, World


@dataclass
class NoticeUnknown(Refused):
    """No notice stood under {notice} on {day}."""

    notice: UUID
    day: date


@dataclass
class NoticeExists(Refused):
    """The issuer used number {ordinal} already, for “{title}”; give each notice a number of its own."""

    ordinal: str
    title: str


@dataclass
class NoticeNotAtStage(Refused):
    """“{title}” is {stage}; this step is taken while it is {wanted}."""

    title: str
    stage: str
    wanted: str


@dataclass
class NoticeAboutNobody(Refused):
    """“{title}” is about no unit; name one at least."""

    title: str


@dataclass
class ExposureWithoutCase(Refused):
    """“{title}” exposes nothing: name the case that it tells of."""

    title: str


@dataclass
class PersonsNamedWithoutBasis(Refused):
    """“{title}” names persons without saying on what legal basis; state it, or name units and posts only."""

    title: str


@dataclass
class CaseNotFinal(Refused):
    """The case is not final on {day}: it is when the time for an appeal ({until}) has passed without one, or the appeal is decided."""

    day: date
    until: str


@dataclass
class ExposedDecisionGone(Refused):
    """The decision was revoked or lifted; there is nothing left to expose."""


@dataclass
class NotAClarification(Refused):
    """“{title}” clears nobody; a matter of tolerance is named by a clarification alone."""

    title: str


@dataclass
class NothingClarified(Refused):
    """No clarification was issued under {tolerance} by {day}."""

    tolerance: UUID
    day: date


Steps = ApproveNotice | PublishNotice | CorrectNotice | WithdrawNotice
Commands = DraftNotice | Steps


def decide(command: Commands, world: World) -> Decision:
    """Answer a command about a notice; raise Refused."""
    match command:
        case DraftNotice():
            return _draft(command, world)
        case _:
            return _step(command, world)


def _draft(command: DraftNotice, world: World) -> Decision:
    day = command.effective_on
    known.said(ordinal=command.ordinal, title=command.title, text=command.text)
    issuer = known.unit(world, command.issuer, day)
    rules = world.rules(issuer.area_code, day)
    _about(command, world)
    _cited(world, command.naming_basis)
    _persons_by_right(rules, command.title, command.naming_basis, named=command.names_persons)
    stream = notice_stream(command.issuer, command.ordinal)
    existing = world.see(NOTICE, stream)
    if existing:
        raise NoticeExists(command.ordinal, existing.title)
    fact = NoticeDrafted(
        issuer=command.issuer,
        kind=command.kind,
        title=command.title,
        text=command.text,
        about_units=command.about_units,
        scope=command.scope,
        case=command.case,
        names_persons=command.names_persons,
        naming_basis=command.naming_basis,
    )
    return Decision(rules, ((stream, fact),))


def _about(command: DraftNotice, world: World) -> None:
    if not command.about_units:
        raise NoticeAboutNobody(command.title)
    for unit in command.about_units:
        known.registered_unit(world, unit)
    if command.case:
        docket.case(world, command.case, command.effective_on)
    elif command.kind is NoticeKind.EXPOSURE:
        raise ExposureWithoutCase(command.title)


def _cited(world: World, naming_basis: Iterable[Basis]) -> None:
    for basis in naming_basis:
        known.said(**{"naming_basis.title": basis.title})
        if basis.document:
            known.document(world, basis.document)


def _persons_by_right(rules: Rules, title: str, naming_basis: tuple[Basis, ...], *, named: bool) -> None:
    """Demand a legal basis where persons are named (BR-20)."""
    rules.demand("BR-20", bool(naming_basis) or not named, PersonsNamedWithoutBasis(title))


def _step(command: Steps, world: World) -> Decision:
    day = command.effective_on
    notice, rules = _notice(world, command.notice, day)
    known.nothing_later(world, notice.id, day)
    fact: Fact
    match command:
        case ApproveNotice(approved_by=unit):
            _at(notice, Stage.DRAFTED)
            known.unit(world, unit, day)
            fact = NoticeApproved(approved_by=unit)
        case PublishNotice():
            _at(notice, Stage.APPROVED)
            _persons_by_right(rules, notice.title, notice.naming_basis, named=notice.names_persons)
            fact = _published(command, world, notice)
        case CorrectNotice(text=text, why_corrected=why):
            _at(notice, Stage.PUBLISHED)
            known.said(text=text, why_corrected=why)
            fact = NoticeCorrected(text=text, why_corrected=why)
        case WithdrawNotice(ground=ground):
            _at(notice, Stage.PUBLISHED)
            known.said(ground=ground)
            fact = NoticeWithdrawn(ground=ground)
    return Decision(rules, ((notice.id, fact),))


def _published(command: PublishNotice, world: World, notice: Notice) -> Fact:
    day = command.effective_on
    if command.tolerance and notice.kind is not NoticeKind.CLARIFICATION:
        raise NotAClarification(notice.title)
    match notice.kind:
        case NoticeKind.COMMENDATION:
            return CommendationPublished(published_on=day)
        case NoticeKind.CLARIFICATION:
            _clarified(world, command.tolerance, day)
            return ClarificationPublished(published_on=day, tolerance=command.tolerance)
        case NoticeKind.EXPOSURE:
            return ExposurePublished(published_on=day, case=_final(world, notice, day))


def _clarified(world: World, tolerance: UUID | None, day: date) -> None:
    if tolerance is None:
        return
    matter = world.see(TOLERANCE, tolerance, on=day)
    if matter is None or not matter.clarified:
        raise NothingClarified(tolerance, day)


def _final(world: World, notice: Notice, day: date) -> UUID:
    """Return the case that is exposed; demand that it is final on the day, and that its decision stands (BR-20)."""
    if notice.case is None:
        raise ExposureWithoutCase(notice.title)
    case, rules = docket.case(world, notice.case, day)
    window = docket.when_served(world, case, rules)
    until = case.appeal_until(window)
    rules.demand("BR-20", case.settled_on(day, window), CaseNotFinal(day, str(until or "-")))
    rules.demand("BR-20", case.stands, ExposedDecisionGone())
    return case.id


def _notice(world: World, notice_id: UUID, day: date) -> tuple[Notice, Rules]:
    notice = world.see(NOTICE, notice_id, on=day)
    if notice is None:
        raise NoticeUnknown(notice_id, day)
    return notice, world.rules(known.registered_unit(world, notice.issuer).area_code, day)


def _at(notice: Notice, wanted: Stage) -> None:
    if notice.stage is not wanted:
        raise NoticeNotAtStage(notice.title, notice.stage, wanted)
