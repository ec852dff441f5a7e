"""From the rows of one workbook to the commands that record it: all in one append, or nothing.

Keeps: the same workbook brought again is the same request – its key is the campaign and the file's own digest – and changes nothing.
What the workbook proposes for an item (拟处理意见) is not filed here: an opinion is given at its stage of the review.
"""

import hmac
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from uuid import UUID, uuid5

from api.exchange.passages import CitedDocument, NumberedLine, Scope
from api.exchange.rows import FindingRow, Inventory, ItemRow, NamedUnit, ReportRow
from ledger import values
from ledger.commands import Command, FileRecipientReport, FileReturn, FileSpotCheckFinding, FileZeroReport
from ledger.streams import NAMESPACE
from ledger.terms import ClauseType, ItemType, Level


@dataclass(frozen=True, slots=True)
class UnitFacts:
    """What the registry says of a unit that a workbook names."""

    area_code: str
    level: Level
    category: str


@dataclass(frozen=True, slots=True)
class Import:
    """One workbook on its way into one campaign: `filed_on` is the day it is filed, `secret` keeps protected reporters unguessable."""

    inventory: Inventory
    campaign: UUID
    units: Mapping[UUID, UnitFacts]
    filed_on: date
    secret: bytes

    @property
    def key(self) -> UUID:
        """The request's key: this campaign, this file."""
        return uuid5(NAMESPACE, f"import/{self.campaign}/{self.inventory.channel}/{self.inventory.digest}")

    def commands(self) -> tuple[Command, ...]:
        """Return the commands that record the workbook, in the order of its rows."""
        return (*self._returns(), *self._zero_reports(), *self._findings(), *self._reports())

    def _returns(self) -> Iterator[FileReturn]:
        declared: defaultdict[tuple[UUID, str], list[values.ItemTerms]] = defaultdict(list)
        for row in self.inventory.rows:
            if isinstance(row, ItemRow):
                declared[row.reporting_unit.id, row.item_type].append(self._terms(row))
        for (unit, item_type), items in declared.items():
            yield FileReturn(
                effective_on=self.filed_on,
                campaign=self.campaign,
                unit=unit,
                item_type=ItemType(item_type),
                items=tuple(items),
            )

    def _zero_reports(self) -> Iterator[FileZeroReport]:
        for row in self.inventory.zero_reports:
            yield FileZeroReport(
                effective_on=self.filed_on,
                campaign=self.campaign,
                unit=row.reporting_unit.id,
                item_type=ItemType(row.item_type),
                signer_post=row.signer_post,
                statement=row.statement,
            )

    def _findings(self) -> Iterator[FileSpotCheckFinding]:
        for row in self.inventory.rows:
            if isinstance(row, FindingRow):
                yield FileSpotCheckFinding(
                    effective_on=self.filed_on,
                    campaign=self.campaign,
                    ordinal=self._ordinal(row),
                    checker=row.checking_unit.id,
                    checked_unit=row.checked_unit.id,
                    found_on=row.found_on,
                    described=self._described(row),
                )

    def _reports(self) -> Iterator[FileRecipientReport]:
        for row in self.inventory.rows:
            if isinstance(row, ReportRow):
                yield FileRecipientReport(
                    effective_on=self.filed_on,
                    campaign=self.campaign,
                    ordinal=str(UUID(hex=self._unguessable(row, "ordinal")[:32], version=4))
                    if row.protected
                    else self._ordinal(row),
                    recipient=row.recipient.id,
                    described=self._described(row),
                    protected=row.protected,
                    salts=(self._unguessable(row, "recipient"),) if row.protected else (),
                )

    def _terms(self, row: ItemRow) -> values.ItemTerms:
        return values.ItemTerms(
            item_type=ItemType(row.item_type),
            title=row.title,
            implementing_unit=row.implementing_unit.id,
            level=Level(row.level),
            jurisdiction=self.units[row.implementing_unit.id].area_code,
            recipient_scope=self._scopes(row.recipient_scope),
            result=row.result,
            start_year=row.years.start,
            end_year=row.years.end,
            no_end_ground=None if row.years.end else LONG_TERM,
            field_code=row.field,
            basis=tuple(map(_basis, row.basis)),
            approval=_basis(row.approval) if row.approval else None,
            triggers=tuple(values.Trigger(code=line.number, text=line.text) for line in row.triggers),
            clauses=tuple(map(_clause, row.clauses)),
        )

    def _described(self, row: FindingRow | ReportRow) -> values.DescribedItem:
        return values.DescribedItem(
            item_type=ItemType(row.item_type),
            title=row.title,
            implementing_unit=row.implementing_unit.id,
            document_title=row.paper,
            recipient_scope=self._scopes(row.recipient_scope) if isinstance(row, FindingRow) else (),
            result=row.result,
            start_year=row.years.start if row.years else None,
            end_year=row.years.end if row.years else None,
            basis=tuple(map(_basis, row.basis)),
        )

    def _scopes(self, scopes: tuple[Scope, ...]) -> tuple[values.Scope, ...]:
        return tuple(map(self._scope, scopes))

    def _scope(self, scope: Scope) -> values.Scope:
        if scope.unit:
            unit = self.units[scope.unit]
            return values.Scope(level=unit.level, category=unit.category, units=(scope.unit,))
        return values.Scope(level=Level(scope.level or ""), category=scope.category or "")

    def _ordinal(self, row: FindingRow | ReportRow) -> str:
        return f"{self.inventory.digest[:16]}/{row.sheet}/{row.row}"

    def _unguessable(self, row: ReportRow, what: str) -> str:
        """Random to everybody without the secret, and the same when the file is brought again."""
        place = f"{self.inventory.digest}/{row.sheet}/{row.row}/{what}".encode()
        return hmac.new(self.secret, place, sha256).hexdigest()[:64]


LONG_TERM = "LONG_TERM"  # the workbook says 长期


def named_units(inventory: Inventory) -> frozenset[UUID]:
    """Return every unit that a workbook names."""
    named = {unit for row in inventory.rows for unit in _units(row)} | {
        row.reporting_unit.id for row in inventory.zero_reports
    }
    return frozenset(named)


def _units(row: ItemRow | FindingRow | ReportRow) -> Iterator[UUID]:
    for field in ("reporting_unit", "implementing_unit", "checking_unit", "checked_unit", "recipient"):
        unit = getattr(row, field, None)
        if isinstance(unit, NamedUnit):
            yield unit.id
    for scope in getattr(row, "recipient_scope", ()):
        if scope.unit:
            yield scope.unit


def _basis(cited: CitedDocument) -> values.Basis:
    return values.Basis(title=cited.title or cited.text, number=cited.number)


def _clause(line: NumberedLine) -> values.Clause:
    return values.Clause(clause_id=line.number, type=ClauseType(line.kind or ClauseType.SIGNER_DUTY), text=line.text)
