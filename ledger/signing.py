"""What a lawful pledge must keep, rule by rule: the list, the parties, the clauses, the years, whose duty it is, who commands whom.

Shared by the deciders of pledges and by the dry run (“may I make them sign this?”): one definition, asked rule by rule. Pure.
Keeps: no rule is asked in one place and forgotten in the other.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ledger.authority import OwnSystemPledge, in_line_below
from ledger.holding import holding
from ledger.refusals import Refused
from ledger.rules import Rules
from ledger.succession import is_or_succeeds
from ledger.terms import ClauseRole, ClauseType, DutyListKind, Level
from ledger.timelines.duty import Holding
from ledger.timelines.item import Item, Version
from ledger.timelines.scope import reaches
from ledger.timelines.unit import UNIT, Unit
from ledger.values import Clause
from ledger.world import World


@dataclass
class ItemNotOnTheList(Refused):
    """“{title}” is not on the approved list on {day} ({phase}); nothing is signed under it. What was signed is recorded as observed."""

    title: str
    day: date
    phase: str


@dataclass
class IssuerNotEntitled(Refused):
    """{issuer} is neither the implementing unit of “{title}” nor the body in whose name it is issued."""

    issuer: str
    title: str


@dataclass
class SignerOutOfScope(Refused):
    """{signer} ({level}, {category}) is not among those that “{title}” may reach."""

    signer: str
    level: str
    category: str
    title: str


@dataclass
class ClausesDiffer(Refused):
    """The clauses are not those approved for “{title}”: {added} stand beside them, {missing} are missing."""

    title: str
    added: str
    missing: str


@dataclass
class PeriodOutsideItem(Refused):
    """The pledge would bind from {period_from} to {period_to}; “{title}” is approved for {start_year} to {end_year}."""

    title: str
    period_from: date
    period_to: date
    start_year: int
    end_year: str


@dataclass
class AdHocBodyHandsDown(Refused):
    """{issuer} hands down, in its own name, the duty “{duty}” that {owner} owns; let the owner, or the government, act."""

    issuer: str
    duty: str
    owner: str


@dataclass
class NotATownshipsDuty(Refused):
    """“{duty}” is {kind} for {signer}; it cannot be made its own by a pledge."""

    duty: str
    kind: str
    signer: str


@dataclass
class DepartmentCommandsGovernment(Refused):
    """{issuer} cannot have {signer} sign; a lower committee or government is addressed in the name of its own superior one only."""

    issuer: str
    signer: str


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be signed: under which item, by whom, for how long, with which clauses."""

    item: Item
    issuer: Unit
    signer: Unit
    period_from: date
    period_to: date
    clauses: tuple[Clause, ...]

    def version_on(self, day: date) -> Version | None:
        """Return the version that it is held against on a day: the one in force, else the first one to come."""
        return self.item.version_on(day) or (self.item.versions[0] if self.item.versions else None)


@dataclass(frozen=True, slots=True)
class Check:
    """One rule asked of a draft: whether it holds, and what is refused if it does not."""

    code: str
    holds: bool
    refusal: Refused


def checks(world: World, rules: Rules, draft: Draft, day: date, *, signed: bool) -> Iterator[Check]:
    """Ask every rule about a draft on a day; `signed`: it is to be signed on that day, so the item must be on the list by then."""
    item = draft.item
    version = draft.version_on(day)
    listed = item.active_on(day) if signed else version is not None and not item.ended_on(day)
    title = item.terms.title
    yield Check("BR-06", listed, ItemNotOnTheList(title, day, item.phase_on(day)))
    if version is not None:
        yield from _against(world, draft, version)
    named = version.terms.issued_in_name_of if version else None
    yield from _whose_duty(world, rules, draft, day, named)
    own = in_line_below(world, draft.signer.id, draft.issuer.id)
    yield Check("BR-27", not own, OwnSystemPledge(title))
    commands = (
        draft.issuer.category in rules.words("commanding_categories")
        and draft.signer.category in rules.words("committee_or_government_categories")
        and draft.issuer.level.rank > draft.signer.level.rank
        and named is None
    )
    yield Check("BR-29", not commands, DepartmentCommandsGovernment(draft.issuer.name, draft.signer.name))


def differences(clauses: tuple[Clause, ...], version: Version) -> tuple[list[str], list[str]]:
    """Return the ids of clauses that stand beside the approved ones, and of approved ones that are missing."""
    approved = {clause.hash: clause for clause in version.terms.clauses}
    stated = Counter(clause.hash for clause in clauses)
    allowed = Counter(clause.hash for clause in version.terms.clauses)
    added = [
        clause.clause_id
        for clause in clauses
        if stated[clause.hash] > allowed[clause.hash] or _drops(clause, approved[clause.hash])
    ]
    return added, [clause.clause_id for clause in version.terms.clauses if clause.hash not in stated]


def _drops(clause: Clause, approved: Clause) -> bool:
    """Tell whether a clause leaves out, or changes, what the approved one says of its duty: with it the other rules would see nothing."""
    return any(
        said and getattr(clause, name) != said
        for name, said in (
            ("duty_code", approved.duty_code),
            ("role", approved.role),
            ("needs_power", approved.needs_power),
        )
    )


def _against(world: World, draft: Draft, version: Version) -> Iterator[Check]:
    terms, title = version.terms, version.terms.title
    entitled = any(
        is_or_succeeds(world, draft.issuer.id, each)
        for each in (terms.implementing_unit, terms.issued_in_name_of)
        if each
    )
    yield Check("BR-06", entitled, IssuerNotEntitled(draft.issuer.name, title))
    signer = draft.signer
    out = SignerOutOfScope(signer.name, signer.level, signer.category, title)
    within = reaches(terms.recipient_scope, signer, lambda named: is_or_succeeds(world, signer.id, named))
    yield Check("BR-06", within, out)
    added, missing = differences(draft.clauses, version)
    differ = ClausesDiffer(title, ", ".join(added) or "-", ", ".join(missing) or "-")
    yield Check("BR-06", not added and not missing, differ)
    first, last = draft.period_from, draft.period_to
    in_years = terms.start_year <= first.year and (terms.end_year is None or last.year <= terms.end_year)
    outside = PeriodOutsideItem(title, first, last, terms.start_year, str(terms.end_year or "-"))
    yield Check("BR-06", in_years, outside)


def _whose_duty(world: World, rules: Rules, draft: Draft, day: date, named: UUID | None) -> Iterator[Check]:
    for clause, held in _held(world, draft, day):
        owner = world.see(UNIT, held.owner)
        departments = rules.words("department_categories")
        ad_hoc = draft.issuer.category in rules.words("ad_hoc_categories") and named is None
        others = owner is not None and owner.id != draft.signer.id  # a department may sign for what is its own
        handed = ad_hoc and others and owner is not None and owner.category in departments
        refusal = AdHocBodyHandsDown(draft.issuer.name, held.entry.text, owner.name if owner else "-")
        yield Check("BR-23", not handed, refusal)
        not_its = NotATownshipsDuty(held.entry.text, held.list_kind, draft.signer.name)
        yield Check("BR-26", not _not_its_own(draft, clause, held), not_its)


def _not_its_own(draft: Draft, clause: Clause, held: Holding) -> bool:
    """Tell whether a township would sign for what was taken back from it, or, as the principal, for what it only helps with."""
    if draft.signer.level is not Level.TOWNSHIP or held.delegated_to == draft.signer.id:
        return False
    if held.list_kind is DutyListKind.TAKEN_BACK:
        return True
    return held.list_kind is DutyListKind.COOPERATING and clause.role is ClauseRole.PRINCIPAL


def _held(world: World, draft: Draft, day: date) -> Iterator[tuple[Clause, Holding]]:
    for clause in draft.clauses:
        if clause.type is ClauseType.SIGNER_DUTY and clause.duty_code:
            held = holding(world, clause.duty_code, draft.signer.area_code, day)
            if held is not None:
                yield clause, held
