"""One application for a new item, or for an amendment of one: what was asked, how far it has come, and what came of it.

Second step of a read (api/answers -> log -> here). Keeps: the stage is that which decisions look at; every step shows its day and position.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import Connection

from ledger.events import FACTS
from ledger.terms import AdmissionKind
from ledger.timelines.admission import ADMISSION
from ledger.values import ItemTerms
from projections import log
from projections.dossier import MOST
from projections.holdings import Holdings
from projections.reading import Pinned
from projections.shapes import Party, Step, party, steps

TOPICS = sorted(name for name, fact in FACTS.items() if fact.STREAM in ("admission", "unit", "*"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """An application as of a day; `item`: what is to be amended, or, once approved, what was admitted."""

    admission: UUID
    kind: AdmissionKind
    stage: str
    applicant: Party
    terms: ItemTerms
    mandates: Sequence[UUID]
    item: UUID | None
    predecessor: UUID | None
    steps: Sequence[Step]


def application(connection: Connection[Any], pinned: Pinned, admission: UUID) -> Application | None:
    """Return an application as of the pinned day, None if it was not made by then."""
    facts = log.of_streams(connection, (admission,), pinned.known_at, TOPICS, MOST)
    made = Holdings(facts).state(ADMISSION, admission, pinned.in_force_on)
    if made is None:
        return None
    held = Holdings([*facts, *log.of_streams(connection, (made.applicant,), pinned.known_at, TOPICS, MOST)])
    return Application(
        admission=admission,
        kind=made.kind,
        stage=made.stage,
        applicant=party(held, made.applicant, pinned.in_force_on),
        terms=made.terms,
        mandates=made.mandates,
        item=made.item,
        predecessor=made.predecessor,
        steps=steps(held, admission, pinned.in_force_on),
    )
