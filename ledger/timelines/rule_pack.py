"""Which rule packs a jurisdiction has adopted, and from when."""

from dataclasses import dataclass
from datetime import date

from ledger.encoding import Recorded
from ledger.events import Fact, RulePackAdopted
from ledger.timelines.life import Life


@dataclass(frozen=True, slots=True)
class Adopted:
    """Every adoption, in the order of their days."""

    adoptions: tuple[RulePackAdopted, ...] = ()

    def in_force(self, day: date) -> RulePackAdopted | None:
        """Return the adoption that holds on a day: of those begun by then, the one that begins last."""
        begun = [adoption for adoption in self.adoptions if adoption.effective_from <= day]
        return max(begun, key=lambda adoption: adoption.effective_from, default=None)


def evolve(state: Adopted | None, recorded: Recorded[Fact]) -> Adopted | None:
    match recorded.fact:
        case RulePackAdopted() as adoption:
            return Adopted((*(state.adoptions if state else ()), adoption))
    return state


RULE_PACK = Life("rule_pack", evolve)
