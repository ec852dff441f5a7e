"""How a world is told to the ledger: steps with a day and an hour of their own, so identified that telling it again adds nothing.

Keeps: recorded times only run forward; whatever the source does not state is marked synthetic.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid5

from api.demo.world import World
from ledger.application import Actor, Ledger
from ledger.bulk import Step, Tally, carry_out
from ledger.commands import Command
from ledger.days import SHANGHAI, microseconds
from ledger.streams import NAMESPACE
from ledger.terms import EntryRoute

OPENS = time(9, 0)  # the office opens; what is recorded on one day follows second by second


class Telling:
    """One world on its way into one ledger; `progress(stage, done, of)` is told after every chunk."""

    def __init__(self, ledger: Ledger, world: World, progress: Callable[[str, int, int], None]) -> None:
        self.ledger = ledger
        self.world = world
        self.progress = progress
        self.tally = Tally()
        self._spoken: Counter[date] = Counter()
        self._stage = ""
        self._steps: list[Step] = []

    def stage(self, name: str) -> None:
        """Carry out what was said so far and begin another stage."""
        self.carry_out()
        self._stage = name

    def say(
        self, day: date, *commands: Command, by: UUID | None, post: str = "经办岗位", key: UUID | None = None
    ) -> None:
        """Add a step on a day: its commands are recorded as one, on behalf of a unit (None: the ledger's own)."""
        number = self._spoken[day]
        self._spoken[day] += 1
        actor = Actor(account="demonstration", unit=by, post=post, entry_route=EntryRoute.CLI, synthetic=True)
        key = key or uuid5(NAMESPACE, f"demonstration/{self.world.digest}/{day}/{number}")
        self._steps.append(Step(commands, actor, key, self.at(day, number)))

    def carry_out(self) -> None:
        """Carry out what was said so far; raises StepRefused."""
        steps, self._steps = self._steps, []
        if steps:
            tally = carry_out(self.ledger, steps, lambda done: self.progress(self._stage, done, len(steps)))
            self.tally = Tally(
                self.tally.recorded + tally.recorded,
                self.tally.known + tally.known,
                max(self.tally.position, tally.position),
            )

    @staticmethod
    def at(day: date, number: int = 0) -> int:
        """Return the recorded time of a day's step, in microseconds UTC."""
        return microseconds(datetime.combine(day, OPENS, SHANGHAI) + timedelta(seconds=number))


def working_days(first: date, count: int) -> Iterable[date]:
    """Yield `count` days from `first` on, Saturdays and Sundays left out."""
    day = first
    while count:
        if day.weekday() < 5:
            yield day
            count -= 1
        day += timedelta(days=1)
