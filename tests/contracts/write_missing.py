"""Write the stored bytes of facts that have none yet; what is committed is never rewritten: it is what programs have stored.

python -m tests.contracts.write_missing
"""

from pathlib import Path
from uuid import UUID

from hypothesis import HealthCheck, Phase, given, seed, settings

from ledger.encoding import encode
from ledger.events import FACTS, Envelope, Fact
from ledger.merkle import entry, leaf_hash
from tests.strategies import envelopes, facts

STORED = Path(__file__).parent / "stored_events"


def sample(cls: type[Fact]) -> bytes:
    """Return the richest of a few hundred drawn states that a reader can still take in."""
    drawn: list[bytes] = []

    @seed(20240304)
    @settings(
        max_examples=200, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck), deadline=None
    )
    @given(envelopes, facts(cls))
    def draw(envelope: Envelope, fact: Fact) -> None:
        drawn.append(encode(envelope, fact))

    draw()
    return max((state for state in drawn if len(state) < 4000), key=len)


def main() -> None:
    leaves = STORED / "leaves.txt"
    known = dict(line.split() for line in leaves.read_text().splitlines()) if leaves.exists() else {}
    for topic, cls in sorted(FACTS.items()):
        name = f"{topic}@{cls.class_version}"
        if name not in known:
            state = sample(cls)
            (STORED / f"{name}.json").write_bytes(state)
            known[name] = leaf_hash(entry(0, UUID(int=1), 1, topic, 1, None, None, state)).hex()
    leaves.write_text("".join(f"{name} {leaf}\n" for name, leaf in sorted(known.items())))


if __name__ == "__main__":
    main()
