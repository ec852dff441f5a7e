"""The workbooks of the three channels, written from a world as offices would fill in the template."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from api.demo.world import Item, World, office
from api.exchange.rows import Channel
from api.exchange.template import write_template
from api.exchange.words import offered
from ledger.terms import ItemType, Level

Rows = list[Mapping[str, str]]


def write_workbooks(world: World, directory: Path) -> dict[Path, Channel]:
    """Write every workbook of a world; return them with their channel, in the order in which they are filed."""
    directory.mkdir(parents=True, exist_ok=True)
    written: dict[Path, Channel] = {}
    for filer in (None, *(county.code for county in world.counties)):
        path = directory / f"1-{filer or world.city.code}.xlsx"
        items = [item for item in world.item if "I" in item.channels and _filed_by(world, item) == filer]
        write_template(
            path, Channel.IMPLEMENTER, rows=_item_rows(world, items), zero_reports=list(_zero_reports(world, filer))
        )
        written[path] = Channel.IMPLEMENTER
    for name, channel, rows in (
        ("2-spot-checks", Channel.SPOT_CHECK, _found(world, "S")),
        ("3-recipient-reports", Channel.RECIPIENT, _found(world, "R")),
    ):
        path = directory / f"{name}.xlsx"
        write_template(path, channel, rows=rows)
        written[path] = channel
    return written


def _filed_by(world: World, item: Item) -> str | None:
    """The county in whose workbook an item stands; None for the city's own."""
    return item.unit if item.unit in {county.code for county in world.counties} else None


def _item_rows(world: World, items: Sequence[Item]) -> Rows:
    words = _words()
    return [
        {
            "ordinal": str(number),
            "reporting_unit": world.names[item.unit],
            "item_type": words[item.type],
            "title": item.title,
            "implementing_unit": world.names[item.unit],
            "recipient_scope": item.scope,
            "level": words[item.level],
            "field": item.field,
            "result": item.result,
            "start_year": str(item.start),
            "end_year": str(item.end),
            "basis": item.basis or f"《关于做好{item.field}工作的通知（演示）》",
            **_own_columns(item),
        }
        for number, item in enumerate(items, 1)
    ]


def _own_columns(item: Item) -> dict[str, str]:
    if item.type is ItemType.VETO:
        return {"triggers": f"1、年度内{item.field}工作未达到规定要求（演示）"}
    return {
        "clauses": f"1、发起方职责：加强{item.field}工作指导（演示）\n2、签订方职责：落实{item.field}工作责任（演示）"
    }


def _zero_reports(world: World, filer: str | None) -> Iterator[Mapping[str, str]]:
    declared: defaultdict[str, set[ItemType]] = defaultdict(set)
    for item in world.item:
        if "I" in item.channels:
            declared[item.unit].add(item.type)
    for unit in [filer] if filer else [department.code for department in world.departments]:
        for item_type in ItemType:
            if item_type not in declared[unit]:
                yield {
                    "reporting_unit": world.names[unit],
                    "item_type": _words()[item_type],
                    "statement": "经自查,本单位无此类事项（演示）",
                    "signer_post": "主要负责人",
                }


def _found(world: World, channel: str) -> Rows:
    words = _words()
    rows: Rows = []
    for number, item in enumerate((item for item in world.item if channel in item.channels), 1):
        recipient = _recipient(world, item, number)
        shared = {
            "ordinal": str(number),
            "item_type": words[item.type],
            "title": item.title,
            "implementing_unit": world.names[item.unit],
            "basis": item.basis or f"《关于做好{item.field}工作的通知（演示）》",
            "start_year": str(item.start),
            "end_year": str(item.differs.get("end", item.end)),
            "result": str(item.differs.get("result", item.result)),
            "paper": item.title,
        }
        if channel == "S":
            place = {"checking_unit": world.names[world.world.lead], "checked_unit": recipient}
            rows.append(
                {**shared, **place, "found_on": world.days.spot_checks.isoformat(), "recipient_scope": item.scope}
            )
        else:  # who reports what its superior kept quiet about asks for protection
            rows.append({**shared, "recipient": recipient, "protected": words["YES" if item.channels == "R" else "NO"]})
    return rows


def _recipient(world: World, item: Item, number: int) -> str:
    """A unit on which the item was imposed: a county for the city's items, a township for a county's."""
    places = world.townships(item.unit) if item.level is Level.COUNTY else world.counties
    return office(places[number % len(places)])


def _words() -> dict[str, str]:
    return {code: word for section in ("item_type", "level", "protected") for code, word in offered(section).items()}
