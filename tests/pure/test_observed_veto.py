"""A veto used off the list, or in disguise, is put on record as somebody saw it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from ledger.commands import HearVetoParty, ObserveDisguisedVeto, ObserveIrregularVeto
from ledger.events import DisguisedVetoObserved, IrregularVetoObserved
from ledger.observed_veto import (
    ObservationLiesAhead,
    ObservationOfAnotherDay,
    ObservedBeforeItWas,
    VetoObservationExists,
)
from ledger.refusals import DocumentUnknown, ItemUnknown, LeftBlank, UnitUnknown
from ledger.streams import observed_veto_stream
from ledger.terms import Defect
from ledger.timelines.veto import Stage
from ledger.values import Basis
from ledger.veto import VetoNotAtStage
from tests.pure.case_scene import NOWHERE, VETOED, CaseScene
from tests.pure.item_scene import document_id, refuses, unit_id

DAY = timedelta(days=1)


def irregular(**changes: Any) -> ObserveIrregularVeto:
    lawful = ObserveIrregularVeto(
        effective_on=VETOED,
        client_key="1",
        exercising_unit=unit_id("乡政府"),
        target_unit=unit_id("邻乡政府"),
        assessment_year=2025,
        observed_by=unit_id("县纪委监委"),
        observed_on=VETOED + DAY,
        defects=(Defect.OFF_LIST,),
        decided_on=VETOED,
    )
    return replace(lawful, **changes)


def disguised(**changes: Any) -> ObserveDisguisedVeto:
    lawful = ObserveDisguisedVeto(
        effective_on=VETOED,
        client_key="1",
        exercising_unit=unit_id("县级部门"),
        wording="一项不达标，全员扣奖金",
        effect="全员扣奖金",
        observed_by=unit_id("县纪委监委"),
        observed_on=VETOED,
    )
    return replace(lawful, **changes)


def test_a_veto_off_the_list_can_be_observed_never_decided() -> None:
    scene = CaseScene()
    scene.today = VETOED + DAY
    ((veto, fact),) = scene.when(irregular())
    assert veto == observed_veto_stream(unit_id("县纪委监委"), "1")
    assert isinstance(fact, IrregularVetoObserved)
    assert scene.veto_state(veto).stage is Stage.IRREGULAR
    assert not scene.veto_state(veto).in_effect_on(VETOED)
    refuses(scene, irregular(), VetoObservationExists)
    refuses(scene, disguised(), VetoObservationExists)
    refuses(scene, scene.veto(veto), VetoNotAtStage)
    refuses(scene, HearVetoParty(effective_on=VETOED, veto=veto, statement="x"), VetoNotAtStage)


def test_an_observed_veto_happened_when_it_was_decided_or_seen() -> None:
    scene = CaseScene()
    scene.today = VETOED + DAY
    refuses(scene, irregular(effective_on=VETOED + DAY), ObservationOfAnotherDay)
    refuses(scene, irregular(decided_on=None), ObservationOfAnotherDay)
    refuses(scene, irregular(observed_on=VETOED - DAY), ObservedBeforeItWas)
    refuses(scene, irregular(observed_on=VETOED + 2 * DAY), ObservationLiesAhead)
    scene.when(irregular(decided_on=None, effective_on=VETOED + DAY))


def test_an_observation_leads_somewhere() -> None:
    scene = CaseScene()
    scene.today = VETOED + DAY
    for unit in ("exercising_unit", "target_unit", "observed_by"):
        refuses(scene, irregular(**{unit: NOWHERE}), UnitUnknown)
        refuses(scene, disguised(**{unit: NOWHERE}), UnitUnknown)
    refuses(scene, irregular(item=NOWHERE), ItemUnknown)
    refuses(scene, irregular(client_key=" "), LeftBlank)
    refuses(scene, disguised(wording=""), LeftBlank)
    refuses(scene, disguised(effect=""), LeftBlank)
    refuses(scene, disguised(source_document=NOWHERE), DocumentUnknown)
    refuses(scene, disguised(central_basis=(Basis(title="x", document=NOWHERE),)), DocumentUnknown)


def test_a_disguised_veto_is_seen_on_the_day_of_its_wording_or_later() -> None:
    scene = CaseScene()
    scene.today = VETOED + DAY
    refuses(scene, disguised(observed_on=VETOED - DAY), ObservedBeforeItWas)
    known = document_id("中央文件")
    ((veto, fact),) = scene.when(
        disguised(observed_on=VETOED + DAY, source_document=known, central_basis=(Basis(title="x", document=known),))
    )
    assert isinstance(fact, DisguisedVetoObserved)
    assert scene.veto_state(veto).stage is Stage.DISGUISED
