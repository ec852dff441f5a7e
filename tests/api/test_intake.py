"""Workbooks are read and shown before anything is written; with one problem nothing is; brought again they add nothing."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from api.exchange.rows import Channel
from api.exchange.template import example, write_template
from api.runtime import prepare
from ledger import commands as ask
from ledger.application import Actor, Ledger
from ledger.streams import campaign_stream, unit_stream
from ledger.terms import ItemType, Level
from tests.api.conftest import PASSWORD, Mingze, open_ledger, url

LEAD, OFFICE, TOWN = "演示牵头部门", "演示农业农村局", "演示乡人民政府"


@dataclass
class Office:
    """A campaign that is open, and the command line in the ledger's place."""

    mingze: Mingze
    superuser: str
    campaign: str

    def bring(self, *words: str | Path, campaign: str | None = None) -> tuple[int, Any, str]:
        asked = [*map(str, words), "--campaign", campaign or self.campaign, "--json"]
        status, out, err = self.mingze("import", "inventory", *asked)
        return status, json.loads(out), err

    def facts(self, topic: str | None = None) -> list[tuple[str | None, dict[str, Any]]]:
        """Account and state of the facts in the log, of one topic or of all."""
        with psycopg.connect(self.superuser) as connection:
            query = "select actor, state from log.events where %(topic)s::text is null or topic = %(topic)s order by position"
            return [
                (actor, json.loads(state)) for actor, state in connection.execute(query, {"topic": topic}).fetchall()
            ]


@pytest.fixture
def office(mingze: Mingze, new_database: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> Office:
    superuser = new_database()
    prepare(superuser, PASSWORD)
    open_ledger(superuser)
    day: dict[str, Any] = {"effective_on": date(2026, 1, 5), "backlog": True}
    clerk, ledger = Actor(account="test", unit=None, post=None, synthetic=True), Ledger(superuser)
    units = {name: unit_stream(f"T{number}", date(2020, 1, 1)) for number, name in enumerate((LEAD, OFFICE, TOWN))}
    kinds = {
        LEAD: (Level.COUNTY, "PARTY_ORGAN"),
        OFFICE: (Level.COUNTY, "GOVERNMENT_DEPT"),
        TOWN: (Level.TOWNSHIP, "GOVERNMENT"),
    }
    place: dict[str, Any] = {"area_code": "530902"}
    campaign = campaign_stream("530902", 2024, 1)
    registered = [
        ask.RegisterUnit(
            code=f"T{number}",
            name=name,
            level=kinds[name][0],
            category=kinds[name][1],
            valid_from=date(2020, 1, 1),
            **place,
            **day,
        )
        for number, name in enumerate(units)
    ]
    plan = ask.PlanCampaign(year=2024, ordinal=1, title="演示清理", campaign_unit=units[LEAD], **place, **day)
    opening = ask.OpenCampaign(
        campaign=campaign, units=(units[OFFICE],), item_types=tuple(ItemType), deadline=date(2026, 12, 31), **day
    )
    try:
        ledger.execute(*registered, plan, opening, actor=clerk)
    finally:
        ledger.close()
    monkeypatch.setenv("DATABASE_URL", url(make_conninfo(superuser, user="mingze_api", password=PASSWORD)))
    return Office(mingze, superuser, str(campaign))


@pytest.fixture
def workbook(tmp_path: Path) -> Callable[..., Path]:
    def written(channel: Channel = Channel.IMPLEMENTER, name: str = "book", **change: str) -> Path:
        held = {"reporting_unit": OFFICE, "implementing_unit": OFFICE, "checking_unit": LEAD, "checked_unit": OFFICE}
        row = (
            {column: held.get(column, text) for column, text in example(channel).items()} | {"recipient": TOWN} | change
        )
        path = tmp_path / f"{name}.xlsx"
        write_template(path, channel, rows=[row])
        return path

    return written


def test_a_workbook_is_recorded_in_one_append_and_only_once(office: Office, workbook: Callable[..., Path]) -> None:
    size, book = len(office.facts()), workbook()
    status, told, err = office.bring(book)
    assert (status, err) == (0, ""), told
    (recorded,) = told["recorded"]
    assert (recorded["known_before"], recorded["first"]) == (False, size + 1)
    assert len(office.facts()) == recorded["last"]
    again = office.bring(book)[1]["recorded"][0]
    assert (again["known_before"], again["last"]) == (True, recorded["last"])
    assert len(office.facts()) == recorded["last"]
    ((_, state),) = office.facts("item.identified")
    assert (state["entry_route"], state["synthetic"], state["actor_post"]) == ("FILE", True, "经办岗位")


def test_a_preview_writes_nothing(office: Office, workbook: Callable[..., Path]) -> None:
    size = len(office.facts())
    status, told, _ = office.bring(workbook(), "--preview")
    assert (status, told["recorded"], sum(told["files"][0]["rows"].values())) == (0, None, 1)
    assert len(office.facts()) == size


def test_one_problem_in_one_cell_of_one_file_and_nothing_is_taken(
    office: Office, workbook: Callable[..., Path], tmp_path: Path
) -> None:
    size, bad = len(office.facts()), workbook(name="bad", implementing_unit="演示农业农林局")
    status, told, _ = office.bring(workbook(name="good"), bad)
    (problem,) = told["files"][1]["problems"]
    assert (status, told["recorded"]) == (1, None)
    assert (problem["code"], problem["suggestion"]) == ("unit-not-registered", OFFICE)
    assert problem["cell"]
    assert len(office.facts()) == size
    assert office.bring(bad, "--marked", tmp_path / "marked.xlsx")[0] == 1
    marked = openpyxl.load_workbook(tmp_path / "marked.xlsx")
    assert marked[problem["sheet"]][problem["cell"]].comment


def test_what_people_are_told_names_sheet_and_cell(office: Office, workbook: Callable[..., Path]) -> None:
    bad = workbook(implementing_unit="演示农业农林局")
    status, out, _ = office.mingze("import", "inventory", str(bad), "--campaign", "530902/2024/1", "--lang", "zh")
    assert status == 1
    assert "✗ 问题 " in out
    assert f"是不是“{OFFICE}”" in out
    assert "全部未导入" in out
    assert "Traceback" not in out


def test_a_refusal_of_the_ledger_names_its_rule(office: Office, workbook: Callable[..., Path]) -> None:
    assert office.bring(workbook(name="first"))[0] == 0
    size = len(office.facts())
    status, told, err = office.bring(workbook(name="second", title="演示另一责任书"))
    assert (status, told["error"]["code"]) == (2, "return-already-filed")
    assert "已" in err
    assert len(office.facts()) == size


def test_a_protected_report_enters_without_its_reporter_and_only_once(
    office: Office, workbook: Callable[..., Path]
) -> None:
    book = workbook(Channel.RECIPIENT, protected="是")
    status, told, _ = office.bring(book)
    assert status == 0, told
    size = len(office.facts())
    assert office.bring(book)[1]["recorded"][0]["known_before"] is True
    assert len(office.facts()) == size
    ((actor, state),) = office.facts("record.recipient_report_filed")
    assert actor is None
    assert "recipient" not in state


@pytest.mark.parametrize(
    ("words", "campaign", "code"),
    [
        ((), "530902/2023/1", "import.campaign-unknown"),
        ((), "the last one", "import.campaign-malformed"),
        (("--unit", "演示无此单位"), None, "import.unit-unknown"),
        (("--channel", "rumour"), None, "import.channel-unknown"),
    ],
)
def test_what_is_not_there_is_refused(
    office: Office, workbook: Callable[..., Path], words: tuple[str, ...], campaign: str | None, code: str
) -> None:
    status, told, _ = office.bring(workbook(), *words, campaign=campaign)
    assert (status, told["error"]["code"]) == (2, code)


@pytest.mark.parametrize("channel", ["implementer", "spot-check", "recipient"])
def test_the_blank_template_holds_no_rows_and_is_told_so(
    office: Office, mingze: Mingze, tmp_path: Path, channel: str
) -> None:
    place = tmp_path / "blank.xlsx"
    assert mingze("template", "inventory", str(place), "--channel", channel)[0] == 0
    status, told, _ = office.bring(place)
    assert (status, told["error"]["code"]) == (2, "refused.no-rows")
