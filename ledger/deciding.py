"""Which decider answers which command; the one table between the application and the rooms of the domain."""

from collections.abc import Callable
from typing import Any, get_args

from ledger import (
    accountability,
    admission,
    amendment,
    campaign,
    case,
    claim,
    correction,
    decisions,
    document,
    duty,
    incident,
    inspection,
    inventory,
    item,
    lead,
    listing,
    matching,
    meeting,
    notice,
    observed_veto,
    pledge,
    pledge_life,
    review,
    rule_pack,
    signing_off,
    support,
    tolerance,
    unit,
    veto,
)
from ledger.commands import (
    AdoptRulePack,
    AmendItem,
    Command,
    CorrectRecord,
    RecordMeeting,
    RegisterDocument,
    RepealDocument,
    SignOffBuild,
)
from ledger.timeliness import timely
from ledger.world import Decision, World

Decider = Callable[[Any, World], Decision]

ROOMS: dict[Decider, tuple[type[Command], ...]] = {
    rule_pack.decide: (AdoptRulePack,),
    signing_off.decide: (SignOffBuild,),
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
    duty.decide: get_args(duty.Commands),
    support.decide: get_args(support.Commands),
    pledge.decide: get_args(pledge.Commands),
    pledge_life.decide: get_args(pledge_life.Commands),
    tolerance.decide: get_args(tolerance.Commands),
    lead.decide: get_args(lead.Commands),
    claim.decide: get_args(claim.Commands),
    accountability.decide: get_args(accountability.Commands),
    case.decide: get_args(case.Commands),
    incident.decide: get_args(incident.Commands),
    inspection.decide: get_args(inspection.Commands),
    notice.decide: get_args(notice.Commands),
    observed_veto.decide: get_args(observed_veto.Commands),
    veto.decide: get_args(veto.Commands),
}
DECIDERS: dict[type[Command], Decider] = {command: decider for decider, room in ROOMS.items() for command in room}


def decide(command: Command, world: World) -> Decision:
    """Answer any command; raise Refused."""
    decision = DECIDERS[type(command)](command, world)
    timely(command, decision.rules, world.today)
    return decision
