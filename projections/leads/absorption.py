"""Which lead is shown beneath a stronger one: none is lost, but the strongest stands at the head.

Pure. On the same paper, 08 absorbs 07 and 22, and 09 absorbs 32; a claim's 16 absorbs 01, 12, 13, 14 and 15 whose evidence meets
the positions that decide a failed test.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final
from uuid import UUID

from projections.leads.scene import Lead

ON_THE_SAME_PAPER: Final = {"DR-07": "DR-08", "DR-22": "DR-08", "DR-32": "DR-09"}
BY_A_CLAIM: Final = ("DR-01", "DR-12", "DR-13", "DR-14", "DR-15")


def absorbed(leads: Iterable[Lead]) -> list[Lead]:
    """Return the leads, each with the stronger one beneath which it belongs, if there is one."""
    found = list(leads)
    by_paper: dict[tuple[str, UUID], Lead] = {}
    by_position: dict[int, tuple[int, Lead]] = {}
    for number, lead in enumerate(found):
        for paper in lead.papers:
            by_paper.setdefault((lead.rule, paper), lead)
        for position in lead.positions if lead.rule == "DR-16" else ():
            by_position.setdefault(position, (number, lead))
    heads = (_head(lead, by_paper, by_position) for lead in found)
    return [replace(lead, absorbed_by=head.id) if head else lead for lead, head in zip(found, heads, strict=True)]


def _head(
    lead: Lead, by_paper: Mapping[tuple[str, UUID], Lead], by_position: Mapping[int, tuple[int, Lead]]
) -> Lead | None:
    """Return the stronger lead: the first, where there are several."""
    if lead.rule in ON_THE_SAME_PAPER and lead.papers:
        return by_paper.get((ON_THE_SAME_PAPER[lead.rule], lead.papers[0]))
    if lead.rule not in BY_A_CLAIM:
        return None
    met = [by_position[position] for position in lead.positions if position in by_position]
    return min(met, key=lambda each: each[0])[1] if met else None
