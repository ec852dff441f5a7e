"""Leads about many papers together: handed down, copied, split, heaped up, signed in one go, left with nobody.

DR-03 层层转签, 04 照单复制, 23 拆分包装, 24 超载, 29 集中突击签订, 31 改革承继断链.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, timedelta
from functools import lru_cache
from uuid import UUID

from ledger.days import add_months
from ledger.terms import ClauseType, VetoDecision
from ledger.text import alike, bigrams, masked
from ledger.timelines.duty import DUTY
from ledger.timelines.item import Item
from ledger.timelines.pledge import Kind
from ledger.timelines.unit import UNIT, Unit
from ledger.timelines.veto import VETO, Stage
from ledger.values import Clause
from projections.leads.scene import Answer, Scene, Severity, Sheet, make, rule, spared
from projections.papers import commanded, last_day

# ── DR-03 ──


@rule("DR-03")
def cascade(scene: Scene) -> Answer:
    """What an upper unit signed for is handed on, nearly word for word, to the next level below."""
    by_duty = _by_duty(scene)
    for child in scene.sheets:
        for parent in _parents(scene, child, by_duty):
            if not _handed_on(scene, parent, child):
                continue
            if _commanded(parent) and _commanded(child):
                yield spared(child, "DR-03", "COMMANDED_BY_LAW")
                break
            yield make(
                "DR-03",
                (child.paper.id,),
                "HANDED_DOWN",
                units=(child.issuer.id, child.signer.id, parent.issuer.id),
                positions=(child.at, parent.at),
                since=child.day,
                papers=(child.paper.id, parent.paper.id),
                said={"parent": parent.paper.title, "paper": child.paper.title},
            )
            break


def _commanded(sheet: Sheet) -> bool:
    return commanded(sheet.field_code, sheet.issuer.level, sheet.signer.level, sheet.rules)


def _parents(scene: Scene, child: Sheet, by_duty: Mapping[tuple[str, int], list[Sheet]]) -> list[Sheet]:
    """Give the papers that a paper passes on: those it is linked to, else those of the same duty, year and line of signing."""
    linked = [scene.by_paper[parent] for parent, _ in child.paper.parents if parent in scene.by_paper]
    if linked:
        return linked
    found = {
        sheet.paper.id: sheet
        for code in sorted(child.duty_codes)
        for sheet in by_duty.get((code, child.day.year), ())
        if sheet is not child
        and sheet.day <= child.day
        and scene.held.same(child.issuer.id, sheet.signer.id, child.day)
    }
    return sorted(found.values(), key=lambda sheet: sheet.at)


def _by_duty(scene: Scene) -> dict[tuple[str, int], list[Sheet]]:
    found: defaultdict[tuple[str, int], list[Sheet]] = defaultdict(list)
    for sheet in scene.sheets:
        for code in sheet.duty_codes:
            found[code, sheet.day.year].append(sheet)
    return found


def _handed_on(scene: Scene, parent: Sheet, child: Sheet) -> bool:
    if not child.duties:
        return False
    share, per_cent = child.rules.number("lead_cascade_share_percent"), child.rules.number("lead_clause_alike_percent")
    above = [_letters(clause.text, scene.names) for clause in parent.paper.clauses]
    taken = [
        clause
        for clause in child.duties
        if any(alike(_letters(clause.text, scene.names), each, per_cent) for each in above)
    ]
    return 100 * len(taken) >= share * len(child.duties)


@lru_cache(maxsize=1 << 16)
def _letters(text: str, names: frozenset[str]) -> str:
    return masked(text, names)


# ── DR-04 ──


@rule("DR-04")
def photocopied(scene: Scene) -> Answer:
    """One issuer's papers of a year read alike, though the duties or targets of those who sign differ."""
    by_year: defaultdict[tuple[UUID, int], list[Sheet]] = defaultdict(list)
    for sheet in scene.sheets:
        if sheet.paper.clauses:
            by_year[sheet.issuer.id, sheet.day.year].append(sheet)
    for (issuer, year), sheets in by_year.items():
        group = sorted(_copies(scene, sheets), key=lambda sheet: (sheet.day, sheet.at))
        least = sheets[0].rules.number("lead_photocopies")
        since = next((group[n - 1].day for n in range(least, len(group) + 1) if _differ(group[:n])), None)
        if since is None:
            continue
        if all(_template(sheet) for sheet in group):
            yield spared(group[0], "DR-04", "APPROVED_TEMPLATE")
            continue
        yield make(
            "DR-04",
            (issuer, year),
            "PHOTOCOPIED",
            units=(issuer,),
            positions=(sheet.at for sheet in group),
            since=since,
            papers=tuple(sheet.paper.id for sheet in group),
            said={"papers": len(group), "year": year},
        )


def _copies(scene: Scene, sheets: Sequence[Sheet]) -> list[Sheet]:
    """Give the largest group around one paper to which all of it are nearly alike; the earliest paper where several are as large."""
    by_text: defaultdict[str, list[int]] = defaultdict(list)
    for number, sheet in enumerate(sheets):
        by_text[_letters("".join(clause.text for clause in sheet.paper.clauses), scene.names)].append(number)
    grams = {text: bigrams(text) for text in by_text}
    per_cent = sheets[0].rules.number("lead_photocopy_alike_percent")
    groups = ([other for other, theirs in grams.items() if _near(mine, theirs, per_cent)] for mine in grams.values())
    largest = max(groups, key=lambda group: sum(len(by_text[text]) for text in group), default=[])
    return [sheets[number] for text in largest for number in by_text[text]]


def _near(mine: Collection[str], yours: frozenset[str], per_cent: int) -> bool:
    if 100 * min(len(mine), len(yours)) < per_cent * max(len(mine), len(yours)):
        return False
    shared = len(yours.intersection(mine))
    return 100 * shared >= per_cent * (len(mine) + len(yours) - shared)


def _differ(group: Iterable[Sheet]) -> bool:
    """Tell whether the papers put different duties, or different targets, on those who sign."""
    duties = {sheet.duty_codes for sheet in group}
    targets = {tuple(_target(clause) for clause in sheet.paper.of_type(ClauseType.TARGET)) for sheet in group}
    return len(duties) > 1 or len(targets) > 1


def _target(clause: Clause) -> tuple[object, ...]:
    return clause.text, clause.slots, clause.amount, clause.due_on


def _template(sheet: Sheet) -> bool:
    """Tell whether a paper is the approved version, whose slots alone differ from signer to signer."""
    if not sheet.active or sheet.version is None:
        return False
    approved = {clause.hash for clause in sheet.version.terms.clauses}
    return {clause.hash for clause in sheet.paper.clauses} == approved


# ── DR-23 ──


@dataclass(frozen=True)
class _Piece:
    """A new item or paper that may be a part of an ended item."""

    day: date
    id: UUID
    at: int
    clauses: tuple[Clause, ...]
    paper: bool


@rule("DR-23")
def split_up(scene: Scene) -> Answer:
    """What an ended item held comes back within months as several smaller papers or items of the same issuer."""
    for item in scene.items:
        ended = item.first_day_without
        if ended is None or not item.terms.clauses:
            continue
        rules = scene.held.rules(item.terms.jurisdiction, ended)
        pieces = [piece for piece in _pieces(scene, item, ended) if 0 < len(piece.clauses) < len(item.terms.clauses)]
        for first in pieces:
            until = add_months(first.day, rules.number("lead_splitting_months"))
            window = [piece for piece in pieces if first.day <= piece.day <= until]
            parts, since = _covering(scene, item, window, rules.number("lead_clause_alike_percent"))
            if since is not None:
                yield make(
                    "DR-23",
                    (item.id,),
                    "SPLIT_UP",
                    units=(item.terms.implementing_unit,),
                    positions=(part.at for part in parts),
                    since=since,
                    papers=tuple(part.id for part in parts if part.paper),
                    said={"title": item.terms.title, "parts": len(parts)},
                )
                break


def _pieces(scene: Scene, item: Item, ended: date) -> list[_Piece]:
    whose = item.terms.implementing_unit
    found = [
        _Piece(sheet.day, sheet.paper.id, sheet.at, sheet.paper.clauses, paper=True)
        for sheet in scene.sheets
        if sheet.paper.kind is Kind.IRREGULAR
        and sheet.day >= ended
        and scene.held.same(sheet.issuer.id, whose, sheet.day)
    ]
    for other in scene.items:
        begun = scene.held.facts(other.id)[0]
        new = begun.effective_on >= ended and other.terms.start_year >= ended.year
        new = new and other.id != item.merged_into and not other.sources
        if new and scene.held.same(other.terms.implementing_unit, whose, begun.effective_on):
            found.append(_Piece(begun.effective_on, other.id, begun.position, other.terms.clauses, paper=False))
    return sorted(found, key=lambda piece: (piece.day, piece.at))


def _covering(scene: Scene, item: Item, window: Sequence[_Piece], per_cent: int) -> tuple[list[_Piece], date | None]:
    """Give the pieces that hold clauses of an item, and the day on which two or more hold enough of it between them, if they do."""
    held = [_letters(clause.text, scene.names) for clause in item.terms.clauses]
    parts, together, since = list[_Piece](), set[int](), None
    for piece in window:
        texts = [_letters(clause.text, scene.names) for clause in piece.clauses]
        taken = {index for index, mine in enumerate(held) if any(alike(mine, theirs, per_cent) for theirs in texts)}
        if not taken:
            continue
        parts.append(piece)
        together |= taken
        if since is None and len(parts) > 1 and 100 * len(together) >= 80 * len(held):
            since = piece.day
    return parts, since


# ── DR-24, DR-29 ──


@rule("DR-24")
def overloaded(scene: Scene) -> Answer:
    """More papers bind one unit on a day, or more vetoes hang over it in a year, than the rule pack takes for bearable."""
    by_signer: defaultdict[UUID, list[Sheet]] = defaultdict(list)
    for sheet in scene.sheets:
        by_signer[sheet.signer.id].append(sheet)
    for signer, sheets in by_signer.items():
        most = sheets[0].rules.pack.values.get("lead_overload_pledges")
        if most is not None:
            yield from _heaped(scene, signer, sheets, int(most))
    yield from _vetoes_faced(scene)


def _heaped(scene: Scene, signer: UUID, sheets: Sequence[Sheet], most: int) -> Answer:
    terms = [
        (max(sheet.paper.period_from, sheet.day), last_day(scene.held, sheet.paper), sheet)
        for sheet in sheets
        if sheet.paper.period_from and sheet.paper.period_to and sheet.paper.signed
    ]
    years = set[int]()
    for day in sorted({begins for begins, _, _ in terms}):
        binding = [sheet for begins, ends, sheet in terms if begins <= day <= ends]
        if len(binding) >= most and day.year not in years:
            years.add(day.year)
            yield make(
                "DR-24",
                (signer, "pledges", day.year),
                "OVERLOADED",
                units=(signer,),
                positions=(sheet.at for sheet in binding),
                since=day,
                said={"papers": len(binding), "most": most, "day": day},
            )


def _vetoes_faced(scene: Scene) -> Answer:
    faced: defaultdict[tuple[UUID, int], list[tuple[date, int]]] = defaultdict(list)
    for veto in scene.held.each(VETO):
        dropped = veto.stage is Stage.REVOKED or veto.decision is VetoDecision.NO_VETO
        if veto.target_unit is not None and veto.assessment_year is not None and not dropped:
            begun = scene.held.facts(veto.id)[0]
            faced[veto.target_unit, veto.assessment_year].append((begun.effective_on, begun.position))
    for (target, year), vetoes in faced.items():
        vetoes.sort()
        most = scene.held.rules_of(target, date(min(max(year, MINYEAR), MAXYEAR), 12, 31)).number(
            "lead_overload_vetoes"
        )
        if len(vetoes) >= most:
            yield make(
                "DR-24",
                (target, "vetoes", year),
                "VETOES_FACED",
                units=(target,),
                positions=(at for _, at in vetoes),
                since=vetoes[most - 1][0],
                said={"vetoes": len(vetoes), "year": year},
            )


@rule("DR-29")
def mass_signing(scene: Scene) -> Answer:
    """One unit signed many papers on one day."""
    by_day: defaultdict[tuple[UUID, date], list[Sheet]] = defaultdict(list)
    for sheet in scene.sheets:
        if sheet.dated:
            by_day[sheet.signer.id, sheet.day].append(sheet)
    for (signer, day), sheets in by_day.items():
        if len(sheets) >= sheets[0].rules.number("lead_mass_signing"):
            yield make(
                "DR-29",
                (signer, day),
                "MASS_SIGNING",
                units=(signer, *(sheet.issuer.id for sheet in sheets)),
                positions=(sheet.at for sheet in sheets),
                since=day,
                papers=tuple(sheet.paper.id for sheet in sheets),
                said={"papers": len(sheets), "day": day},
            )


# ── DR-31 ──


@rule("DR-31", Severity.LOW)
def nobody_after(scene: Scene) -> Answer:
    """A unit has ended, nobody came after it, and duties, items or papers in force still name it."""
    for unit in scene.held.each(UNIT):
        ended = unit.first_day_without
        if ended is None or unit.successors:
            continue
        since = ended + timedelta(days=scene.held.rules(unit.area_code, ended).number("lead_successor_days") + 1)
        positions = _still_naming(scene, unit, since)
        if positions:
            yield make(
                "DR-31",
                (unit.id,),
                "NO_SUCCESSOR",
                units=(unit.id,),
                positions=positions,
                since=since,
                said={"unit": unit.name, "ended": ended},
            )


def _still_naming(scene: Scene, unit: Unit, day: date) -> list[int]:
    named = [
        sheet.at
        for sheet in scene.sheets
        if unit.id in (sheet.paper.issuer, sheet.paper.signer)
        and sheet.paper.in_force_on(day)
        and day <= last_day(scene.held, sheet.paper)
    ]
    named += [
        item.identified_at
        for item in scene.items
        if unit.id in (item.terms.implementing_unit, item.terms.issued_in_name_of) and item.active_on(day)
    ]
    for duty in scene.held.each(DUTY):
        holding = duty.holding_on(day)
        if holding and unit.id in (holding.owner, holding.power_holder):
            named += holding.positions
    return named
