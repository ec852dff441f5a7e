"""A process of its own that writes as fast as it can: several threads, commands of 1 to 8 facts, read sets, conflicts on purpose.

It prints one line of JSON for every command that was acknowledged, at once, and last what became of the others.
"""

import argparse
import json
import random
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg
from eventsourcing.persistence import OperationalError

from ledger.appender import Append, Appender, Conflict, Receipt
from tests.postgres.appends import NAMES, command, fact, name

SHARED, OWN = 40, 200  # streams that all processes write to; streams that a process has to itself
MISTAKEN = 0.1  # share of commands that are sent although they must be refused

Store = Callable[[Append], Receipt]


@dataclass
class Writers:
    """What the threads of this process know: where streams stand, as far as they have heard."""

    seed: int
    wanted: int
    versions: dict[UUID, int] = field(default_factory=dict)
    stored: int = 0
    conflicts: int = 0
    wrongs: list[str] = field(default_factory=list)

    def write(self, number: int, store: Store) -> None:
        dice = random.Random(self.seed * 1000 + number)  # noqa: S311 - a repeatable choice
        turn = 0
        while self.stored < self.wanted and not self.wrongs:
            turn += 1
            one, facts, mistaken = self.decide(dice, f"{self.seed}/{number}/{turn}")
            try:
                receipt = patiently(store, one)
            except Conflict as met:
                self.conflicts += 1
                self.heard(met.stream or NAMES, met.version or 0)
                continue
            if mistaken:
                self.wrongs.append(f"{one.key} was stored against what it expected")
            for stream, version, _ in facts:
                self.heard(name(stream), version)
            self.stored += len(facts)
            told = {"key": str(one.key), "receipt": [receipt.first, receipt.last, receipt.recorded_at], "facts": facts}
            print(json.dumps(told) + "\n", end="", flush=True)

    def decide(self, dice: random.Random, key: str) -> tuple[Append, list[tuple[str, int, str]], bool]:
        """A command, its facts as (stream, version, text), and whether it must be refused."""
        names = [f"shared {dice.randrange(SHARED)}", *{f"own {self.seed} {dice.randrange(OWN)}" for _ in range(2)}]
        seen = {stream: self.versions.get(name(stream), 0) for stream in names}
        old = [stream for stream, version in seen.items() if version]
        mistaken = bool(old) and dice.random() < MISTAKEN
        if mistaken:
            seen[dice.choice(old)] -= 1
        ahead: dict[str, int] = {}
        facts = []
        for number in range(dice.randint(1, 8)):
            stream = dice.choice(names)
            ahead[stream] = ahead.get(stream, seen[stream]) + 1
            facts.append((stream, ahead[stream], f"{key}/{number}"))
        reads = [each for each in seen.items() if each[0] not in ahead]
        return command(key, *(fact(*each) for each in facts), reads=reads), facts, mistaken

    def heard(self, stream: UUID, version: int) -> None:
        self.versions[stream] = max(version, self.versions.get(stream, 0))


def patiently(store: Store, one: Append) -> Receipt:
    """What a client does whose reply was lost: ask again with the same key."""
    while True:
        try:
            return store(one)
        except OperationalError:
            continue


def without_a_lock(dsn: str) -> Store:
    """The rival design: a sequence gives the position, and nothing keeps the order of commits."""
    connection = psycopg.connect(dsn)

    def store(one: Append) -> Receipt:
        with connection.transaction():
            positions = [
                connection.execute(
                    "insert into no_lock (state) values (%s) returning position", (event.state,)
                ).fetchone()
                for event in one.events
            ]
        return Receipt(positions[0][0], positions[-1][0], 1) if positions[0] and positions[-1] else Receipt(0, 0, 0)

    return store


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("dsn")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--facts", type=int, required=True)
    parser.add_argument("--no-lock", action="store_true")
    asked = parser.parse_args()
    writers = Writers(asked.seed, asked.facts)
    appender = Appender(lambda: psycopg.connect(asked.dsn, autocommit=True))

    def run(number: int) -> None:
        try:
            writers.write(number, without_a_lock(asked.dsn) if asked.no_lock else appender.append)
        except Exception as problem:  # noqa: BLE001 - the test is told
            writers.wrongs.append(repr(problem))

    threads = [threading.Thread(target=run, args=(number,)) for number in range(asked.threads)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    appender.close()
    summary: dict[str, Any] = {"conflicts": writers.conflicts, "wrongs": writers.wrongs}
    print(json.dumps(summary), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
