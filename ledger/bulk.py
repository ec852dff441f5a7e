"""Many commands at once, through the same deciders, the same checks and the same lock as one.

Keeps: every step has its own key and its own outcome, so that a run which was interrupted is simply run again – what was recorded is
known by its key, what was not follows. Within a chunk later commands see what earlier ones bring about.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from uuid import UUID

from ledger.appender import AlreadyRecorded, Append, Conflict, Receipt
from ledger.application import Actor, Ledger, file_in, make_append, request_digest
from ledger.commands import Command
from ledger.days import day_of
from ledger.loading import Loading
from ledger.refusals import Refused

CHUNK = 256  # commands a commit


@dataclass(frozen=True, slots=True)
class Step:
    """Commands that are recorded as one, or not at all; `key` identifies them for ever, `recorded_at` as in `Ledger.execute`."""

    commands: tuple[Command, ...]
    actor: Actor
    key: UUID
    recorded_at: int | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """What a run came to: steps recorded now, steps that had been before, and the position of the last fact."""

    recorded: int = 0
    known: int = 0
    position: int = 0

    def plus(self, receipt: Receipt, known: bool) -> "Tally":
        return Tally(self.recorded + (not known), self.known + known, max(self.position, receipt.last))


class StepRefused(Exception):  # noqa: N818 - named for the state of things
    """A step was refused; those before it are recorded, those after it are not."""

    def __init__(self, number: int, step: Step, refusal: Refused) -> None:
        super().__init__(f"step {number}: {refusal}")
        self.number = number
        self.step = step
        self.refusal = refusal


def carry_out(ledger: Ledger, steps: Iterable[Step], progress: Callable[[int], None] | None = None) -> Tally:
    """Carry out steps in order; `progress(done)` is called after every chunk. Raises StepRefused at the first that is refused."""
    tally, done, remaining = Tally(), 0, iter(steps)
    rest: list[Step] = []
    while chunk := [*rest, *islice(remaining, CHUNK - len(rest))]:
        decided, refused = _decide(ledger, chunk)
        for number, (step, outcome) in enumerate(zip(chunk, _append(ledger, decided), strict=False), done + 1):
            tally = tally.plus(*_settle(ledger, number, step, outcome))
        done += len(decided)
        if refused is not None:  # alone it meets the ledger as it is now, or its own earlier self
            done += 1
            tally = tally.plus(*_settle(ledger, done, chunk[len(decided)], refused))
        rest = chunk[len(decided) + (refused is not None) :]
        if progress:
            progress(done)
    return tally


def append_prepared(ledger: Ledger, prepared: Iterable[Append], progress: Callable[[int], None] | None = None) -> Tally:
    """Append facts that were decided elsewhere, through every check of the log; raises the first command's Conflict or KeyReused."""
    tally, done = Tally(), 0
    remaining = iter(prepared)
    while chunk := list(islice(remaining, CHUNK)):
        for outcome in ledger.recorder.appender.append_all(chunk):
            match outcome:
                case AlreadyRecorded(receipt=receipt):
                    tally = tally.plus(receipt, known=True)
                case Receipt():
                    tally = tally.plus(outcome, known=False)
                case Exception():
                    raise outcome
        done += len(chunk)
        if progress:
            progress(done)
    return tally


def _decide(ledger: Ledger, chunk: Sequence[Step]) -> tuple[list[Append | AlreadyRecorded], Refused | None]:
    """Decide a chunk in one world, up to the first refusal; what was recorded in an earlier run is only recognised."""
    decided: list[Append | AlreadyRecorded] = []
    known = ledger.receipts([step.key for step in chunk])
    clock = ledger.clock()
    world = Loading(ledger.facts, day_of(clock), ledger.size())
    for step in chunk:
        request = request_digest(step.commands, step.actor)
        if step.key in known and known[step.key][0] == request:
            decided.append(AlreadyRecorded(known[step.key][1]))
            continue
        at = step.recorded_at or clock
        world.begin(day_of(at))
        try:
            filed = [each for command in step.commands for each in file_in(world, command, step.actor, at)]
        except Refused as refused:
            return decided, refused
        append = make_append(
            filed, world, step.key, request_digest(step.commands, step.actor), step.commands, step.actor
        )
        decided.append(append.told(step.recorded_at))
    return decided, None


def _append(ledger: Ledger, decided: Sequence[Append | AlreadyRecorded]) -> Iterator[Receipt | Exception]:
    outcomes = iter(ledger.recorder.appender.append_all([each for each in decided if isinstance(each, Append)]))
    return (next(outcomes) if isinstance(each, Append) else each for each in decided)


def _settle(ledger: Ledger, number: int, step: Step, outcome: Receipt | Exception) -> tuple[Receipt, bool]:
    match outcome:
        case Receipt():
            return outcome, False
        case AlreadyRecorded(receipt=receipt):
            return receipt, True
        case Conflict() | Refused():  # somebody else was faster: decide anew, alone
            before = ledger.size()
            try:
                receipt = ledger.execute(*step.commands, actor=step.actor, key=step.key, recorded_at=step.recorded_at)
            except Refused as refused:
                raise StepRefused(number, step, refused) from refused
            return receipt, receipt.last <= before
        case _:
            raise outcome
