"""Which decider answers which command; the one table between the application and the rooms of the domain."""

from collections.abc import Callable
from typing import Any, get_args

from ledger import (
    admission,
    amendment,
    campaign,
    correction,
    decisions,
    document,
    inventory,
    item,
    listing,
    matching,
    meeting,
    review,
    rule_pack,
    unit,
)
from ledger.commands import (
    AdoptRulePack,
    AmendItem,
    Command,
    CorrectRecord,
    RecordMeeting,
    RegisterDocument,
    RepealDocument,
)
from ledger.timeliness import timely
from ledger.world import Decision, World

Decider = Callable[[Any, World], Decision]

ROOMS: dict[Decider, tuple[type[Command], ...]] = {
    rule_pack.decide: (AdoptRulePack,),
    correction.decide: (CorrectRecord,),
    unit.decide: get_args(unit.Commands),
    document.decide: (RegisterDocument, RepealDocument),
    meeting.decide: (RecordMeeting,),
    campaign.decide: get_args(campaign.Commands),
    inventory.decide: get_args(inventory.Commands),
    matching.decide: get_args(matching.Commands),
    item.decide: get_args(item.Commands),
    review.decide: get_args(review.Commands),
    decisions.decide: get_args(decisions.Commands),
    admission.decide: get_args(admission.Commands),
    amendment.decide: (AmendItem,),
    listing.decide: get_args(listing.Commands),
}
DECIDERS: dict[type[Command], Decider] = {command: decider for decider, room in ROOMS.items() for command in room}


def decide(command: Command, world: World) -> Decision:
    """Answer any command; raise Refused."""
    decision = DECIDERS[type(command)](command, world)
    timely(command, decision.rules, world.today)
    return decision
