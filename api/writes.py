"""One POST a command: the table of what may be asked, and how a request becomes a command and a receipt.

First step of every write (here -> application -> decider -> events). Keeps: the table holds every command once, and no request has
any other way to the ledger; a request sent again with its Idempotency-Key is answered with its first receipt, for ever.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from string import Formatter
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Path, Request, Response

from api import identity
from api.backing import Backing, backing
from api.bodies import Body
from api.identity import PostHeader, UnitHeader, command_key
from api.problems import Problem
from api.requests import bilingual, json_body, language, responses
from api.rulings import with_table
from ledger import commands as ask
from ledger.appender import Receipt
from ledger.application import Actor
from ledger.commands import Command, FileRecipientReport
from ledger.days import instant
from ledger.events import FACTS
from ledger.identity import new_key

LONGEST_KEY = 255  # characters


@dataclass(frozen=True, slots=True)
class Write:
    """One command over HTTP: names in braces in `path` are fields of the command."""

    command: type[Command]
    path: str
    operation: str
    tag: str

    @property
    def in_path(self) -> tuple[str, ...]:
        return tuple(name for _, name, _, _ in Formatter().parse(self.path) if name)


WRITES: Final = (
    Write(ask.AdoptRulePack, "/v1/rule-packs", "adoptRulePack", "records"),
    Write(ask.SignOffBuild, "/v1/build-sign-offs", "signOffBuild", "records"),
    Write(ask.CorrectRecord, "/v1/corrections", "correctRecord", "records"),
    Write(ask.RegisterDocument, "/v1/documents", "registerDocument", "records"),
    Write(ask.RepealDocument, "/v1/documents/{document}/repeal", "repealDocument", "records"),
    Write(ask.RecordMeeting, "/v1/meetings", "recordMeeting", "records"),
    Write(ask.RegisterUnit, "/v1/units", "registerUnit", "units"),
    Write(ask.RenameUnit, "/v1/units/{unit}/names", "renameUnit", "units"),
    Write(ask.ChangeSuperior, "/v1/units/{unit}/superiors", "changeSuperior", "units"),
    Write(ask.MergeUnits, "/v1/unit-mergers", "mergeUnits", "units"),
    Write(ask.SplitUnit, "/v1/units/{unit}/split", "splitUnit", "units"),
    Write(ask.DissolveUnit, "/v1/units/{unit}/dissolution", "dissolveUnit", "units"),
    Write(ask.PlanCampaign, "/v1/campaigns", "planCampaign", "campaigns"),
    Write(ask.OpenCampaign, "/v1/campaigns/{campaign}/open", "openCampaign", "campaigns"),
    Write(ask.ExtendDeadline, "/v1/campaigns/{campaign}/deadline", "extendDeadline", "campaigns"),
    Write(ask.CloseInventory, "/v1/campaigns/{campaign}/close-inventory", "closeInventory", "campaigns"),
    Write(ask.ReconcileCampaign, "/v1/campaigns/{campaign}/reconcile", "reconcileCampaign", "campaigns"),
    Write(ask.TakeCampaignDecision, "/v1/campaigns/{campaign}/decisions", "takeCampaignDecision", "campaigns"),
    Write(ask.CloseCampaign, "/v1/campaigns/{campaign}/close", "closeCampaign", "campaigns"),
    Write(ask.OpenLookBack, "/v1/campaigns/{campaign}/look-back", "openLookBack", "campaigns"),
    Write(ask.FileReturn, "/v1/campaigns/{campaign}/returns", "fileReturn", "inventory"),
    Write(ask.FileZeroReport, "/v1/campaigns/{campaign}/zero-reports", "fileZeroReport", "inventory"),
    Write(ask.CorrectReturn, "/v1/campaigns/{campaign}/return-corrections", "correctReturn", "inventory"),
    Write(ask.NoteOverdueReturn, "/v1/campaigns/{campaign}/overdue-returns", "noteOverdueReturn", "inventory"),
    Write(ask.CheckReturn, "/v1/campaigns/{campaign}/return-checks", "checkReturn", "inventory"),
    Write(ask.ConfirmReturn, "/v1/campaigns/{campaign}/return-confirmations", "confirmReturn", "inventory"),
    Write(ask.FileSpotCheckFinding, "/v1/campaigns/{campaign}/findings", "fileSpotCheckFinding", "inventory"),
    Write(ask.FileRecipientReport, "/v1/campaigns/{campaign}/recipient-reports", "fileRecipientReport", "inventory"),
    Write(ask.DecideMatch, "/v1/campaigns/{campaign}/matches", "decideMatch", "reconciliation"),
    Write(ask.ResolveConflict, "/v1/campaigns/{campaign}/conflict-resolutions", "resolveConflict", "reconciliation"),
    Write(ask.RegisterOmission, "/v1/campaigns/{campaign}/omissions", "registerOmission", "reconciliation"),
    Write(ask.RegisterFalseZero, "/v1/campaigns/{campaign}/false-zeros", "registerFalseZero", "reconciliation"),
    Write(ask.VerifyItem, "/v1/items/{item}/verification", "verifyItem", "items"),
    Write(ask.MarkDuplicate, "/v1/items/{item}/duplicate", "markDuplicate", "items"),
    Write(ask.RejectAsNotAnItem, "/v1/items/{item}/rejection", "rejectAsNotAnItem", "items"),
    Write(ask.SubmitForReview, "/v1/items/{item}/submission", "submitForReview", "items"),
    Write(ask.ReturnForRevision, "/v1/items/{item}/return", "returnForRevision", "items"),
    Write(ask.GiveOpinion, "/v1/items/{item}/opinions", "giveOpinion", "items"),
    Write(ask.ReportToProvince, "/v1/province-reports", "reportToProvince", "items"),
    Write(ask.RecordProvinceReply, "/v1/items/{item}/province-replies", "recordProvinceReply", "items"),
    Write(ask.RetainItem, "/v1/items/{item}/retention", "retainItem", "items"),
    Write(ask.CancelItem, "/v1/items/{item}/cancellation", "cancelItem", "items"),
    Write(ask.MergeItems, "/v1/item-mergers", "mergeItems", "items"),
    Write(ask.PublishList, "/v1/lists", "publishList", "lists"),
    Write(ask.AmendItem, "/v1/items/{item}/amendments", "amendItem", "lists"),
    Write(ask.SuspendItem, "/v1/items/{item}/suspension", "suspendItem", "lists"),
    Write(ask.ResumeItem, "/v1/items/{item}/resumption", "resumeItem", "lists"),
    Write(ask.NoteExpiry, "/v1/items/{item}/expiry", "noteExpiry", "lists"),
    Write(ask.NoteLostBasis, "/v1/items/{item}/lost-basis", "noteLostBasis", "lists"),
    Write(ask.OpenExitReview, "/v1/items/{item}/exit-review", "openExitReview", "lists"),
    Write(ask.ExitItem, "/v1/items/{item}/exit", "exitItem", "lists"),
    Write(ask.ApplyForAdmission, "/v1/admissions", "applyForAdmission", "admissions"),
    Write(ask.FindAdmissionComplete, "/v1/admissions/{admission}/completeness", "findAdmissionComplete", "admissions"),
    Write(ask.ReturnAdmission, "/v1/admissions/{admission}/return", "returnAdmission", "admissions"),
    Write(ask.VerifyAdmissionBasis, "/v1/admissions/{admission}/basis", "verifyAdmissionBasis", "admissions"),
    Write(ask.ReportAdmissionUpward, "/v1/admissions/{admission}/report", "reportAdmissionUpward", "admissions"),
    Write(ask.AdmitItem, "/v1/admissions/{admission}/approval", "admitItem", "admissions"),
    Write(ask.RefuseAdmission, "/v1/admissions/{admission}/refusal", "refuseAdmission", "admissions"),
    Write(ask.WithdrawAdmission, "/v1/admissions/{admission}/withdrawal", "withdrawAdmission", "admissions"),
    Write(ask.AnchorEvidence, "/v1/evidence", "anchorEvidence", "records"),
    Write(ask.PublishDutyList, "/v1/duty-lists", "publishDutyList", "duties"),
    Write(ask.AddDutyEntry, "/v1/duty-lists/{duty_list}/entries", "addDutyEntry", "duties"),
    Write(ask.ChangeDutyEntry, "/v1/duty-lists/{duty_list}/entry-changes", "changeDutyEntry", "duties"),
    Write(ask.RemoveDutyEntry, "/v1/duty-lists/{duty_list}/entry-removals", "removeDutyEntry", "duties"),
    Write(ask.DelegateDuty, "/v1/duty-delegations", "delegateDuty", "duties"),
    Write(ask.TakeDutyBack, "/v1/duty-takings", "takeDutyBack", "duties"),
    Write(ask.PromiseSupport, "/v1/support-promises", "promiseSupport", "duties"),
    Write(ask.DeliverSupport, "/v1/support-deliveries", "deliverSupport", "duties"),
    Write(ask.DraftPledge, "/v1/pledges", "draftPledge", "pledges"),
    Write(ask.CheckPledge, "/v1/pledges/{pledge}/list-check", "checkPledge", "pledges"),
    Write(ask.OfferPledge, "/v1/pledges/{pledge}/offer", "offerPledge", "pledges"),
    Write(ask.RaiseObjection, "/v1/pledges/{pledge}/objections", "raiseObjection", "pledges"),
    Write(ask.AnswerObjection, "/v1/pledges/{pledge}/objection-answers", "answerObjection", "pledges"),
    Write(ask.SignPledge, "/v1/pledges/{pledge}/signature", "signPledge", "pledges"),
    Write(ask.RefusePledge, "/v1/pledges/{pledge}/refusal", "refusePledge", "pledges"),
    Write(ask.RecordBacklogPledge, "/v1/backlog-pledges", "recordBacklogPledge", "pledges"),
    Write(ask.ObserveIrregularPledge, "/v1/irregular-pledges", "observeIrregularPledge", "pledges"),
    Write(ask.LinkReSignedPledge, "/v1/pledges/{pledge}/parents", "linkReSignedPledge", "pledges"),
    Write(ask.PerformIssuerDuty, "/v1/pledges/{pledge}/issuer-duties", "performIssuerDuty", "pledges"),
    Write(ask.AssessPledge, "/v1/pledges/{pledge}/assessments", "assessPledge", "pledges"),
    Write(ask.TerminatePledge, "/v1/pledges/{pledge}/termination", "terminatePledge", "pledges"),
    Write(ask.VoidPledge, "/v1/pledges/{pledge}/voiding", "voidPledge", "pledges"),
    Write(ask.SuggestVeto, "/v1/vetoes", "suggestVeto", "vetoes"),
    Write(ask.VerifyVetoFacts, "/v1/vetoes/{veto}/facts", "verifyVetoFacts", "vetoes"),
    Write(ask.HearVetoParty, "/v1/vetoes/{veto}/hearing", "hearVetoParty", "vetoes"),
    Write(ask.DecideVeto, "/v1/vetoes/{veto}/decision", "decideVeto", "vetoes"),
    Write(ask.NotifyVeto, "/v1/vetoes/{veto}/notification", "notifyVeto", "vetoes"),
    Write(ask.RequestVetoReview, "/v1/vetoes/{veto}/review-requests", "requestVetoReview", "vetoes"),
    Write(ask.DecideVetoReview, "/v1/vetoes/{veto}/review-decisions", "decideVetoReview", "vetoes"),
    Write(ask.LiftVeto, "/v1/vetoes/{veto}/lifting", "liftVeto", "vetoes"),
    Write(ask.NoteVetoLapsed, "/v1/vetoes/{veto}/lapse", "noteVetoLapsed", "vetoes"),
    Write(ask.ObserveIrregularVeto, "/v1/irregular-vetoes", "observeIrregularVeto", "vetoes"),
    Write(ask.ObserveDisguisedVeto, "/v1/disguised-vetoes", "observeDisguisedVeto", "vetoes"),
    Write(ask.RegisterIncident, "/v1/incidents", "registerIncident", "incidents"),
    Write(ask.VerifyIncident, "/v1/incidents/{incident}/verification", "verifyIncident", "incidents"),
    Write(ask.CloseIncident, "/v1/incidents/{incident}/close", "closeIncident", "incidents"),
    Write(ask.ReceiveCaseClues, "/v1/case-clues", "receiveCaseClues", "cases"),
    Write(ask.OpenPreliminaryCheck, "/v1/cases/{case}/preliminary-check", "openPreliminaryCheck", "cases"),
    Write(ask.DecideNoCase, "/v1/cases/{case}/no-case", "decideNoCase", "cases"),
    Write(ask.OpenCase, "/v1/cases", "openCase", "cases"),
    Write(ask.OpenInvestigation, "/v1/cases/{case}/investigation", "openInvestigation", "cases"),
    Write(ask.HearStatement, "/v1/cases/{case}/statements", "hearStatement", "cases"),
    Write(ask.ConsiderTolerance, "/v1/cases/{case}/tolerance-considerations", "considerTolerance", "cases"),
    Write(ask.ProposeAccountability, "/v1/cases/{case}/proposals", "proposeAccountability", "cases"),
    Write(ask.DecideAccountability, "/v1/cases/{case}/decision", "decideAccountability", "cases"),
    Write(ask.AnnounceAccountability, "/v1/cases/{case}/announcement", "announceAccountability", "cases"),
    Write(ask.ExecuteAccountability, "/v1/cases/{case}/execution", "executeAccountability", "cases"),
    Write(ask.FileAccountability, "/v1/cases/{case}/filing", "fileAccountability", "cases"),
    Write(ask.LodgeAppeal, "/v1/cases/{case}/appeals", "lodgeAppeal", "cases"),
    Write(ask.DecideAppeal, "/v1/cases/{case}/appeal-decisions", "decideAppeal", "cases"),
    Write(ask.CorrectAccountability, "/v1/cases/{case}/corrections", "correctAccountability", "cases"),
    Write(ask.FindAbuseOfAccountability, "/v1/cases/{case}/abuse-findings", "findAbuseOfAccountability", "cases"),
    Write(ask.EndImpactPeriod, "/v1/cases/{case}/impact-end", "endImpactPeriod", "cases"),
    Write(
        ask.CloseCaseWithoutAccountability,
        "/v1/cases/{case}/close-without-accountability",
        "closeCaseWithoutAccountability",
        "cases",
    ),
    Write(ask.CloseCase, "/v1/cases/{case}/close", "closeCase", "cases"),
    Write(ask.AssertClaim, "/v1/claims", "assertClaim", "claims"),
    Write(ask.AnswerClaim, "/v1/claims/{claim}/answers", "answerClaim", "claims"),
    Write(ask.FindCausation, "/v1/claims/{claim}/causation", "findCausation", "claims"),
    Write(ask.RuleClaim, "/v1/claims/{claim}/rulings", "ruleClaim", "claims"),
    Write(ask.ConfirmShieldUse, "/v1/claims/{claim}/shield-use", "confirmShieldUse", "claims"),
    Write(ask.ReopenClaim, "/v1/claims/{claim}/reopening", "reopenClaim", "claims"),
    Write(ask.FileToleranceInAdvance, "/v1/tolerance-filings", "fileToleranceInAdvance", "tolerance"),
    Write(ask.ReviewToleranceFiling, "/v1/tolerance/{tolerance}/filing-review", "reviewToleranceFiling", "tolerance"),
    Write(ask.CheckToleranceFiling, "/v1/tolerance/{tolerance}/filing-check", "checkToleranceFiling", "tolerance"),
    Write(ask.DecideToleranceFiling, "/v1/tolerance/{tolerance}/filing-decision", "decideToleranceFiling", "tolerance"),
    Write(ask.ApplyForTolerance, "/v1/tolerance", "applyForTolerance", "tolerance"),
    Write(ask.ConsiderToleranceExOfficio, "/v1/tolerance-ex-officio", "considerToleranceExOfficio", "tolerance"),
    Write(ask.AcceptTolerance, "/v1/tolerance/{tolerance}/acceptance", "acceptTolerance", "tolerance"),
    Write(ask.DeclineTolerance, "/v1/tolerance/{tolerance}/declining", "declineTolerance", "tolerance"),
    Write(ask.VerifyTolerance, "/v1/tolerance/{tolerance}/verification", "verifyTolerance", "tolerance"),
    Write(ask.RuleTolerance, "/v1/tolerance/{tolerance}/ruling", "ruleTolerance", "tolerance"),
    Write(ask.FeedToleranceBack, "/v1/tolerance/{tolerance}/feedback", "feedToleranceBack", "tolerance"),
    Write(ask.OrderCorrection, "/v1/tolerance/{tolerance}/correction-orders", "orderCorrection", "tolerance"),
    Write(
        ask.CompleteCorrection, "/v1/tolerance/{tolerance}/correction-completions", "completeCorrection", "tolerance"
    ),
    Write(ask.IssueClarification, "/v1/tolerance/{tolerance}/clarifications", "issueClarification", "tolerance"),
    Write(
        ask.RequestToleranceReview, "/v1/tolerance/{tolerance}/review-requests", "requestToleranceReview", "tolerance"
    ),
    Write(
        ask.DecideToleranceReview, "/v1/tolerance/{tolerance}/review-decisions", "decideToleranceReview", "tolerance"
    ),
    Write(ask.DraftNotice, "/v1/notices", "draftNotice", "notices"),
    Write(ask.ApproveNotice, "/v1/notices/{notice}/approval", "approveNotice", "notices"),
    Write(ask.PublishNotice, "/v1/notices/{notice}/publication", "publishNotice", "notices"),
    Write(ask.CorrectNotice, "/v1/notices/{notice}/corrections", "correctNotice", "notices"),
    Write(ask.WithdrawNotice, "/v1/notices/{notice}/withdrawal", "withdrawNotice", "notices"),
    Write(ask.PlanInspection, "/v1/inspections", "planInspection", "inspections"),
    Write(ask.AssignInspectors, "/v1/inspections/{inspection}/inspectors", "assignInspectors", "inspections"),
    Write(ask.SendInspectionNotice, "/v1/inspections/{inspection}/notices", "sendInspectionNotice", "inspections"),
    Write(ask.VisitSite, "/v1/inspections/{inspection}/site-visits", "visitSite", "inspections"),
    Write(ask.RecordFinding, "/v1/inspections/{inspection}/findings", "recordFinding", "inspections"),
    Write(ask.CommentOnInspection, "/v1/inspections/{inspection}/comments", "commentOnInspection", "inspections"),
    Write(
        ask.OrderRectification, "/v1/inspections/{inspection}/rectification-orders", "orderRectification", "inspections"
    ),
    Write(
        ask.VerifyRectification,
        "/v1/inspections/{inspection}/rectification-checks",
        "verifyRectification",
        "inspections",
    ),
    Write(ask.CloseInspection, "/v1/inspections/{inspection}/close", "closeInspection", "inspections"),
    Write(ask.AnswerLead, "/v1/leads/{lead}/comment", "answerLead", "leads"),
    Write(ask.DisposeOfLead, "/v1/leads/{lead}/disposition", "disposeOfLead", "leads"),
)

MADE_HERE: Final[Mapping[type[Command], frozenset[str]]] = {FileRecipientReport: frozenset({"salts"})}
BODIES: Final = {
    write.command: Body.of(write.command, {*write.in_path, *MADE_HERE.get(write.command, ())}) for write in WRITES
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """A stream that the command wrote: the id by which the thing is known, what kind of thing, and whether it came into being."""

    id: UUID
    kind: str
    version: int
    created: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteReceipt:
    """Where a command stands in the ledger, for ever: its first and last position, when it was recorded, and what it touched."""

    key: UUID
    first: int
    last: int
    position: int
    recorded_at: datetime
    streams: tuple[Touched, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """One request to write, before its body is read: who acts, and by which key it is known."""

    body: bytes
    account: str
    unit: UUID | None
    post: str | None
    idempotency_key: str | None

    @property
    def key(self) -> UUID:
        return command_key(self.account, self.idempotency_key) if self.idempotency_key else new_key()


IdempotencyKey = Annotated[
    str | None,
    Header(alias="Idempotency-Key", description="Makes the request repeatable for ever; a UUID for protected reports."),
]
RECEIPT_HEADERS = {
    "Ledger-Position": {"description": "The last position of the command.", "schema": {"type": "integer"}},
    "Location": {"description": "The receipt, for ever.", "schema": {"type": "string", "format": "uri-reference"}},
}


def router(account: Callable[..., str]) -> APIRouter:
    """Return the routes of every command; `account` is the dependency that lets a caller in."""
    routes = APIRouter()

    def asked(
        who: Annotated[str, Depends(account)],
        body: Annotated[bytes, Depends(json_body)],
        acting_unit: UnitHeader = None,
        acting_post: PostHeader = None,
        idempotency_key: IdempotencyKey = None,
    ) -> Asked:
        if idempotency_key is not None and not _is_a_key(idempotency_key):
            raise Problem("header-malformed", name="Idempotency-Key", wanted=f"1–{LONGEST_KEY} ASCII")
        return Asked(body, who, acting_unit, acting_post, idempotency_key)

    for write in WRITES:
        routes.add_api_route(
            write.path,
            _endpoint(write, asked),
            methods=["POST"],
            operation_id=write.operation,
            tags=[write.tag],
            summary=bilingual(f"operation.{write.operation}"),
            description=(write.command.__doc__ or "").strip(),
            status_code=201,
            response_description="Recorded.",
            responses={201: {"headers": RECEIPT_HEADERS}, **responses(400, 401, 404, 409, 413, 415, 422, 500, 503)},
            openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"schema": _ref(write)}}}},
        )

    @routes.get(
        "/v1/receipts/{key}",
        operation_id="readReceipt",
        tags=["records"],
        summary=bilingual("operation.readReceipt"),
        responses=responses(400, 401, 404, 500, 503),
    )
    def receipt(
        who: Annotated[str, Depends(account)], behind: Annotated[Backing, Depends(backing)], key: UUID
    ) -> WriteReceipt:
        del who
        found = behind.ledger.receipts((key,))
        if key not in found:
            raise Problem("nothing-known", id=key, known_at=behind.ledger.size())
        return told(behind, key, found[key][1])

    return routes


def carry_out(write: Write, asked: Asked, behind: Backing, elsewhere: Mapping[str, Any], language: Any) -> WriteReceipt:
    """Read a request's body, have the ledger carry it out, and return the receipt; raise Problem, Refused or NotStorable."""
    acts = identity.registrar if write.command is ask.RegisterUnit else identity.actor
    actor: Actor = acts(asked.account, asked.unit, asked.post, synthetic=behind.synthetic())
    made = dict.fromkeys(MADE_HERE.get(write.command, ()), ())
    command = BODIES[write.command].read(asked.body, language, {**elsewhere, **made})
    if isinstance(command, FileRecipientReport) and command.protected:
        command = salted(command, asked.idempotency_key)
    if isinstance(command, ask.RuleClaim):
        command = with_table(command, behind)
    key = asked.key
    return told(behind, key, behind.ledger.execute(command, actor=actor, key=key))


def salted(report: FileRecipientReport, idempotency_key: str | None) -> FileRecipientReport:
    """Give a protected report its salts, made from the random key that only the caller holds: sent again, they are the same.

    What is stored of the key is a uuid5 of it, so that whoever reads the log cannot make the salts and try out reporters.
    """
    secret = _random_uuid(idempotency_key)
    withheld = ("/recipient", *(("/statement",) if report.statement is not None else ()))
    salts = tuple(sha256(b"mingze/salt/v1\0" + path.encode() + b"\0" + secret.bytes).hexdigest() for path in withheld)
    return replace(report, salts=salts)


def told(behind: Backing, key: UUID, receipt: Receipt) -> WriteReceipt:
    """Return a receipt with what the command touched, as it stands in the log."""
    count = receipt.last - receipt.first + 1
    facts = behind.ledger.recorder.select_notifications(receipt.first, count, receipt.last)
    streams: dict[UUID, Touched] = {}
    for fact in facts:
        stream, version = UUID(str(fact.originator_id)), fact.originator_version
        created = version == 1 or (stream in streams and streams[stream].created)
        streams[stream] = Touched(id=stream, kind=_kind(behind, stream, fact.topic), version=version, created=created)
    return WriteReceipt(
        key=key,
        first=receipt.first,
        last=receipt.last,
        position=receipt.last,
        recorded_at=instant(receipt.recorded_at),
        streams=tuple(streams.values()),
    )


def _endpoint(write: Write, asked: Callable[..., Asked]) -> Callable[..., WriteReceipt]:
    def endpoint(request: Request, response: Response, asked: Asked, behind: Backing, **path: UUID) -> WriteReceipt:
        receipt = carry_out(write, asked, behind, path, language(request))
        response.headers["Ledger-Position"] = str(receipt.position)
        response.headers["Location"] = f"/v1/receipts/{receipt.key}"
        return receipt

    # FastAPI reads the parameters off the signature; those in the path differ from command to command.
    own = inspect.signature(endpoint).parameters
    given = {"asked": Annotated[Asked, Depends(asked)], "behind": Annotated[Backing, Depends(backing)]}
    fixed = [own[name].replace(annotation=given.get(name, own[name].annotation)) for name in own if name != "path"]
    in_path = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=Annotated[UUID, Path()])
        for name in write.in_path
    ]
    endpoint.__signature__ = inspect.Signature([*fixed, *in_path], return_annotation=WriteReceipt)  # type: ignore[attr-defined]  # see PEP 362
    endpoint.__name__ = write.operation
    return endpoint


def _ref(write: Write) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{write.command.__name__}"}


def _kind(behind: Backing, stream: UUID, topic: str) -> str:
    kind = FACTS[topic].STREAM
    return behind.ledger.facts((stream,))[stream][0].fact.STREAM if kind == "*" else kind


def _is_a_key(header: str) -> bool:
    return 0 < len(header) <= LONGEST_KEY and header.isascii() and header.isprintable()


def _random_uuid(header: str | None) -> UUID:
    try:
        secret = UUID(header or "")
    except ValueError:
        raise Problem("idempotency-key-needed") from None
    if secret.version != 4:
        raise Problem("idempotency-key-needed")
    return secret
