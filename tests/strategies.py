"""Hypothesis strategies for every value that a fact can hold: text of every kind that may be stored, whole numbers below 2^53."""

import types
from dataclasses import fields, is_dataclass
from datetime import date, datetime, timedelta, timezone
from enum import Enum
from typing import Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from hypothesis import strategies as st

from ledger.events import Envelope, Fact

EIGHT = timezone(timedelta(hours=8))
storable = st.text(
    st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from('责任状一票否决〔２〕𠮷\n\t"\\/\u2028\ufeff'),
    max_size=30,
)
numbers = st.integers(-(2**53) + 1, 2**53 - 1)
SIMPLE: dict[Any, st.SearchStrategy[Any]] = {
    str: storable,
    int: numbers,
    bool: st.booleans(),
    UUID: st.uuids(),
    date: st.dates(),
    datetime: st.datetimes(datetime(1980, 1, 1), timezones=st.just(EIGHT)).map(lambda at: at.replace(microsecond=0)),  # noqa: DTZ001
    type(None): st.none(),
}


def of(hint: Any) -> st.SearchStrategy[Any]:
    """Return a strategy for a field's type."""
    if hint in SIMPLE:
        return SIMPLE[hint]
    if get_origin(hint) in (Union, types.UnionType):
        return st.one_of(*map(of, get_args(hint)))
    if get_origin(hint) is tuple:
        return st.lists(of(get_args(hint)[0]), max_size=3).map(tuple)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(hint)
    assert is_dataclass(hint), hint
    made: Any = hint
    hints = get_type_hints(made)
    drawn = {field.name: of(hints[field.name]) for field in fields(made)}
    return st.fixed_dictionaries(drawn).map(lambda held: made(**held))


envelopes: st.SearchStrategy[Envelope] = of(Envelope)


def facts(cls: type[Fact]) -> st.SearchStrategy[Fact]:
    return of(cls)
