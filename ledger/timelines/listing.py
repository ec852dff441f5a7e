"""The list of one jurisdiction and level, publication by publication, and the root that holds a publication fast.

Keeps: version numbers only grow. What is in force follows from the items, never from this list.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from uuid import UUID

from ledger.encoding import Recorded, plain, to_bytes
from ledger.events import Fact, ItemListPublished
from ledger.timelines.item import Version
from ledger.timelines.life import Life


@dataclass(frozen=True, slots=True)
class Publication:
    """One published list."""

    version: int
    members: tuple[UUID, ...]
    root: str
    effective_from: date
    campaign: UUID | None


@dataclass(frozen=True, slots=True)
class ItemList:
    """Every publication, in the order of their days; never empty."""

    publications: tuple[Publication, ...]

    @property
    def last(self) -> Publication:
        return self.publications[-1]

    @property
    def version(self) -> int:
        """The highest version number so far."""
        return max(publication.version for publication in self.publications)


def evolve(state: ItemList | None, recorded: Recorded[Fact]) -> ItemList | None:
    match recorded.fact:
        case ItemListPublished() as f:
            published = Publication(f.list_version, f.members, f.root, f.effective_from, f.campaign)
            return ItemList((*(state.publications if state else ()), published))
    return state


def version_hash(version: Version) -> bytes:
    """Return SHA-256 (32 bytes) of an approved version: its number and its elements as canonical JSON."""
    return sha256(to_bytes({"number": version.number, "terms": plain(version.terms)})).digest()


def root_of(members: Mapping[UUID, Version]) -> str:
    """Return the root (SHA-256, hex) of a list: over item id (16 bytes) and version hash (32 bytes) each, sorted by id."""
    entries = (item.bytes + version_hash(members[item]) for item in sorted(members))
    return sha256(b"".join(entries)).hexdigest()


LIST = Life("list", evolve)
