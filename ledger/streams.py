"""Which stream a thing's history stands in: a uuid5 of its natural key, so that doing a thing twice meets itself.

Pure. Keeps: the same key gives the same stream on every machine for ever; a display name is never part of a key.
"""

import unicodedata
from datetime import date
from typing import Final
from urllib.parse import quote
from uuid import UUID, uuid5

from ledger.terms import ItemType, Level, MeetingBody

NAMESPACE: Final = UUID("6d696e67-7a65-5000-8000-6c6564676572")


def stream(kind: str, *parts: object) -> UUID:
    """Return the stream of one thing: `kind` and the parts of its natural key, NFC and percent-encoded, joined by `/`."""
    key = "/".join(quote(unicodedata.normalize("NFC", str(part)), safe="") for part in (kind, *parts))
    return uuid5(NAMESPACE, key)


LEDGER: Final = stream("ledger")


def unit_stream(code: str, valid_from: date) -> UUID:
    """A unit is its registry code from a day on: codes are reused."""
    return stream("unit", code, valid_from)


def document_stream(issuer: UUID, number_or_digest: str) -> UUID:
    """A document is its issuer and its normalised number, or its digest where it has no number."""
    return stream("document", issuer, number_or_digest)


def meeting_stream(unit: UUID, body: MeetingBody, held_on: date, ordinal: int) -> UUID:
    return stream("meeting", unit, body, held_on, ordinal)


def rule_pack_stream(jurisdiction: str) -> UUID:
    return stream("rule_pack", jurisdiction)


def campaign_stream(jurisdiction: str, year: int, ordinal: int) -> UUID:
    return stream("campaign", jurisdiction, year, ordinal)


def return_stream(campaign: UUID, unit: UUID, item_type: ItemType) -> UUID:
    """Items declared and a zero report meet here."""
    return stream("return", campaign, unit, item_type)


def record_stream(campaign: UUID, reporter: UUID, ordinal: str) -> UUID:
    """A finding or a report: by campaign, reporter and the reporter's own ordinal."""
    return stream("record", campaign, reporter, ordinal)


def protected_record_stream(campaign: UUID, chance: UUID) -> UUID:
    """A protected report is known by chance alone: nothing leads from it to the reporter."""
    return stream("record", campaign, "protected", chance)


def item_stream(origin: UUID, row: object) -> UUID:
    """An item is where it came from (a return, a record, an admission, a meeting) and its row there, never its title."""
    return stream("item", origin, row)


def admission_stream(applicant: UUID, client_key: str) -> UUID:
    return stream("admission", applicant, client_key)


def list_stream(jurisdiction: str, level: Level) -> UUID:
    return stream("list", jurisdiction, level)
