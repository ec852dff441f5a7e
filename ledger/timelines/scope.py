"""Whether a unit is among those that an item may reach. Pure; one rule for deciders, tests and leads."""

from collections.abc import Callable, Collection
from uuid import UUID

from ledger.timelines.unit import Unit
from ledger.values import Scope

# What workbooks call 各部门 or 对口部门: any of these.
DEPARTMENT = "DEPARTMENT"
DEPARTMENTS = frozenset(("GOVERNMENT_DEPT", "PARTY_ORGAN", "PUBLIC_INSTITUTION", "VERTICAL", "MASS_ORG"))


def reaches(scopes: Collection[Scope], unit: Unit, follows: Callable[[UUID], bool] = lambda _: False) -> bool:
    """Tell whether a unit is of the level and category of one of the scopes, and among its units where it names any.

    follows   tells whether the unit came after one that is named
    """
    return any(scope.level is unit.level and _of_kind(scope, unit) and _named(scope, unit, follows) for scope in scopes)


def _of_kind(scope: Scope, unit: Unit) -> bool:
    return scope.category == unit.category or (scope.category == DEPARTMENT and unit.category in DEPARTMENTS)


def _named(scope: Scope, unit: Unit, follows: Callable[[UUID], bool]) -> bool:
    return not scope.units or unit.id in scope.units or any(follows(each) for each in scope.units)
