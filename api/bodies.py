"""A command as the body of a request: the frozen dataclass itself, less what the path says and what the edge makes.

First step of every write (here -> application -> decider -> log). Strict: no field is ignored, no value is guessed at, and everything
that is wrong is told at once, each with its place.
"""

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields, is_dataclass, make_dataclass
from datetime import datetime
from typing import Any, Final, Generic, TypeVar, get_type_hints

import msgspec
from pydantic import ConfigDict, TypeAdapter, ValidationError

from api.catalogue import Language, catalogue, say
from api.markings import marked
from api.problems import Pointed, Problem
from ledger.commands import Command
from ledger.known import FIRST_YEAR, LAST_YEAR

C = TypeVar("C", bound=Command)
SCHEMAS: Final = "#/components/schemas/{model}"
MOST: Final = (1 << 53) - 1
STRICT: Final = ConfigDict(extra="forbid", strict=True)


@dataclass(frozen=True, slots=True)
class Body(Generic[C]):
    """What a request for one command has to say: `shape` has the fields of `command` that are not `elsewhere`."""

    command: type[C]
    shape: type
    adapter: TypeAdapter[Any]

    @classmethod
    def of(cls, command: type[C], elsewhere: Collection[str]) -> "Body[C]":
        """Make the body of a command; `elsewhere` are fields that do not come with it."""
        hints = get_type_hints(command)
        kept = [
            (each.name, hints[each.name], field() if each.default is MISSING else field(default=each.default))
            for each in fields(command)
            if each.name not in elsewhere
        ]
        says = {"__doc__": command.__doc__, "__module__": command.__module__, "__pydantic_config__": STRICT}
        shape = make_dataclass(command.__name__, kept, namespace=says, frozen=True, slots=True, kw_only=True)
        return cls(command, shape, TypeAdapter(shape))

    def read(self, body: bytes, language: Language, elsewhere: Mapping[str, Any]) -> C:
        """Return the command that a body and its path ask for; raise Problem with every place that is wrong."""
        try:
            self.adapter.validate_json(body)
        except ValidationError as wrong:
            raise _problem(wrong, language) from wrong
        try:
            # The same reader that reads the log: it takes no number for a date and no other spelling of an id.
            read: Any = msgspec.json.decode(body, type=self.shape)
        except msgspec.MsgspecError as wrong:
            raise Problem("body-invalid", errors=[_pointed(str(wrong), language)]) from wrong
        plain = json.loads(body)
        if places := list(marked(plain)):
            said = say("fault.classified", language)
            raise Problem("text-classified", errors=[Pointed(pointer=pointer(place), detail=said) for place in places])
        if large := list(_beyond(plain, ())):
            said = say("fault.number", language, most=MOST)
            raise Problem("body-invalid", errors=[Pointed(pointer=pointer(place), detail=said) for place in large])
        if far := list(_far(read, ())):
            said = say("fault.instant", language)
            raise Problem("body-invalid", errors=[Pointed(pointer=pointer(place), detail=said) for place in far])
        held = {each.name: getattr(read, each.name) for each in fields(read)}
        return self.command(**held, **elsewhere)


def schemas(bodies: Sequence[Body[Any]]) -> dict[str, Any]:
    """Return the JSON schemas of bodies and of what they are made of, by name, as OpenAPI holds them."""
    asked = [(body.command.__name__, "validation", body.adapter) for body in bodies]
    _, definitions = TypeAdapter.json_schemas(asked, ref_template=SCHEMAS)  # type: ignore[arg-type]  # a str is no Literal
    held: dict[str, Any] = definitions["$defs"]
    _bound(held)
    return held


def faults(wrong: ValidationError, language: Language) -> list[Pointed]:
    """Return every place of a body that is wrong, with what is wrong there."""
    found = []
    for error in wrong.errors(include_url=False, include_input=False):
        code, said = f"fault.{error['type']}", {"said": error["msg"], **error.get("ctx", {})}
        sentence = say(code if code in catalogue() else "fault.other", language, **said)
        found.append(Pointed(pointer=pointer(error["loc"]), detail=sentence))
    return found


def pointer(place: Sequence[int | str]) -> str:
    """Return a place as a JSON pointer (RFC 6901); "" is the whole body."""
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in place)


def _beyond(held: Any, place: tuple[int | str, ...]) -> Iterator[tuple[int | str, ...]]:
    """Yield the places of numbers that no reader could be sure of: JSON's are exact up to 2^53 - 1."""
    if isinstance(held, dict | list):
        for step, each in held.items() if isinstance(held, dict) else enumerate(held):
            yield from _beyond(each, (*place, step))
    elif isinstance(held, int) and abs(held) > MOST:
        yield place


def _far(held: Any, place: tuple[int | str, ...]) -> Iterator[tuple[int | str, ...]]:
    """Yield the places of instants so far off that they have no day in every time zone."""
    if isinstance(held, datetime):
        if not FIRST_YEAR <= held.year <= LAST_YEAR:
            yield place
    elif isinstance(held, tuple):
        for index, each in enumerate(held):
            yield from _far(each, (*place, index))
    elif is_dataclass(held):
        for each in fields(held):
            yield from _far(getattr(held, each.name), (*place, each.name))


def _bound(schema: Any) -> None:
    """Say in a schema how large a number may be."""
    if isinstance(schema, dict):
        if schema.get("type") == "integer":
            schema |= {"minimum": -MOST, "maximum": MOST}
        for each in schema.values():
            _bound(each)
    elif isinstance(schema, list):
        for each in schema:
            _bound(each)


def _problem(wrong: ValidationError, language: Language) -> Problem:
    if any(error["type"] == "json_invalid" for error in wrong.errors(include_url=False, include_input=False)):
        return Problem("body-not-json", errors=faults(wrong, language))
    return Problem("body-invalid", errors=faults(wrong, language))


def _pointed(said: str, language: Language) -> Pointed:
    """Turn what msgspec says, `Expected ... - at `$.items[0].title``, into a pointer."""
    where = re.search(r"`\$(.*)`$", said)
    place = re.findall(r"\.([^.\[\]]+)|\[(\d+)\]", where[1]) if where else []
    sentence = say("fault.other", language, said=said.partition(" - at ")[0])
    return Pointed(pointer=pointer([name or index for name, index in place]), detail=sentence)
