"""A rule pack that no place has: worlds adopt it where a rule has no default."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

from ledger import rules
from ledger.rules import Pack

LIST_FROM = date(2025, 1, 1)  # from this day on there is a list in every world
TRANSITION, OVERLOAD = date(2025, 3, 31), 6  # of the pack that no place has: adopted where a rule has no default
GENERIC_PACK = rules.pack


@contextmanager
def packs() -> Iterator[None]:
    """Let the worlds adopt a pack that sets what has no default: days of transition and how many papers are too many."""
    generic = GENERIC_PACK(rules.GENERIC)
    own = {"list_regime_from": LIST_FROM, "transition_until": TRANSITION, "lead_overload_pledges": OVERLOAD}
    corpus = replace(generic, name="corpus", values={**generic.values, **own})

    def pack(pack_id: str) -> Pack:
        return corpus if pack_id == "corpus@1" else GENERIC_PACK(pack_id)

    rules.pack = pack  # type: ignore[assignment]
    try:
        yield
    finally:
        rules.pack = GENERIC_PACK
