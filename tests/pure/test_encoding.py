"""What is stored can be read again, whoever reads it: round trips, canonical bytes, limits, old shapes, and the committed bytes."""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.encoding import MOST_BYTES, NotStorable, check_catalogue, decode, encode
from ledger.events import FACTS, Envelope, Fact, ItemVerified
from ledger.merkle import entry, leaf_hash
from ledger.terms import EntryRoute
from tests.strategies import envelopes, facts

STORED = Path(__file__).parents[1] / "contracts" / "stored_events"
ENVELOPE = Envelope(
    effective_on=date(2024, 3, 4), jurisdiction="530900", rule_pack="generic@1", entry_route=EntryRoute.CLI
)
VERIFIED = ItemVerified(verifier=UUID(int=1))


def with_reason(reason: str) -> Envelope:
    return Envelope(
        effective_on=date(2024, 3, 4),
        jurisdiction="530900",
        rule_pack="generic@1",
        entry_route=EntryRoute.CLI,
        reason=reason,
    )


def test_the_catalogue_can_be_stored_and_read_for_ever() -> None:
    check_catalogue()


@pytest.mark.parametrize("topic", sorted(FACTS))
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_every_fact_is_read_as_it_was_stored_in_canonical_bytes(topic: str, data: st.DataObject) -> None:
    envelope, fact = data.draw(envelopes), data.draw(facts(FACTS[topic]))
    try:
        state = encode(envelope, fact)
    except NotStorable as refused:
        assert refused.code == "too-large"  # drawn facts are storable but for their size
        return
    assert decode(topic, state) == (envelope, fact)
    held = json.loads(state)
    assert state == rfc8785.dumps(held)
    assert None not in held.values()
    assert all(key.isascii() for key in held)


@pytest.mark.parametrize("bad", ["\x00", "\x1f", "\x7f", "\r", "\x08", "a\x0cb"])
def test_a_control_character_is_refused_and_a_word_that_looks_like_one_is_not(bad: str) -> None:
    with pytest.raises(NotStorable, match="control character"):
        encode(with_reason(bad), VERIFIED)
    assert decode(VERIFIED.TOPIC, encode(with_reason(r"\u0000 \b \r"), VERIFIED))[0].reason == r"\u0000 \b \r"


def test_half_a_character_is_refused() -> None:
    with pytest.raises(NotStorable):
        encode(with_reason("\ud800"), VERIFIED)


def test_a_number_that_json_would_round_is_refused() -> None:
    envelope = Envelope(
        effective_on=date(2024, 3, 4), jurisdiction="1", rule_pack="g", entry_route=EntryRoute.CLI, causation=2**53
    )
    with pytest.raises(NotStorable):
        encode(envelope, VERIFIED)


def test_the_largest_state_is_stored_and_one_byte_more_is_refused_with_its_size() -> None:
    room = MOST_BYTES - len(encode(with_reason(""), VERIFIED))
    assert len(encode(with_reason("x" * room), VERIFIED)) == MOST_BYTES
    with pytest.raises(NotStorable, match="61,441 bytes"):
        encode(with_reason("x" * (room + 1)), VERIFIED)


def test_bytes_of_a_newer_program_or_an_unknown_name_are_not_guessed_at() -> None:
    state = encode(ENVELOPE, VERIFIED)
    with pytest.raises(ValueError, match="older than the ledger"):
        decode("item.dreamt", state)
    with pytest.raises(ValueError, match="older than the ledger"):
        decode(VERIFIED.TOPIC, state.replace(b'"class_version":1', b'"class_version":2'))


@dataclass(frozen=True, slots=True, kw_only=True)
class Renamed(Fact):
    """A fact whose second version calls its field differently."""

    TOPIC: ClassVar[str] = "test.renamed"
    STREAM: ClassVar[str] = "test"
    class_version: ClassVar[int] = 3
    verified_by: UUID
    places: tuple[str, ...]

    @staticmethod
    def upcast_v1_v2(held: dict[str, Any]) -> dict[str, Any]:
        return {"verified_by": held.pop("verifier"), **held}

    @staticmethod
    def upcast_v2_v3(held: dict[str, Any]) -> dict[str, Any]:
        return {"places": [held.pop("place")], **held}


def test_old_shapes_are_read_through_every_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FACTS, "test.renamed", Renamed)
    first = json.loads(encode(ENVELOPE, VERIFIED)) | {"place": "somewhere"}
    expected = Renamed(verified_by=UUID(int=1), places=("somewhere",))
    assert decode("test.renamed", json.dumps(first).encode()) == (ENVELOPE, expected)
    assert decode("test.renamed", encode(ENVELOPE, expected)) == (ENVELOPE, expected)
    check_catalogue({"test.renamed": Renamed})
    monkeypatch.delattr(Renamed, "upcast_v1_v2")
    with pytest.raises(TypeError, match="version 1 can no longer be read"):
        check_catalogue({"test.renamed": Renamed})


def of_shape(**annotations: Any) -> type[Fact]:
    made: Any = type("Shaped", (Fact,), {"__annotations__": annotations, "TOPIC": "test.shaped", "STREAM": "test"})
    return dataclass(frozen=True)(made)


@pytest.mark.parametrize(
    "annotations",
    [
        {"amount": float},
        {"superior": UUID | None},
        {"names": dict[str, str]},
        {"reason": str},
        {"class_version": int},
        {"größe": str},
    ],
)
def test_a_shape_that_could_not_be_kept_is_refused_at_the_start(annotations: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        check_catalogue({"test.shaped": of_shape(**annotations)})


@pytest.mark.parametrize("topic", sorted(FACTS))
def test_the_committed_bytes_of_every_fact_are_still_read_written_and_hashed_alike(topic: str) -> None:
    state = (STORED / f"{topic}@1.json").read_bytes()
    envelope, fact = decode(topic, state)
    if type(fact).class_version == 1:
        assert encode(envelope, fact) == state
    leaves = dict(line.split() for line in (STORED / "leaves.txt").read_text().splitlines())
    assert leaf_hash(entry(0, UUID(int=1), 1, topic, 1, None, None, state)).hex() == leaves[f"{topic}@1"]


def test_every_committed_state_has_its_fact() -> None:
    assert {path.name.rpartition("@")[0] for path in STORED.glob("*.json")} == set(FACTS)
