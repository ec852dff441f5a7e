"""How quickly stored bytes become an envelope and a fact, against one msgspec decoder made for exactly this record."""

import time
from collections.abc import Callable, Iterator
from dataclasses import fields
from typing import get_type_hints

import msgspec

from bench.measuring import Line, compared
from bench.room import ENVELOPE, FACT, STATE
from ledger.encoding import decode

FLOOR = "msgspec, one decoder"
AT_ONCE = 1000


def lines(seconds: float, rounds: int) -> Iterator[Line]:
    """Measure `ledger.encoding.decode`, which reads version, envelope and fact."""
    yield compared(
        "decode",
        _rate(lambda: decode(FACT.TOPIC, STATE), seconds),
        {FLOOR: _rate(_floor(), seconds)},
        rounds,
        {},
    )


def _floor() -> Callable[[], object]:
    hints = [(held, get_type_hints(type(held))) for held in (ENVELOPE, FACT)]
    whole = [(each.name, types[each.name], None) for held, types in hints for each in fields(held)]
    decoder = msgspec.json.Decoder(msgspec.defstruct("Whole", whole))
    return lambda: decoder.decode(STATE)


def _rate(work: Callable[[], object], seconds: float) -> Callable[[], float]:
    def repeat() -> float:
        done, began = 0, time.perf_counter()
        while time.perf_counter() < began + seconds:
            for _ in range(AT_ONCE):
                work()
            done += AT_ONCE
        return done / (time.perf_counter() - began)

    return repeat
