"""Nothing classified comes in (BR-21): a text that carries a secrecy marking is turned away where it arrives, and is not repeated.

Beside the bodies of requests (bodies -> here). The layout of marked papers puts the marking on a line of its own, alone or with a
period (GB/T 9704: 密级和保密期限); the words themselves may stand in any sentence.
"""

import re
from collections.abc import Iterator
from typing import Any, Final
from unicodedata import normalize

from api.exchange.words import listed

_MARKING: Final = re.compile(
    rf"(?:\u5bc6\u7ea7:?)?(?:{'|'.join(listed('secrecy', 'markings'))})(?:[\u2605*].*|[0-9]+\u5e74)?"
)


def marked(held: Any, place: tuple[int | str, ...] = ()) -> Iterator[tuple[int | str, ...]]:
    """Yield the places of texts that carry a marking, in plain JSON values."""
    if isinstance(held, dict | list):
        for step, each in held.items() if isinstance(held, dict) else enumerate(held):
            yield from marked(each, (*place, step))
    elif isinstance(held, str) and any(_MARKING.fullmatch(_bare(line)) for line in held.splitlines()):
        yield place


def _bare(line: str) -> str:
    return "".join(normalize("NFKC", line).split())
