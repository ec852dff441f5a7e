"""The life of one document: registered, perhaps repealed."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from ledger.encoding import Recorded
from ledger.events import DocumentRegistered, DocumentRepealed, Fact
from ledger.terms import Level
from ledger.timelines.life import Life


@dataclass(frozen=True, slots=True)
class Document:
    """A document: in force from its day to `effective_to` (included; None: until repealed)."""

    id: UUID
    issuer: UUID
    issuer_level: Level
    title: str
    number: str | None
    genre: str
    dated: date
    effective_from: date
    effective_to: date | None
    repealed_by: UUID | None = None

    def in_force_on(self, day: date) -> bool:
        return self.effective_from <= day and (self.effective_to is None or day <= self.effective_to)


def evolve(state: Document | None, recorded: Recorded[Fact]) -> Document | None:
    match recorded.fact:
        case DocumentRegistered() as f:
            return Document(
                recorded.stream,
                f.document_issuer,
                f.issuer_level,
                f.title,
                f.number,
                f.genre,
                f.dated,
                f.effective_from,
                f.effective_to,
            )
        case DocumentRepealed(repealed_by=by, first_day_without=day) if state:
            return replace(state, repealed_by=by, effective_to=day - timedelta(days=1))
    return state


DOCUMENT = Life("document", evolve)
