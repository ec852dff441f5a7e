"""A process that fills a fresh ledger with the same facts at the same times, builds its views, and prints their state root.

python -m tests.projections.rooted WRITER PROJECTOR
"""

import sys
from datetime import date

from ledger.application import Actor, Ledger
from ledger.commands import AdoptRulePack, OpenLedger, RegisterUnit, RenameUnit
from ledger.streams import unit_stream
from ledger.terms import EntryRoute, Level
from projections import builds
from projections.catalogue import REGISTER
from projections.rebuild import rebuild
from projections.roots import root

DAY, AT = date(2024, 3, 1), 1_709_251_200_000_000
CODES = [f"{kind}{number}" for kind in ("乙", "甲", "b", "B", "é") for number in range(4)]


def main(writer: str, projector: str) -> None:
    actor = Actor(
        account="test", unit=unit_stream("甲0", DAY), post="经办岗", entry_route=EntryRoute.CLI, synthetic=True
    )
    ledger = Ledger(writer)
    ledger.open(
        OpenLedger(effective_on=DAY, name="演示", opened_on=DAY, synthetic_clock=True), actor=actor, recorded_at=AT
    )
    asked = [
        RegisterUnit(
            effective_on=DAY, code=code, name=code, level=Level.COUNTY, category="GOVERNMENT_DEPT",
            area_code="530902", valid_from=DAY,
        )
        for code in CODES
    ]  # fmt: skip
    ledger.execute(*asked, actor=actor, recorded_at=AT)
    adopted = AdoptRulePack(
        effective_on=DAY, jurisdiction_code="530900", pack="lincang-2024", edition=1, effective_from=DAY
    )
    renamed = RenameUnit(effective_on=DAY, unit=unit_stream("b1", DAY), name="改")
    ledger.execute(adopted, renamed, actor=actor, recorded_at=AT)
    ledger.close()
    with builds.connect(projector) as connection:
        built = rebuild(connection, REGISTER)
        again = root(connection, built.schema, built.position)
        assert built.root == again or built.root is None, (built.root, again)
        print(built.position, again)


if __name__ == "__main__":
    main(*sys.argv[1:])
