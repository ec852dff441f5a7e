"""How a world is told to the ledger: steps with a day and an hour of their own, so identified that telling it again adds nothing.

Keeps: recorded times only run forward; whatever the source does not state is marked synthetic.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from functools import partial
from uuid import UUID, uuid5

from api.demo.script import Narrator
from api.demo.world import World
from ledger.application import Actor, Ledger
from ledger.bulk import Step, Tally, carry_out
from ledger.commands import Command
from ledger.days import SHANGHAI, instant, microseconds
from ledger.encoding import Recorded
from ledger.events import FACTS, Fact
from ledger.streams import NAMESPACE
from ledger.terms import EntryRoute
from projections import builds, log

OPENS = time(9, 0)  # the office opens; what is recorded on one day follows second by second


class Telling:
    """One world on its way into one ledger; `progress(stage, done, of)` is told after every chunk."""

    def __init__(self, ledger: Ledger, dsn: str, world: World, progress: Callable[[str, int, int], None]) -> None:
        self.ledger = ledger
        self.dsn = dsn
        self.world = world
        self.progress = progress
        self.tally = Tally()
        self._spoken: Counter[date] = Counter()
        self.beside: Narrator | None = None
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
        """Carry out what was said so far, and in between what is told beside it; raises StepRefused, Refused."""
        steps, self._steps = self._steps, []
        done = 0
        while done < len(steps):
            until = self._beside_until(steps[done])
            due = [step for step in steps[done:] if until is None or (step.recorded_at or 0) <= until]
            self.count(carry_out(self.ledger, due, partial(self._so_far, done, len(steps))))
            done += len(due)

    def _so_far(self, before: int, of: int, done: int) -> None:
        self.progress(self._stage, before + done, of)

    def _beside_until(self, step: Step) -> int | None:
        """Tell what is told beside until a step's turn comes; return when it goes on."""
        if self.beside is None:
            return None
        self.beside.tell_until(instant(step.recorded_at or 0))
        return microseconds(self.beside.next_at) if self.beside.next_at else None

    def count(self, tally: Tally) -> None:
        """Add to what the run came to."""
        self.tally = Tally(
            self.tally.recorded + tally.recorded,
            self.tally.known + tally.known,
            max(self.tally.position, tally.position),
        )

    def take(self, command: Command, *, unit: UUID | None, at: datetime, key: str) -> Sequence[Recorded[Fact]]:
        """Take one command of a story down; see `api.demo.script.Teller`."""
        actor = Actor(account="demonstration", unit=unit, post="经办岗位", entry_route=EntryRoute.CLI, synthetic=True)
        known = uuid5(NAMESPACE, f"demonstration/{self.world.digest}/{key}")
        before = self.ledger.size()
        receipt = self.ledger.execute(command, actor=actor, key=known, recorded_at=microseconds(at))
        again = receipt.last <= before
        self.count(Tally(int(not again), int(again), receipt.last))
        with builds.connect(self.dsn) as connection:
            return log.at(connection, range(receipt.first, receipt.last + 1))

    def known(self, upto: int) -> Iterable[Recorded[Fact]]:
        """Return every fact up to a position."""
        with builds.connect(self.dsn) as connection:
            return list(log.between(connection, 0, upto, sorted(FACTS)))

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
