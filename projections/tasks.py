"""What waits for a unit on a day: returns to file, objections to answer, promises to keep, orders to put right – each with its last day.

A pure view of Holdings and of the returns of open clean-ups (dossier, campaigns -> here -> api/answers). Keeps: nothing is asked here
that an act in the ledger did not ask; what was done by the day does not wait any more.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from ledger.encoding import Recorded
from ledger.events import RectificationOrdered, RectificationVerified
from ledger.timelines.inspection import INSPECTION
from ledger.timelines.pledge import PLEDGE
from projections.burden import Fulfilment, issuer_duties, open_objections
from projections.campaigns import CampaignRow, ReturnRow
from projections.holdings import Holdings
from projections.shapes import Party, party


class TaskKind(StrEnum):
    """A return of a clean-up, the answer to an objection, a promise as issuer, an order to put something right."""

    RETURN = "RETURN"
    OBJECTION = "OBJECTION"
    PROMISE = "PROMISE"
    RECTIFICATION = "RECTIFICATION"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One thing that waits for a unit on a day.

    stream      campaign, pledge (or duty), inspection in which it stands; `part` which one: item type, objection, clause
    owed_to     who waits for it
    due_on      the last day for it (null: no day was set); overdue: that day has passed
    positions   the facts that ask it
    """

    kind: TaskKind
    stream: UUID
    part: str | None
    title: str | None
    owed_to: Party
    due_on: date | None
    overdue: bool
    positions: Sequence[int]


def tasks(held: Holdings, unit: UUID, on: date, owed: Iterable[tuple[CampaignRow, ReturnRow]]) -> Sequence[Task]:
    """Return what waits for a unit on a day, by its last day; `owed` are the returns that it has not filed."""
    found = (
        *(_return(held, campaign, row, on) for campaign, row in owed),
        *_objections(held, unit, on),
        *_promises(held, unit, on),
        *_rectifications(held, unit, on),
    )
    return tuple(sorted(found, key=lambda each: (each.due_on or date.max, each.kind, each.positions, each.part or "")))


def _return(held: Holdings, campaign: CampaignRow, row: ReturnRow, on: date) -> Task:
    return Task(
        kind=TaskKind.RETURN,
        stream=campaign.campaign,
        part=row.item_type,
        title=campaign.title,
        owed_to=party(held, campaign.campaign_unit, on),
        due_on=campaign.deadline,
        overdue=row.overdue,
        positions=(),
    )


def _objections(held: Holdings, unit: UUID, on: date) -> Iterator[Task]:
    for paper in held.each(PLEDGE):
        raised = {each.objection_id: each.raised_by for each in paper.objections}
        for waiting in open_objections(held, paper, on):
            if held.same(waiting.addressed_to.unit, unit, on):
                yield Task(
                    kind=TaskKind.OBJECTION,
                    stream=paper.id,
                    part=waiting.objection_id,
                    title=paper.title,
                    owed_to=party(held, raised[waiting.objection_id], on),
                    due_on=waiting.due,
                    overdue=waiting.overdue,
                    positions=(waiting.position,),
                )


def _promises(held: Holdings, unit: UUID, on: date) -> Iterator[Task]:
    for each in issuer_duties(held, unit, on, open_only=True):
        yield Task(
            kind=TaskKind.PROMISE,
            stream=each.stream,
            part=each.clause_id,
            title=each.text or each.title,
            owed_to=each.owed_to,
            due_on=each.due_on,
            overdue=each.kept is Fulfilment.OVERDUE,
            positions=each.positions,
        )


def _rectifications(held: Holdings, unit: UUID, on: date) -> Iterator[Task]:
    for stream in held.streams("inspection"):
        inspection = held.state(INSPECTION, stream, on)
        told = [
            each for each in held.told(stream, RectificationOrdered, RectificationVerified) if each.effective_on <= on
        ]
        for ordered in _unverified(told):
            if inspection is not None and held.same(ordered.fact.ordered_unit, unit, on):
                yield Task(
                    kind=TaskKind.RECTIFICATION,
                    stream=stream,
                    part=None,
                    title=ordered.fact.text,
                    owed_to=party(held, inspection.lead_unit, on),
                    due_on=ordered.fact.due_on,
                    overdue=on > ordered.fact.due_on,
                    positions=(ordered.position,),
                )


def _unverified(
    told: Sequence[Recorded[RectificationOrdered | RectificationVerified]],
) -> list[Recorded[RectificationOrdered]]:
    """Give the orders after the last verification, which settles all before it."""
    waiting: list[Recorded[RectificationOrdered]] = []
    for each in told:
        if isinstance(each.fact, RectificationVerified):
            waiting = []
        else:
            waiting.append(each)  # type: ignore[arg-type]  # narrowed by its fact
    return waiting
