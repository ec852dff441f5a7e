"""What happened is registered when it has happened, verified, closed; nobody is blamed."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ledger.commands import CloseIncident, VerifyIncident
from ledger.days import SHANGHAI
from ledger.events import Fact, IncidentClosed, IncidentRegistered, IncidentVerified
from ledger.incident import (
    IncidentExists,
    IncidentLiesAhead,
    IncidentNotAtStage,
    IncidentUnknown,
    InstantWithoutOffset,
    RegisteredBeforeItHappened,
)
from ledger.refusals import LaterFactsStand, LeftBlank, UnitHasEnded, UnitUnknown
from ledger.streams import incident_stream
from ledger.timelines.incident import INCIDENT, Stage
from tests.pure.case_scene import NOWHERE, OCCURRED, REGISTERED, CaseScene, states
from tests.pure.item_scene import refuses, unit_id

DAY = timedelta(days=1)


def verify(scene: CaseScene, incident: object, on: date = OCCURRED) -> None:
    scene.when(VerifyIncident(effective_on=on, incident=incident, verifier=unit_id("县督查室")))  # type: ignore[arg-type]


def test_an_incident_stands_under_the_registrars_own_number() -> None:
    scene = CaseScene()
    ((incident, fact),) = scene.when(scene.register(units=(unit_id("乡政府"),), duty_codes=("d1",)))
    assert incident == incident_stream(unit_id("县纪委监委"), "1")
    assert isinstance(fact, IncidentRegistered)
    assert (fact.units, fact.duty_codes) == ((unit_id("乡政府"),), ("d1",))
    refuses(scene, scene.register(summary="另一件"), IncidentExists)


def test_the_instant_stands_in_chinese_time_and_its_day_with_it() -> None:
    scene = CaseScene()
    late = datetime(2025, 6, 18, 16, 30, tzinfo=UTC)  # half past midnight of the 19th in China
    refuses(scene, scene.register(occurred_at=late), IncidentLiesAhead)
    ((incident, fact),) = scene.when(scene.register(occurred_at=late, effective_on=OCCURRED + DAY))
    assert isinstance(fact, IncidentRegistered)
    assert fact.occurred_at.isoformat() == "2025-06-19T00:30:00+08:00"
    state = scene.world().see(INCIDENT, incident)
    assert state
    assert state.occurred_on == date(2025, 6, 19)


def test_an_instant_without_a_zone_is_no_instant() -> None:
    scene = CaseScene()
    refuses(scene, scene.register(occurred_at=datetime(2025, 6, 18, 10, 30)), InstantWithoutOffset)  # noqa: DTZ001


def test_nothing_is_registered_before_it_happened() -> None:
    scene = CaseScene()
    scene.today = OCCURRED + DAY
    tomorrow = datetime(2025, 6, 19, 0, 0, tzinfo=SHANGHAI)
    refuses(scene, scene.register(occurred_at=tomorrow), RegisteredBeforeItHappened)
    refuses(scene, scene.register(occurred_at=tomorrow + DAY, effective_on=OCCURRED + DAY), IncidentLiesAhead)
    scene.when(scene.register(occurred_at=tomorrow, effective_on=OCCURRED + DAY))


def test_what_is_told_of_an_incident_leads_somewhere() -> None:
    scene = CaseScene()
    refuses(scene, scene.register(registrar=NOWHERE), UnitUnknown)
    refuses(scene, scene.register(units=(NOWHERE,)), UnitUnknown)
    refuses(
        scene,
        scene.register(units=(unit_id("乡政府"),), occurred_at=datetime(2009, 1, 1, tzinfo=SHANGHAI)),
        UnitHasEnded,
    )
    for field in ("ordinal", "place_code", "field_code", "summary"):
        refuses(scene, scene.register(**{field: " "}), LeftBlank)


def test_an_incident_is_verified_then_closed() -> None:
    scene = CaseScene()
    incident = scene.incident()
    close = CloseIncident(effective_on=OCCURRED, incident=incident, ground="处置完毕")
    refuses(scene, close, IncidentNotAtStage)
    verify(scene, incident)
    refuses(
        scene, VerifyIncident(effective_on=OCCURRED, incident=incident, verifier=unit_id("县委")), IncidentNotAtStage
    )
    refuses(scene, CloseIncident(effective_on=OCCURRED, incident=incident, ground=""), LeftBlank)
    scene.when(close)
    refuses(scene, close, IncidentNotAtStage)


def test_a_step_needs_the_incident_on_its_day_and_nothing_later() -> None:
    scene = CaseScene()
    incident = scene.incident()
    before = VerifyIncident(effective_on=OCCURRED - DAY, incident=incident, verifier=unit_id("县委"))
    refuses(scene, before, IncidentUnknown)
    refuses(scene, VerifyIncident(effective_on=OCCURRED, incident=incident, verifier=NOWHERE), UnitUnknown)
    scene.fact(incident, IncidentClosed(ground="x"), OCCURRED + DAY)
    refuses(scene, VerifyIncident(effective_on=OCCURRED, incident=incident, verifier=unit_id("县委")), LaterFactsStand)


SAID: tuple[Fact, ...] = (REGISTERED, IncidentVerified(verifier=NOWHERE), IncidentClosed(ground="x"))


@given(st.lists(st.sampled_from(SAID), max_size=6))
def test_any_sequence_of_facts_gives_a_state_and_what_is_closed_stays_closed(told: list[Fact]) -> None:
    run = states(INCIDENT, told)
    closed = [state for state in run if state and state.stage is Stage.CLOSED]
    assert all(state == run[-1] for state in closed)
