"""What the demonstration came to, for people as tables, for programs as one document with the keys of the acceptance figures."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from uuid import UUID

from rich import box
from rich.console import Console, JustifyMethod
from rich.table import Table

from api.catalogue import Language, say
from api.demo import incidents
from api.demo.world import World, unit
from api.problems import in_words
from api.speaking import Voice
from ledger.days import instant
from ledger.terms import ItemType, Level
from ledger.timelines.tolerance import Tolerance
from projections.campaigns import Balance, ComparisonRow
from projections.items import Entry

if TYPE_CHECKING:
    from api.demo.incidents import Incidents
    from api.demo.incidents import Told as IncidentTold
    from api.demo.run import Told

GROUPS = {
    "municipal_veto": (Level.PREFECTURE, ItemType.VETO),
    "county_veto": (Level.COUNTY, ItemType.VETO),
    "municipal_pledge": (Level.PREFECTURE, ItemType.PLEDGE),
    "county_pledge": (Level.COUNTY, ItemType.PLEDGE),
}
NINE = (
    "found",
    "duplicates",
    "not_an_item",
    "identified",
    "retained",
    "merged_sources",
    "merged_targets",
    "cancelled",
    "list_after",
)


def document(told: "Told") -> dict[str, Any]:
    """Return the figures as one document."""
    return {
        "world": {"id": told.world.world.id, "edition": told.world.world.edition, "title": told.world.world.title},
        "synthetic": True,
        "identified": _identified(told.balance),
        "proposed": asdict(told.balance.proposed),
        "decided": asdict(told.balance.decided),
        "conservation": {name: {each: group[each] for each in NINE} for name, group in _groups(told.balance).items()},
        "conservation_holds": all(check.holds for check in told.balance.checks),
        "reconciliation": asdict(told.balance.totals),
        "omission": told.omission and told.omission.title,
        "false_zero": told.false_zero and told.false_zero.title,
        "history": [
            {"position": entry.position, "on": entry.effective_on, "topic": entry.topic} for entry in told.story
        ],
        "events": told.verdict.facts,
        "recorded_now": told.tally.recorded,
        "root": told.verdict.root,
        "verified": told.verdict.finding is None,
        **(incidents.document(told.incidents) if told.incidents else {}),
    }


def show(told: "Told", voice: Voice, *, own: bool) -> None:
    """Print sentences and tables, language by language: who reads one need not skip over the other."""
    if voice.as_json:
        return
    console = Console(highlight=False, soft_wrap=False)
    for number, language in enumerate(voice.languages):
        console.rule() if number else None
        _Shown(told, language, console).show(own=own)


def names(world: World) -> dict[UUID, str]:
    """Return the name of every unit of a world by its stream."""
    return {unit(code): name for code, name in world.names.items()}


def _groups(balance: Balance) -> dict[str, dict[str, int]]:
    counted = {(group.level, group.item_type): asdict(group) for group in balance.groups}
    return {name: counted.get((level, kind), dict.fromkeys(NINE, 0)) for name, (level, kind) in GROUPS.items()}


def _identified(balance: Balance) -> dict[str, int]:
    identified = {name: group["identified"] for name, group in _groups(balance).items()}
    return {**identified, "total": sum(identified.values())}


class _Shown:
    """The report in one language."""

    def __init__(self, told: "Told", language: Language, console: Console) -> None:
        self.told, self.language, self.console = told, language, console

    def show(self, *, own: bool) -> None:
        print(self._said("demo.title", world=self.told.world.world.title))
        print(self._said("demo.watermark-world" if own else "demo.watermark"))
        if not self.told.tally.recorded:
            print(self._said("demo.repeated"))
        self.console.print(self._before_after(), self._conservation())
        for code, row in (("demo.omission", self.told.omission), ("demo.false-zero", self.told.false_zero)):
            if row:
                print(self._found(code, row))
        self.console.print(self._history())
        if self.told.incidents:
            self._incidents(self.told.incidents)
        print(self._verdict())
        print(self._said("demo.cannot-see"))

    def _before_after(self) -> Table:
        balance, found = self.told.balance, _identified(self.told.balance)
        before = {
            "veto": (found["municipal_veto"], found["county_veto"]),
            "pledge_city_county": (found["municipal_pledge"], 0),
            "pledge_county_township": (0, found["county_pledge"]),
        }
        before["total"] = (sum(city for city, _ in before.values()), sum(county for _, county in before.values()))
        columns = ("kind", "municipal", "county", "identified", "proposed", "decided", "change")
        table = self._table("demo.before-after", columns)
        for row, (city, county) in before.items():
            decided = getattr(balance.decided, row)
            change = f"{100 * (decided - city - county) / (city + county):+.1f} %" if city + county else "–"
            figures = (city or "–", county or "–", city + county, getattr(balance.proposed, row), decided, change)
            table.add_row(self._said(f"demo.row.{row}"), *map(str, figures))
        return table

    def _conservation(self) -> Table:
        groups = _groups(self.told.balance)
        table = self._table("demo.conservation", ("kind",))
        for name in groups:
            level, kind = GROUPS[name]
            table.add_column(f"{self._said(f'term.{level}')} {self._said(f'term.{kind}')}", justify="right")
        for each in NINE:
            table.add_row(self._said(f"demo.column.{each}"), *(str(group[each]) for group in groups.values()))
        table.add_row(self._said("demo.column.holds"), *("✓" if self._holds(name) else "✗" for name in groups))
        return table

    def _holds(self, name: str) -> bool:
        return all(check.holds for check in self.told.balance.checks if (check.level, check.item_type) == GROUPS[name])

    def _history(self) -> Table:
        chosen = next(item for item in self.told.world.item if item.key == self.told.world.world.story)
        table = self._table("demo.history", ("position", "day", "what", "who"), title=chosen.title)
        for entry in self.told.story:
            who = self.told.names.get(entry.actor_unit, "") if entry.actor_unit else ""
            table.add_row(str(entry.position), entry.effective_on.isoformat(), self._what(entry), who)
        return table

    def _what(self, entry: Entry) -> str:
        words = [self._said(f"topic.{entry.topic}")]
        words += [self._said(f"term.{entry.said[name]}") for name in ("stage", "opinion") if entry.said.get(name)]
        words += (
            [entry.said["substitute_measure"]]
            if entry.topic == "item.cancelled" and "substitute_measure" in entry.said
            else []
        )
        return " · ".join(words)

    def _found(self, code: str, row: ComparisonRow) -> str:
        channel = self._said(f"term.{'SPOT_CHECK' if 'S' in row.channels else 'RECIPIENT'}")
        decided = self.told.decided.get(row.item)
        outcome = self._said(f"term.{decided}") if decided else "–"
        return self._said(code, unit=row.implementing_unit_name, title=row.title, channel=channel, decided=outcome)

    def _incidents(self, told: "Incidents") -> None:
        print(self._said("demo.incidents", title=told.title))
        for each in (told.shield, told.twin):
            self.console.print(self._trail(each), self._tests(told, each))
            failed = ", ".join(each.table.now.failed) or "–"
            print(self._said("demo.ruled", outcome=self._said(f"term.{each.outcome}"), failed=failed))
            self._leads(each)
            self._tolerated(told.tolerance if each is told.shield else None)
        print(self._said("demo.two-clocks", tests=", ".join(told.two_clocks)))

    def _tolerated(self, tolerance: Tolerance | None) -> None:
        ruling = tolerance.ruling if tolerance else None
        if ruling:
            outcome, refs = self._said(f"term.{ruling.outcome}"), ", ".join(map(str, ruling.ruled.mismatch_refs))
            ground = in_words(ruling.ruled.ground_code, self.language)
            print(self._said("demo.tolerance", outcome=outcome, ground=ground, refs=refs))

    def _trail(self, each: "IncidentTold") -> Table:
        table = self._table(
            "demo.trail",
            ("position", "day", "recorded", "what"),
            day=each.trail.occurred_on.isoformat(),
            summary=each.trail.summary,
        )
        for line in each.trail.lines:
            if line.topic.partition(".")[0] not in ("item", "campaign"):
                recorded = instant(line.recorded_at).strftime("%Y-%m-%d %H:%M")
                said = self._said(f"topic.{line.topic}")
                table.add_row(str(line.position), line.effective_on.isoformat(), recorded, said)
        return table

    def _tests(self, told: "Incidents", each: "IncidentTold") -> Table:
        who, against = (told.names[unit] for unit in (each.claim.asserting_unit, each.claim.against_unit))
        paper = next(paper.title for paper in each.trail.papers if paper.pledge == each.claim.pledge)
        columns = ("test", "question", "then", "now", "why", "positions")
        table = self._table("demo.tests", columns, who=who, against=against, paper=paper)
        for then, now in zip(each.table.at_assertion.results, each.table.now.results, strict=True):
            table.add_row(
                now.test,
                self._said(f"test.{now.test}.question"),
                self._said(f"term.{then.result}"),
                self._said(f"term.{now.result}"),
                self._filled(f"test.reason.{now.reason}", now.said),
                ", ".join(map(str, now.positions)),
            )
        return table

    def _leads(self, each: "IncidentTold") -> None:
        if not each.leads:
            spared = ", ".join(f"{one.rule} {self._said(f'lead.spared.{one.exemption}')}" for one in each.spared)
            print(self._said("demo.no-leads", spared=spared or "–"))
            return
        table = self._table("demo.leads", ("rule", "kind", "what", "beneath", "positions"))
        heads = {lead.id: lead.rule for lead in each.leads}
        for lead in sorted(each.leads, key=lambda lead: (lead.absorbed_by is not None, lead.rule, lead.since)):
            table.add_row(
                lead.rule,
                self._said(f"lead.{lead.rule}.name"),
                self._filled(f"lead.{lead.rule}.{lead.reason}", lead.said),
                heads.get(lead.absorbed_by, "–") if lead.absorbed_by else "–",
                ", ".join(map(str, lead.positions)),
            )
        self.console.print(table)

    def _verdict(self) -> str:
        verdict = self.told.verdict
        if verdict.finding:
            return self._said(
                "demo.not-verified", position=verdict.finding.position or "head", said=verdict.finding.said
            )
        return self._said("demo.verified", facts=f"{verdict.facts:,}", root=verdict.root[:16] + "…")

    def _table(self, code: str, columns: tuple[str, ...], **fields: str) -> Table:
        table = Table(title=self._said(code, **fields), title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
        for column in columns:
            justify: JustifyMethod = (
                "left" if column in ("kind", "what", "who", "day", "question", "why", "rule", "test") else "right"
            )
            table.add_column(self._said(f"demo.column.{column}"), justify=justify, overflow="fold")
        return table

    def _filled(self, code: str, blanks: Iterable[tuple[str, str]]) -> str:
        return self._said(code, **{name: in_words(value, self.language) for name, value in blanks})

    def _said(self, code: str, **fields: object) -> str:
        return say(code, self.language, **fields)
