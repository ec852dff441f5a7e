"""When a fact may still, or already, be recorded: not before it happened, and late only with a reason (BR-22).

Asked of every command, after its decider. Pure. Lateness itself is no fault and stays visible; a past year entered later is backlog
and says so.
"""

from dataclasses import dataclass
from datetime import date

from ledger.commands import Command
from ledger.refusals import Refused
from ledger.rules import Rules


@dataclass
class NotYetHappened(Refused):
    """Today is {today}; what happens on {effective_on} is recorded on that day or later."""

    today: date
    effective_on: date


@dataclass
class LateWithoutReason(Refused):
    """What happened on {effective_on} is recorded {days} days later; beyond {lateness_days} days say why it is late."""

    effective_on: date
    days: int
    lateness_days: int


def timely(command: Command, rules: Rules, today: date) -> None:
    """Demand that a command tells of no day to come, and of none long past without a reason or the mark of backlog."""
    rules.demand("BR-22", command.effective_on <= today, NotYetHappened(today, command.effective_on))
    days, allowed = (today - command.effective_on).days, rules.number("lateness_days")
    told = command.backlog or bool((command.late_reason or "").strip())
    rules.demand("BR-22", told or days <= allowed, LateWithoutReason(command.effective_on, days, allowed))
