"""The number that an official document carries (发文字号), and its one written form.

GB/T 9704-2012, 7.2.5.2: issuer's code, full year in 〔〕, serial without 第 and without leading zeros, 号.
Pure: text in, number out. Old and hand-typed forms are normalised and every change is named, so that a
reader can show what was altered; what cannot be such a number is refused, never repaired by guessing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Change = Literal["spaces-dropped", "full-width-digits", "brackets-replaced", "ordinal-word-dropped", "zeros-dropped"]

STANDARD = re.compile(r"[\u4e00-\u9fa5]{1,16}〔(?:19|20)[0-9]{2}〕[1-9][0-9]{0,4}号")

# As typed: 〔〕 [] () {} 【】 〖〗 〘〙 「」 ﹝﹞ and the full-width forms of the first three.
_OPENING = "\u3014[({\u3010\u3016\u3018\u300c\ufe5d\uff3b\uff08\uff5b"
_CLOSING = "\u3015])}\u3011\u3017\u3019\u300d\ufe5e\uff3d\uff09\uff5d"
_TYPED = re.compile(
    rf"(?P<issuer>[\u4e00-\u9fa5]{{1,16}})\s*(?P<opening>[{re.escape(_OPENING)}])\s*(?P<year>(?:19|20)[0-9]{{2}})\s*"
    rf"(?P<closing>[{re.escape(_CLOSING)}])\s*(?P<ordinal>第?)\s*(?P<zeros>0*)(?P<serial>[1-9][0-9]{{0,4}})\s*号"
)
_DIGITS = str.maketrans("".join(map(chr, range(0xFF10, 0xFF1A))), "0123456789")  # full-width digits


class NotADocumentNumber(ValueError):  # noqa: N818 - refusals are named as the state of things
    """The text is not a document number: issuer's code, year in 〔〕, serial, 号."""


@dataclass(frozen=True, slots=True)
class DocumentNumber:
    """A number in its standard form, and what had to be changed to reach it (empty: it was written so)."""

    text: str
    warnings: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Mention:
    """A document number inside running text, which it fills from `start` up to `end` (characters)."""

    start: int
    end: int
    number: DocumentNumber


def normalise(text: str) -> DocumentNumber:
    """Give the standard form of `text`, which holds one document number and nothing else.

    Raises NotADocumentNumber when it holds anything else.
    """
    typed = _TYPED.fullmatch(text.strip().translate(_DIGITS))
    if typed is None:
        raise NotADocumentNumber(text)
    return _standard(text.strip(), typed)


def mentions(text: str) -> Iterator[Mention]:
    """Find the document numbers in running text, in order.

    An issuer's code cannot be told from Chinese words written straight before it: cut those off first.
    """
    # Full-width digits translate one to one, so places in the translated text are places in the original.
    for typed in _TYPED.finditer(text.translate(_DIGITS)):
        yield Mention(typed.start(), typed.end(), _standard(text[typed.start() : typed.end()], typed))


def _standard(written: str, typed: re.Match[str]) -> DocumentNumber:
    number = f"{typed['issuer']}〔{typed['year']}〕{typed['serial']}号"
    changes: dict[Change, bool] = {
        "spaces-dropped": any(character.isspace() for character in written),
        "full-width-digits": written != written.translate(_DIGITS),
        "brackets-replaced": typed["opening"] + typed["closing"] != "〔〕",
        "ordinal-word-dropped": typed["ordinal"] != "",
        "zeros-dropped": typed["zeros"] != "",
    }
    return DocumentNumber(number, tuple(change for change, made in changes.items() if made))
