"""Whose duty it is at a place on a day, and how it was handed down in a year, paper beneath paper, with means and dates.

Pure views of Holdings (dossier -> here -> api/inquiries). Keeps: the tree shows what stands in the papers and who stayed silent about
means; it judges nothing. Each paper stands in it once, beneath the paper it says it passes on, else beneath the one of its line before it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Final
from uuid import UUID

from ledger.days import END_OF_TIME, instant
from ledger.rules import ancestors
from ledger.terms import ClauseType, DutyListKind
from ledger.text import alike, masked
from ledger.timelines.pledge import PLEDGE, Pledge
from ledger.timelines.unit import UNIT
from ledger.values import Basis, Clause
from projections.burden import Footing, IssuerDuty, day_of_paper, footing, promised, term
from projections.holdings import Holdings
from projections.papers import DEEPEST, empowered
from projections.shapes import Party, party, party_or_none


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyOwner:
    """Who had to do it at a place on a day, who held its power, and the positions that say so.

    entry_area    the area whose list has the entry: the place itself, or the nearest one above it that has one
    owner         who had to do it: the entry's owner, or who got it by delegation or took it back
    """

    duty_code: str
    place: str
    on: date
    entry_area: str
    list_kind: DutyListKind
    text: str
    owner: Party
    entry_owner: Party
    delegated_to: Party | None
    delegated_powers: bool
    needs_power: bool
    power_holder: Party | None
    cooperating: Sequence[Party]
    basis: Sequence[Basis]
    effective_from: date
    effective_to: date | None
    positions: Sequence[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseFlow:
    """A clause of a paper: whether it stands alike in the paper above (taken over), and in one below (passed on)."""

    clause_id: str
    type: ClauseType
    text: str
    taken_over: bool
    passed_on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyBalance:
    """What the issuer kept for itself, and what it put on the signer: counts of clauses, nothing more.

    supports    clauses of support, and support promised besides; handed_down: duties of the signer that stood alike in the paper above
    """

    issuer_duties: int
    supports: int
    signer_duties: int
    handed_down: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CascadeNode:
    """One paper of a cascade, and those beneath it.

    linked      it says itself that it passes on the paper above; else it stands there by duty, year and line of signing
    seen_on     of a paper found off the list: when; recorded_at: when the ledger first learnt of it
    owner       who owned the duty at the signer's place on the day of signing; empowered: the signer held the power it needs
    resources   what the issuer promised, done and undone by the day that is asked about
    """

    pledge: UUID
    position: int
    title: str
    linked: bool
    issuer: Party
    signer: Party
    in_name_of: Party | None
    signed_on: date | None
    seen_on: date | None
    recorded_at: datetime
    begins: date
    last_day: date | None
    footing: Footing
    owner: DutyOwner | None
    empowered: bool | None
    clauses: Sequence[ClauseFlow]
    resources: Sequence[IssuerDuty]
    balance: DutyBalance
    below: "Sequence[CascadeNode]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cascade:
    """A duty at a place in a year: who owns it on the day that is asked about, and the papers by which it was handed down."""

    duty_code: str
    place: str
    year: int
    owner: DutyOwner | None
    papers: int
    roots: Sequence[CascadeNode]


def owner(held: Holdings, duty_code: str, place: str, on: date) -> DutyOwner | None:
    """Return who owned a duty at a place on a day, None where no list of the place or above has it."""
    holding = held.holding(duty_code, place, on)
    if holding is None:
        return None
    entry = holding.entry
    return DutyOwner(
        duty_code=duty_code,
        place=place,
        on=on,
        entry_area=entry.jurisdiction_code,
        list_kind=holding.list_kind,
        text=entry.text,
        owner=party(held, holding.owner, on),
        entry_owner=party(held, entry.owner_unit, on),
        delegated_to=party_or_none(held, holding.delegated_to, on),
        delegated_powers=holding.delegated_powers,
        needs_power=holding.needs_power,
        power_holder=party_or_none(held, holding.power_holder, on),
        cooperating=tuple(party(held, unit, on) for unit in entry.cooperating),
        basis=entry.legal_basis,
        effective_from=entry.effective_from,
        effective_to=entry.effective_to,
        positions=holding.positions,
    )


def cascade(held: Holdings, duty_code: str, place: str, year: int, on: date) -> Cascade | None:
    """Return the papers that handed a duty down at a place in a year; None where neither an owner nor a paper is known."""
    tree = _Tree(held, duty_code, place, year, on)
    owned = owner(held, duty_code, place, on)
    if owned is None and not tree.papers:
        return None
    return Cascade(
        duty_code=duty_code,
        place=place,
        year=year,
        owner=owned,
        papers=len(tree.papers),
        roots=tuple(tree.node(paper) for paper in tree.papers if paper.id not in tree.above),
    )


class _Tree:
    """The papers of one duty, place and year, and which stands beneath which."""

    def __init__(self, held: Holdings, duty_code: str, place: str, year: int, on: date) -> None:
        self.held, self.duty_code, self.on = held, duty_code, on
        self._read: dict[str, str] = {}
        found = [paper for paper in held.each(PLEDGE) if _concerns(held, paper, duty_code, place, year, on)]
        self.papers: Final = sorted(found, key=_moment)
        self.by_id: Final[Mapping[UUID, Pledge]] = {paper.id: paper for paper in self.papers}
        self.above: Final = self._ordered()
        self.below: Final[defaultdict[UUID, list[Pledge]]] = defaultdict(list)
        for paper in self.papers:
            if paper.id in self.above:
                self.below[self.above[paper.id]].append(paper)

    @cached_property
    def names(self) -> frozenset[str]:
        return frozenset(unit.name for unit in self.held.each(UNIT))

    def _ordered(self) -> dict[UUID, UUID]:
        """Say for each paper which one it stands beneath; a circle is cut, and so is what lies too deep."""
        above: dict[UUID, UUID] = {}
        for paper in self.papers:
            for parent in self._candidates(paper):
                line = _line(above, parent.id)
                if paper.id not in line and len(line) < DEEPEST:
                    above[paper.id] = parent.id
                    break
        return above

    def _candidates(self, paper: Pledge) -> Iterable[Pledge]:
        linked = [self.by_id[parent] for parent, _ in paper.parents if parent in self.by_id]
        if linked:
            return linked
        day = _day(paper)
        before = [each for each in self.papers if _moment(each) < _moment(paper)]
        return [each for each in reversed(before) if self.held.same(each.signer, paper.issuer, day)]

    def node(self, paper: Pledge) -> CascadeNode:
        """Lay out one paper with those beneath it."""
        day, begins_ends = _day(paper), term(self.held, paper)
        begins, ends = begins_ends or (_day(paper), END_OF_TIME)
        area = _area(self.held, paper.signer, day)
        holding = self.held.holding(self.duty_code, area, day)
        clauses = self._clauses(paper)
        return CascadeNode(
            pledge=paper.id,
            position=paper.signed_at or paper.told_at,
            title=paper.title,
            linked=any(parent == self.above.get(paper.id) for parent, _ in paper.parents),
            issuer=party(self.held, paper.issuer, day),
            signer=party(self.held, paper.signer, day),
            in_name_of=party_or_none(self.held, paper.issued_in_name_of, day),
            signed_on=paper.signed_on,
            seen_on=paper.observed_on,
            recorded_at=instant(paper.told_recorded_at),
            begins=begins,
            last_day=None if ends >= END_OF_TIME else ends,
            footing=footing(self.held, paper.item, paper.issuer, day),
            owner=owner(self.held, self.duty_code, area, day),
            empowered=None
            if holding is None
            else not holding.needs_power or empowered(self.held, holding, paper.signer, day),
            clauses=clauses,
            resources=tuple(promised(self.held, paper, self.on)),
            balance=_balance(paper, clauses),
            below=tuple(self.node(each) for each in self.below[paper.id]),
        )

    def _clauses(self, paper: Pledge) -> Sequence[ClauseFlow]:
        parent = self.by_id.get(self.above.get(paper.id, paper.id))
        over = parent.clauses if parent is not None and parent is not paper else ()
        under = [clause for each in self.below[paper.id] for clause in each.clauses]
        per_cent = self.held.rules_of(paper.issuer, _day(paper)).number("lead_clause_alike_percent")
        return tuple(
            ClauseFlow(
                clause_id=clause.clause_id,
                type=clause.type,
                text=clause.text,
                taken_over=self._stands_in(clause, over, per_cent),
                passed_on=self._stands_in(clause, under, per_cent),
            )
            for clause in paper.clauses
            if clause.type in (ClauseType.ISSUER_DUTY, ClauseType.SUPPORT) or _on_duty(clause, self.duty_code)
        )

    def _stands_in(self, clause: Clause, others: Iterable[Clause], per_cent: int) -> bool:
        """Tell whether a duty of the signer stands alike among other clauses; what an issuer keeps is handed to nobody."""
        if clause.type is not ClauseType.SIGNER_DUTY:
            return False
        duties = (other for other in others if other.type is ClauseType.SIGNER_DUTY)
        return any(alike(self._letters(clause), self._letters(other), per_cent) for other in duties)

    def _letters(self, clause: Clause) -> str:
        """Give a clause's letters without the names of units; each text is read once."""
        if clause.text not in self._read:
            self._read[clause.text] = masked(clause.text, self.names)
        return self._read[clause.text]


def _concerns(held: Holdings, paper: Pledge, duty_code: str, place: str, year: int, on: date) -> bool:
    day, binds = day_of_paper(paper), term(held, paper)
    if day is None or binds is None or day > on or duty_code not in paper.duty_codes:
        return False
    area = _area(held, paper.signer, day)
    near = place in ancestors(area) or area in ancestors(place)
    return near and binds[0].year <= year <= binds[1].year


def _area(held: Holdings, unit: UUID, day: date) -> str:
    known = held.unit(unit, day)
    return known.area_code if known else ""


def _day(paper: Pledge) -> date:
    return day_of_paper(paper) or END_OF_TIME


def _moment(paper: Pledge) -> tuple[date, int]:
    return _day(paper), paper.signed_at or paper.told_at


def _line(above: Mapping[UUID, UUID], paper: UUID) -> list[UUID]:
    """Give a paper and those it stands beneath, up to the root."""
    line = [paper]
    while line[-1] in above and len(line) <= DEEPEST:
        line.append(above[line[-1]])
    return line


def _on_duty(clause: Clause, duty_code: str) -> bool:
    return clause.type is ClauseType.SIGNER_DUTY and clause.duty_code == duty_code


def _balance(paper: Pledge, clauses: Sequence[ClauseFlow]) -> DutyBalance:
    duties = [clause for clause in clauses if clause.type is ClauseType.SIGNER_DUTY]
    told = sum(promise.clause_id is None for promise in paper.promises)
    return DutyBalance(
        issuer_duties=len(paper.of_type(ClauseType.ISSUER_DUTY)),
        supports=len(paper.of_type(ClauseType.SUPPORT)) + told,
        signer_duties=len(duties),
        handed_down=sum(clause.taken_over for clause in duties),
    )
