"""The tests of a claim that cites a veto: its item, parties, trigger, day and period take the place of a paper's.

Pure. What asks about a paper's clauses, promises or cascade is unknown here: NOT_A_PLEDGE.
"""

from collections.abc import Callable
from typing import Final

from ledger.events import IrregularVetoObserved, VetoDecided
from ledger.terms import ClauseType
from ledger.values import Clause
from projections.shield.matter import FAIL, PASS, UNKNOWN, Matter, Result, decided, worst
from projections.shield.pledge_tests import before, listed, owned, parties, power, t10


def v1(matter: Matter) -> Result:
    veto = matter.of_veto
    return listed("T1", matter, veto.decided_on, veto.item, decided(matter.held, veto))


def v2(matter: Matter) -> Result:
    veto = matter.of_veto
    version = matter.held.version(veto.item, veto.decided_on) if veto.decided_on else None
    at = decided(matter.held, veto)
    if veto.target_unit is None:
        return Result("T2", UNKNOWN, "NO_VERSION", at)
    return parties("T2", matter, veto.exercising_unit, veto.target_unit, version, veto.decided_on, at)


def v3(matter: Matter) -> Result:
    veto = matter.of_veto
    version = matter.held.version(veto.item, veto.decided_on) if veto.decided_on else None
    if version is None:
        return Result("T3", UNKNOWN, "NO_VERSION", decided(matter.held, veto))
    if veto.trigger_code in {trigger.code for trigger in version.terms.triggers}:
        return Result("T3", PASS, "TRIGGER_APPROVED", decided(matter.held, veto))
    return Result(
        "T3", FAIL, "TRIGGER_NOT_APPROVED", decided(matter.held, veto), (("trigger", veto.trigger_code or "-"),)
    )


def v4(matter: Matter) -> Result:
    veto = matter.of_veto
    told = matter.held.told(veto.id, VetoDecided, IrregularVetoObserved)
    first = min(((each.recorded_at, each.position) for each in told), default=None)
    return before("T4", matter, veto.decided_on, decided(matter.held, veto), first)


def v5(matter: Matter) -> Result:
    veto, tau = matter.of_veto, matter.tau
    if veto.effect_from is None or veto.effect_to is None:
        return Result("T5", UNKNOWN, "NO_PERIOD", decided(matter.held, veto))
    said = (("period_from", veto.effect_from.isoformat()), ("last_day", veto.effect_to.isoformat()))
    if veto.in_effect_on(tau):
        return Result("T5", PASS, "IN_FORCE", decided(matter.held, veto), said)
    return Result("T5", FAIL, "NOT_IN_FORCE", decided(matter.held, veto), said)


def v6(matter: Matter) -> Result:
    return worst("T6", [_vetoowned(matter, code) for code in sorted(matter.duty_codes)])


def _vetoowned(matter: Matter, duty_code: str) -> Result:
    return owned(matter, _bare(duty_code))


def v7(matter: Matter) -> Result:
    return worst("T7", [power(matter, _bare(code)) for code in sorted(matter.duty_codes)])


def _not_a_pledge(test: str) -> Callable[[Matter], Result]:
    return lambda _: Result(test, UNKNOWN, "NOT_A_PLEDGE")


def _bare(duty_code: str) -> Clause:
    return Clause(clause_id="-", type=ClauseType.SIGNER_DUTY, text="", duty_code=duty_code)


VETO_TESTS: Final = (v1, v2, v3, v4, v5, v6, v7, _not_a_pledge("T8"), _not_a_pledge("T9"), t10, _not_a_pledge("T11"))
