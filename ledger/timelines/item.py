"""The life of one item: found, verified, reviewed, decided; on the list from a day, perhaps suspended, amended, and over.

Keeps: a phase that ends the life is never left; every opinion stays; what is in force on a day follows from dates alone, so the
passing of a year needs no event. Nothing before a decision puts an item on the list, and publishing it adds nothing.
"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from ledger.encoding import Recorded
from ledger.events import (
    Fact,
    ItemAdmitted,
    ItemAmended,
    ItemBasisLost,
    ItemCancelled,
    ItemExited,
    ItemExitReviewOpened,
    ItemExpired,
    ItemIdentified,
    ItemMarkedDuplicate,
    ItemMerged,
    ItemOpinionGiven,
    ItemRejectedAsNotAnItem,
    ItemResumed,
    ItemRetained,
    ItemReturnedForRevision,
    ItemSubmittedForReview,
    ItemSuspended,
    ItemVerified,
    MergedItemFormed,
    ProvinceReplied,
    ReportedToProvince,
)
from ledger.terms import Disposition, FoundBy, OpinionStage
from ledger.timelines.life import Life
from ledger.values import ItemTerms, RunningPledgesTreatment


class Phase(StrEnum):
    """How far a life has come. DECIDED: to be on the list from a day ahead; ACTIVE: on it; the last six are final."""

    IDENTIFIED = "IDENTIFIED"
    VERIFIED = "VERIFIED"
    UNDER_REVIEW = "UNDER_REVIEW"
    PROPOSED = "PROPOSED"
    DECIDED = "DECIDED"
    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    CANCELLED = "CANCELLED"
    MERGED = "MERGED"
    DUPLICATE = "DUPLICATE"
    NOT_AN_ITEM = "NOT_AN_ITEM"
    EXPIRED = "EXPIRED"
    EXITED = "EXITED"

    @property
    def final(self) -> bool:
        return self in _FINAL


_FINAL = frozenset(
    (Phase.CANCELLED, Phase.MERGED, Phase.DUPLICATE, Phase.NOT_AN_ITEM, Phase.EXPIRED, Phase.EXITED),
)


@dataclass(frozen=True, slots=True)
class Opinion:
    """One stage's opinion, and the position at which it stands."""

    position: int
    stage: OpinionStage
    opinion: Disposition
    ground_code: str
    giver_unit: UUID
    given_on: date
    proposed_target_key: str | None


@dataclass(frozen=True, slots=True)
class Version:
    """One approved version of an item's elements, and the first day on which it holds."""

    number: int
    terms: ItemTerms
    effective_from: date


@dataclass(frozen=True, slots=True)
class Suspension:
    """Off the list for a while: from a day until the first day on again (None: not yet resumed)."""

    first_day: date
    first_day_again: date | None = None

    def covers(self, day: date) -> bool:
        return self.first_day <= day and (self.first_day_again is None or day < self.first_day_again)


@dataclass(frozen=True, slots=True)
class Item:
    """An item as of a day.

    phase               how far its facts have brought it; ACTIVE, SUSPENDED and EXPIRED depend on a day: ask `phase_on`
    terms               its elements as last declared, approved or amended (an amendment may still lie ahead: `version_on`)
    identified_at       position of the fact by which it came to be known; `found_by` None: merged or admitted, not found
    proposal            the last consolidated opinion of the review that runs or ran last (拟处理)
    reported_on         day on which it was reported to the province in that review
    versions            the approved versions, empty until it is decided to keep it
    mandates            documents of the centre or the province cited when it was put on the list
    first_day_without   set once it is decided that it ends
    """

    id: UUID
    phase: Phase
    terms: ItemTerms
    identified_at: int
    found_by: FoundBy | None = None
    reporting_unit: UUID | None = None
    campaign: UUID | None = None
    opinions: tuple[Opinion, ...] = ()
    proposal: Opinion | None = None
    reported_on: date | None = None
    province_reply: Disposition | None = None
    versions: tuple[Version, ...] = ()
    mandates: tuple[UUID, ...] = ()
    suspensions: tuple[Suspension, ...] = ()
    bases_lost: tuple[UUID, ...] = ()
    exit_review: bool = False
    expiry_noted: bool = False
    first_day_without: date | None = None
    running_pledges: RunningPledgesTreatment | None = None
    merged_into: UUID | None = None
    duplicate_of: UUID | None = None
    sources: tuple[UUID, ...] = ()
    predecessor: UUID | None = None

    @property
    def final(self) -> bool:
        """Tell whether a fact has ended this life. Passing years end it too: see `ended_on`."""
        return self.phase.final

    @property
    def listed(self) -> bool:
        """Tell whether it was ever decided that this item be on the list."""
        return bool(self.versions)

    @property
    def version(self) -> int:
        """The number of the last approved version, 0 if none."""
        return self.versions[-1].number if self.versions else 0

    @property
    def effective_from(self) -> date | None:
        """The first day on the list, if it was decided that there be one."""
        return self.versions[0].effective_from if self.versions else None

    @property
    def bases(self) -> tuple[UUID, ...]:
        """The registered documents it rests on: those its elements cite and those its listing cited."""
        cited = (basis.document for basis in self.terms.basis if basis.document)
        return tuple(dict.fromkeys((*cited, *self.mandates)))

    @property
    def in_review(self) -> bool:
        """Tell whether opinions are being given: in a review before the list, or in an exit review."""
        return self.phase in (Phase.UNDER_REVIEW, Phase.PROPOSED) or (self.exit_review and not self.final)

    def version_on(self, day: date) -> Version | None:
        """Return the approved version that held on a day, or None."""
        begun = [version for version in self.versions if version.effective_from <= day]
        return max(begun, key=lambda version: (version.effective_from, version.number), default=None)

    def active_on(self, day: date) -> bool:
        """Tell whether the item is on the approved list on a day."""
        if self.version_on(day) is None or self._past(day) or self._suspended(day):
            return False
        return self.first_day_without is None or day < self.first_day_without

    def phase_on(self, day: date) -> Phase:
        """Return how far the life has come on a day: a decision to keep is refined by the dates it set."""
        if self.phase is not Phase.DECIDED:
            return self.phase
        if self.version_on(day) is None:
            return Phase.DECIDED
        if self._past(day):
            return Phase.EXPIRED
        return Phase.SUSPENDED if self._suspended(day) else Phase.ACTIVE

    def ended_on(self, day: date) -> bool:
        """Tell whether this life is over on a day, by a fact or by its years."""
        return self.phase_on(day).final

    def _past(self, day: date) -> bool:
        version = self.version_on(day)
        return version is not None and version.terms.end_year is not None and day.year > version.terms.end_year

    def _suspended(self, day: date) -> bool:
        return any(suspension.covers(day) for suspension in self.suspensions)


def evolve(state: Item | None, recorded: Recorded[Fact]) -> Item | None:
    """Total: what is not known yet begins, what is over stays over, whatever else comes is taken as it stands."""
    if state is None:
        return _begin(recorded)
    if state.final:
        return state
    return _end(state, recorded.fact) or _review(state, recorded) or _on_the_list(state, recorded.fact) or state


def _begin(recorded: Recorded[Fact]) -> Item | None:
    stream, position = recorded.stream, recorded.position
    match recorded.fact:
        case ItemIdentified() as f:
            return Item(stream, Phase.IDENTIFIED, f.terms, position, f.found_by, f.reporting_unit, f.campaign)
        case MergedItemFormed() as f:
            formed = Item(stream, Phase.DECIDED, f.terms, position, campaign=f.campaign, sources=f.sources)
            return _approved(replace(formed, mandates=f.mandates), f.terms, f.effective_from)
        case ItemAdmitted() as f:
            admitted = Item(stream, Phase.DECIDED, f.terms, position, predecessor=f.predecessor)
            return _approved(replace(admitted, mandates=f.mandates), f.terms, f.effective_from)
    return None


def _review(item: Item, recorded: Recorded[Fact]) -> Item | None:
    match recorded.fact:
        case ItemVerified() if item.phase is Phase.IDENTIFIED:
            return replace(item, phase=Phase.VERIFIED)
        case ItemSubmittedForReview() if not item.listed:
            return replace(item, phase=Phase.UNDER_REVIEW)
        case ItemReturnedForRevision() if not item.listed:
            return replace(item, phase=Phase.VERIFIED, proposal=None, reported_on=None, province_reply=None)
        case ItemOpinionGiven() as f:
            return _opinion(item, recorded.position, f)
        case ReportedToProvince():
            return replace(item, reported_on=recorded.effective_on)
        case ProvinceReplied(opinion=opinion):
            return replace(item, province_reply=opinion)
        case ItemExitReviewOpened():
            return replace(item, exit_review=True, proposal=None, reported_on=None, province_reply=None)
    return None


def _opinion(item: Item, position: int, f: ItemOpinionGiven) -> Item:
    given = Opinion(position, f.stage, f.opinion, f.ground_code, f.giver_unit, f.given_on, f.proposed_target_key)
    item = replace(item, opinions=(*item.opinions, given))
    if f.stage is not OpinionStage.ORG_DEPT_CONSOLIDATED:
        return item
    return replace(item, proposal=given, phase=item.phase if item.listed else Phase.PROPOSED)


def _end(item: Item, fact: Fact) -> Item | None:
    match fact:
        case ItemMarkedDuplicate(duplicate_of=other):
            return replace(item, phase=Phase.DUPLICATE, duplicate_of=other)
        case ItemRejectedAsNotAnItem():
            return replace(item, phase=Phase.NOT_AN_ITEM)
        case ItemCancelled(first_day_without=day, running_pledges=pledges):
            return replace(item, phase=Phase.CANCELLED, first_day_without=day, running_pledges=pledges)
        case ItemMerged(target=target, first_day_without=day, running_pledges=pledges):
            merged = replace(item, phase=Phase.MERGED, merged_into=target)
            return replace(merged, first_day_without=day, running_pledges=pledges)
        case ItemExited(first_day_without=day, running_pledges=pledges):
            return replace(item, phase=Phase.EXITED, first_day_without=day, running_pledges=pledges)
    return None


def _on_the_list(item: Item, fact: Fact) -> Item | None:
    match fact:
        case ItemRetained() if item.listed:  # an exit review that ended with keeping it
            return replace(item, exit_review=False)
        case ItemRetained(effective_from=day, mandates=mandates):
            return _approved(replace(item, mandates=mandates), item.terms, day)
        case ItemAmended(terms=terms, effective_from=day):
            return _approved(item, terms, day)
        case ItemSuspended(suspended_from=day):
            return replace(item, suspensions=(*item.suspensions, Suspension(day)))
        case ItemResumed(resumed_from=day) if item.suspensions:
            *before, last = item.suspensions
            return replace(item, suspensions=(*before, replace(last, first_day_again=day)))
        case ItemExpired():
            return replace(item, expiry_noted=True)
        case ItemBasisLost(basis_document=document):
            return replace(item, bases_lost=(*item.bases_lost, document))
    return None


def _approved(item: Item, terms: ItemTerms, day: date) -> Item:
    version = Version(item.version + 1, terms, day)
    return replace(item, phase=Phase.DECIDED, terms=terms, versions=(*item.versions, version))


ITEM = Life("item", evolve)
