"""A projection for tests: the registry of units, with every kind of column, a route, a shown state and both kinds of history."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from msgspec.structs import replace as but

from ledger.encoding import Recorded
from ledger.events import UnitDissolved, UnitRegistered, UnitRenamed, UnitsMerged, UnitSplit, UnitSuperiorChanged
from projections.builds import Projection
from projections.engine import AS_BEFORE, History, Timeline
from projections.rows import Row


class Unit(Row, frozen=True):
    name: str
    superior: UUID | None
    status: str
    since: date
    absorbed: int
    former_names: tuple[str, ...]
    successors: tuple[UUID, ...]
    rank: str | None
    synthetic: bool


units = Timeline("unit_list", Unit)


@units.on(UnitRegistered)
def _(unit: Unit | None, e: Recorded[UnitRegistered]) -> Unit:
    absorbed = 0 if unit is None else unit.absorbed
    superior, rank = e.fact.block_superior, e.fact.rank
    return Unit(e.fact.name, superior, "registered", e.fact.valid_from, absorbed, (), (), rank, e.envelope.synthetic)


@units.on(UnitRenamed)
def _(unit: Unit | None, e: Recorded[UnitRenamed]) -> Unit | None:
    return unit and but(unit, name=e.fact.name, former_names=(*unit.former_names, unit.name))


@units.on(UnitSuperiorChanged)
def _(unit: Unit | None, e: Recorded[UnitSuperiorChanged]) -> Unit | None:
    return unit and but(unit, superior=e.fact.superior)


@units.on(UnitsMerged)
def _(unit: Unit | None, e: Recorded[UnitsMerged]) -> Unit | None:
    return unit and but(unit, status="merged", successors=(e.fact.successor,))


@units.on(UnitsMerged, route=lambda e: (e.fact.successor,))
def _(unit: Unit | None, _: Recorded[UnitsMerged]) -> Unit | None:
    return unit and but(unit, absorbed=unit.absorbed + 1)


@units.on(UnitSplit)
def _(unit: Unit | None, e: Recorded[UnitSplit]) -> Unit | None:
    return unit and but(unit, status="split", successors=e.fact.successors)


@units.on(UnitDissolved)
def _(_unit: Unit | None, _: Recorded[UnitDissolved]) -> None:
    return None


@dataclass(frozen=True)
class Life:
    """A state that is no row: how often the unit was renamed."""

    names: tuple[str, ...]


class Renaming(Row, frozen=True):
    times: int


def _renaming(life: Life) -> Renaming | None:
    return Renaming(len(life.names) - 1) if len(life.names) > 1 else None


renamings: Timeline[Life] = Timeline("renamings", Renaming, show=_renaming)


@renamings.on(UnitRegistered)
def _(_life: Life | None, e: Recorded[UnitRegistered]) -> Life:
    return Life((e.fact.name,))


@renamings.on(UnitRenamed)
def _(life: Life | None, e: Recorded[UnitRenamed]) -> Life | None:
    return life and replace(life, names=(*life.names, e.fact.name))


history = History("unit_history")
history.roles(UnitRegistered, superior="block_superior", unit=lambda e: (e.stream,))
history.roles(UnitRenamed, superior=AS_BEFORE, unit=AS_BEFORE)
history.roles(UnitSuperiorChanged, superior="superior", unit=AS_BEFORE)
history.roles(UnitsMerged, superior=AS_BEFORE, unit=AS_BEFORE, successor="successor")
history.roles(UnitSplit, unit=AS_BEFORE, successor="successors")

registry = Projection("registry", 1, (units, renamings, history))
