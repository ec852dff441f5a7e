"""Which decider answers which command; the one table between the application and the rooms of the domain."""

from collections.abc import Callable
from typing import Any, get_args

from ledger import admission, amendment, decisions, item, listing, review, unit
from ledger.commands import AmendItem, Command
from ledger.world import Decision, World

Decider = Callable[[Any, World], Decision]

ROOMS: dict[Decider, tuple[type[Command], ...]] = {
    unit.decide: get_args(unit.Commands),
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
    return DECIDERS[type(command)](command, world)
