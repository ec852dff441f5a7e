"""What is shown of everything that a ledger held, and judged by no machine: every claim's table, every lead, every file and trail."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from ledger.streams import LEDGER
from projections import accountability, burden, case_files, duties, paper_files
from projections.holdings import Holdings
from projections.leads.detecting import Found, detect
from projections.shield.table import Column, Table, table
from projections.trail import trail

LAST, MIDDLE, YEAR = date(2030, 1, 1), date(2025, 3, 3), 2024


@dataclass(frozen=True)
class Judged:
    """The tables of all claims, and the leads, at one position."""

    tables: tuple[Table, ...]
    found: Found

    @property
    def asserted(self) -> Iterator[tuple[tuple[UUID, int], Column]]:
        """The first columns, by claim and position of its assertion: no later fact may change them."""
        for each in self.tables:
            yield (each.claim, each.at_assertion.known_at), each.at_assertion


def judged(held: Holdings, known_at: int) -> Judged:
    """Run the tests and the rules; a lead has one name, and nobody else bears it."""
    tables = tuple(made for claim in held.streams("claim") if (made := table(held, claim, known_at)))
    found = detect(held, LAST)
    names = [lead.id for lead in found.leads]
    assert len(names) == len(set(names)), "two leads bear one name"
    return Judged(tables, found)


def shown(held: Holdings, known_at: int) -> list[Any]:
    """Lay out every file, history and trail that is answered from the facts themselves; none of them may fail."""
    answers: list[Any] = [
        case_files.by_level(held, LAST),
        case_files.by_form(held, LAST),
        case_files.notices(held, LAST),
    ]
    per_kind = {
        "pledge": (paper_files.pledge_file, paper_files.objections, paper_files.pledge_diff),
        "veto": (paper_files.veto_file,),
        "case": (case_files.case_file,),
        "tolerance": (case_files.tolerance_file,),
        "unit": (burden.burden, burden.issuer_duties, accountability.history),
    }
    for kind, files in per_kind.items():
        answers += [file(held, each, on) for each in held.streams(kind) for file in files for on in (MIDDLE, LAST)]
    answers += [trail(held, each, known_at) for each in held.streams("incident")]
    for code in ("d1", "d2"):
        for place in ("530999", "530999901"):
            answers += [duties.owner(held, code, place, MIDDLE), duties.cascade(held, code, place, YEAR, LAST)]
    assert held.facts(LEDGER)
    return answers
