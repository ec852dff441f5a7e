"""The life of one veto in use: suggested, facts verified, party heard, decided, notified; or observed off the list, or in disguise.

Keeps: whether a veto is in effect on a day follows from dates alone (from the first to the last day, both included), so its lapse
needs no event; what was revoked is never in effect, and a decision not to veto never was.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from ledger.encoding import Recorded
from ledger.events import (
    DisguisedVetoObserved,
    Fact,
    IrregularVetoObserved,
    VetoDecided,
    VetoFactsVerified,
    VetoLapsed,
    VetoLifted,
    VetoNotified,
    VetoPartyHeard,
    VetoReviewDecided,
    VetoReviewRequested,
    VetoSuggested,
)
from ledger.terms import ReviewResult, VetoDecision
from ledger.timelines.life import Life


class Stage(StrEnum):
    """How far a veto has come. REVOKED is final; IRREGULAR and DISGUISED were observed, not decided here."""

    SUGGESTED = "SUGGESTED"
    FACTS_VERIFIED = "FACTS_VERIFIED"
    PARTY_HEARD = "PARTY_HEARD"
    DECIDED = "DECIDED"
    NOTIFIED = "NOTIFIED"
    REVOKED = "REVOKED"
    IRREGULAR = "IRREGULAR"
    DISGUISED = "DISGUISED"


@dataclass(frozen=True, slots=True)
class Veto:
    """A use of a veto against one unit in one assessment year, as of a day.

    item, target_unit, assessment_year, trigger_code   None where they are not known: of an observed veto
    suggestion                                         what it began with, unless it was only observed
    decided_on, item_version, effects, effect_from/to  set by the decision; an irregular veto has what was seen of it
    first_day_without                                  set once it was decided to lift it early
    review_pending                                     a review was asked for and is not decided
    """

    id: UUID
    stage: Stage
    exercising_unit: UUID
    item: UUID | None
    target_unit: UUID | None
    assessment_year: int | None
    trigger_code: str | None
    suggestion: VetoSuggested | None = None
    decision: VetoDecision | None = None
    decided_on: date | None = None
    item_version: int | None = None
    effects: tuple[str, ...] = ()
    effect_from: date | None = None
    effect_to: date | None = None
    notified_on: date | None = None
    review_pending: bool = False
    first_day_without: date | None = None
    lapse_noted: bool = False

    @property
    def vetoed(self) -> bool:
        """Tell whether it was decided to veto, and that was not revoked."""
        return self.decision is VetoDecision.VETO and self.stage is not Stage.REVOKED

    @property
    def last_day(self) -> date | None:
        """The last day of effect, earlier if it was lifted; None if there is none."""
        if self.first_day_without is None or self.effect_to is None:
            return self.effect_to
        return min(self.effect_to, self.first_day_without - timedelta(days=1))

    def in_effect_on(self, day: date) -> bool:
        last = self.last_day
        return self.vetoed and self.effect_from is not None and last is not None and self.effect_from <= day <= last


def evolve(state: Veto | None, recorded: Recorded[Fact]) -> Veto | None:
    """Total: what is not suggested or observed does not begin; what is revoked stays so."""
    if state is None:
        return _begun(recorded.stream, recorded.fact)
    return state if state.stage is Stage.REVOKED else _step(state, recorded.fact)


def _begun(stream: UUID, fact: Fact) -> Veto | None:
    match fact:
        case VetoSuggested() as f:
            begun = Veto(
                stream, Stage.SUGGESTED, f.exercising_unit, f.item, f.target_unit, f.assessment_year, f.trigger_code
            )
            return replace(begun, suggestion=f)
        case IrregularVetoObserved() as f:
            begun = Veto(
                stream, Stage.IRREGULAR, f.exercising_unit, f.item, f.target_unit, f.assessment_year, f.trigger_code
            )
            return replace(begun, decided_on=f.decided_on, effects=f.effects)
        case DisguisedVetoObserved() as f:
            return Veto(stream, Stage.DISGUISED, f.exercising_unit, None, f.target_unit, None, None)
    return None


def _step(veto: Veto, fact: Fact) -> Veto:
    match fact:
        case VetoFactsVerified():
            return replace(veto, stage=Stage.FACTS_VERIFIED)
        case VetoPartyHeard():
            return replace(veto, stage=Stage.PARTY_HEARD)
        case VetoDecided() as f:
            return _decided(veto, f)
        case VetoNotified(notified_on=day):
            return replace(veto, stage=Stage.NOTIFIED, notified_on=day)
        case VetoReviewRequested():
            return replace(veto, review_pending=True)
        case VetoReviewDecided(result=result):
            stage = Stage.REVOKED if result is ReviewResult.REVOKED else veto.stage
            return replace(veto, stage=stage, review_pending=False)
        case VetoLifted(first_day_without=day):
            return replace(veto, first_day_without=day)
        case VetoLapsed():
            return replace(veto, lapse_noted=True)
    return veto


def _decided(veto: Veto, f: VetoDecided) -> Veto:
    return replace(
        veto,
        stage=Stage.DECIDED,
        decision=f.decision,
        decided_on=f.decided_on,
        item_version=f.item_version,
        trigger_code=f.trigger_code,
        effects=f.effects,
        effect_from=f.effect_from,
        effect_to=f.effect_to,
    )


VETO = Life("veto", evolve)
