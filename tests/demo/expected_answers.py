"""What the story says to each question of api/questions.toml, call by call: written from the worlds' files, never taken from the server.

An answer has to hold at least these fields; a list is compared whole, `Among` only asks that these be in it, `Count` for how many.
`LATER` holds further askings of the same questions, at other positions and days.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api.questions import known

ACCEPTANCE = tomllib.loads(Path(__file__).with_name("acceptance.toml").read_text("utf-8"))
H, HD, O, B, R, G, W, M12 = (str(known(name)) for name in ("H", "HD", "O", "B", "R", "G", "W", "M12"))  # noqa: E741 - as in the story
X1, X2, P1, P2, P3 = (str(known(name)) for name in ("X1", "X2", "P1", "P2", "P3"))
N1, N2, CLAIM, T, LEAD = (str(known(name)) for name in ("N1", "N2", "claim1", "T", "lead"))
C1, C2, A, CASE1, CASE2 = (str(known(name)) for name in ("C1", "C2", "A", "case1", "case2"))
SIX = ["T1", "T3", "T4", "T6", "T7", "T10"]
BIOGAS, FARMLAND = "NY-BIOGAS-01", "ZR-FARMLAND-02"


@dataclass(frozen=True)
class Among:
    """A list that holds at least these."""

    these: tuple[Any, ...]


@dataclass(frozen=True)
class Count:
    """A list of so many."""

    number: int


def among(*these: Any) -> Among:
    return Among(these)


def groups() -> list[dict[str, Any]]:
    """The nine numbers of each group, as the acceptance figures have them."""
    names = [
        "found",
        "duplicates",
        "not_an_item",
        "identified",
        "retained",
        "merged_sources",
        "merged_targets",
        "cancelled",
        "list_after",
    ]
    levels = {"municipal": "PREFECTURE", "county": "COUNTY"}
    found = []
    for name, figures in ACCEPTANCE["conservation"].items():
        level, kind = name.split("_")
        found.append({"level": levels[level], "item_type": kind.upper()} | dict(zip(names, figures, strict=True)))
    return found


def opinion(stage: str, giver: str, day: str) -> dict[str, Any]:
    return {"stage": stage, "opinion": "CANCEL", "ground_code": "C1", "giver_unit": giver, "given_on": day}


def month(name: str, pledges: int, off_list: int) -> dict[str, Any]:
    return {"month": name, "pledges": pledges, "vetoes": 0, "off_list": off_list}


def receipt(kind: str, stream: str | None = None) -> dict[str, Any]:
    return {"streams": among({"kind": kind, **({"id": stream} if stream else {})})}


def promise(clause: str, due: str) -> dict[str, Any]:
    return {
        "pledge": P3,
        "owed_to": {"unit": W},
        "clause_id": clause,
        "due_on": due,
        "done_on": None,
        "kept": "NOT_DUE",
    }


FARMLAND_ROW = {"item": X2, "title": "耕地保护和永久基本农田保护目标责任书", "phase": "ACTIVE", "in_force": True}
BINDING_2024 = {
    "kind": "PLEDGE",
    "stream": P1,
    "title": "农村能源安全生产目标责任书（2024年度）",
    "imposed_by": {"unit": B, "name": "演示县农业农村局", "level": "COUNTY"},
    "item": X1,
    "footing": "BEFORE_LISTS",
    "begins": "2024-03-01",
    "last_day": "2024-12-31",
    "signed_on": "2024-03-01",
    "recorded_on": "2024-09-18",
    "duty_codes": [BIOGAS],
    "objections_open": [{"objection_id": "1", "kind": "NO_POWER", "due": "2024-04-02", "overdue": True}],
}
RETURN_DUE = {
    "kind": "RETURN",
    "stream": C2,
    "part": "PLEDGE",
    "owed_to": {"unit": O},
    "due_on": "2024-09-20",
    "overdue": False,
}
UNFOUNDED = {"topic": "list.published", "effective_on": "2024-12-16", "gaps": ["NO_DOCUMENT", "NO_MEETING"]}
LEAD_08 = {"lead": LEAD, "rule": "DR-08", "units": [B, W], "papers": [P2], "absorbed_by": None, "disposition": None}

EXPECTED: dict[int, list[Any]] = {
    1: [
        [],
        [
            {
                "level": "COUNTY",
                "items": [FARMLAND_ROW],
                "published": {
                    "published_on": "2024-12-31",
                    "in_force_from": "2025-01-01",
                    "members": [X2],
                    "campaign": C2,
                },
                "not_published": [],
                "no_longer": [],
            }
        ],
    ],
    4: [
        {
            "campaign": C1,
            "phase": "CLOSED",
            "groups": among(*groups()),
            "proposed": ACCEPTANCE["proposed"],
            "decided": ACCEPTANCE["proposed"],
            "totals": ACCEPTANCE["reconciliation"],
        }
    ],
    5: [
        {
            "campaign": C1,
            "returns_missing": [],
            "conflicts_open": [],
            "records_unsettled": [],
            "undecided": [],
            "unpublished": [],
            "stated": [],
            "checks": [],
        }
    ],
    6: [
        [
            {"topic": "item.identified", "effective_on": "2024-09-10", "actor_unit": B},
            {"topic": "campaign.match_decided", "effective_on": "2024-09-24", "actor_unit": O},
            {"topic": "item.verified", "effective_on": "2024-10-08", "actor_unit": O},
            {"topic": "item.submitted_for_review", "effective_on": "2024-10-09", "actor_unit": B},
            {"topic": "item.opinion_given", "effective_on": "2024-10-15", "actor_unit": B},
            {"topic": "item.opinion_given", "effective_on": "2024-11-05"},
            {"topic": "item.opinion_given", "effective_on": "2024-11-20", "actor_unit": O},
            {"topic": "item.cancelled", "effective_on": "2024-12-06", "actor_unit": HD, "stands": True},
        ]
    ],
    7: [{"rows": [UNFOUNDED] * 9}],  # the city and its eight counties
    8: [
        {
            "rows": [
                {
                    "topic": "pledge.backlog_recorded",
                    "stream": P1,
                    "effective_on": "2024-03-01",
                    "recorded_on": "2024-09-18",
                    "days_late": 201,
                    "backlog": True,
                },
                {
                    "topic": "pledge.issuer_duty_performed",
                    "stream": P2,
                    "effective_on": "2025-03-20",
                    "recorded_on": "2025-06-26",
                    "days_late": 98,
                    "backlog": False,
                    "late_reason": "培训记录随案卷补报（演示）",
                },
            ]
        }
    ],
    9: [{"rows": Count(184)}, {"rows": []}],
    12: [{"rows": []}],
    13: [
        {
            "duties": [
                {"duty_code": BIOGAS, "owner": B, "power_holder": B, "needs_power": True, "list_kind": "DEPARTMENT"}
            ],
            "papers": [
                {
                    "pledge": P1,
                    "kind": "BACKLOG",
                    "issuer": B,
                    "signer": W,
                    "last_day": "2024-12-31",
                    "in_force": False,
                },
                {
                    "pledge": P2,
                    "kind": "IRREGULAR",
                    "signed_on": "2025-06-20",
                    "item_phase": "CANCELLED",
                    "listed": False,
                },
            ],
            "warnings": [{"pledge": P1, "raised_by": W, "addressed_to": B, "due": "2024-04-02", "answered_on": None}],
            "claims": [{"claim": CLAIM, "failed_now": SIX, "outcome": "SHIELD_REJECTED", "shield_use_confirmed": True}],
            "cases": among(
                {
                    "case": CASE1,
                    "subject_unit": W,
                    "stage": "CLOSED_WITHOUT_ACCOUNTABILITY",
                    "tolerance_outcome": "EXEMPT",
                },
                {"subject_unit": B, "tolerance_outcome": None},
            ),
        }
    ],
    14: [
        {
            "day": "2025-06-18",
            "in_force": False,
            "last_day": "2024-12-31",
            "failed_tests": ["T5", "T6", "T7", "T9", "T10"],
        },
        {"day": "2025-07-08", "in_force": True, "last_day": "2025-12-31", "failed_tests": []},
    ],
    15: [
        {
            "failed_at_assertion": SIX,
            "failed_tests": SIX,
            "outcome": "SHIELD_REJECTED",
            "tests": among({"test": "T12", "at_assertion": {"result": "unknown"}, "now": {"result": "pass"}}),
        }
    ],
    16: [
        {
            "duty_code": FARMLAND,
            "owner": {"owner": {"unit": W}, "list_kind": "BASIC"},
            "papers": 1,
            "roots": [
                {
                    "pledge": P3,
                    "issuer": {"unit": H},
                    "signer": {"unit": W},
                    "signed_on": "2025-01-15",
                    "footing": "LISTED",
                    "empowered": True,
                    "resources": [
                        {"clause_id": "f5", "kept": "DONE"},
                        {"clause_id": "f6", "kept": "DONE"},
                        {"clause_id": "f7", "kept": "DONE"},
                    ],
                    "balance": {"issuer_duties": 2, "supports": 1, "signer_duties": 4},
                    "below": [],
                }
            ],
        }
    ],
    17: [
        {
            "duty_code": BIOGAS,
            "on": "2025-06-18",
            "entry_area": "530999",
            "list_kind": "DEPARTMENT",
            "owner": {"unit": B},
            "needs_power": True,
            "power_holder": {"unit": B},
            "delegated_to": None,
        }
    ],
    18: [
        [
            {
                "kind": "shield",
                "role": "claimant",
                "stream": CLAIM,
                "other": {"unit": W},
                "incident": N1,
                "outcome": "SHIELD_USE_CONFIRMED",
                "decided_on": "2025-07-21",
            }
        ]
    ],
    19: [
        {
            "within": "530999",
            "decisions": 1,
            "unplaced": 0,
            "counts": among(
                {"key": "TOWNSHIP", "decisions": 1, "per_mille": 1000},
                {"key": "COUNTY", "decisions": 0, "per_mille": 0},
            ),
        }
    ],
    20: [
        {
            "pledge": P2,
            "item": X1,
            "held_on": "2025-06-20",
            "version": 0,
            "listed": False,
            "scope_widened": False,
            "period_widened": False,
            "clauses": among(
                *({"clause_id": clause, "difference": "ADDED"} for clause in ("c1'", "c1''", "c2'", "c3'")),
                *({"clause_id": clause, "difference": "MISSING"} for clause in ("c1", "c2", "c3")),
            ),
        }
    ],
    21: [{"leads": [{"rule": "DR-07", "units": [B, W], "papers": [P2], "absorbed_by": LEAD}]}],
    22: [{"leads": [LEAD_08, {"rule": "DR-09", "units": [B, W], "papers": [P2], "absorbed_by": None}]}],
    23: [{"leads": []}],
    24: [
        [
            {
                "objection_id": "1",
                "raised_on": "2024-03-12",
                "raised_by": {"unit": W},
                "addressed_to": {"unit": B},
                "kind": "NO_POWER",
                "duty_code": BIOGAS,
                "due": "2024-04-02",
                "state": "OVERDUE",
                "answered_on": None,
            }
        ]
    ],
    25: [
        {"decisions": 1, "counts": among({"key": "1", "decisions": 1, "per_mille": 1000}, {"key": "2", "decisions": 0})}
    ],
    26: [{"leads": []}],
    27: [{"leads": []}],
    28: [[{"kind": "tolerance", "role": "applicant", "stream": T, "outcome": "EXEMPT", "decided_on": "2025-07-28"}]],
    29: [
        {"may_be_signed": False, "rules": among({"rule": "BR-06", "holds": False}, {"rule": "BR-29", "holds": False})}
    ],
    30: [{"rows": [FARMLAND_ROW | {"end_year": 2026}]}, {"rows": []}],
    31: [
        [
            {
                "kind": "PROMISE",
                "stream": P1,
                "part": "c2",
                "owed_to": {"unit": W},
                "due_on": "2024-01-01",
                "overdue": True,
            },
            {
                "kind": "OBJECTION",
                "stream": P1,
                "part": "1",
                "owed_to": {"unit": W},
                "due_on": "2024-04-02",
                "overdue": True,
            },
            RETURN_DUE,
        ]
    ],
    32: [
        [
            opinion("UNIT_DRAFT", B, "2024-10-15"),
            {"stage": "SUPERIOR_CONSULTED", "opinion": "CANCEL", "ground_code": "C1", "given_on": "2024-11-05"},
            opinion("ORG_DEPT_CONSOLIDATED", O, "2024-11-20"),
        ]
    ],
    33: [
        {
            "admission": A,
            "kind": "AMEND",
            "stage": "REPORTED",
            "applicant": {"unit": M12, "name": "市级部门12（演示）"},
            "steps": [
                {"topic": "admission.applied", "effective_on": "2024-12-18"},
                {"topic": "admission.found_complete", "effective_on": "2024-12-19"},
                {"topic": "admission.basis_verified", "effective_on": "2024-12-20"},
                {"topic": "admission.reported_upward", "effective_on": "2024-12-23"},
            ],
        },
        receipt("admission"),
    ],
    34: [[promise("f7", "2025-03-31"), promise("f5", "2025-04-30"), promise("f6", "2025-04-30")], []],
    35: [LEAD_08, receipt("lead")],
    36: [
        [BINDING_2024],
        [
            {
                "stream": P3,
                "imposed_by": {"unit": H},
                "item": X2,
                "footing": "LISTED",
                "basis": [{"title": "基本农田保护条例（第二十七条）"}],
                "begins": "2025-01-15",
                "last_day": "2025-12-31",
                "objections_open": [],
            },
            {
                "stream": P2,
                "title": "农村能源安全生产承诺书",
                "imposed_by": {"unit": B},
                "item": X1,
                "footing": "OFF_LIST",
                "begins": "2025-06-20",
                "signed_on": "2025-06-20",
                "recorded_on": "2025-06-23",
            },
        ],
    ],
    37: [{"rows": [FARMLAND_ROW]}, {"rows": []}],
    38: [receipt("pledge", P2)],
    40: [
        {"rows": [{"duty_code": BIOGAS, "list_kind": "DEPARTMENT", "owner": {"unit": B}, "power_holder": {"unit": B}}]},
        {"rows": [{"duty_code": FARMLAND, "list_kind": "BASIC", "owner": {"unit": W}, "needs_power": False}]},
    ],
    41: [
        {"stage": "ACCEPTED", "case": CASE1, "situation_code": "MISMATCH", "found": None, "outcome": None},
        {
            "case": CASE1,
            "outcome": "EXEMPT",
            "ground_code": "MISMATCH",
            "duty_codes": [BIOGAS],
            "mismatch_positions": Count(2),
        },
        receipt("tolerance"),
    ],
    42: [{"outcome": "EXEMPT", "clarified": True}, {"rows": []}],
    43: [
        {
            "case": CASE2,
            "state": "NOT_SERVED",
            "subject": {"unit": W},
            "handled_by": {"unit": G},
            "decided_on": "2025-07-28",
            "appeal_until": None,
            "days_left": None,
            "stands": True,
            "settled": False,
            "rule": "BR-18",
        }
    ],
    44: [
        [
            month("2024-11", 1, 0),
            month("2024-12", 1, 0),
            *(month(f"2025-0{number}", 1, 0) for number in range(1, 6)),
            month("2025-06", 2, 1),
            month("2025-07", 2, 1),
        ]
    ],
}

# (question, its call, what is asked otherwise, what the story says then): the other clock, or another day.
LATER: list[tuple[int, int, dict[str, str], Any]] = [
    (
        1,
        1,
        {"in_force_on": "2024-12-31"},
        [{"items": [], "published": {"members": [X2]}}],
    ),  # published, in force from the next day
    (6, 0, {"known_at": "2024-11-10T00:00:00+08:00"}, Count(6)),  # the third opinion and the decision not known yet
    (13, 0, {"known_at": "2025-06-20T12:00:00+08:00"}, {"papers": [{"pledge": P1}], "claims": [], "cases": []}),
    (18, 0, {"in_force_on": "2025-07-20"}, []),  # claimed, not ruled yet
    (24, 0, {"in_force_on": "2024-04-01"}, [{"due": "2024-04-02", "state": "OPEN"}]),
    (24, 0, {"known_at": "2024-09-19T00:00:00+08:00"}, []),  # raised in March, recorded on 20 September
    (31, 0, {"known_at": "2024-09-09T00:00:00+08:00"}, [RETURN_DUE]),  # pledge and objection recorded later
    (33, 0, {"in_force_on": "2024-12-27"}, {"stage": "APPROVED"}),
    (36, 0, {"known_at": "2024-09-18T08:00:00+08:00"}, []),  # signed in March, recorded an hour later
    (36, 1, {"in_force_on": "2025-06-19"}, [{"stream": P3}]),  # the day before the letter was signed
    (40, 0, {"in_force_on": "2023-12-31"}, {"rows": []}),  # no list yet
    (44, 0, {"known_at": "2025-06-22T00:00:00+08:00"}, among(month("2025-06", 1, 0))),  # the letter not seen yet
]
