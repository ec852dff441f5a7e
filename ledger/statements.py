"""The SQL of a package, read from its `.sql` files as named statements; no module holds SQL of its own.

A statement begins with `-- name: its_name`; the comment lines under it say what it is for, and are sent along with it.
"""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

_NAME = re.compile(r"^-- name: (\w+)$", re.MULTILINE)


@cache
def load(package: str, file: str) -> Mapping[str, bytes]:
    """Give the statements of `file` in `package` by name; raise ValueError where a name stands twice or none does."""
    _, *parts = _NAME.split(files(package).joinpath(file).read_text("utf-8"))
    names, statements = parts[::2], parts[1::2]
    if not names or len(names) != len(set(names)):
        raise ValueError(f"{package}/{file}: every statement needs a name of its own (-- name: …)")
    return MappingProxyType({name: text.strip().encode() for name, text in zip(names, statements, strict=True)})
