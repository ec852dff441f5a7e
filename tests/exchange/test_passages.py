"""Cells that hold several things: clauses and triggers, cited documents, those who have to sign."""

from contextlib import suppress
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.exchange.cells import CellRefused
from api.exchange.passages import (
    CitedDocument,
    OwnOpinion,
    Scope,
    clauses,
    document,
    documents,
    numbered,
    opinion,
    scopes,
)


def lines_of(cell: str) -> list[tuple[str, str]]:
    return [(line.number, line.text) for line in numbered(cell).value]


@pytest.mark.parametrize(
    "cell",
    [
        "1.加强领导\n2.落实责任",
        "1、加强领导；\n2、落实责任。".replace("。", ""),
        "1. 加强领导；2. 落实责任",
        "(1)加强领导\n(2)落实责任",
        "（1）加强领导；（2）落实责任；",
        "①加强领导②落实责任",
        "加强领导\n落实责任",
        "1.加强\n领导\n2.落实责任\n3.",
    ],
)
def test_numbered_lines_are_split_however_they_are_numbered(cell: str) -> None:
    assert lines_of(cell) == [("1", "加强领导"), ("2", "落实责任")]


def test_chinese_numbers_stay_as_written_and_decimals_are_no_numbers() -> None:
    assert lines_of("一、加强领导\n二、落实责任") == [("一", "加强领导"), ("二", "落实责任")]
    assert lines_of("第一条 加强领导\n第二条 落实责任") == [("一", "加强领导"), ("二", "落实责任")]
    assert lines_of("1.5万元以上的通报\n2.5万元以上的否决") == [("1", "1.5万元以上的通报"), ("2", "2.5万元以上的否决")]


def test_a_clause_may_begin_with_its_kind() -> None:
    read = clauses("1.【甲方职责】指导\n2.[乙方职责] 巡查\n3.目标：无事故\n4.惩处:扣5分\n5.其他：说明\n6.报送").value
    assert [(clause.kind, clause.text) for clause in read] == [
        ("ISSUER_DUTY", "指导"),
        ("SIGNER_DUTY", "巡查"),
        ("TARGET", "无事故"),
        ("PENALTY", "扣5分"),
        (None, "其他：说明"),
        (None, "报送"),
    ]


def test_a_marked_kind_that_nobody_knows_is_refused() -> None:
    with pytest.raises(CellRefused) as refused:
        clauses("【乙方责】巡查")
    assert refused.value.code == "value-unknown"
    assert refused.value.suggestion is None or refused.value.suggestion == "签订方职责"


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ("《基本农田保护条例》第二十七条", [("基本农田保护条例", None, "第二十七条")]),
        ("《基本农田保护条例》第二十七条、第二十八条", [("基本农田保护条例", None, "第二十七条、第二十八条")]),
        ("《通知》（中办发〔2019〕16号）", [("通知", "中办发〔2019〕16号", None)]),
        ("《条例》（国务院令第257号）第三条", [("条例", None, "第三条")]),
        ("《甲》《乙》和《丙》", [("甲", None, None), ("乙", None, None), ("丙", None, None)]),
        ("1.《甲》；2.《乙》", [("甲", None, None), ("乙", None, None)]),
        ("《甲》；《乙》\n《丙》", [("甲", None, None), ("乙", None, None), ("丙", None, None)]),
        ("中办发〔2019〕16号、厅字〔2016〕8号", [(None, "中办发〔2019〕16号", None), (None, "厅字〔2016〕8号", None)]),
        ("根据中办发〔2019〕16号文件", [(None, "中办发〔2019〕16号", None)]),
        ("《关于贯彻《条例》的通知》", [("关于贯彻《条例》的通知", None, None)]),
        ("《关于印发〈办法、细则〉的通知》", [("关于印发〈办法、细则〉的通知", None, None)]),
        ("《甲》和中办发〔2019〕16号", [("甲", "中办发〔2019〕16号", None)]),
        ("和政发〔2020〕3号", [(None, "和政发〔2020〕3号", None)]),
        ("无", []),
        ("——", []),
    ],
)
def test_cited_documents_are_split_and_recognised(
    cell: str, read: list[tuple[str | None, str | None, str | None]]
) -> None:
    found = documents(cell)
    assert [(cited.title, cited.number, cited.articles) for cited in found.value] == read
    assert found.remarks == ()


def test_a_number_not_in_the_standard_form_is_normalised_and_remarked_on() -> None:
    found = documents("闽委办发[2006]08号")
    assert found.value == (CitedDocument("闽委办发[2006]08号", None, "闽委办发〔2006〕8号", None),)
    assert [(remark.code, remark.read) for remark in found.remarks] == [
        ("document-number-normalised", "闽委办发〔2006〕8号")
    ]


def test_a_vague_basis_is_kept_as_written_and_remarked_on() -> None:
    found = documents("上级要求")
    assert found.value == (CitedDocument("上级要求"),)
    assert [remark.code for remark in found.remarks] == ["basis-vague"]


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("中办发2019 16号", "document-number-unreadable"),
        ("云政办发〔20〕16号", "document-number-unreadable"),
        ("《甲", "title-marks-unbalanced"),
        ("甲》", "title-marks-unbalanced"),
        ("《甲\n乙》", "title-marks-unbalanced"),
    ],
)
def test_what_looks_like_a_document_and_is_none_is_refused(cell: str, code: str) -> None:
    with pytest.raises(CellRefused) as refused:
        documents(cell)
    assert refused.value.code == code


def test_one_document_is_one() -> None:
    assert document("无").value is None
    assert document("演示办发〔2020〕3号").value == CitedDocument("演示办发〔2020〕3号", None, "演示办发〔2020〕3号")
    with pytest.raises(CellRefused, match="one-document-wanted"):
        document("《甲》《乙》")


REGISTERED = {"演示县人民政府": UUID(int=1), "演示县（区）局": UUID(int=2)}


def said_of(cell: str) -> list[tuple[str | None, str | None]]:
    return [(scope.level, scope.category) for scope in scopes(REGISTERED.get, cell).value]


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ("县（区）人民政府、乡镇（街道）", [("COUNTY", "GOVERNMENT"), ("TOWNSHIP", "GOVERNMENT")]),
        ("县(区)人民政府,各乡镇", [("COUNTY", "GOVERNMENT"), ("TOWNSHIP", "GOVERNMENT")]),
        ("各县（市、区）人民政府", [("COUNTY", "GOVERNMENT")]),
        ("市级部门、县级对口部门", [("PREFECTURE", "DEPARTMENT"), ("COUNTY", "DEPARTMENT")]),
        ("各县（区）农业农村局", [("COUNTY", "DEPARTMENT")]),
        ("县（区）党委、政府", [("COUNTY", "PARTY_COMMITTEE"), ("COUNTY", "GOVERNMENT")]),
        ("8个县区党委政府", [("COUNTY", "PARTY_COMMITTEE"), ("COUNTY", "GOVERNMENT")]),
        ("各乡（镇）人民政府、街道办事处", [("TOWNSHIP", "GOVERNMENT"), ("TOWNSHIP", "GOVERNMENT")]),
        ("村（社区）", [("VILLAGE", "VILLAGE_SELF_GOV")]),
        ("农户", [("VILLAGE", "HOUSEHOLD")]),
        ("市直 有关\n部门", [("PREFECTURE", "DEPARTMENT")]),
        ("县（区）\n人民政府", [("COUNTY", "GOVERNMENT")]),
        ("乡镇、乡镇", [("TOWNSHIP", "GOVERNMENT")]),
        ("县（区）人民政府\n乡镇（街道）", [("COUNTY", "GOVERNMENT"), ("TOWNSHIP", "GOVERNMENT")]),
    ],
)
def test_those_who_sign_are_read_by_level_and_category(cell: str, read: list[tuple[str, str]]) -> None:
    assert said_of(cell) == read


def test_a_registered_unit_is_that_unit() -> None:
    assert scopes(REGISTERED.get, "演示县人民政府；乡镇").value == (
        Scope("演示县人民政府", unit=UUID(int=1)),
        Scope("乡镇", "TOWNSHIP", "GOVERNMENT"),
    )


@pytest.mark.parametrize("cell", ["所有人", "市级", "县级各类人员", "政府", "、"])
def test_anybody_else_is_refused(cell: str) -> None:
    with pytest.raises(CellRefused):
        scopes(REGISTERED.get, cell)


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ("拟取消", OwnOpinion("CANCEL")),
        ("合 并", OwnOpinion("MERGE")),
        ("合并至《演示责任书》", OwnOpinion("MERGE", "演示责任书")),
        ("建议合并到演示责任书", OwnOpinion("MERGE", "演示责任书")),
    ],
)
def test_the_units_own_opinion(cell: str, read: OwnOpinion) -> None:
    assert opinion(cell).value == read


@given(st.one_of(st.text(max_size=60), st.text("《》（）〔〕、；\n1.①一第条号〔2019〕中办发县区乡镇政府", max_size=60)))
def test_any_passage_is_read_or_refused_never_anything_else(cell: str) -> None:
    for reader in (numbered, clauses, documents, document, opinion):
        with suppress(CellRefused):
            reader(cell)
    with suppress(CellRefused):
        scopes(REGISTERED.get, cell)
