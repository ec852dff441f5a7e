"""The life of one notice: drafted, approved, published, perhaps corrected, withdrawn.

Keeps: what is withdrawn stays so; every corrected text stays visible in the facts, the last one is how the notice reads.
"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from ledger.encoding import Recorded
from ledger.events import (
    ClarificationPublished,
    CommendationPublished,
    ExposurePublished,
    Fact,
    NoticeApproved,
    NoticeCorrected,
    NoticeDrafted,
    NoticeWithdrawn,
)
from ledger.terms import NoticeKind, PublicationScope
from ledger.timelines.life import Life
from ledger.values import Basis


class Stage(StrEnum):
    """How far a notice has come; the last is final."""

    DRAFTED = "DRAFTED"
    APPROVED = "APPROVED"
    PUBLISHED = "PUBLISHED"
    WITHDRAWN = "WITHDRAWN"


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice as of a day, as it reads then; `case` is the one it tells of, `tolerance` the matter it clears up."""

    id: UUID
    stage: Stage
    issuer: UUID
    kind: NoticeKind
    title: str
    text: str
    about_units: tuple[UUID, ...]
    scope: PublicationScope
    case: UUID | None
    names_persons: bool
    naming_basis: tuple[Basis, ...]
    published_on: date | None = None
    tolerance: UUID | None = None
    corrected: bool = False


def evolve(state: Notice | None, recorded: Recorded[Fact]) -> Notice | None:
    """Total: what befalls a notice that was never drafted changes nothing; what is withdrawn stays so."""
    fact = recorded.fact
    if state is None:
        return _drafted(recorded.stream, fact) if isinstance(fact, NoticeDrafted) else None
    if state.stage is Stage.WITHDRAWN:
        return state
    match fact:
        case NoticeApproved() if state.stage is Stage.DRAFTED:
            return replace(state, stage=Stage.APPROVED)
        case CommendationPublished(published_on=day) | ExposurePublished(published_on=day):
            return replace(state, stage=Stage.PUBLISHED, published_on=day)
        case ClarificationPublished(published_on=day, tolerance=tolerance):
            return replace(state, stage=Stage.PUBLISHED, published_on=day, tolerance=tolerance)
        case NoticeCorrected(text=text):
            return replace(state, text=text, corrected=True)
        case NoticeWithdrawn():
            return replace(state, stage=Stage.WITHDRAWN)
    return state


def _drafted(stream: UUID, f: NoticeDrafted) -> Notice:
    return Notice(
        stream,
        Stage.DRAFTED,
        f.issuer,
        f.kind,
        f.title,
        f.text,
        f.about_units,
        f.scope,
        f.case,
        f.names_persons,
        f.naming_basis,
    )


NOTICE = Life("notice", evolve)
