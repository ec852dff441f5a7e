"""Worlds of the rules about whom a paper is put to: DR-28, 32."""

from datetime import date

from ledger.events import DocumentRegistered
from ledger.terms import Level, SignerKind
from tests.leads.planting import Twin, pattern
from tests.leads.worlds import DAY, World


@pattern(
    "DR-28",
    {"SIGNED_DOWN_TO_VILLAGE": {"DR-28": 1}, "SIGNED_DOWN_TO_VILLAGE/household": {"DR-28": 1}},
    township=Twin("the signer is a township"),
    farmland=Twin("farmland: the village collective signs with the township", spared="COMMANDED_BY_LAW"),
    farmland_household=Twin("farmland: a household is made to sign", {"DR-28": 1}),
    farmland_county=Twin("farmland: the village signs with the county", {"DR-28": 1}),
    voluntary=Twin("a person's own free pledge", spared="VOLUNTARY_PERSON", reason="SIGNED_DOWN_TO_VILLAGE/household"),
)
def down_to_village(w: World, variant: str, but: str) -> None:
    town = w.town()
    village = w.village(town)
    if but in ("farmland", "farmland_county"):
        issuer = town if but == "farmland" else w.county_gov
        w.lawful(issuer=issuer, signer=village, field_code="FARMLAND")
        return
    kind = w.pick(SignerKind.UNIT, SignerKind.VILLAGE)
    if variant.endswith("household"):
        kind = w.pick(SignerKind.HOUSEHOLD, SignerKind.PERSON)
    if but == "voluntary":
        kind = SignerKind.PERSON
    if but == "farmland_household":
        clauses = w.clauses(w.duty(village))
        item = w.item(w.terms(town, village, clauses=clauses, field_code="FARMLAND"))
        day, household = w.on_the_list(), SignerKind.HOUSEHOLD
        w.observe(issuer=town, signer=village, day=day, item=item, clauses=clauses, signer_kind=household)
        return
    signer = village if but != "township" else town
    issuer = town if but != "township" else w.bureau
    kind = SignerKind.UNIT if but == "township" else kind
    w.observe(issuer=issuer, signer=signer, signer_kind=kind, voluntary=but == "voluntary")


@pattern(
    "DR-32",
    {
        "DEPARTMENT_COMMANDS": {"DR-32": 1},
        "DEPARTMENT_COMMANDS/committee": {"DR-32": 1},
        "DEPARTMENT_COMMANDS/listed": {"DR-32": 1},
    },
    day_before=Twin("signed on the day before the Provisions"),
    first_day=Twin("signed on the day of the Provisions", {"DR-32": 1}),
    in_name=Twin("issued in the government's name", spared="GOVERNMENT_STANDS_BEHIND"),
    item_in_name=Twin(
        "the item is issued in its name", spared="GOVERNMENT_STANDS_BEHIND", reason="DEPARTMENT_COMMANDS/listed"
    ),
    document=Twin(
        "a document of the government stands behind",
        spared="GOVERNMENT_STANDS_BEHIND",
        reason="DEPARTMENT_COMMANDS/listed",
    ),
    own_document=Twin(
        "a document of the department itself stands behind", {"DR-32": 1}, reason="DEPARTMENT_COMMANDS/listed"
    ),
    to_department=Twin("the signer is a department"),
    same_level=Twin("the signer is of the same level"),
    by_government=Twin("the government itself asks"),
)
def department_commands(w: World, variant: str, but: str) -> None:
    provisions = date(2024, 8, 6)
    day = {"day_before": provisions - DAY, "first_day": provisions}.get(
        but, w.day(provisions + DAY, date(2024, 12, 20))
    )
    town = w.town("PARTY_COMMITTEE" if variant.endswith("committee") else "GOVERNMENT")
    if variant.endswith("listed"):
        document = w.key("document")
        whose = w.bureau if but == "own_document" else w.county_gov
        registered = DocumentRegistered(
            document_issuer=whose,
            title="通知",
            dated=date(2024, 12, 1),
            issuer_level=Level.COUNTY,
            genre="通知",
            effective_from=date(2024, 12, 1),
        )
        w.tell(document, registered, date(2024, 12, 1))
        named = w.county_gov if but == "item_in_name" else None
        w.lawful(signer=town, document=document if "document" in but else None, issued_in_name_of=named)
        return
    signer = {"same_level": w.county_gov}.get(but, town)
    if but == "to_department":
        signer = w.unit("乡站所", Level.TOWNSHIP, "PUBLIC_INSTITUTION", w.area_of(town), town)
    issuer = w.county_gov if but == "by_government" else w.pick(w.bureau, w.other, w.team)
    w.observe(issuer=issuer, signer=signer, day=day, issued_in_name_of=w.county_gov if but == "in_name" else None)
