"""How a pattern is declared: the worlds in which it must be found, and its look-alikes, each without one condition."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.leads.worlds import World

Build = Callable[[World, str, str], None]
PLANTED = 3  # worlds of each reason that a rule can give


@dataclass(frozen=True)
class Twin:
    """A look-alike: what is different, which leads it still raises, what the rule names as its exemption.

    reason   the variant that it departs from, the first if none is named
    absent   a reason that the rule must not give, where it still gives another
    """

    differs: str
    raises: Mapping[str, int] = field(default_factory=dict)
    spared: str = ""
    reason: str = ""
    absent: str = ""


@dataclass(frozen=True)
class Pattern:
    """One rule's worlds. `fires`: by reason (`REASON` or `REASON/variant`) the leads that a world must raise, by rule."""

    rule: str
    fires: Mapping[str, Mapping[str, int]]
    twins: Mapping[str, Twin]
    build: Build


PATTERNS: dict[str, Pattern] = {}


def pattern(rule: str, fires: Mapping[str, Mapping[str, int]], **twins: Twin) -> Callable[[Build], Build]:
    """Register how a world of a rule is made; it is told the variant and the name of what is different, "" for nothing."""

    def register(build: Build) -> Build:
        PATTERNS[rule] = Pattern(rule, fires, twins, build)
        return build

    return register


@dataclass(frozen=True)
class Case:
    """One world to be made, and what it must raise."""

    rule: str
    variant: str
    but: str
    number: int
    raises: Mapping[str, int]
    spared: str
    absent: str = ""

    @property
    def name(self) -> str:
        return f"{self.rule}:{self.variant}" + (f"!{self.but}" if self.but else "") + f"#{self.number}"

    @property
    def planted(self) -> bool:
        return not self.but

    def world(self, seed: int) -> World:
        """Make the world: everything that chance decides follows from the seed and the name."""
        world = World(f"{seed}/{self.name}")
        PATTERNS[self.rule].build(world, self.variant, self.but)
        world.background()
        return world


def cases() -> list[Case]:
    """Give every world of the corpus, rule by rule."""
    found = []
    for rule, made in sorted(PATTERNS.items()):
        for variant, raises in made.fires.items():
            found += [Case(rule, variant, "", number, raises, "") for number in range(PLANTED)]
        for but, twin in made.twins.items():
            variant = twin.reason or next(iter(made.fires))
            found.append(Case(rule, variant, but, 0, twin.raises, twin.spared, twin.absent))
    return found
