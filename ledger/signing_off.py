"""A build of a view is signed off: somebody answers, with a ground, for letting readers have it.

Second step of every write (api -> application -> here). Pure: same history, same command, same rules, same answer.
Keeps: what is signed is known by its state root at a position that is recorded. Builds are the edge's: whether one with that root is
there, and switching to it, is no matter of this room. A sign-off concerns the whole ledger, so it is judged by the generic pack.
"""

from dataclasses import dataclass

from ledger import known
from ledger.commands import SignOffBuild
from ledger.events import BuildSignedOff
from ledger.refusals import Refused
from ledger.streams import LEDGER
from ledger.values import is_digest
from ledger.world import Decision, World

EVERYWHERE = ""  # the area code of the whole ledger


@dataclass
class StateRootMalformed(Refused):
    """“{digest}” is no state root: it is a SHA-256, 64 hex digits in lower case."""

    digest: str


@dataclass
class PositionNotRecorded(Refused):
    """The ledger stands at position {head}; nothing can be signed off as known at {position}."""

    position: int
    head: int


@dataclass
class CountImpossible(Refused):
    """{field} is {count}; versions begin with 1, differences with 0."""

    field: str
    count: int


def decide(command: SignOffBuild, world: World) -> Decision:
    """Answer the command to sign a build off; raise Refused."""
    known.said(projection=command.projection, ground=command.ground)
    if not is_digest(command.digest):
        raise StateRootMalformed(command.digest)
    if not 0 < command.position <= world.head:
        raise PositionNotRecorded(command.position, world.head)
    for field, count, least in (("version", command.version, 1), ("differences", command.differences, 0)):
        if count < least:
            raise CountImpossible(field, count)
    fact = BuildSignedOff(
        projection=command.projection,
        version=command.version,
        digest=command.digest,
        position=command.position,
        differences=command.differences,
        ground=command.ground,
    )
    return Decision(world.rules(EVERYWHERE, command.effective_on), ((LEDGER, fact),))
