"""Makes the workbooks in `files/` with LibreOffice and, for one password, msoffcrypto-tool; run once, by hand:

    PATH=/where/msoffcrypto-tool/is:$PATH python3 tests/exchange/make_fixtures.py  (the Python that has `uno`)

They look as offices send them: titles over the header, merged cells, spread-out words, years in every spelling.
All parties are invented (演示).
"""

import importlib
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

FILES = Path(__file__).parent / "files"
PIPE = "mingze-fixtures"

uno = importlib.import_module("uno")  # it comes with LibreOffice, not from a package index

XLSX, XLS, ODS, XLSM = "Calc MS Excel 2007 XML", "MS Excel 97", "calc8", "Calc MS Excel 2007 VBA XML"
CSV = "Text - txt - csv (StarCalc)"
GB18030 = "44,34,85,1"  # comma, quotation mark, encoding, first line

PLEDGES = {
    "name": "责任状事项",
    "merged": ["A1:P1", "H4:I4", "C7:C8", "A13:P13"] + [f"{c}4:{c}5" for c in "ABCDEFGJKLMNOP"],
    "dates": ["H9"],
    "rows": [
        ["演示市“一票否决”事项和责任状清理统计表"],
        ["填 报 单 位（盖章）：演示市农业农村局      填报日期：2024年3月15日          单位：个"],
        [],
        [
            "序号",
            "事 项\n名 称",
            "实施\n单位",
            "接受对象\n（填清单）",
            "层级",
            "领域",
            "结果\n运用",
            "起止年度",
            "",
            "政策法规依据",
            "批准文件",
            "条  款",
            "拟处理\n意见",
            "处理理由",
            "替代措施",
            "备注",
        ],
        ["", "", "", "", "", "", "", "起始", "终止"],
        ["栏次", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
        [
            1,
            "演示农村沼气设施安全\n管理目标责任书",
            "演示市农业农村局",
            "县（区）人民政府、乡镇（街道）",
            "市 级",
            "农业农村",
            "取消当年评优资格",
            "2021年",
            "二〇二五",
            "《演示市沼气设施安全管理办法》第八条\n演示农发[2020]012号",
            "演示政办发〔2020〕30号",
            "1.【甲方职责】每年组织培训\n2.【乙方职责】每季度巡查一次\n3.目标：不发生较大事故",
            "取 消",
            "与日常监管重复",
            "修订制度、厘清权责清单",
            "张某某 1380000",
        ],
        [
            2,
            "演示秸秆综合利用责任书",
            "",
            "各县（区）农业农村局",
            "市级",
            "农业农村",
            "-5分",
            "２０２２",
            "长期",
            "无",
            "",
            "一、完成年度任务\n二、按月报送进度",
            "保留",
            "",
            "",
            "",
        ],
        [
            3,
            "演示高标准农田建设责任状",
            "演示市自然资源局",
            "市级部门、县级对口部门",
            "市级",
            "耕地保护",
            "扣分",
            44197,
            "二○二五年",
            "《基本农田保护条例》第二十七条、第二十八条；演示政发（2021）第3号",
            "",
            "1、建成高标准农田；2、落实管护",
            "合并至《演示耕地保护目标责任书》",
            "内容重叠",
            "",
            "",
        ],
        [],
        [
            4,
            "演示河湖长制责任状",
            "演示市水利局",
            "乡镇（街道）",
            "市级",
            "水利",
            "通报",
            2021.5,
            2025,
            "演示办发〔2021〕1号",
            "",
            "1.每月巡河",
            "",
            "",
            "",
            "",
        ],
        ["合 计", "", "", "", "", "", 4],
        ["备注：以上为自查结果，已经党组会研究。"],
        ["填报人：张某某", "", "", "联系电话：1380000", "", "", "审核人：李某某"],
    ],
}

VETOES = {
    "name": "一票否决",
    "rows": [
        ["填报单位：", "演示市生态环境局"],
        [
            "序号",
            "事项名称",
            "实施单位",
            "接受对象",
            "层级",
            "领域",
            "结果运用",
            "起止年度",
            "政策法规依据",
            "批准文件",
            "否决情形",
        ],
        [
            "1.0",
            "演示秸秆禁烧一票否决",
            "演示市生态环境局",
            "演示县人民政府、乡镇（街道）",
            "市级",
            "生态环境",
            "取消全年评优资格",
            "2021-2025年",
            "中办发〔2019〕16号",
            "",
            "（1）卫星发现火点三次以上；\n（2）隐瞒不报；",
        ],
    ],
}

HIDDEN = {**VETOES, "name": "往年", "hidden": True}
EXPLANATION = {
    "name": "填表说明",
    "rows": [["一、本表由市级部门填写。"], ["二、没有事项的写零报告。"]],
}

FOUND = {
    "name": "Sheet1",
    "merged": ["A1:K1", "B3:B4"],
    "dates": ["D3"],
    "rows": [
        ["监管核查发现事项表"],
        [
            "序号",
            "检查单位",
            "被检查单位",
            "发现日期",
            "类型",
            "事项名称",
            "实施单位",
            "接受对象",
            "依据",
            "起止年度",
            "结果运用",
            "文书名称",
        ],
        [
            1,
            "演示市委组织部",
            "演示县农业农村局",
            45366,
            "责任状",
            "演示农村沼气设施安全管理目标责任书",
            "演示市农业农村局",
            "县级对口部门",
            "演示农发〔2020〕12号",
            "2021年至今",
            "取消评优",
            "演示农村沼气设施安全承诺书",
        ],
        [
            2,
            "",
            "演示县农业农村局",
            "2024.3.16",
            "一票否决",
            "演示秸秆禁烧一票否决",
            "演示市生态环境局",
            "",
            "",
            "",
            "",
            "",
        ],
        [
            3,
            "同上",
            "同上",
            "二〇二四年三月十七日",
            "责任状",
            "演示河湖长制责任状",
            "演示市水利局",
            "乡镇（街道）",
            "",
            2024,
            "",
            "",
        ],
    ],
}

REPORTED = {
    "name": "Sheet1",
    "rows": [
        ["接受对象反向监测表"],
        ["报告单位：演示乡人民政府"],
        [
            "序号",
            "实施（发起）单位",
            "类型",
            "事项名称",
            "文书名称（责任状/承诺书…）",
            "结果运用",
            "起止年度",
            "依据",
            "要求保密",
        ],
        [
            1,
            "演示市农业农村局",
            "责任状",
            "演示农村沼气设施安全管理目标责任书",
            "演示沼气安全承诺书",
            "年终扣分，取消评优",
            "2021-2025",
            "《演示市沼气设施安全管理办法》\n演示农发〔2020〕12号",
            "是",
        ],
        [2, "演示市生态环境局", "一票否决", "演示秸秆禁烧一票否决", "", "", "", "", "否"],
    ],
}

ZERO = {
    "name": "零报告",
    "merged": ["A1:E1"],
    "rows": [
        ["零报告表"],
        ["填报单位", "类型", "零报告声明", "声明人岗位"],
        ["演示市教育局", "一票否决", "经自查，本单位无一票否决事项。", "主要负责人"],
        ["演示市教育局", "责任状", "零报告", "主要负责人"],
    ],
}

ZERO_AMONG_ITEMS = {
    "name": "一票否决",
    "rows": [
        ["填报单位：演示市水利局", "", "", "声明人岗位：分管负责人"],
        ["序号", "事项名称", "实施单位", "接受对象", "层级", "领域", "结果运用", "起始年度", "终止年度", "否决情形"],
        ["", "零 报 告"],
    ],
}

PROBLEMS = {
    "name": "责任状",
    "merged": ["B8:B9"],
    "formulas": {"N3": "=1/0", "J4": "=#REF!"},
    "rows": [
        ["填报单位：演示市农业局"],
        [
            "序号",
            "事项名称",
            "实施单位",
            "接受对象",
            "层级",
            "领域",
            "结果运用",
            "起始年度",
            "终止年度",
            "政策法规依据",
            "批准文件",
            "条款",
            "拟处理意见",
            "处理理由",
            "经费",
        ],
        [
            1,
            "演示甲责任状",
            "演示市农业农村居",
            "县（区）人民政府",
            "市极",
            "农业",
            "扣分",
            "21年",
            "2025",
            "中办发2019 16号",
            "《甲》、《乙》",
            "1.巡查",
            "不办",
            "",
            "5万元",
        ],
        [2, "", "演示市农业农村局", "所有人", "市级", "农业农村", "扣分", 2025, 2021, "", "", "", "保留", "", ""],
        [
            3,
            "演示丙责任状",
            "",
            "乡镇（街道）",
            "市级",
            "农业农村",
            "",
            "长期",
            "",
            "《丙",
            "",
            "【要求】巡查",
            "",
            "",
            "",
        ],
        [4, "零报告", "演示市农业农村局", "", "", "", "", "", "", "", "", "", "", "", ""],
        [
            5,
            "演示戊责任状",
            "演示市农业农村局",
            "乡镇",
            "市级",
            "农业农村",
            "扣分",
            1850,
            "长期",
            "",
            "",
            "1.巡查",
            "",
            "@SUM(A1)",
            "",
        ],
        [
            6,
            "演示己责任状",
            "演示市农业农村局",
            "乡镇",
            "市级",
            "农业农村",
            "扣分",
            2021,
            2025,
            "",
            "",
            "1.巡查",
            "",
            "",
            "",
        ],
        [7, "", "演示市农业农村局", "县", "市级", "农业农村", "扣分", 2021, 2025, "", "", "1.巡查", "", "", ""],
    ],
}


@contextmanager
def desktop() -> Iterator[Any]:
    with tempfile.TemporaryDirectory() as profile:
        office = subprocess.Popen(
            [
                "soffice",
                f"-env:UserInstallation=file://{profile}",
                "--headless",
                "--norestore",
                f"--accept=pipe,name={PIPE};urp;",
            ]
        )
        try:
            yield _connected()
        finally:
            office.terminate()
            office.wait()


def _connected() -> Any:
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    for _ in range(120):
        try:
            context = resolver.resolve(f"uno:pipe,name={PIPE};urp;StarOffice.ComponentContext")
        except Exception:  # noqa: BLE001 - NoConnectException exists only inside the bridge
            time.sleep(0.5)
        else:
            return context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
    raise TimeoutError


def prop(name: str, value: object) -> Any:
    made = uno.createUnoStruct("com.sun.star.beans.PropertyValue")
    made.Name, made.Value = name, value
    return made


def build(office: Any, sheets: list[dict[str, Any]]) -> Any:
    document = office.loadComponentFromURL("private:factory/scalc", "_blank", 0, (prop("Hidden", True),))
    date_format = document.NumberFormats.queryKey("YYYY-MM-DD", uno.createUnoStruct("com.sun.star.lang.Locale"), False)
    for place, described in enumerate(sheets):
        document.Sheets.insertNewByName(f"new{place}", place)
        sheet = document.Sheets.getByIndex(place)
        for row, values in enumerate(described["rows"]):
            for column, value in enumerate(values):
                cell = sheet.getCellByPosition(column, row)
                if isinstance(value, str):
                    cell.String = value
                else:
                    cell.Value = value
        for place_of, formula in described.get("formulas", {}).items():
            sheet.getCellRangeByName(place_of).getCellByPosition(0, 0).Formula = formula
        for area in described.get("merged", ()):
            sheet.getCellRangeByName(area).merge(True)
        for area in described.get("dates", ()):
            sheet.getCellRangeByName(area).NumberFormat = date_format
    while document.Sheets.Count > len(sheets):
        document.Sheets.removeByName(document.Sheets.getByIndex(len(sheets)).Name)
    for place, described in enumerate(sheets):
        document.Sheets.getByIndex(place).Name = described["name"]
        document.Sheets.getByIndex(place).IsVisible = not described.get("hidden", False)
    return document


def store(document: Any, name: str, kind: str, *options: Any) -> None:
    document.storeToURL((FILES / name).as_uri(), (prop("FilterName", kind), *options))
    print(name, (FILES / name).stat().st_size)


def xls_key() -> Any:
    """Give any key: it is forgotten here, and nobody is meant to open the file."""
    names = ("STD97EncryptionKey", "STD97UniqueID")
    values = [uno.createUnoStruct("com.sun.star.beans.NamedValue") for _ in names]
    for value, name in zip(values, names, strict=True):
        value.Name, value.Value = name, uno.ByteSequence(bytes(range(16)))
    return uno.Any("[]com.sun.star.beans.NamedValue", tuple(values))


def main() -> None:
    with desktop() as office:
        declared = build(office, [PLEDGES, VETOES, EXPLANATION, HIDDEN])
        store(declared, "declared.xlsx", XLSX)
        store(declared, "declared.xls", XLS)
        store(declared, "other.ods", ODS)
        store(declared, "encrypted.xls", XLS, prop("EncryptionData", xls_key()))
        for sheets, name in (([FOUND], "found"), ([ZERO, ZERO_AMONG_ITEMS], "zero"), ([PROBLEMS], "problems")):
            document = build(office, sheets)
            for ending, kind in ((".xlsx", XLSX), (".xls", XLS)):
                store(document, name + ending, kind)
        store(build(office, [REPORTED]), "reported.csv", CSV, prop("FilterOptions", GB18030))
        macros = build(office, [VETOES])
        macros.BasicLibraries.VBACompatibilityMode = True
        macros.BasicLibraries.getByName("Standard").insertByName("Module1", "Sub Auto_Open()\nMsgBox 1\nEnd Sub\n")
        store(macros, "macros.xlsm", XLSM)
        store(macros, "macros.xls", XLS)
    declared_xlsx, encrypted = str(FILES / "declared.xlsx"), str(FILES / "encrypted.xlsx")
    subprocess.run(["msoffcrypto-tool", "-e", "-p", "demo", declared_xlsx, encrypted], check=True)
    shutil.copy(FILES / "declared.xls", FILES / "declared.et")  # what WPS writes under its own ending by default


if __name__ == "__main__":
    main()
