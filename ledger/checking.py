"""The dry run: may this be signed? Every rule is asked, none stops the others, and nothing is recorded.

Beside the write path (api -> here). Pure. Keeps: it asks what signing itself will ask, from the same definition.
"""

from dataclasses import dataclass

from ledger.commands import DraftPledge
from ledger.pledge import drafted
from ledger.refusals import Cited, Refused
from ledger.signing import checks
from ledger.world import World


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule asked of a draft: whether it holds; if not, the refusal; the pack it was read from and its source."""

    code: str
    holds: bool
    refusal: Refused | None
    cited: Cited


def check_pledge(command: DraftPledge, world: World) -> tuple[Finding, ...]:
    """Ask every rule in force of signing about a draft, as if it were signed on its `effective_on`.

    Raises Refused where the draft cannot be read at all: unknown units or items, a period reversed, clauses without numbers.
    """
    rules, draft = drafted(command, world)
    findings = []
    for check in checks(world, rules, draft, command.effective_on, signed=True):
        rule = rules.pack.rules.get(check.code)
        if rule is None or not rule.effective_from <= rules.on <= rule.effective_to:
            continue
        cited = Cited(rule.code, rules.pack.id, rule.source, rule.text)
        if not check.holds:
            check.refusal.rule = cited
        findings.append(Finding(check.code, check.holds, None if check.holds else check.refusal, cited))
    return tuple(findings)
