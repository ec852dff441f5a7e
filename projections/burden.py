"""What weighs on a unit on a day: the papers it signed and the vetoes over it, who imposed them, on what basis, legal or off the list.

And the other side: what a unit promised as issuer, and whether it was done. Pure views of Holdings (dossier -> here -> api/inquiries).
Keeps: days decide. A paper signed earlier and recorded later weighed from its day on; what binds a unit binds its successor.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from ledger.days import END_OF_TIME, add_months, day_of
from ledger.events import DisguisedVetoObserved, IrregularVetoObserved, SupportPromised, VetoDecided
from ledger.terms import ClauseType, ItemType, ObjectionKind
from ledger.timelines.duty import DUTY
from ledger.timelines.pledge import PLEDGE, Objection, Pledge
from ledger.timelines.support import Delivery, Promise, outstanding
from ledger.timelines.veto import VETO, Stage, Veto
from ledger.values import Basis
from projections.holdings import Holdings
from projections.papers import answer_due, last_day, list_regime
from projections.shapes import Party, party, party_or_none

DAY: Final = timedelta(days=1)


class Footing(StrEnum):
    """Whether the item was on the approved list on the day of signing or deciding; BEFORE_LISTS: there was none to be on."""

    LISTED = "LISTED"
    OFF_LIST = "OFF_LIST"
    BEFORE_LISTS = "BEFORE_LISTS"


class Fulfilment(StrEnum):
    """How far a promise was kept by a day. UNCOUNTABLE: an amount without a common unit."""

    DONE = "DONE"
    NOT_DUE = "NOT_DUE"
    OVERDUE = "OVERDUE"
    UNCOUNTABLE = "UNCOUNTABLE"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenObjection:
    """An objection that nobody had answered by the day; `due`: the last day for the answer."""

    objection_id: str
    position: int
    raised_on: date
    kind: ObjectionKind
    addressed_to: Party
    duty_code: str | None
    due: date
    overdue: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Burden:
    """A paper, or a veto, that binds a unit on a day.

    begins, last_day  the days on which it binds; assumed where no period was seen: to the end of the year in which it was seen
    signed_on         of a veto: the day of the decision; null if it is not known
    recorded_on       the day on which the ledger first learnt of it
    """

    kind: ItemType
    stream: UUID
    position: int
    title: str | None
    imposed_by: Party
    in_name_of: Party | None
    item: UUID | None
    footing: Footing
    basis: Sequence[Basis]
    begins: date
    last_day: date | None
    period_assumed: bool
    signed_on: date | None
    recorded_on: date
    duty_codes: Sequence[str]
    effects: Sequence[str]
    objections_open: Sequence[OpenObjection]


@dataclass(frozen=True, slots=True, kw_only=True)
class BurdenMonth:
    """How much bound a unit on the last day of a month, or on `on` where the period asked for ends within it."""

    month: str
    on: date
    pledges: int
    vetoes: int
    off_list: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuerDuty:
    """What a unit took upon itself as issuer or promised as support, and whether it was done by the day.

    pledge  null where the support stands with a duty and not in a paper; `amount` and `delivered` in whole `measure`s
    """

    stream: UUID
    pledge: UUID | None
    title: str | None
    owed_to: Party
    type: ClauseType
    clause_id: str | None
    text: str | None
    due_on: date | None
    done_on: date | None
    amount: int | None
    delivered: int | None
    measure: str | None
    kept: Fulfilment
    positions: Sequence[int]


# ── What binds ──


def burden(held: Holdings, unit: UUID, on: date) -> Sequence[Burden]:
    """Return what binds a unit on a day, by the day it began, then position."""
    found = [*_papers(held, unit, on), *_vetoes(held, unit, on)]
    return tuple(sorted(found, key=lambda each: (each.begins, each.position)))


def day_of_paper(paper: Pledge) -> date | None:
    """Return the day on which a paper was signed, else seen."""
    return paper.signed_on or paper.observed_on


def footing(held: Holdings, item: UUID | None, issuer: UUID, day: date) -> Footing:
    """Tell on what footing something of a day stands."""
    if held.active(item, day):
        return Footing.LISTED
    return Footing.OFF_LIST if list_regime(held, issuer, day) else Footing.BEFORE_LISTS


def term(held: Holdings, paper: Pledge) -> tuple[date, date] | None:
    """Return the first and the last day on which a paper binds, None if it never does."""
    day = day_of_paper(paper)
    if day is None or not paper.signed:
        return None
    last = last_day(held, paper)
    if paper.period_to is None:
        last = min(last, date(day.year, 12, 31))
    return max(paper.period_from or day, day), last


def open_objections(held: Holdings, paper: Pledge, on: date) -> Sequence[OpenObjection]:
    """Return the objections to a paper that were raised and not answered by a day."""
    heard = (each for each in paper.objections if each.raised_on <= on)
    waiting = [each for each in heard if each.answered_on is None or each.answered_on > on]
    return tuple(_open(held, each, on) for each in waiting)


def _open(held: Holdings, objection: Objection, on: date) -> OpenObjection:
    due = answer_due(held.rules_of(objection.addressed_to, objection.raised_on), objection.raised_on)
    return OpenObjection(
        objection_id=objection.objection_id,
        position=objection.position,
        raised_on=objection.raised_on,
        kind=objection.kind,
        addressed_to=party(held, objection.addressed_to, on),
        duty_code=objection.duty_code,
        due=due,
        overdue=on > due,
    )


def _papers(held: Holdings, unit: UUID, on: date) -> Iterator[Burden]:
    for paper in held.each(PLEDGE):
        binds, day = term(held, paper), day_of_paper(paper)
        if binds is None or day is None or not binds[0] <= on <= binds[1] or not held.same(paper.signer, unit, on):
            continue
        version = held.version(paper.item, day)
        yield Burden(
            kind=ItemType.PLEDGE,
            stream=paper.id,
            position=paper.signed_at or paper.told_at,
            title=paper.title,
            imposed_by=party(held, paper.issuer, on),
            in_name_of=party_or_none(held, paper.issued_in_name_of, on),
            item=paper.item,
            footing=footing(held, paper.item, paper.issuer, day),
            basis=version.terms.basis if version else (),
            begins=binds[0],
            last_day=None if binds[1] >= END_OF_TIME else binds[1],
            period_assumed=paper.period_from is None or paper.period_to is None,
            signed_on=paper.signed_on,
            recorded_on=day_of(paper.told_recorded_at),
            duty_codes=sorted(paper.duty_codes),
            effects=(),
            objections_open=open_objections(held, paper, on),
        )


def _vetoes(held: Holdings, unit: UUID, on: date) -> Iterator[Burden]:
    for veto in held.each(VETO):
        binds = veto_term(held, veto)
        if binds is None or not binds[0] <= on <= binds[1] or not held.same(veto.target_unit, unit, on):
            continue
        day = veto.decided_on or binds[0]
        version = held.version(veto.item, day)
        told = held.told(veto.id, VetoDecided, IrregularVetoObserved, DisguisedVetoObserved)
        yield Burden(
            kind=ItemType.VETO,
            stream=veto.id,
            position=told[-1].position,
            title=_veto_title(held, veto),
            imposed_by=party(held, veto.exercising_unit, on),
            in_name_of=None,
            item=veto.item,
            footing=footing(held, veto.item, veto.exercising_unit, day),
            basis=version.terms.basis if version else (),
            begins=binds[0],
            last_day=binds[1],
            period_assumed=veto.effect_from is None,
            signed_on=veto.decided_on,
            recorded_on=day_of(told[0].recorded_at),
            duty_codes=sorted(version.terms.duty_codes) if version else (),
            effects=veto.effects,
            objections_open=(),
        )


def veto_term(held: Holdings, veto: Veto) -> tuple[date, date] | None:
    """Return the first and the last day of a veto; one that was only observed lasts to the end of the year it was used in."""
    if veto.stage in (Stage.IRREGULAR, Stage.DISGUISED):
        seen = held.told(veto.id, IrregularVetoObserved, DisguisedVetoObserved)[0].fact.observed_on
        day = veto.decided_on or seen
        last = date(day.year, 12, 31)
        return day, last if veto.first_day_without is None else min(last, veto.first_day_without - DAY)
    if not veto.vetoed or veto.effect_from is None or veto.last_day is None:
        return None
    return veto.effect_from, veto.last_day


def _veto_title(held: Holdings, veto: Veto) -> str | None:
    item = held.item(veto.item)
    if item is not None:
        return item.terms.title
    seen = held.told(veto.id, DisguisedVetoObserved)
    return seen[0].fact.wording if seen else None


# ── BurdenMonth by month ──


def trend(held: Holdings, unit: UUID, since: date, until: date) -> Sequence[BurdenMonth]:
    """Return how much bound a unit at the end of each month from that of `since` to that of `until`."""
    return tuple(_month(held, unit, min(last, until)) for last in month_ends(since, until))


def month_ends(since: date, until: date) -> Iterator[date]:
    """Yield the last day of each month, from that of `since` to that of `until`."""
    first = since.replace(day=1)
    while first <= until:
        following = add_months(first, 1)
        yield following - DAY
        first = following


def _month(held: Holdings, unit: UUID, day: date) -> BurdenMonth:
    binding = burden(held, unit, day)
    kinds = [each.kind for each in binding]
    return BurdenMonth(
        month=f"{day:%Y-%m}",
        on=day,
        pledges=kinds.count(ItemType.PLEDGE),
        vetoes=kinds.count(ItemType.VETO),
        off_list=sum(each.footing is Footing.OFF_LIST for each in binding),
    )


# ── What the issuer promised ──


def issuer_duties(held: Holdings, unit: UUID, on: date, *, open_only: bool = False) -> Sequence[IssuerDuty]:
    """Return what a unit promised as issuer in papers signed by a day, and in duties; by the day it is due."""
    found = [*_of_papers(held, unit, on), *_of_duties(held, unit, on)]
    wanted = (each for each in found if not open_only or each.kept is not Fulfilment.DONE)
    return tuple(sorted(wanted, key=lambda each: (each.due_on or date.max, each.positions, each.clause_id or "")))


def promised(held: Holdings, paper: Pledge, on: date) -> Iterator[IssuerDuty]:
    """Yield what the issuer took upon itself in one paper, and whether it was done by a day."""
    for clause in paper.of_type(ClauseType.ISSUER_DUTY):
        due = clause.due_on or paper.period_from
        done = [each for each in paper.performed if each.clause_id == clause.clause_id and each.performed_on <= on]
        first = min(done, key=lambda each: (each.performed_on, each.position), default=None)
        yield IssuerDuty(
            stream=paper.id,
            pledge=paper.id,
            title=paper.title,
            owed_to=party(held, paper.signer, on),
            type=clause.type,
            clause_id=clause.clause_id,
            text=clause.text,
            due_on=due,
            done_on=first.performed_on if first else None,
            amount=None,
            delivered=None,
            measure=None,
            kept=Fulfilment.DONE if first else _waiting(due, on),
            positions=(paper.signed_at or paper.told_at, *((first.position,) if first else ())),
        )
    for promise in paper.support:
        if promise.kind is None or promise.position in _told_by(held, paper.id, on):
            yield _support(held, paper.id, paper, promise, on)
    for clause in paper.of_type(ClauseType.SUPPORT):
        if clause.due_on is None:  # promised for no day, so never overdue
            made = _undated(paper, clause.clause_id)
            yield _support(held, paper.id, paper, made, on, undated=True)


def _told_by(held: Holdings, stream: UUID, on: date) -> frozenset[int]:
    return frozenset(each.position for each in held.facts(stream) if each.effective_on <= on)


def _undated(paper: Pledge, clause_id: str) -> Promise:
    clause = paper.clause(clause_id)
    at = paper.signed_at or paper.told_at
    amount, measure = (clause.amount, clause.unit) if clause else (None, None)
    return Promise(at, paper.issuer, paper.signer, None, END_OF_TIME, amount, measure, clause_id)


def _of_papers(held: Holdings, unit: UUID, on: date) -> Iterator[IssuerDuty]:
    for paper in held.each(PLEDGE):
        day = day_of_paper(paper)
        if paper.signed and day is not None and day <= on and held.same(paper.issuer, unit, on):
            yield from promised(held, paper, on)


def _of_duties(held: Holdings, unit: UUID, on: date) -> Iterator[IssuerDuty]:
    for stream in (
        *held.streams("duty"),
        *held.streams("*"),
    ):  # a duty of which nothing but support is told has no kind
        duty, told = held.state(DUTY, stream), _told_by(held, stream, on)
        for promise in duty.promises if duty else ():
            if promise.position in told and held.same(promise.promised_by, unit, on):
                yield _support(held, stream, None, promise, on)


def _support(
    held: Holdings, stream: UUID, paper: Pledge | None, promise: Promise, on: date, *, undated: bool = False
) -> IssuerDuty:
    deliveries = paper.deliveries if paper else _deliveries(held, stream)
    arrived = [each for each in deliveries if each.delivered_on <= on and each.keeps(promise)]
    short = outstanding(promise, deliveries, on)
    clause = paper.clause(promise.clause_id) if paper and promise.clause_id else None
    due = None if undated else promise.due_on
    return IssuerDuty(
        stream=stream,
        pledge=paper.id if paper else None,
        title=paper.title if paper else None,
        owed_to=party(held, promise.promised_to, on),
        type=ClauseType.SUPPORT,
        clause_id=promise.clause_id,
        text=clause.text if clause else _words(held, stream, promise),
        due_on=due,
        done_on=max(each.delivered_on for each in arrived) if short is False else None,
        amount=promise.amount,
        delivered=_delivered(promise, arrived),
        measure=promise.unit,
        kept=Fulfilment.UNCOUNTABLE if short is None else _waiting(due, on) if short else Fulfilment.DONE,
        positions=(promise.position, *(each.position for each in arrived)),
    )


def _words(held: Holdings, stream: UUID, promise: Promise) -> str | None:
    told = held.told(stream, SupportPromised)
    return next((each.fact.text for each in told if each.position == promise.position), None)


def _deliveries(held: Holdings, stream: UUID) -> tuple[Delivery, ...]:
    duty = held.state(DUTY, stream)
    return duty.deliveries if duty else ()


def _delivered(promise: Promise, arrived: Sequence[Delivery]) -> int | None:
    """Add up what arrived, None where it cannot be counted against the promise."""
    if promise.amount is None or promise.unit is None or any(each.unit != promise.unit for each in arrived):
        return None
    return sum(each.amount or 0 for each in arrived)


def _waiting(due: date | None, on: date) -> Fulfilment:
    return Fulfilment.OVERDUE if due is not None and on > due else Fulfilment.NOT_DUE
