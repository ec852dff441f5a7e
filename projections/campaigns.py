"""Questions about a clean-up: its returns, the comparison of its channels, its balance, and what does not add up.

Second step of every read (api -> here -> campaigns.sql); the rows are folded in campaign_rows.py. Keeps: every figure is counted from
rows when it is asked for, none is taken from what somebody stated; what the campaign states of itself is only held against it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from psycopg import Connection
from psycopg.rows import class_row

from ledger.events import CampaignClosed, CampaignReconciled
from ledger.statements import load
from ledger.terms import ItemType, Level
from ledger.values import GroupCount
from projections.reading import Pinned

SQL = load("projections", "campaigns.sql")
PAGE = 100  # rows
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignRow:
    """A campaign as of a day; `since`: its last step from phase to phase; `units`: how many owe a return for each of `item_types`."""

    campaign: UUID
    area_code: str
    year: int
    ordinal: int
    title: str
    campaign_unit: UUID
    campaign_unit_name: str | None
    phase: str
    since: date
    units: int
    item_types: Sequence[str]
    deadline: date | None
    synthetic: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnRow:
    """What one unit owes and filed on one type; `items`, `records` and `omissions` are counts.

    owed     the campaign names the unit, and it has not ended by the deadline
    late     first filed after the deadline; overdue: not filed, and the deadline has passed
    records  findings and reports of other channels that name this unit and type
    """

    unit: UUID
    unit_name: str | None
    unit_code: str
    level: str | None
    item_type: str
    status: str
    owed: bool
    zero: bool
    items: int
    records: int
    omissions: int
    filed_on: date | None
    late: bool
    overdue: bool
    overdue_noted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonRow:
    """A found item and who knows of it: `channels` holds I (declared), S (spot check), R (recipient), in this order."""

    item: UUID
    title: str
    title_sort: str
    item_type: str
    level: str
    jurisdiction: str
    phase: str
    implementing_unit: UUID
    implementing_unit_name: str | None
    reporting_unit: UUID | None
    found_by: str | None
    channels: str
    result: str
    differences: Sequence[str]
    disguised_candidate: bool
    records: Sequence[UUID]
    synthetic: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRow:
    """A finding or a report, and the item that it was found to be; `reporter` is None where the report is protected."""

    record: UUID
    found_by: str
    protected: bool
    reporter: UUID | None
    item_type: str
    title: str
    implementing_unit: UUID
    checked_unit: UUID | None
    document_title: str | None
    level: str | None
    found_on: date
    item: UUID | None
    synthetic: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The nine numbers of one level and type, all counts of items."""

    level: str
    item_type: str
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
class Proposals:
    """What was last proposed for the identified items of one level and type; `nothing_yet`: no consolidated opinion."""

    level: str
    item_type: str
    retained: int
    merged_sources: int
    merged_targets: int
    cancelled: int
    nothing_yet: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """How many items stay: vetoes of all levels together, pledges by the level that has them signed; a merger counts once."""

    veto: int
    pledge_city_county: int
    pledge_county_township: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The comparison of the channels in figures. `isr` … `r_only`: items known to exactly these channels; `matches`: records less items."""

    declared: int
    spot_checks: int
    reports: int
    records: int
    matches: int
    items: int
    isr: int
    is_: int
    ir: int
    i_only: int
    sr: int
    s_only: int
    r_only: int
    matched: int
    conflicts_open: int
    conflicts_resolved: int
    uncorroborated: int
    omissions: int
    false_zeros: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Filings:
    """The returns of the units of one level on one type, in figures."""

    level: str | None
    item_type: str
    owed: int
    with_items: int
    zero: int
    false_zeros: int
    zero_confirmed: int
    missing: int
    late: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One equation that has to hold: `left` against `right`, for one group or (level None) for the campaign."""

    equation: str
    level: str | None
    item_type: str | None
    left: int
    right: int
    holds: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """A campaign in figures, counted as of a day as known at a position; proposed and decided are counted apart."""

    campaign: UUID
    known_at: int
    in_force_on: date
    phase: str
    groups: Sequence[Group]
    proposals: Sequence[Proposals]
    proposed: Kept
    decided: Kept
    totals: Totals
    filings: Sequence[Filings]
    checks: Sequence[Check]


@dataclass(frozen=True, slots=True, kw_only=True)
class Undecided:
    """An item that counts and lacks what it should have."""

    item: UUID
    title: str
    level: str
    item_type: str
    phase: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """An item that is in force on `on_day` and missing in the list published for it, or (missing False) listed and not in force."""

    list: UUID
    area_code: str
    level: str
    on_day: date
    item: UUID
    missing: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """A figure that the campaign stated of itself, where it differs from what is counted now."""

    topic: str
    level: str | None
    item_type: str | None
    figure: str
    stated: int
    counted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Exceptions:
    """Everything about a campaign that is open, missing or contradictory; all empty where nothing is."""

    campaign: UUID
    returns_missing: Sequence[ReturnRow]
    conflicts_open: Sequence[ComparisonRow]
    records_unsettled: Sequence[RecordRow]
    undecided: Sequence[Undecided]
    listings: Sequence[Listing]
    unpublished: Sequence[Undecided]
    stated: Sequence[Stated]
    checks: Sequence[Check]


ALL = 1_000_000  # rows: an exception is never cut off


def campaigns(connection: Connection[Any], pinned: Pinned) -> list[CampaignRow]:
    """Return every campaign, the latest first."""
    return _rows(connection, pinned, "campaigns", CampaignRow, campaign=None)


def campaign(connection: Connection[Any], pinned: Pinned, campaign_id: UUID) -> CampaignRow | None:
    """Return a campaign, None if it was not planned by then."""
    found = _rows(connection, pinned, "campaigns", CampaignRow, campaign=campaign_id)
    return found[0] if found else None


def returns(
    connection: Connection[Any],
    pinned: Pinned,
    campaign_id: UUID,
    *,
    status: Sequence[str] = (),
    unit: UUID | None = None,
    after: tuple[str, UUID, str] | None = None,
    most: int = PAGE,
) -> list[ReturnRow]:
    """Return what every unit owes and filed, by unit code; `after` is (unit_code, unit, item_type) of the last row before."""
    code, last, item_type = after or (None, None, None)
    place = {"code_after": code, "unit_after": last, "type_after": item_type, "most": most}
    asked = {"campaign": campaign_id, "status": list(status) or None, "unit": unit}
    return _rows(connection, pinned, "returns", ReturnRow, **asked, **place)


def reconciliation(
    connection: Connection[Any],
    pinned: Pinned,
    campaign_id: UUID,
    *,
    result: Sequence[str] = (),
    after: tuple[str, UUID] | None = None,
    most: int = PAGE,
) -> list[ComparisonRow]:
    """Return each found item with what the channels say, by title; `after` is (title_sort, item) of the last row before."""
    title, last = after or (None, None)
    place = {"title_after": title, "item_after": last, "most": most}
    return _rows(
        connection, pinned, "reconciliation", ComparisonRow, campaign=campaign_id, result=list(result) or None, **place
    )


def records(
    connection: Connection[Any],
    pinned: Pinned,
    campaign_id: UUID,
    *,
    settled: bool | None = None,
    after: tuple[str, UUID] | None = None,
    most: int = PAGE,
) -> list[RecordRow]:
    """Return the findings and reports of a campaign, by title; `after` is (title, record) of the last row before."""
    title, last = after or (None, None)
    place = {"title_after": title, "record_after": last, "most": most}
    return _rows(connection, pinned, "records", RecordRow, campaign=campaign_id, settled=settled, **place)


def balance(connection: Connection[Any], pinned: Pinned, campaign_id: UUID) -> Balance | None:
    """Count a campaign, None if it was not planned by then; groups stand by level, the highest first, then by type."""
    held = campaign(connection, pinned, campaign_id)
    if held is None:
        return None
    groups = _grouped(_rows(connection, pinned, "groups", Group, campaign=campaign_id))
    proposals = _grouped(_rows(connection, pinned, "proposals", Proposals, campaign=campaign_id))
    (totals,) = _rows(connection, pinned, "totals", Totals, campaign=campaign_id)
    filings = _grouped(_rows(connection, pinned, "filings", Filings, campaign=campaign_id))
    return Balance(
        campaign=campaign_id,
        known_at=pinned.known_at,
        in_force_on=pinned.in_force_on,
        phase=held.phase,
        groups=groups,
        proposals=proposals,
        proposed=_kept(proposals),
        decided=_kept(groups),
        totals=totals,
        filings=filings,
        checks=tuple(_checks(groups, totals)),
    )


def exceptions(connection: Connection[Any], pinned: Pinned, campaign_id: UUID) -> Exceptions | None:
    """Return what is open, missing or contradictory in a campaign, None if it was not planned by then."""
    counted = balance(connection, pinned, campaign_id)
    if counted is None:
        return None
    missing = returns(connection, pinned, campaign_id, status=("DUE",), most=ALL)
    return Exceptions(
        campaign=campaign_id,
        returns_missing=[each for each in missing if each.owed],
        conflicts_open=reconciliation(connection, pinned, campaign_id, result=("CONFLICT",), most=ALL),
        records_unsettled=records(connection, pinned, campaign_id, settled=False, most=ALL),
        undecided=_rows(connection, pinned, "undecided", Undecided, campaign=campaign_id),
        listings=_rows(connection, pinned, "listings", Listing, campaign=campaign_id),
        unpublished=_rows(connection, pinned, "unpublished", Undecided, campaign=campaign_id),
        stated=tuple(_contradicted(connection, pinned, counted)),
        checks=[check for check in counted.checks if not check.holds],
    )


def _grouped(rows: Iterable[T]) -> tuple[T, ...]:
    def place(row: Any) -> tuple[int, int]:
        levels, types = [None, *reversed(Level)], list(ItemType)
        return -levels.index(row.level), types.index(row.item_type)

    return tuple(sorted(rows, key=place))


def _kept(groups: Iterable[Group | Proposals]) -> Kept:
    stay: dict[tuple[str, str], int] = {
        (group.level, group.item_type): group.retained + group.merged_targets for group in groups
    }
    return Kept(
        veto=sum(count for (_, item_type), count in stay.items() if item_type == ItemType.VETO),
        pledge_city_county=stay.get((Level.PREFECTURE, ItemType.PLEDGE), 0),
        pledge_county_township=stay.get((Level.COUNTY, ItemType.PLEDGE), 0),
        total=sum(stay.values()),
    )


def _checks(groups: Iterable[Group], totals: Totals) -> Iterator[Check]:
    for group in groups:
        sums = {
            "found": (group.found, group.identified + group.duplicates + group.not_an_item),
            "identified": (group.identified, group.retained + group.merged_sources + group.cancelled),
            "list_after": (group.list_after, group.retained + group.merged_targets),
        }
        for equation, (left, right) in sums.items():
            yield _check(equation, left, right, group.level, group.item_type)
    yield _check("records", totals.records - totals.matches, sum(group.found for group in groups))


def _check(equation: str, left: int, right: int, level: str | None = None, item_type: str | None = None) -> Check:
    return Check(equation=equation, level=level, item_type=item_type, left=left, right=right, holds=left == right)


def _contradicted(connection: Connection[Any], pinned: Pinned, counted: Balance) -> Iterator[Stated]:
    asked = pinned.parameters | {"campaign": counted.campaign}
    rows = connection.execute(pinned.ask(SQL["stated"]), asked).fetchall()
    for reconciled, conservation in rows:
        if reconciled:
            yield from _differing(_reconciled(msgspec.json.decode(reconciled, type=CampaignReconciled), counted))
        if conservation:
            yield from _differing(_conserved(msgspec.json.decode(conservation, type=CampaignClosed), counted))


def _differing(figures: Iterable[Stated]) -> Iterator[Stated]:
    return (figure for figure in figures if figure.stated != figure.counted)


def _reconciled(stated: CampaignReconciled, counted: Balance) -> Iterator[Stated]:
    totals = counted.totals
    now: Mapping[str, int] = {
        "identified": sum(group.identified for group in counted.groups),
        "matched": totals.matched,
        "conflicts_resolved": totals.conflicts_resolved,
        "uncorroborated": totals.uncorroborated,
        "omissions": totals.omissions,
        "false_zeros": totals.false_zeros,
    }
    for figure, count in now.items():
        yield Stated(
            topic=stated.TOPIC, level=None, item_type=None, figure=figure, stated=getattr(stated, figure), counted=count
        )


def _conserved(stated: CampaignClosed, counted: Balance) -> Iterator[Stated]:
    said: dict[tuple[str, str], GroupCount] = {(group.level, group.item_type): group for group in stated.conservation}
    now = {(group.level, group.item_type): group for group in counted.groups}
    for level, item_type in dict.fromkeys((*said, *now)):
        for figure in (field.name for field in fields(Group) if field.name not in ("level", "item_type")):
            yield Stated(
                topic=stated.TOPIC,
                level=level,
                item_type=item_type,
                figure=figure,
                stated=getattr(said.get((level, item_type)), figure, 0),
                counted=getattr(now.get((level, item_type)), figure, 0),
            )


def _rows(connection: Connection[Any], pinned: Pinned, statement: str, row: type[T], **asked: Any) -> list[T]:
    with connection.cursor(row_factory=class_row(row)) as cursor:
        return cursor.execute(pinned.ask(SQL[statement]), pinned.parameters | asked).fetchall()
