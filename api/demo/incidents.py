"""What the incidents told beside the clean-up came to: trail, twelve tests, leads, tolerance, the lawful twin, and the two clocks.

Everything is read from the facts that the ledger holds, as an inspector would read it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from api.demo.script import Narrator
from ledger.days import SHANGHAI
from ledger.encoding import Recorded
from ledger.events import DutyEntryAdded, Fact
from ledger.timelines.claim import CLAIM, Claim
from ledger.timelines.tolerance import TOLERANCE, Tolerance
from projections.holdings import Holdings
from projections.leads.detecting import detect
from projections.leads.scene import Lead, Spared
from projections.shield.table import Table, table
from projections.trail import Trail, is_about, trail


@dataclass(frozen=True, slots=True)
class Told:
    """One incident and the claim about it: the trail, both columns of the twelve tests, the leads, what was passed over."""

    trail: Trail
    claim: Claim
    table: Table
    leads: tuple[Lead, ...]
    spared: tuple[Spared, ...]

    @property
    def outcome(self) -> str | None:
        return self.claim.ruling.outcome if self.claim.ruling else None

    @property
    def heads(self) -> list[str]:
        """The rules of the leads that no stronger one absorbs."""
        return sorted({lead.rule for lead in self.leads if lead.absorbed_by is None})

    @property
    def beneath(self) -> list[str]:
        return sorted({lead.rule for lead in self.leads if lead.absorbed_by} - set(self.heads))


@dataclass(frozen=True, slots=True)
class Incidents:
    """Both incidents; the tolerance granted in the first; the tests that read otherwise when the duty list comes late."""

    title: str
    shield: Told
    twin: Told
    tolerance: Tolerance | None
    two_clocks: tuple[str, ...]
    names: dict[UUID, str]


def seen(narrator: Narrator, facts: Iterable[Recorded[Fact]], head: int) -> Incidents:
    """Read both incidents from the facts of the ledger up to its head."""
    script, streams, told = narrator.script, narrator.streams, list(facts)
    held = Holdings(told)
    day = script.step[-1].at.astimezone(SHANGHAI).date()
    claim = streams[script.claim]
    return Incidents(
        title=script.title,
        shield=_told(held, streams[script.incident], claim, head, day),
        twin=_told(held, streams[script.twin_incident], streams[script.twin], head, day),
        tolerance=held.state(TOLERANCE, streams[script.tolerance]),
        two_clocks=two_clocks(told, claim, head),
        names={stream: unit.name for stream in held.streams("unit") if (unit := held.unit(stream, day))},
    )


def _told(held: Holdings, incident: UUID, claim: UUID, head: int, day: date) -> Told:
    found = detect(held, day)
    laid, made, tested = trail(held, incident, head), held.state(CLAIM, claim), table(held, claim, head)
    if laid is None or made is None or tested is None:
        raise LookupError("the incident that was just told is not in the ledger")
    papers = {paper.pledge for paper in laid.papers}
    return Told(
        trail=laid,
        claim=made,
        table=tested,
        leads=tuple(lead for lead in found.leads if is_about(held, lead, incident)),
        spared=tuple(each for each in found.spared if papers.intersection(each.papers)),
    )


def two_clocks(facts: Iterable[Recorded[Fact]], claim: UUID, head: int) -> tuple[str, ...]:
    """Give the tests that would read unknown as of the claim and fail now, had the duty entries that decide it come after the claim."""
    late = [
        replace(each, position=head + each.position) if isinstance(each.fact, DutyEntryAdded) else each
        for each in facts
    ]
    tested = table(Holdings(late), claim, 2 * head)
    if tested is None:
        return ()
    return tuple(
        now.test
        for then, now in zip(tested.at_assertion.results, tested.now.results, strict=True)
        if (then.result, now.result) == ("unknown", "fail")
    )


def document(told: Incidents) -> dict[str, Any]:
    """Return the incidents as one document, with the keys of the acceptance figures."""
    tolerance = told.tolerance
    ruling = tolerance.ruling if tolerance else None
    return {
        "claim": _claim(told.shield),
        "leads": told.shield.heads,
        "absorbed": told.shield.beneath,
        "tolerance": {
            "outcome": ruling.outcome if ruling else None,
            "ground": ruling.ruled.ground_code if ruling else None,
            "duty_codes": list(ruling.ruled.duty_codes) if ruling else [],
            "mismatch_refs": list(ruling.ruled.mismatch_refs) if ruling else [],
        },
        "twin": {**_claim(told.twin), "leads": told.twin.heads, "considered": _considered(told.twin)},
        "two_clocks": list(told.two_clocks),
    }


def _claim(told: Told) -> dict[str, Any]:
    columns = zip(told.table.at_assertion.results, told.table.now.results, strict=True)
    return {
        "outcome": told.outcome,
        "failed_tests": list(told.table.now.failed),
        "failed_at_assertion": list(told.table.at_assertion.failed),
        "guidance": told.table.now.guidance,
        "edition": told.table.edition,
        "tests": [
            {
                "test": now.test,
                "at_assertion": then.result,
                "now": now.result,
                "reason": now.reason,
                "positions": list(now.positions),
            }
            for then, now in columns
        ],
    }


def _considered(told: Told) -> list[dict[str, str]]:
    return [{"rule": each.rule, "exemption": each.exemption} for each in told.spared]
