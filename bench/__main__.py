"""`make bench`: what the log costs, as ratios to floors measured in the same run, interleaved over several rounds.

A ratio is the median of its rounds; the lowest and the highest stand beside it. What a target is not reached by is printed as well.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import appending, decoding, importing, similarity
from bench.measuring import Line, Ratio
from bench.room import Room, room

REPOSITORY = Path(__file__).parents[1]


def main() -> int:
    """Run every benchmark and print the report."""
    parser = argparse.ArgumentParser(
        prog="bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=1.0, help="how long each contender runs in each round (1)")
    parser.add_argument("--rounds", type=int, default=5, help="how many rounds (5)")
    parser.add_argument("--json", action="store_true", help="print one JSON document instead of a table")
    asked = parser.parse_args()
    console = Console(stderr=asked.json)
    with room() as here, console.status("…") as status:
        about = _about(here)
        found = []
        for line in _lines(here, asked.seconds, asked.rounds):
            found.append(line)
            status.update(f"{line.work} …")
    if asked.json:
        print(
            json.dumps(
                {**about, "seconds": asked.seconds, "rounds": asked.rounds, "lines": [asdict(line) for line in found]}
            )
        )
    else:
        _print(console, about, found, asked.rounds)
    return 0


def _lines(here: Room, seconds: float, rounds: int) -> Iterator[Line]:
    yield from appending.lines(here, seconds, rounds)
    yield from importing.lines(here, seconds, rounds)
    yield from decoding.lines(seconds, rounds)
    yield from similarity.lines(seconds, rounds)


def _print(console: Console, about: dict[str, str], found: list[Line], rounds: int) -> None:
    for what, said in about.items():
        console.print(f"{what}: {said}", highlight=False)
    table = Table(
        "work", "a second", "of", "ratio", "lowest to highest round", "to reach", caption=f"medians of {rounds} rounds"
    )
    for line in found:
        for number, ratio in enumerate(line.ratios):
            first = (line.work, f"{line.per_second:,.0f}") if number == 0 else ("", "")
            table.add_row(
                *first, ratio.floor, f"{ratio.median:.2f}", f"{ratio.least:.2f} to {ratio.most:.2f}", _wanted(ratio)
            )
    console.print(table)


def _wanted(ratio: Ratio) -> str:
    if ratio.target is None:
        return ""
    return f"{ratio.target:.2f} {'reached' if ratio.median >= ratio.target else 'not reached'}"


def _about(here: Room) -> dict[str, str]:
    programs = ", ".join(f"{name} {version(name)}" for name in ("psycopg", "eventsourcing", "msgspec"))
    return {
        "machine": f"{os.cpu_count()} cores, {_processor()}, {platform.system()} {platform.release()}, load {os.getloadavg()[0]:.1f}",
        "commit": _commit(),
        "versions": f"{here.server}, Python {platform.python_version()}, {programs}",
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except FileNotFoundError:
        return platform.processor() or platform.machine()
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.machine())


def _commit() -> str:
    git = ["git", "-C", str(REPOSITORY), "describe", "--always", "--dirty"]
    done = subprocess.run(git, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


if __name__ == "__main__":
    sys.exit(main())
