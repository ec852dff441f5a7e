"""What one cell says: text, a word from a list, a year, a day. As offices write them, and nothing guessed.

Pure. Each reading returns its value with what had to be read differently from how it stands, or raises
CellRefused with the problem's code and the nearest thing that would be accepted.
"""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Generic, TypeVar

import cn2an

from api.exchange.words import codes, key, listed, nearest, offered, visible
from api.exchange.workbook import Value

T_co = TypeVar("T_co", covariant=True)

FIRST_YEAR, LAST_YEAR = 1949, 2099
TEXT_LIMIT = 8_000  # characters; a stored fact holds at most 61,440 bytes
TITLE_LIMIT = 200

_HANZI = r"[\u2e80-\u9fff\uf900-\ufaff\u3000-\u303f\uff00-\uffef]"
_WRAPPED = re.compile(rf"(?<={_HANZI}) | (?={_HANZI})")
_CHINESE_DIGITS = str.maketrans("o〇○◯零一二三四五六七八九", "00000123456789")
_CHINESE_YEAR = re.compile(r"(?<![0-9o])[0-9o〇○◯零一二三四五六七八九]{4}(?![0-9o])")
_CHINESE_NUMBER = re.compile(r"[一二两]千[零〇一二三四五六七八九十百]+|[一二三四五六七八九十]{1,3}(?=[月日])")
_DAY_ZERO = dt.date(1899, 12, 30)  # day 0 of spreadsheets, for every day after February 1900
_SERIALS = range((dt.date(FIRST_YEAR, 1, 1) - _DAY_ZERO).days, (dt.date(LAST_YEAR, 12, 31) - _DAY_ZERO).days + 1)
_YEAR = re.compile(r"([0-9]{4})年?度?")
_MONTH = re.compile(r"([0-9]{4})(?:年|[-./])(?:0?[1-9]|1[0-2])(?:(?:月|[-./])[0-3]?[0-9]日?|月)?")
_DAY = re.compile(r"([0-9]{4})(?:年|[-./])([0-9]{1,2})(?:月|[-./])([0-9]{1,2})日?|([0-9]{4})([0-9]{2})([0-9]{2})")
_BETWEEN = re.compile(r"至|到|--+|[~—–]+")
_GUARDED = ("=", "+", "-", "@", "\t", "\r", "\n")


class CellRefused(ValueError):  # noqa: N818 - refusals are named as the state of things
    """A cell that cannot be read: `code` and `fields` for the sentence, `suggestion` if something near would do."""

    def __init__(self, code: str, suggestion: str | None = None, **fields: str | int) -> None:
        super().__init__(code)
        self.code, self.suggestion, self.fields = code, suggestion, fields


@dataclass(frozen=True, slots=True)
class Remark:
    """Something read differently from how it stands: the warning's code, what stands there and what was read."""

    code: str
    value: str
    read: str = ""


@dataclass(frozen=True, slots=True)
class Reading(Generic[T_co]):
    """What a cell says, and what to remark about it."""

    value: T_co
    remarks: tuple[Remark, ...] = ()


def shown(value: Value) -> str:
    """Give a cell's value as a person would write it: 530902, not 530902.0."""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)


def lines(value: Value) -> Reading[str]:
    """Read text whose line breaks matter, such as clauses."""
    if isinstance(value, int | float) and abs(value) >= 1e15:
        raise CellRefused("digits-lost")
    text = "\n".join(line.strip() for line in visible(shown(value)).split("\n")).strip()
    text = unguarded(text)
    if text.startswith(("=", "@")):
        raise CellRefused("looks-like-a-formula", value=text[:40])
    return Reading(of_length(text, TEXT_LIMIT))


def text(value: Value) -> Reading[str]:
    """Read text that was only wrapped or spread out to fit its cell: 实施 单位 is 实施单位."""
    return Reading(unwrapped(lines(value).value))


def unwrapped(text: str) -> str:
    """Put together words that were wrapped or spread out."""
    return _WRAPPED.sub("", re.sub(r"\s+", " ", text)).strip()


def identifier(value: Value) -> Reading[str]:
    """Read a number or a code that names something; some programs write 530902 as 530902.0."""
    said = text(value).value
    return Reading(said.partition(".")[0] if re.fullmatch(r"[0-9]+\.0+", said) else said)


def title(value: Value) -> Reading[str]:
    """Read an item's title: text of at most 200 characters."""
    return Reading(of_length(text(value).value, TITLE_LIMIT))


def of_length(text: str, limit: int) -> str:
    """Give `text` if it has at most `limit` characters. Raises CellRefused."""
    if len(text) > limit:
        raise CellRefused("text-too-long", length=len(text), limit=limit)
    return text


def word(section: str, value: Value) -> Reading[str]:
    """Read one word of `section` and give its code."""
    code = codes(section).get(key(shown(value)))
    if code is None:
        accepted = list(offered(section).values())
        near = nearest(shown(value), [*accepted, *codes(section)])
        suggestion = offered(section)[codes(section)[key(near)]] if near else None
        raise CellRefused("value-unknown", suggestion, value=shown(value), accepted="、".join(accepted))
    return Reading(code)


def year(value: Value) -> Reading[int | None]:
    """Read a year; None is the last year of a period without end, said in words such as 长期."""
    if isinstance(value, dt.date):
        whole = (value.month, value.day) in ((1, 1), (12, 31))  # a year formatted as a day
        remarks = () if whole else (Remark("month-dropped", value.isoformat(), str(value.year)),)
        return Reading(_in_range(value.year), remarks)
    written = _digits(shown(value))
    if written in listed("years", "indefinite"):
        return Reading(None)
    if found := _YEAR.fullmatch(written):
        return Reading(_in_range(int(found[1])))
    if serial := _serial(written):
        return Reading(serial.value.year, serial.remarks)
    if found := _MONTH.fullmatch(written):
        read = _in_range(int(found[1]))
        return Reading(read, (Remark("month-dropped", shown(value), str(read)),))
    raise CellRefused("year-unreadable", _year_inside(written), value=shown(value))


def _serial(written: str) -> Reading[dt.date] | None:
    """Read the number under which a spreadsheet keeps a day: five digits, so never a year in four."""
    if not re.fullmatch(r"[0-9]{5}", written) or int(written) not in _SERIALS:
        return None
    read = _DAY_ZERO + dt.timedelta(int(written))
    return Reading(read, (Remark("serial-read", written, read.isoformat()),))


def _year_inside(written: str) -> str | None:
    found = re.findall(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])", written)
    return found[0] if len(found) == 1 else None


def _in_range(read: int) -> int:
    if not FIRST_YEAR <= read <= LAST_YEAR:
        raise CellRefused("year-out-of-range", year=read, first=FIRST_YEAR, last=LAST_YEAR)
    return read


@dataclass(frozen=True, slots=True)
class Years:
    """The years in which an item holds, both included; `end` is None when it was said to be without end."""

    start: int
    end: int | None


def years(value: Value) -> Reading[Years]:
    """Read a period written in one cell: 2021-2025年, 2021年至今, 2021年起, or one year alone."""
    if not isinstance(value, str):
        alone = year(value)
        return Reading(period(alone.value, alone.value), alone.remarks)
    written = _digits(value)
    parts = _BETWEEN.split(written)
    if len(parts) == 1:
        parts = written.split("-")
    try:
        start = year(parts[0].removesuffix("起"))
        end = Reading(None) if parts[-1].endswith("起") else year(parts[-1].removesuffix("止"))
    except CellRefused as cause:
        if cause.code == "year-out-of-range":
            raise
        raise CellRefused("years-unreadable", value=shown(value)) from cause
    if len(parts) > 2:
        raise CellRefused("years-unreadable", value=shown(value))
    return Reading(period(start.value, end.value), tuple(dict.fromkeys(start.remarks + end.remarks)))


def period(start: int | None, end: int | None) -> Years:
    """Put a first and a last year together. Raises CellRefused if they are the wrong way round or have no beginning."""
    if start is None:
        raise CellRefused("start-year-indefinite")
    if end is not None and end < start:
        raise CellRefused("years-reversed", start=start, end=end)
    return Years(start, end)


def day(value: Value) -> Reading[dt.date]:
    """Read a full date."""
    if isinstance(value, dt.date):
        _in_range(value.year)
        return Reading(value)
    written = _digits(shown(value))
    if serial := _serial(written):
        return serial
    found = _DAY.fullmatch(written)
    numbers = [int(part) for part in found.groups() if part] if found else []
    try:
        return Reading(dt.date(_in_range(numbers[0]), *numbers[1:]))
    except CellRefused:
        raise
    except (IndexError, TypeError, ValueError) as cause:  # not three numbers, or no such day
        raise CellRefused("date-unreadable", value=shown(value)) from cause


def _digits(written: str) -> str:
    """Give `written` with plain digits: full-width ones, 二〇二二, 二○二二, 二千零二十二, and 三月十五日."""
    plain = _CHINESE_YEAR.sub(lambda year: year[0].translate(_CHINESE_DIGITS), key(written))
    return _CHINESE_NUMBER.sub(lambda number: str(cn2an.cn2an(number[0], "smart")), plain)


def guarded(text: str) -> str:
    """Give text that no spreadsheet takes for a formula when it is written into a file."""
    return f"'{text}" if text.startswith(_GUARDED) else text


def unguarded(text: str) -> str:
    """Undo `guarded`."""
    return text[1:] if text.startswith("'") and text[1:2] in _GUARDED else text
