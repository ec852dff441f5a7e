"""An item that has come to light is verified, or found to be no item or a duplicate; then it goes to review, perhaps back again.

Second step of every write (api -> application -> here). Pure: same history, same command, same rules, same answer.
Keeps: what is over is not taken up again (BR-13); an item ends before review only under a verifier's name.
"""

from dataclasses import dataclass

from ledger import known
from ledger.commands import MarkDuplicate, RejectAsNotAnItem, ReturnForRevision, SubmitForReview, VerifyItem
from ledger.events import (
    ItemMarkedDuplicate,
    ItemRejectedAsNotAnItem,
    ItemReturnedForRevision,
    ItemSubmittedForReview,
    ItemVerified,
)
from ledger.refusals import Refused
from ledger.timelines.item import Item, Phase
from ledger.world import Decision, World


@dataclass
class NotTheSameItem(Refused):
    """“{title}” cannot be counted under “{other}”, which is not counted itself, of another type, or the very same record."""

    title: str
    other: str


Commands = VerifyItem | MarkDuplicate | RejectAsNotAnItem | SubmitForReview | ReturnForRevision


def decide(command: Commands, world: World) -> Decision:
    """Answer a command about an item before it is decided on; raise Refused."""
    day = command.effective_on
    item, rules = known.living_item(world, command.item, day)
    fact: (
        ItemVerified | ItemMarkedDuplicate | ItemRejectedAsNotAnItem | ItemSubmittedForReview | ItemReturnedForRevision
    )
    match command:
        case VerifyItem(verifier=verifier):
            known.in_phase(item, day, Phase.IDENTIFIED)
            known.unit(world, verifier, day)
            fact = ItemVerified(verifier=verifier)
        case MarkDuplicate(verifier=verifier, duplicate_of=other):
            _may_end_unreviewed(world, item, command)
            _same(item, known.item(world, other, day))
            fact = ItemMarkedDuplicate(verifier=verifier, duplicate_of=other)
        case RejectAsNotAnItem(verifier=verifier, ground=ground):
            known.said(ground=ground)
            _may_end_unreviewed(world, item, command)
            fact = ItemRejectedAsNotAnItem(verifier=verifier, ground=ground)
        case SubmitForReview():
            known.in_phase(item, day, Phase.VERIFIED)
            fact = ItemSubmittedForReview()
        case ReturnForRevision(return_ground=ground):
            known.said(return_ground=ground)
            known.in_phase(item, day, Phase.UNDER_REVIEW, Phase.PROPOSED)
            known.nothing_later(world, item.id, day)
            fact = ItemReturnedForRevision(return_ground=ground)
    return Decision(rules, ((item.id, fact),))


def _may_end_unreviewed(world: World, item: Item, command: MarkDuplicate | RejectAsNotAnItem) -> None:
    known.in_phase(item, command.effective_on, Phase.IDENTIFIED, Phase.VERIFIED)
    known.nothing_later(world, item.id, command.effective_on)
    known.unit(world, command.verifier, command.effective_on)


def _same(item: Item, other: Item) -> None:
    counted = other.phase not in (Phase.DUPLICATE, Phase.NOT_AN_ITEM)
    if other.id == item.id or not counted or other.terms.item_type is not item.terms.item_type:
        raise NotTheSameItem(item.terms.title, other.terms.title)
