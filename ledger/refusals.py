"""What the ledger refuses, each class named for the state of things it met.

A refusal is an answer, not an accident: it leaves nothing in the log, names the rule it rests on and what would be accepted.
Its sentences in Chinese and English stand in the product's catalogue under its slug.
"""

import re
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, ClassVar
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Cited:
    """The rule a refusal rests on: its code, the pack and edition it was read from, where it was issued, and its words if sourced."""

    code: str
    pack: str
    source: str
    text: str


class Refused(Exception):  # noqa: N818 - named for the state of things
    """A command met this state of things. Subclasses are dataclasses: their fields fill the sentence of their slug."""

    rule: Cited | None = None
    CODES: ClassVar[dict[str, type["Refused"]]] = {}

    def __init_subclass__(cls) -> None:
        cls.CODES[cls.slug()] = cls

    @classmethod
    def slug(cls) -> str:
        """Return the stable name in answers and catalogues, `item-not-on-the-list` for ItemNotOnTheList."""
        return re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__).lower()

    def details(self) -> dict[str, str]:
        """Return the fields as text."""
        held: Any = self
        return {field.name: str(getattr(self, field.name)) for field in fields(held)}

    def __str__(self) -> str:
        said = ", ".join(f"{name}={value}" for name, value in self.details().items())
        return f"{self.slug()}({said})" + (f" [{self.rule.code}, {self.rule.pack}]" if self.rule else "")


@dataclass
class UnitUnknown(Refused):
    """No unit is registered under {unit}."""

    unit: UUID


@dataclass
class UnitHasEnded(Refused):
    """{name} did not stand on {day}."""

    name: str
    day: date


@dataclass
class DocumentUnknown(Refused):
    """No document is registered under {document}."""

    document: UUID


@dataclass
class MeetingUnknown(Refused):
    """No meeting is recorded under {meeting}."""

    meeting: UUID


@dataclass
class ItemUnknown(Refused):
    """No item stood under {item} on {day}."""

    item: UUID
    day: date


@dataclass
class ItemIsFinal(Refused):
    """The life of “{title}” is over ({phase}); what would take it up again needs a new admission, an error a correction."""

    title: str
    phase: str


@dataclass
class ItemNotInPhase(Refused):
    """“{title}” is {phase}; this is done while an item is {wanted}."""

    title: str
    phase: str
    wanted: str


@dataclass
class LaterFactsStand(Refused):
    """Facts of later days, up to {last}, stand on this matter already; correct them first, or act from that day on."""

    last: date


@dataclass
class EffectBeforeDecision(Refused):
    """A decision of {decided} takes effect on that day or later, not on {effective}."""

    decided: date
    effective: date


@dataclass
class CampaignUnknown(Refused):
    """No campaign is planned under {campaign}."""

    campaign: UUID


@dataclass
class CampaignNotInPhase(Refused):
    """{title} is in phase {phase}; this belongs to {wanted}."""

    title: str
    phase: str
    wanted: str


@dataclass
class LeftBlank(Refused):
    """{field} is left blank; say it."""

    field: str


@dataclass
class YearsReversed(Refused):
    """“{title}” cannot begin in {start_year} and end in {end_year}."""

    title: str
    start_year: int
    end_year: int


@dataclass
class YearOfNoCalendar(Refused):
    """{year} is no year that is assessed: name one from 1949 on."""

    year: int


@dataclass
class NumberOfAnotherDocument(Refused):
    """{number} is not the number of “{title}”, which is {registered}; a number belongs to its issuer."""

    number: str
    title: str
    registered: str
