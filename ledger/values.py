"""What facts are made of: authority, evidence, scope, clauses and the elements of an item.

Nouns without a life of their own. Frozen; every optional value defaults to None, every list to ().
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from uuid import UUID

from ledger.terms import (
    ClauseFate,
    ClauseRole,
    ClauseType,
    DutyListKind,
    ItemType,
    Kept,
    Level,
    RunningPledges,
    TestResult,
)


def is_digest(text: str) -> bool:
    """Tell whether a text is a SHA-256 as it is written here: 64 hex digits in lower case."""
    return re.fullmatch("[0-9a-f]{64}", text) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """依据: the document and the meeting an act rests on. A decision needs both; a login is neither."""

    document: UUID | None = None
    meeting: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """佐证: a file outside the ledger, held fast by its SHA-256 (64 hex digits); `length` in bytes."""

    digest: str
    media_type: str
    title: str
    length: int | None = None
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """接受对象: the units that an item may reach, by level and category, or by name when `units` is given."""

    level: Level
    category: str
    units: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """政策法规依据 as cited: title and number as written; `document` once it is registered."""

    title: str
    number: str | None = None
    document: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """否决情形: one situation in which the veto may be used."""

    code: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """条款. `text` may hold slots {1}, {2} …, whose values differ per signer and lie beside it in the signed paper."""

    clause_id: str
    type: ClauseType
    text: str
    slots: tuple[str, ...] = ()
    role: ClauseRole | None = None
    duty_code: str | None = None
    due_on: date | None = None
    amount: int | None = None
    unit: str | None = None
    needs_power: bool = False

    @property
    def hash(self) -> str:
        """SHA-256 (hex) of type, 0x00, NFC text without white space: two clauses are the same text if these agree."""
        text = "".join(unicodedata.normalize("NFC", self.text).split())
        return sha256(self.type.encode() + b"\0" + text.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemTerms:
    """事项要素: what one item is, as declared, approved or amended. Years are calendar years, both included."""

    item_type: ItemType
    title: str
    implementing_unit: UUID
    level: Level
    jurisdiction: str
    recipient_scope: tuple[Scope, ...]
    result: str
    start_year: int
    end_year: int | None = None
    no_end_ground: str | None = None
    field_code: str | None = None
    issued_in_name_of: UUID | None = None
    basis: tuple[Basis, ...] = ()
    approval: Basis | None = None
    triggers: tuple[Trigger, ...] = ()
    clauses: tuple[Clause, ...] = ()
    duty_codes: tuple[str, ...] = ()
    approved_signers: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribedItem:
    """An item as somebody outside the implementing unit saw it: never complete, so little is mandatory."""

    item_type: ItemType
    title: str
    implementing_unit: UUID
    document_title: str | None = None
    level: Level | None = None
    recipient_scope: tuple[Scope, ...] = ()
    result: str | None = None
    start_year: int | None = None
    end_year: int | None = None
    basis: tuple[Basis, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningPledgesTreatment:
    """What becomes of signed pledges, and the last day (included) on which they still bind."""

    treatment: RunningPledges
    last_day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseMapping:
    """One clause of a merge source: kept as a clause of the target, or dropped."""

    source: UUID
    clause_id: str
    fate: ClauseFate
    target_clause_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgendaItem:
    """议题 with its result, in words; persons' votes are never kept."""

    number: int
    title: str
    result: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """One field in which the channels differed, and which value was found right."""

    field: str
    kept: Kept
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A corrected value: JSON pointer into the stored state (`/terms/title`, `/effective_on`); the new value as JSON."""

    path: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupCount:
    """The conservation equation of one group (level × item type), all nine numbers counts of items.

    found = identified + duplicates + not_an_item; identified = retained + merged_sources + cancelled;
    list_after = retained + merged_targets.
    """

    level: Level
    item_type: ItemType
    found: int
    duplicates: int
    not_an_item: int
    identified: int
    retained: int
    merged_sources: int
    merged_targets: int
    cancelled: int
    list_after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyEntry:
    """职责条目: who owns a duty in a jurisdiction, who holds the power it needs, on what basis, from and to which day (included).

    `list_kind` says on which list it stands; power_holder None: nobody's power is stated.
    """

    duty_code: str
    jurisdiction_code: str
    list_kind: DutyListKind
    text: str
    owner_unit: UUID
    effective_from: date
    effective_to: date | None = None
    cooperating: tuple[UUID, ...] = ()
    power_holder: UUID | None = None
    needs_power: bool = False
    legal_basis: tuple[Basis, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Distinction:
    """三个区分开来: one of the three, whether it applies, and why."""

    number: int
    applies: bool
    reasoning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """七看: one of 初衷, 节点, 方向, 处置, 程序, 缘由, 后果 by its number 1–7, and what was seen."""

    number: int
    seen: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TableLine:
    """One of the twelve tests as the inspector saw it: both results, why, and the positions that decide the present one."""

    test: str
    at_assertion: TestResult
    at_assertion_reason: str
    now: TestResult
    now_reason: str
    positions: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """责任分担: which unit answers for what part, in words; never a percentage or a score."""

    unit: UUID
    part: str
