"""Which decider answers which command; the one table between the application and the rooms of the domain."""

from collections.abc import Callable
from typing import Any

from ledger import unit
from ledger.commands import (
    ChangeSuperior,
    Command,
    DissolveUnit,
    MergeUnits,
    RegisterUnit,
    RenameUnit,
    SplitUnit,
)
from ledger.world import Decision, World

DECIDERS: dict[type[Command], Callable[[Any, World], Decision]] = {
    RegisterUnit: unit.decide,
    RenameUnit: unit.decide,
    ChangeSuperior: unit.decide,
    MergeUnits: unit.decide,
    SplitUnit: unit.decide,
    DissolveUnit: unit.decide,
}


def decide(command: Command, world: World) -> Decision:
    """Answer any command; raise Refused."""
    return DECIDERS[type(command)](command, world)
