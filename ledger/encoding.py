"""Facts and their stored bytes: sorted JSON, written once, verbatim what is hashed; nobody canonicalises on reading.

Keeps: decode(encode(x)) == x for every fact; null is never stored (an absent key is null); keys are ASCII, numbers are integers
below 2^53, text holds no control character but newline and tab. Old shapes are read through each class's `upcast_vN_vN+1`.
The bytes equal RFC 8785 canonical JSON.
"""

import types
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import date
from typing import Any, Generic, TypeVar, Union, cast, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec
import orjson

from ledger.events import FACTS, Envelope, Fact

MOST_BYTES = 61_440
F_co = TypeVar("F_co", bound=Fact, covariant=True)


class NotStorable(ValueError):  # noqa: N818 - refusals are named for the state of things
    """What was to be recorded cannot be stored: {what}."""

    def __init__(self, code: str, what: str) -> None:
        super().__init__(what)
        self.code = code
        self.what = what


@dataclass(frozen=True, slots=True)
class Recorded(Generic[F_co]):
    """A fact where it stands: position in the log, version in its stream, recorded time in microseconds UTC, account."""

    position: int
    recorded_at: int
    stream: UUID
    version: int
    actor: str | None
    envelope: Envelope
    fact: F_co

    @property
    def effective_on(self) -> date:
        return self.envelope.effective_on


def encode(envelope: Envelope, fact: Fact) -> bytes:
    """Return the state to store; raise NotStorable if it is too large or holds what JSON or a reader could not bear."""
    state = plain(envelope) | plain(fact)
    state["class_version"] = type(fact).class_version
    return to_bytes(state)


def plain(value: Any) -> dict[str, Any]:
    """Return a frozen dataclass as plain JSON values, without nulls."""
    return cast("dict[str, Any]", without_nulls(msgspec.to_builtins(value)))


def stated(value: Any) -> Any:
    """Return a frozen dataclass as plain JSON values, without the fields that stand at their default."""
    if is_dataclass(value):
        held = ((field, getattr(value, field.name)) for field in fields(value))
        return {field.name: stated(each) for field, each in held if field.default is MISSING or each != field.default}
    if isinstance(value, tuple):
        return [stated(each) for each in value]
    return msgspec.to_builtins(value)


def to_bytes(state: dict[str, Any]) -> bytes:
    """Return the canonical bytes of a plain state, checked."""
    try:
        stored = orjson.dumps(state, option=orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER)
    except (orjson.JSONEncodeError, UnicodeEncodeError) as problem:
        raise NotStorable("not-json", str(problem)) from problem
    if len(stored) > MOST_BYTES:
        raise NotStorable("too-large", f"{len(stored):,} bytes; one record holds at most {MOST_BYTES:,}")
    if b"\\u00" in stored or b"\\b" in stored or b"\\f" in stored or b"\\r" in stored or b"\x7f" in stored:
        _refuse_controls(state)
    return stored


def decode(topic: str, state: bytes) -> tuple[Envelope, Fact]:
    """Return envelope and fact of stored bytes, upcast to today's classes; raise ValueError for an unknown topic or shape."""
    cls = FACTS.get(topic)
    if cls is None:
        raise ValueError(f"no fact is called {topic}: this program is older than the ledger")
    version = _VERSION.decode(state).class_version
    if version == cls.class_version:
        return _ENVELOPE.decode(state), _decoder(cls).decode(state)
    if version > cls.class_version:
        raise ValueError(f"{topic} has version {version} here: this program is older than the ledger")
    held = orjson.loads(state)
    for step in range(version, cls.class_version):
        held = getattr(cls, f"upcast_v{step}_v{step + 1}")(held)
    return msgspec.convert(held, Envelope), msgspec.convert(held, cls)


def check_catalogue(facts: dict[str, type[Fact]] = FACTS) -> None:
    """Refuse to start (TypeError) unless every fact can be stored and read for ever.

    No name stands twice in envelope and fact; what may be null defaults to None and nothing else does; no floats, no maps;
    every older version has its upcast.
    """
    _check_fields(Envelope)
    for topic, cls in facts.items():
        common = {f.name for f in fields(Envelope)} & {f.name for f in fields(cast("Any", cls))}
        if common or "class_version" in {f.name for f in fields(cast("Any", cls))}:
            raise TypeError(f"{topic}: {common or 'class_version'} stands in the envelope already")
        if not topic.replace(".", "").replace("_", "").isascii() or topic != topic.lower():
            raise TypeError(f"{topic}: a stored name is lower-case ASCII")
        _check_fields(cls)
        for step in range(1, cls.class_version):
            if not callable(getattr(cls, f"upcast_v{step}_v{step + 1}", None)):
                raise TypeError(f"{topic}: version {step} can no longer be read, upcast_v{step}_v{step + 1} is missing")


class _Version(msgspec.Struct):
    class_version: int


_VERSION = msgspec.json.Decoder(_Version)
_ENVELOPE = msgspec.json.Decoder(Envelope)


_DECODERS: dict[str, msgspec.json.Decoder[Any]] = {}


def _decoder(cls: type[Fact]) -> msgspec.json.Decoder[Any]:
    if cls.TOPIC not in _DECODERS:
        _DECODERS[cls.TOPIC] = msgspec.json.Decoder(cls)
    return _DECODERS[cls.TOPIC]


def without_nulls(value: Any) -> Any:
    """Return plain JSON values without the keys that are null."""
    if isinstance(value, dict):
        return {key: without_nulls(held) for key, held in value.items() if held is not None}
    if isinstance(value, (list, tuple)):
        return [without_nulls(held) for held in value]
    return value


def _refuse_controls(value: Any) -> None:
    if isinstance(value, dict):
        for held in value.values():
            _refuse_controls(held)
    elif isinstance(value, list):
        for held in value:
            _refuse_controls(held)
    elif isinstance(value, str) and any((c < " " and c not in "\n\t") or c == "\x7f" for c in value):
        raise NotStorable("control-character", f"text holds a control character: {value[:40]!r}")


def _check_fields(cls: type) -> None:
    hints = get_type_hints(cls)
    for field in fields(cast("Any", cls)):
        _check_type(f"{cls.__name__}.{field.name}", hints[field.name])
        optional = type(None) in get_args(hints[field.name])
        if optional and field.default is not None:
            raise TypeError(f"{cls.__name__}.{field.name}: what may be null defaults to None, for null is not stored")
        if not field.name.isascii():
            raise TypeError(f"{cls.__name__}.{field.name}: keys are ASCII")


def _check_type(where: str, hint: Any) -> None:
    if hint in (float, dict, list, Any) or get_origin(hint) in (dict, list):
        raise TypeError(f"{where}: {hint} is not stored")
    if get_origin(hint) in (Union, types.UnionType, tuple):
        for part in get_args(hint):
            _check_type(where, part)
    elif is_dataclass(hint):
        _check_fields(cast("type", hint))
