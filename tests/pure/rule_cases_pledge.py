"""The rules of signing, each shown refusing and permitting: one list, one duty, one name apart."""

from dataclasses import replace
from uuid import UUID

from ledger.terms import ClauseRole, DutyListKind, Level
from ledger.values import Scope
from tests.pure.item_scene import clause, unit_id
from tests.pure.pledge_scene import CLAUSES, PATROL, PledgeScene, entry, pledge_terms
from tests.pure.rule_case import RuleCase

STATION = Scope(level=Level.TOWNSHIP, category="PUBLIC_INSTITUTION")


def _sign_with(*beside: int) -> UUID:
    """Sign the approved clauses, and further ones beside them."""
    return PledgeScene().signed(clauses=(*CLAUSES, *(clause(number, "另行加派任务") for number in beside)))


def _task_force_hands_down_a_duty_of(owner: str) -> UUID:
    scene = PledgeScene()
    scene.publish(entry(owner))
    terms = pledge_terms(implementing_unit=unit_id("县专班"), recipient_scope=(STATION,))
    return scene.signed(scene.listed(terms), issuer=unit_id("县专班"), signer=unit_id("乡站所"))


def _township_helps(role: ClauseRole) -> UUID:
    """Have a township sign, in this role, for what it only helps with."""
    scene = PledgeScene()
    scene.publish(entry(kind=DutyListKind.COOPERATING))
    helping = (replace(PATROL, role=role), *CLAUSES[1:])
    return scene.signed(clauses=helping)


def _department_signs_with_a_government(*, in_name_of: str | None) -> UUID:
    scene = PledgeScene()
    name = unit_id(in_name_of) if in_name_of else None
    terms = pledge_terms(implementing_unit=unit_id("县级部门"), issued_in_name_of=name)
    return scene.signed(scene.listed(terms), issuer=unit_id("县级部门"))


CASES = {
    "BR-06": RuleCase(lambda: _sign_with(4), _sign_with),
    "BR-23": RuleCase(
        lambda: _task_force_hands_down_a_duty_of("县级部门"), lambda: _task_force_hands_down_a_duty_of("县政府")
    ),
    "BR-26": RuleCase(lambda: _township_helps(ClauseRole.PRINCIPAL), lambda: _township_helps(ClauseRole.SUPPORTING)),
    "BR-29": RuleCase(
        lambda: _department_signs_with_a_government(in_name_of=None),
        lambda: _department_signs_with_a_government(in_name_of="县政府"),
    ),
}
