"""Measures the detection rules: every rule over every world, what was planted against what was found.

Run as `python -m tests.leads.corpus [--seed N] [--markdown | --json]`. Every world declares all that it must raise, so that a rule is
also measured by the worlds of all others.
"""

import argparse
import json
import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from api.catalogue import catalogue
from ledger.rules import GENERIC, pack
from projections.holdings import Holdings
from projections.leads.detecting import Found, detect
from projections.leads.scene import RULES
from tests.leads.own_pack import packs
from tests.leads.planted import ASKED_ON, PATTERNS, Case, cases

SEED = 20260105  # of the figures in docs/leads.md


@dataclass
class Score:
    """How a rule did. `planted`: leads that it must give; `found`: those it gave; `false`: those that no world asked for."""

    rule: str
    worlds: int = 0
    look_alikes: int = 0
    others: int = 0
    planted: int = 0
    found: int = 0
    false: int = 0

    @property
    def recall(self) -> str:
        return f"{self.found}/{self.planted}"

    @property
    def precision(self) -> str:
        return f"{self.found}/{self.found + self.false}"


@dataclass(frozen=True)
class Outcome:
    """What one world raised."""

    case: Case
    found: Found

    @property
    def raised(self) -> Mapping[str, int]:
        return Counter(lead.rule for lead in self.found.leads)

    @property
    def amiss(self) -> str:
        """Say what is not as declared; nothing if all is."""
        case, reason = self.case, self.case.variant.split("/")[0]
        if dict(self.raised) != dict(case.raises):
            return f"must raise {dict(case.raises)}, raised {[(each.rule, each.reason) for each in self.found.leads]}"
        if case.planted and not any((each.rule, each.reason) == (case.rule, reason) for each in self.found.leads):
            return f"the reason {reason} is not given"
        if case.spared and not any(
            (each.rule, each.exemption) == (case.rule, case.spared) for each in self.found.spared
        ):
            return f"{case.spared} is not named"
        if any((each.rule, each.reason) == (case.rule, case.absent) for each in self.found.leads):
            return f"{case.absent} is given"
        return ""


def outcomes(seed: int) -> list[Outcome]:
    """Run every rule over every world of a seed."""
    with packs():
        return [Outcome(case, detect(Holdings(case.world(seed).facts()), ASKED_ON)) for case in cases()]


def scores(run: list[Outcome]) -> list[Score]:
    """Count, rule by rule, over all worlds."""
    by_rule = {rule: Score(rule) for rule in sorted(RULES)}
    for each in run:
        for rule, score in by_rule.items():
            score.worlds += each.case.rule == rule and each.case.planted
            score.look_alikes += each.case.rule == rule and not each.case.planted
            score.others += each.case.rule != rule
            due, given = each.case.raises.get(rule, 0), each.raised.get(rule, 0)
            score.planted += due
            score.found += min(due, given)
            score.false += max(0, given - due)
    return list(by_rule.values())


def table(made: list[Score]) -> str:
    """Return the figures as a table in Markdown, that reads as text too."""
    rows = [
        f"| {s.rule} | {s.worlds} | {s.look_alikes} | {s.others} | {s.planted} | {s.recall} | {s.false} | {s.precision} |"
        for s in made
    ]
    head = "| rule | planted worlds | look-alikes | other worlds | leads due | recall | false leads | precision |"
    return "\n".join([head, "|---|---|---|---|---|---|---|---|", *rows])


def markdown(seed: int = SEED) -> str:
    """Return docs/leads.md."""
    made = judgements()
    lines = [INTRODUCTION]
    for rule in sorted(RULES):
        lines += _told(rule, made[rule])
    run = outcomes(seed)
    exact = [f"- **{rule}** {text}" for rule, held in made.items() for text in held.get("exact", ())]
    lines += ["## Where a rule was made exact", "", *exact, EVERYWHERE, ""]
    lines += ["## Measured", "", MEASURED.format(worlds=len(run), seed=seed), "", table(scores(run)), ""]
    return "\n".join(lines)


def judgements() -> dict[str, dict[str, Any]]:
    """Return what is said of each rule."""
    return tomllib.loads((Path(__file__).parent / "judgements.toml").read_text("utf-8"))


def _told(rule: str, held: Mapping[str, Any]) -> list[str]:
    words, values, pattern = catalogue(), pack(GENERIC).values, PATTERNS[rule]
    name = words[f"lead.{rule}.name"]
    lines = [f"### {rule} {name.zh} · {name.en}", "", held["predicate"], ""]
    set_by = [f"`{each}`{_set(values.get(each))}" for each in held.get("parameters", ())]
    if set_by:
        lines.append(f"- Parameters: {'; '.join(set_by)}")
    spared = sorted({twin.spared for twin in pattern.twins.values() if twin.spared})
    lines += [f"- Passed over, and named `{each}`: {words['lead.spared.' + each].en}" for each in spared]
    reasons = dict.fromkeys(variant.split("/")[0] for variant in pattern.fires)
    lines += [f"- Reason `{each}`: {words[f'lead.{rule}.{each}'].en}" for each in reasons]
    return [*lines, f"- Look-alikes tried: {'; '.join(twin.differs for twin in pattern.twins.values())}.", ""]


def _set(value: Any) -> str:
    """Say what a parameter is set to; tables and long lists are read in the pack itself."""
    if value is None:
        return " (no default)"
    if isinstance(value, list):
        return " (a list)"
    return f" = {value}"


INTRODUCTION = """# Leads

What the detection rules look for. A lead (线索) says that the records show a pattern at which a human should look; it is no finding, no
score and no ranking, and it names what may explain it. What is not known never makes a lead. This page is made by
`python -m tests.leads.corpus --markdown`; a test keeps it so.

`t` is the day of signing, or the day on which an undated paper was seen (the lead is then marked). A paper is *off the list* if on `t`
there was a list and no item on it stood behind the paper. Percentages are compared in whole numbers, "within n days" counts the last
day and not the first. Parameters are those of the rule pack `generic@1`; a place sets its own.

## The rules
"""

EVERYWHERE = """- **All** A lead is known by its rule and subject. The day from which it holds is the first on which the predicate held;
  later papers do not move it."""

MEASURED = """{worlds} worlds were made by chance from seed {seed}: for each reason of each rule three in which it must be found, and
look-alikes that lack one condition each. Every rule ran on every world; every world declares all leads that it must raise, of
whatever rule. This measures that the rules do what they say; it does not measure how often a lead turns out to matter in practice.
The worlds are synthetic."""


def main() -> None:
    """Print the figures."""
    asked = argparse.ArgumentParser(description="Measure the detection rules on planted patterns.")
    asked.add_argument("--seed", type=int, default=SEED)
    asked.add_argument("--markdown", action="store_true", help="docs/leads.md")
    asked.add_argument("--json", action="store_true", help="for programs")
    given = asked.parse_args()
    if given.markdown:
        print(markdown(given.seed), end="")
        return
    run = outcomes(given.seed)
    amiss = {each.case.name: each.amiss for each in run if each.amiss}
    if given.json:
        print(
            json.dumps(
                {"seed": given.seed, "worlds": len(run), "rules": [asdict(s) for s in scores(run)], "amiss": amiss}
            )
        )
        return
    print(f"seed {given.seed}, {len(run)} worlds\n\n{table(scores(run))}")
    for name, what in amiss.items():
        print(f"{name}: {what}")


if __name__ == "__main__":
    main()
