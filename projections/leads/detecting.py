"""Every detection rule over one scene: the leads as known, about a day, absorbed, in a fixed order.

Pure second stage over what the ledger held. Keeps: the same holdings give the same leads in the same order on every machine.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from projections.holdings import Holdings
from projections.leads import conduct, means, off_list, patterns
from projections.leads.absorption import absorbed
from projections.leads.scene import RULES, Lead, Scene, Spared

MODULES = (means, off_list, patterns, conduct)  # importing them registers their rules


@dataclass(frozen=True, slots=True)
class Found:
    """What the rules found, and what they passed over for an exemption."""

    leads: tuple[Lead, ...]
    spared: tuple[Spared, ...]


def detect(held: Holdings, on: date, rules: Collection[str] = ()) -> Found:
    """Run the rules (all, if none are named) and return the leads whose predicate holds by a day."""
    scene = Scene(held)
    answers = [answer for code in sorted(RULES) if not rules or code in rules for answer in RULES[code].detect(scene)]
    first: dict[object, Lead] = {}
    for answer in answers:
        if isinstance(answer, Lead) and answer.since <= on:
            first.setdefault(answer.id, answer)
    leads = sorted(absorbed(first.values()), key=lambda lead: (lead.rule, lead.since, lead.id))
    return Found(tuple(leads), tuple(answer for answer in answers if isinstance(answer, Spared)))
