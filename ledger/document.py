"""Documents are registered under their issuer and number, and repealed by later ones.

Second step of every write (api -> application -> here). Pure: same history, same command, same rules, same answer.
Keeps: one number of one issuer is one document, however it was typed (GB/T 9704-2012, 7.2.5.2); the level of a document is that of the
unit that issued it, for mandates are judged by it.
"""

from dataclasses import dataclass
from datetime import date

from ledger import known
from ledger.commands import RegisterDocument, RepealDocument
from ledger.document_number import NotADocumentNumber, normalise
from ledger.events import DocumentRegistered, DocumentRepealed
from ledger.refusals import Refused
from ledger.streams import document_stream
from ledger.timelines.document import DOCUMENT
from ledger.values import is_digest
from ledger.world import Decision, World


@dataclass
class DocumentNumberMalformed(Refused):
    """“{number}” is no document number; it is written 临办发〔2024〕5号: issuer's code, year in 〔〕, number, 号."""

    number: str


@dataclass
class DocumentUnidentified(Refused):
    """“{title}” has neither a number nor the digest of its file (SHA-256, 64 hex digits); give one of them."""

    title: str


@dataclass
class DocumentAlreadyRegistered(Refused):
    """{issuer} has a document of this number or digest registered already: “{title}”."""

    issuer: str
    title: str


@dataclass
class LevelIsNotTheIssuers(Refused):
    """{issuer} stands at level {level}, so its documents do too, not at {stated}."""

    issuer: str
    level: str
    stated: str


@dataclass
class DocumentDaysReversed(Refused):
    """“{title}” cannot begin to hold on {begins} and go on until {ends}."""

    title: str
    begins: date
    ends: date


@dataclass
class DocumentOfAFutureDay(Refused):
    """A document dated {dated} cannot be registered for {day}, before it was issued."""

    dated: date
    day: date


@dataclass
class DocumentCannotRepealItself(Refused):
    """“{title}” cannot be repealed by itself; name the document that repeals it."""

    title: str


@dataclass
class AlreadyRepealed(Refused):
    """“{title}” holds only until {last_day}."""

    title: str
    last_day: date


@dataclass
class RepealBeforeItsDocument(Refused):
    """“{repealing}” holds from {begins} and cannot end another document on {first_day_without}; give that day or a later one."""

    repealing: str
    begins: date
    first_day_without: date


def decide(command: RegisterDocument | RepealDocument, world: World) -> Decision:
    """Answer a command about documents; raise Refused."""
    match command:
        case RegisterDocument():
            return _register(command, world)
        case RepealDocument():
            return _repeal(command, world)


def _register(command: RegisterDocument, world: World) -> Decision:
    issuer = known.registered_unit(world, command.document_issuer)  # documents outlive their issuers
    if command.issuer_level is not issuer.level:
        raise LevelIsNotTheIssuers(issuer.name, issuer.level, command.issuer_level)
    if command.dated > command.effective_on:
        raise DocumentOfAFutureDay(command.dated, command.effective_on)
    if command.effective_to and command.effective_to < command.effective_from:
        raise DocumentDaysReversed(command.title, command.effective_from, command.effective_to)
    number, digest = _number(command), _digest(command)
    stream = document_stream(command.document_issuer, number or digest or "")
    held = world.see(DOCUMENT, stream)
    if held:
        raise DocumentAlreadyRegistered(issuer.name, held.title)
    fact = DocumentRegistered(
        document_issuer=command.document_issuer,
        title=command.title,
        dated=command.dated,
        issuer_level=command.issuer_level,
        genre=command.genre,
        effective_from=command.effective_from,
        number=number,
        digest=digest,
        effective_to=command.effective_to,
    )
    return Decision(world.rules(issuer.area_code, command.effective_on), ((stream, fact),))


def _number(command: RegisterDocument) -> str | None:
    if command.number is None:
        return None
    try:
        return normalise(command.number).text
    except NotADocumentNumber as problem:
        raise DocumentNumberMalformed(command.number) from problem


def _digest(command: RegisterDocument) -> str | None:
    stated = command.digest and command.digest.lower()
    if (command.number is None and stated is None) or (stated is not None and not is_digest(stated)):
        raise DocumentUnidentified(command.title)
    return stated


def _repeal(command: RepealDocument, world: World) -> Decision:
    document = known.document(world, command.document)
    repealing = known.document(world, command.repealed_by)
    known.nothing_later(world, command.document, command.effective_on)
    if document.id == repealing.id:
        raise DocumentCannotRepealItself(document.title)
    if document.effective_to and (document.repealed_by or document.effective_to < command.first_day_without):
        raise AlreadyRepealed(document.title, document.effective_to)
    if command.first_day_without < repealing.effective_from:
        raise RepealBeforeItsDocument(repealing.title, repealing.effective_from, command.first_day_without)
    issuer = known.registered_unit(world, document.issuer)
    fact = DocumentRepealed(repealed_by=command.repealed_by, first_day_without=command.first_day_without)
    return Decision(world.rules(issuer.area_code, command.effective_on), ((document.id, fact),))
