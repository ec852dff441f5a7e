"""Who owned a duty at a place on a day, as the deciders ask it: the entry of the place, or of the nearest area above. Pure."""

from datetime import date

from ledger.rules import ancestors
from ledger.streams import duty_stream
from ledger.timelines.duty import DUTY, Holding
from ledger.world import World


def holding(world: World, duty_code: str, place: str, day: date) -> Holding | None:
    """Return who owned a duty at a place on a day, None where no list says."""
    areas = tuple(ancestors(place))
    for duty in world.see_all(DUTY, (duty_stream(duty_code, area) for area in areas)):
        found = duty.holding_on(day) if duty else None
        if found:
            return found
    return None
