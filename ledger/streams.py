"""Which stream a thing's history stands in: a uuid5 of its natural key, so that doing a thing twice meets itself.

Pure. Keeps: the same key gives the same stream on every machine for ever; a display name is never part of a key.
"""

import unicodedata
from datetime import date
from typing import Final
from urllib.parse import quote
from uuid import UUID, uuid5

from ledger.terms import DutyListKind, ItemType, Level, MeetingBody

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


def evidence_stream(digest: str) -> UUID:
    return stream("evidence", digest)


def duty_list_stream(unit: UUID, kind: DutyListKind) -> UUID:
    return stream("duty_list", unit, kind)


def duty_stream(duty_code: str, jurisdiction: str) -> UUID:
    """A duty in a jurisdiction: its entries, delegations, and support without a pledge meet here."""
    return stream("duty", duty_code, jurisdiction)


def pledge_stream(item: UUID, issuer: UUID, signer: UUID, period_from: date, attempt: int) -> UUID:
    return stream("pledge", item, issuer, signer, period_from, attempt)


def irregular_pledge_stream(digest: str) -> UUID:
    """A paper off the list is its digest …"""
    return stream("pledge", "irregular", digest)


def observed_pledge_stream(observer: UUID, client_key: str) -> UUID:
    """… or, where nobody holds the paper, the observer's own number of it."""
    return stream("pledge", "observed", observer, client_key)


def veto_stream(item: UUID, target: UUID, assessment_year: int) -> UUID:
    return stream("veto", item, target, assessment_year)


def observed_veto_stream(observer: UUID, client_key: str) -> UUID:
    return stream("veto", "observed", observer, client_key)


def incident_stream(registrar: UUID, ordinal: str) -> UUID:
    return stream("incident", registrar, ordinal)


def case_stream(incident: UUID, subject_unit: UUID, subject_post: str | None) -> UUID:
    """One case for one subject of one incident: a unit, or a post in it."""
    return stream("case", incident, subject_unit, *((subject_post,) if subject_post else ()))


def claim_stream(incident: UUID, asserting_unit: UUID, cited: UUID) -> UUID:
    return stream("claim", incident, asserting_unit, cited)


def tolerance_stream(origin: UUID, applicant: UUID) -> UUID:
    """Tolerance in a case: by case and applicant (or subject)."""
    return stream("tolerance", origin, applicant)


def filing_stream(applicant: UUID, ordinal: str) -> UUID:
    """Tolerance filed in advance: by the applicant's own number."""
    return stream("tolerance", "filing", applicant, ordinal)


def notice_stream(issuer: UUID, ordinal: str) -> UUID:
    return stream("notice", issuer, ordinal)


def inspection_stream(lead_unit: UUID, ordinal: str) -> UUID:
    return stream("inspection", lead_unit, ordinal)


def lead_stream(lead: UUID) -> UUID:
    return stream("lead", lead)
