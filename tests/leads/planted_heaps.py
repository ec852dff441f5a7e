"""Worlds of the rules about many papers together: DR-03, 04, 23, 24, 29, 31."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from ledger.days import add_months
from ledger.events import (
    DutyEntryRemoved,
    ItemIdentified,
    PledgeReSignedDown,
    PledgeTerminated,
    PledgeVoided,
    UnitDissolved,
    UnitsMerged,
    VetoDecided,
    VetoSuggested,
)
from ledger.streams import duty_list_stream, duty_stream
from ledger.terms import ClauseType, DutyListKind, FoundBy, Level, VetoDecision
from ledger.values import Clause
from tests.leads.own_pack import OVERLOAD
from tests.leads.planting import Twin, pattern
from tests.leads.worlds import DAY, World


@pattern(
    "DR-03",
    {
        "HANDED_DOWN": {"DR-03": 1},
        "HANDED_DOWN/linked": {"DR-03": 1},
        "HANDED_DOWN/just_enough": {"DR-03": 1},
    },
    less=Twin("three clauses of four are handed on"),
    last_year=Twin("the upper paper is of the year before"),
    earlier=Twin("signed on the day before the upper paper"),
    same_day=Twin("signed on the day of the upper paper", {"DR-03": 1}),
    another_issuer=Twin("whoever asks had not signed the upper paper"),
    another_duty=Twin("another duty, though in the same words"),
    linked_duty=Twin("linked, whatever the duty", {"DR-03": 1}, reason="HANDED_DOWN/linked"),
    law=Twin("law commands both steps", spared="COMMANDED_BY_LAW"),
    half_law=Twin("law commands only the upper step", {"DR-03": 1}),
)
def handed_down(w: World, variant: str, but: str) -> None:
    town, day = w.town(), w.day(date(2025, 6, 1), date(2025, 11, 30))
    duty = w.duty(w.county_gov)
    w.duty(town, code=duty)
    above = day - timedelta(days=w.chance.randint(1, 90))
    above = {"last_year": date(2024, 12, 20), "earlier": day + DAY, "same_day": day}.get(but, above)
    signer = 5 if variant.endswith("just_enough") else 4
    upper = w.clauses(duty, signer=signer)
    lower = tuple(replace(each, clause_id=f"x{each.clause_id}", text=f"{each.text}。") for each in upper)
    if variant.endswith("just_enough") or but == "less":
        lower = (replace(lower[0], text=w.text()), *lower[1:])
    own = w.duty(town) if but in ("another_duty", "linked_duty") else duty
    lower = tuple(replace(each, duty_code=own) if each.type is ClauseType.SIGNER_DUTY else each for each in lower)
    field = "FARMLAND" if but in ("law", "half_law") else "WORK_SAFETY"
    if but == "last_year":
        clauses = w.clauses(duty)
        item = w.item(w.terms(w.city_gov, w.county_gov, clauses=clauses))
        parent = w.lawful(
            issuer=w.city_gov, signer=w.county_gov, day=above, duty=duty, clauses=upper, item=item, approved=upper
        )
    else:
        parent = w.lawful(issuer=w.city_gov, signer=w.county_gov, day=above, duty=duty, clauses=upper, field_code=field)
    below = "WORK_SAFETY" if but == "half_law" else field
    issuer = w.bureau if but == "another_issuer" else w.county_gov
    child = w.lawful(issuer=issuer, signer=town, day=day, duty=own, clauses=lower, field_code=below)
    if variant.endswith("linked"):
        w.tell(child.paper, PledgeReSignedDown(parent=parent.paper), day)


@pattern(
    "DR-04",
    {"PHOTOCOPIED": {"DR-04": 1}, "PHOTOCOPIED/targets": {"DR-04": 1}, "PHOTOCOPIED/nearly": {"DR-04": 1}},
    four=Twin("four papers"),
    alike=Twin("duties and targets are the same"),
    two_issuers=Twin("two units issue them"),
    two_years=Twin("one is of the year before"),
    not_alike=Twin("one of five reads otherwise"),
    template=Twin("the approved version, with each signer's own figures", spared="APPROVED_TEMPLATE"),
)
def photocopied(w: World, variant: str, but: str) -> None:
    exact = but in ("two_issuers", "two_years", "not_alike")
    number = 4 if but == "four" else 5 if exact else w.chance.randint(5, 7)
    towns = [w.town() for _ in range(number)]
    shared = w.duty(towns[0])
    for town in towns[1:]:
        w.duty(town, code=shared)
    texts = w.clauses(shared, signer=6, issuer=2)
    target = Clause(clause_id="t", type=ClauseType.TARGET, text=w.text(8) + "{1}起")
    days = sorted(w.before_the_list() for _ in towns)
    item = None
    if but == "template":
        item = w.item(w.terms(w.bureau, towns[0], clauses=(*texts, target)))
    for index, town in enumerate(towns):
        slots = (str(index),) if variant.endswith("targets") or but == "template" else ()
        own = w.duty(town) if variant != "PHOTOCOPIED/targets" and but not in ("alike", "template") else shared
        clauses = (*(replace(c, duty_code=c.duty_code and own) for c in texts), replace(target, slots=slots))
        if index == 1 and (but == "not_alike" or variant.endswith("nearly")):
            word = w.text(30) if but == "not_alike" else "务"
            clauses = (replace(clauses[0], text=clauses[0].text + word), *clauses[1:])
        if item:
            w.lawful(signer=town, day=date(2025, 3, 1) + index * DAY, duty=own, clauses=clauses, item=item)
            continue
        last = index + 1 == number
        issuer = w.other if but == "two_issuers" and last else w.bureau
        day = date(2023, 9, 1) if but == "two_years" and last else days[index]
        w.observe(signer=town, day=day, issuer=issuer, clauses=clauses)


@pattern(
    "DR-23",
    {"SPLIT_UP": {"DR-23": 1}, "SPLIT_UP/items": {"DR-23": 1}, "SPLIT_UP/three": {"DR-23": 1}},
    too_little=Twin("three clauses of five come back"),
    late=Twin("the second follows more than six months later"),
    six_months=Twin("the second follows six months later to the day", {"DR-23": 1}),
    one=Twin("one paper alone"),
    as_large=Twin("one is as large as the item was"),
    another_unit=Twin("another unit issues the second"),
    day_before=Twin("the first was signed on the last day with the item"),
    not_ended=Twin("the item has not ended"),
    older=Twin("the new items began in earlier years", reason="SPLIT_UP/items"),
)
def split_up(w: World, variant: str, but: str) -> None:
    whole = w.clauses(signer=3, issuer=2)
    s1, s2, s3, i1, i2 = whole
    parts: list[tuple[Clause, ...]] = (
        [(s1, i1), (s2, i2)] if not variant.endswith("three") else [(s1, i1), (s2, i2), (s3, i1)]
    )
    if but == "too_little":
        parts = [(s1, i1), (s2, i1)]
    if but == "one":
        parts = parts[:1]
    if but == "as_large":
        parts[1] = (s2, i2, *w.clauses(signer=2, issuer=1))
    ended = date(2024, 2, 1)
    item = w.item(w.terms(w.bureau, clauses=whole), known=date(2023, 8, 1), active=None)
    if but != "not_ended":
        w.end(item, ended, w.pick("cancelled", "merged", "exited"))
    first = w.day(date(2024, 2, 1), date(2024, 2, 20))
    first = ended - DAY if but == "day_before" else first
    days = [first, first + timedelta(days=w.chance.randint(1, 60)), first + 70 * DAY]
    if but in ("late", "six_months"):
        days[1] = add_months(first, 6) + (DAY if but == "late" else 0 * DAY)
    for index, clauses in enumerate(parts):
        reworded = tuple(
            replace(each, text=f"一、{each.text}") if w.chance.random() < 0.3 else each for each in clauses
        )
        if variant.endswith("items"):
            terms = w.terms(w.bureau, clauses=reworded, start_year=2022 if but == "older" else 2024)
            told = ItemIdentified(terms=terms, found_by=FoundBy.SPOT_CHECK, reporting_unit=w.discipline)
            w.tell(w.key("item"), told, days[index])
            continue
        issuer = w.other if but == "another_unit" and index else w.bureau
        in_name = w.county_gov
        w.observe(issuer=issuer, day=days[index], clauses=reworded, issued_in_name_of=in_name)


@pattern(
    "DR-24",
    {"OVERLOADED": {"DR-24": 1}, "VETOES_FACED": {"DR-24": 1}},
    one_less=Twin("one paper less than the pack allows"),
    no_number=Twin("the pack sets no number"),
    ended=Twin("one ended on the day before the last began"),
    last_day=Twin("one ended on the day on which the last began", {"DR-24": 1}),
    voided=Twin("one was declared void"),
    terminated=Twin("one was terminated before the last began"),
    sixteen=Twin("sixteen vetoes", reason="VETOES_FACED"),
    dropped=Twin("of one it was decided not to veto", reason="VETOES_FACED"),
    two_years=Twin("they fall in two years", reason="VETOES_FACED"),
    two_targets=Twin("they hang over two units", reason="VETOES_FACED"),
)
def overloaded(w: World, variant: str, but: str) -> None:
    if variant == "VETOES_FACED":
        number = 16 if but == "sixteen" else 17 if but else w.chance.randint(17, 20)
        for index in range(number):
            stream, last = w.key("veto"), index + 1 == number
            common = {
                "item": w.key("item"),
                "exercising_unit": w.city_gov,
                "target_unit": w.other if but == "two_targets" and last else w.county_gov,
                "assessment_year": 2025 if but == "two_years" and last else 2024,
                "trigger_code": "T1",
            }
            day = w.before_the_list()
            w.tell(stream, VetoSuggested(**common, suggested_by=w.city_dept, facts="事实"), day)  # type: ignore[arg-type]
            if but == "dropped" and last:
                decided = VetoDecided(**common, item_version=1, decision=VetoDecision.NO_VETO, decided_on=day)  # type: ignore[arg-type]
                w.tell(stream, decided, day)
        return
    w.quiet = True
    if but != "no_number":
        w.adopt()
    town, day = w.town(), w.before_the_list()
    number = OVERLOAD - 1 if but == "one_less" else OVERLOAD
    papers = []
    for index in range(number):
        first = day if index + 1 == number else day - timedelta(days=w.chance.randint(1, 40))
        period: dict[str, Any] = {"period_from": first, "period_to": date(2024, 12, 31)}
        if index == 0 and but in ("ended", "last_day"):
            period["period_to"] = day - DAY if but == "ended" else day
        issuer = w.pick(w.bureau, w.other, w.county_gov)
        papers.append(w.observe(signer=town, day=first, issuer=issuer, **period))
    if but == "voided":
        w.tell(papers[1], PledgeVoided(ground="不当"), day)
    if but == "terminated":
        w.tell(papers[1], PledgeTerminated(ground="终止", first_day_without=day), day - DAY)


@pattern(
    "DR-29",
    {"MASS_SIGNING": {"DR-29": 1}, "MASS_SIGNING/more": {"DR-29": 1}},
    nine=Twin("nine papers"),
    two_days=Twin("one is of the day after"),
    two_signers=Twin("one is another unit's"),
    undated=Twin("one bears no date"),
)
def mass_signing(w: World, variant: str, but: str) -> None:
    w.quiet = True
    town, beside, day = w.town(), w.town(), w.before_the_list()
    duty = w.duty(town)
    number = 9 if but == "nine" else 10 if but or variant == "MASS_SIGNING" else w.chance.randint(11, 14)
    for index in range(number):
        last = index == 0
        on = day + DAY if but == "two_days" and last else day
        signer = beside if but == "two_signers" and last else town
        issuer = w.pick(w.bureau, w.other, w.county_gov)
        w.observe(signer=signer, day=on, duty=duty, issuer=issuer, dated=not (but == "undated" and last))


@pattern(
    "DR-31",
    {"NO_SUCCESSOR": {"DR-31": 1}, "NO_SUCCESSOR/item": {"DR-31": 1}, "NO_SUCCESSOR/paper": {"DR-31": 1}},
    successor=Twin("a successor is named"),
    removed=Twin("the entry is gone on the thirty-first day"),
    day_later=Twin("the entry is gone a day later", {"DR-31": 1}),
    nothing=Twin("nothing names the unit"),
    ended_item=Twin("the item is off the list on the thirty-first day", reason="NO_SUCCESSOR/item"),
    ended_paper=Twin("the paper is terminated by the thirty-first day", reason="NO_SUCCESSOR/paper"),
)
def no_successor(w: World, variant: str, but: str) -> None:
    gone = w.unit("县撤销局", Level.COUNTY, "GOVERNMENT_DEPT", block=w.county_gov)
    ended = w.day(date(2025, 3, 1), date(2025, 9, 30))
    after = ended + 31 * DAY
    if variant.endswith("item"):
        item = w.item(w.terms(gone))
        if but == "ended_item":
            w.end(item, after)
    elif variant.endswith("paper"):
        signed = w.day(date(2024, 3, 1), date(2024, 6, 30))
        paper = w.observe(issuer=gone, day=signed, period_to=date(2026, 12, 31))
        if but == "ended_paper":
            w.tell(paper, PledgeTerminated(ground="终止", first_day_without=after), after - DAY)
    elif but != "nothing":
        listed = duty_list_stream(gone, DutyListKind.DEPARTMENT)
        duty = w.duty(gone, kind=DutyListKind.DEPARTMENT, listed=listed)
        if but in ("removed", "day_later"):
            first = after if but == "removed" else after + DAY
            removed = DutyEntryRemoved(duty_list=listed, ground="划转", first_day_without=first)
            w.tell(duty_stream(duty, w.area), removed, after)
    if but == "successor":
        w.tell(gone, UnitsMerged(successor=w.other, first_day_without=ended), ended - DAY)
    else:
        w.tell(gone, UnitDissolved(first_day_without=ended), ended - DAY)
