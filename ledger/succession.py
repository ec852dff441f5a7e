"""Who came after whom: units are merged and split, and what bound the one binds those that follow it. Shared by the deciders. Pure."""

from uuid import UUID

from ledger.timelines.unit import UNIT
from ledger.world import World


def is_or_succeeds(world: World, unit_id: UUID, before: UUID) -> bool:
    """Tell whether a unit is that one, or came after it, however often units were merged or split since."""
    after, seen = [before], {before}
    while after:
        if unit_id in after:
            return True
        ended = [unit for unit in world.see_all(UNIT, after) if unit]
        after = [each for unit in ended for each in unit.successors if each not in seen]
        seen.update(after)
    return False
