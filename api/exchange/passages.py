"""Cells that hold several things: numbered clauses and triggers, cited documents, those who have to sign.

Pure. What is split here is kept as written; only document numbers take their standard form, with a remark.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import UUID

from api.exchange.cells import CellRefused, Reading, Remark, lines, of_length, text, word
from api.exchange.words import codes, key, listed, nearest, table
from api.exchange.workbook import Value
from ledger.document_number import mentions

_HANZI_NUMBER = "[一二三四五六七八九十百]{1,4}"
_NUMBER = re.compile(
    rf"\s*(?:第(?P<article>{_HANZI_NUMBER}|[0-9]{{1,3}})[条项]\s*|[(（](?P<inner>{_HANZI_NUMBER}|[0-9]{{1,3}})[)）][、.．]?"
    rf"|(?P<plain>{_HANZI_NUMBER})、|(?P<digits>[0-9]{{1,3}})(?:[、．)）]|\.(?![0-9]))|(?P<circled>[①-⑳]))\s*"
)
_ENDINGS = " ;；"  # what separates two lines belongs to neither
_NEXT_ON_THE_LINE = re.compile(
    r"(?<=[;；。])\s*(?=[0-9]{1,3}[、.．](?![0-9])|[(（][0-9一二三四五六七八九十]{1,3}[)）])|(?<!^)(?=[①-⑳])"
)
_KIND = re.compile(r"[【\[［](?P<marked>[^】\]］]{1,12})[】\]］]\s*[:：]?\s*|(?P<plain>[^:：、，。\s]{1,8})[:：]\s*")
_MERGE = re.compile(r"(?:拟|建议|予以|应当)?合并(?:至|到|入|进|为|于)(?P<target>.+)")
_SCOPE_LIMIT = 1_000  # characters
_OPEN, _CLOSE = "《〈（([〔【“", "》〉）)]〕】”"
_ARTICLES = re.compile(rf"第(?:{_HANZI_NUMBER}|[0-9]+)[条章款项节].*")
_NEARLY_A_NUMBER = re.compile(
    r"[\u4e00-\u9fa5]{2,16}[发字函电办]\s*(?:[〔\[(（【]\s*)?[0-9]{2,4}[^、,，;；。《》]{0,6}?[0-9]+\s*号"
)


@dataclass(frozen=True, slots=True)
class NumberedLine:
    """One trigger or clause: its number as written or by its place, its kind if it names one, its text."""

    number: str
    text: str
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class CitedDocument:
    """A document that an item rests on: as written, and what could be told from it."""

    text: str
    title: str | None = None
    number: str | None = None
    articles: str | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """Some of those who have to sign or may be vetoed: one registered unit, or a level and what of that level."""

    text: str
    level: str | None = None
    category: str | None = None
    unit: UUID | None = None


@dataclass(frozen=True, slots=True)
class OwnOpinion:
    """What the implementing unit itself proposes: RETAIN, MERGE or CANCEL, and into what to merge if it says so."""

    disposition: str
    merge_into: str | None = None


def opinion(value: Value) -> Reading[OwnOpinion]:
    """Read 保留, 取消, 合并, or 合并至《…》."""
    said = text(value).value
    if found := _MERGE.fullmatch(said):
        return Reading(OwnOpinion("MERGE", found["target"].strip("《》“”")))
    return Reading(OwnOpinion(word("disposition", said).value))


def numbered(value: Value) -> Reading[tuple[NumberedLine, ...]]:
    """Split numbered lines; a line without number goes on with the one before, if that has one."""
    written = [
        part for line in lines(value).value.split("\n") for part in _NEXT_ON_THE_LINE.split(line) if part.strip()
    ]
    passages: list[tuple[str | None, str]] = []
    for line in written:
        number, rest = _number(line)
        if not rest:  # a number filled in beforehand, and nothing after it
            continue
        if number is None and passages and passages[-1][0] is not None:
            passages[-1] = (passages[-1][0], passages[-1][1] + rest)
        else:
            passages.append((number, rest))
    return Reading(
        tuple(NumberedLine(number or str(place), passage) for place, (number, passage) in enumerate(passages, 1))
    )


def clauses(value: Value) -> Reading[tuple[NumberedLine, ...]]:
    """Split a pledge's clauses; each may begin with its kind, as in 【目标】… or 目标：…."""
    return Reading(tuple(_with_kind(line) for line in numbered(value).value))


def _number(line: str) -> tuple[str | None, str]:
    found = _NUMBER.match(line)
    if found is None:
        return None, line.strip(_ENDINGS)
    number = next(group for group in found.groups() if group)
    return str(ord(number) - 0x245F) if found["circled"] else number, line[found.end() :].strip(_ENDINGS)


def _with_kind(line: NumberedLine) -> NumberedLine:
    found = _KIND.match(line.text)
    if found is None:
        return line
    said = found["marked"] or found["plain"]
    kind = codes("clause_type").get(key(said))
    if kind is None and found["marked"]:
        raise CellRefused("value-unknown", nearest(said, _kinds()), value=said, accepted="、".join(_kinds()))
    return line if kind is None else NumberedLine(line.number, line.text[found.end() :].strip(), kind)


def _kinds() -> list[str]:
    return [words[0] for words in table("words")["clause_type"].values()]


def documents(value: Value) -> Reading[tuple[CitedDocument, ...]]:
    """Split cited documents; 无 says that there are none."""
    cell = lines(value).value
    if key(cell) in listed("rows", "nothing"):
        return Reading(())
    found: list[CitedDocument] = []
    remarks: list[Remark] = []
    for piece in _pieces(cell):
        if found and _ARTICLES.fullmatch(piece):
            found[-1] = _with_articles(found[-1], piece)
            continue
        cited, said = _cited(piece)
        found.append(cited)
        remarks += said
    return Reading(tuple(found), tuple(remarks))


def document(value: Value) -> Reading[CitedDocument | None]:
    """Read the one document of a cell."""
    cited = documents(value)
    if len(cited.value) > 1:
        raise CellRefused("one-document-wanted", count=len(cited.value))
    return Reading(cited.value[0] if cited.value else None, cited.remarks)


def _with_articles(cited: CitedDocument, more: str) -> CitedDocument:
    articles = f"{cited.articles}、{more}" if cited.articles else more
    return CitedDocument(f"{cited.text}、{more}", cited.title, cited.number, articles)


def _cited(piece: str) -> tuple[CitedDocument, list[Remark]]:
    titled = re.search(r"《(.*)》", piece)
    outside = piece.replace(titled[0], "\n") if titled else piece  # a break, so that nothing joins across the title
    found = next(mentions(_without_leading(outside)), None)
    if found is None and (nearly := _NEARLY_A_NUMBER.search(outside)):
        raise CellRefused("document-number-unreadable", value=nearly[0])
    articles = _ARTICLES.search(outside.partition("\n")[2]) if titled else None
    cited = CitedDocument(
        piece,
        titled[1] if titled else None,
        found.number.text if found else None,
        articles[0].rstrip("，。；") if articles else None,
    )
    if found and found.number.warnings:
        return cited, [Remark("document-number-normalised", piece, found.number.text)]
    return cited, [] if titled or found else [Remark("basis-vague", piece)]


def _without_leading(outside: str) -> str:
    """Drop what is written straight before a number. 和 is one only after a title: 和政发 is an issuer's code."""
    words = table("words")["documents"]
    after_title = re.sub(rf"\n(?:{'|'.join(words['joining'])})", "\n", outside)
    return re.sub(rf"(^|[（(，,。\s])(?:{'|'.join(words['leading'])})", r"\1", after_title)


def _pieces(cell: str) -> Iterator[str]:
    """Split at line breaks, semicolons and 、 outside any brackets, and before a further title."""
    depth, piece, titles = 0, "", 0
    for character in f"{cell}\n":
        opens, closes = character in _OPEN, character in _CLOSE
        another = character == "《" and depth == 0 and titles > 0
        if another or (character in "\n;；、" and (depth == 0 or character == "\n")):
            if depth or piece.count("《") != piece.count("》"):
                raise CellRefused("title-marks-unbalanced", value=piece[-40:])
            if stripped := _stripped(piece):
                yield stripped
            piece, titles = "", 0
        depth = max(depth + opens - closes, 0)
        titles += character == "《" and depth == 1
        piece += "" if character in "\n;；" or (character == "、" and depth == 0) else character


def _stripped(piece: str) -> str:
    number = re.match(r"\s*(?:[0-9]{1,3}[、.．](?![0-9])|[(（][0-9]{1,3}[)）]|[①-⑳])\s*(?=\S)", piece)
    without_number = piece[number.end() :] if number else piece
    joined = re.sub(r"^(?:和|及|以及|与)(?=《)|(?:和|及|以及|与)$", "", without_number.strip(" ，,。."))
    return text(joined).value if joined else ""


def scopes(names: Callable[[str], UUID | None], value: Value) -> Reading[tuple[Scope, ...]]:
    """Read who has to sign or may be vetoed: registered units by name, the others by level and category."""
    found: list[Scope] = []
    cell = of_length(lines(value).value, _SCOPE_LIMIT)
    for piece in re.split(r"[、,，;；](?![^（(]*[)）])", cell):
        before = found[-1].level if found else None
        try:
            found += _entry(names, piece, before)
        except CellRefused:  # not one entry wrapped to fit its cell, so one in each line
            if "\n" not in piece:
                raise
            for line in piece.split("\n"):
                found += _entry(names, line, found[-1].level if found else None)
    if not found:
        raise CellRefused("value-missing")
    return Reading(tuple(dict.fromkeys(found)))


def _entry(names: Callable[[str], UUID | None], piece: str, level_before: str | None) -> list[Scope]:
    said = text(piece).value
    if not said:
        return []
    unit = names(said)
    return [Scope(said, unit=unit)] if unit else _by_level(said, level_before)


def _by_level(said: str, level_before: str | None) -> list[Scope]:
    words = table("words")["scope"]
    plain = re.sub(r"^[0-9]+个", "", key(said))
    for beginning in sorted(words["beginnings"], key=len, reverse=True):
        if plain.startswith(key(beginning)):
            plain = plain.removeprefix(key(beginning))
            break
    if lone := words["lone"].get(plain):
        return [Scope(said, *lone.split())]
    level, rest = _level(plain)
    category = _category(rest, level) if level or level_before else None
    if category is None:
        raise CellRefused("value-unknown", nearest(said, _phrases()), value=said, accepted="、".join(_phrases()))
    return [Scope(said, level or level_before, one) for one in category.split()]


def _level(plain: str) -> tuple[str | None, str]:
    levels = {key(word): level for level, words in table("words")["scope"]["levels"].items() for word in words}
    longest = next((word for word in sorted(levels, key=len, reverse=True) if plain.startswith(word)), None)
    return (levels[longest], plain.removeprefix(longest)) if longest else (None, plain)


def _category(rest: str, level: str | None) -> str | None:
    words = table("words")["scope"]
    if rest == "":
        alone: str | None = words["alone"].get(level)
        return alone
    for category, phrases in words["categories"].items():
        if rest in map(key, phrases):
            return str(category)
    return "DEPARTMENT" if level and rest.endswith(tuple(words["department_endings"]["words"])) else None


def _phrases() -> list[str]:
    return ["县（区）人民政府", "乡镇（街道）", "市级部门", "县级对口部门", "村（社区）"]
