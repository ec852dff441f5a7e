"""A jurisdiction adopts an edition of a rule pack, from a day on.

Second step of every write (api -> application -> here). Pure: same history, same command, same rules, same answer.
Keeps: what was judged stays judged by the pack that its envelope names. A first adoption may reach back, for it says which rules the
place was under before it kept this ledger; a later one begins no earlier than it was adopted, and after the one before it.
"""

from dataclasses import dataclass
from datetime import date

from ledger import rules
from ledger.commands import AdoptRulePack
from ledger.events import RulePackAdopted
from ledger.refusals import Refused
from ledger.streams import rule_pack_stream
from ledger.timelines.rule_pack import RULE_PACK
from ledger.world import Decision, World


@dataclass
class RulePackNotHeld(Refused):
    """Rule pack {pack} is not part of this program, which holds {held}; adopt one of these."""

    pack: str
    held: str


@dataclass
class RulePackOutOfOrder(Refused):
    """{jurisdiction_code} is under {pack} from {effective_from}; another pack follows it from {earliest} at the earliest."""

    jurisdiction_code: str
    pack: str
    effective_from: date
    earliest: date


def decide(command: AdoptRulePack, world: World) -> Decision:
    """Answer the command to adopt a rule pack; raise Refused."""
    stream = rule_pack_stream(command.jurisdiction_code)
    pack_id = f"{command.pack}@{command.edition}"
    if pack_id not in rules.available():
        raise RulePackNotHeld(pack_id, ", ".join(rules.available()))
    adopted = world.see(RULE_PACK, stream)
    last = adopted and adopted.in_force(date.max)
    if last:
        earliest = max(date.fromordinal(last.effective_from.toordinal() + 1), command.effective_on)
        if command.effective_from < earliest:
            held = f"{last.pack}@{last.edition}"
            raise RulePackOutOfOrder(command.jurisdiction_code, held, last.effective_from, earliest)
    fact = RulePackAdopted(
        jurisdiction_code=command.jurisdiction_code,
        pack=command.pack,
        edition=command.edition,
        digest=rules.pack(pack_id).digest,
        effective_from=command.effective_from,
    )
    return Decision(world.rules(command.jurisdiction_code, command.effective_on), ((stream, fact),))
