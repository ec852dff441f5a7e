"""How a figure is taken: several contenders in turn, several rounds, every round compared with its own floor.

Keeps: nothing is compared across rounds, because a shared machine changes its pace between minutes.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Ratio:
    """How a rate stands to a floor of the same rounds: the lowest, the median and the highest round."""

    floor: str
    least: float
    median: float
    most: float
    target: float | None = None  # what the median is to reach


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the report: what was done, how often a second (median), and how that stands to its floors."""

    work: str
    per_second: float
    ratios: tuple[Ratio, ...]


def compared(
    work: str,
    own: Callable[[], float],
    floors: Mapping[str, Callable[[], float]],
    rounds: int,
    targets: Mapping[str, float],
) -> Line:
    """Let `own` and its floors run in turn, beginning with another one each round; each gives its rate, a second."""
    contenders = {work: own, **floors}
    names = list(contenders)
    rates: dict[str, list[float]] = {name: [] for name in names}
    for turn in range(rounds):
        first = turn % len(names)
        for name in [*names[first:], *names[:first]]:
            rates[name].append(contenders[name]())
    return Line(
        work, median(rates[work]), tuple(_ratio(name, rates[work], rates[name], targets.get(name)) for name in floors)
    )


def _ratio(floor: str, own: Sequence[float], held: Sequence[float], target: float | None) -> Ratio:
    ratios = [mine / theirs for mine, theirs in zip(own, held, strict=True)]
    return Ratio(floor, min(ratios), median(ratios), max(ratios), target)


def together(works: Sequence[Callable[[], object]], seconds: float) -> float:
    """Repeat each work in a thread of its own for so many seconds; return how often a second they were done, all together."""
    done = [0] * len(works)
    start = threading.Barrier(len(works) + 1)
    stop = threading.Event()

    def repeat(number: int, work: Callable[[], object]) -> None:
        start.wait()
        while not stop.is_set():
            work()
            done[number] += 1

    threads = [threading.Thread(target=repeat, args=each) for each in enumerate(works)]
    for thread in threads:
        thread.start()
    start.wait()
    began = time.perf_counter()
    stop.wait(seconds)
    stop.set()
    for thread in threads:
        thread.join()
    return sum(done) / (time.perf_counter() - began)
