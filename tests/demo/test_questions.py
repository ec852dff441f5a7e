"""The forty-four questions, asked of the demonstration as docs/questions.md shows: each answer is held against what the story says."""

import json
import shlex
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import httpx
import pytest

from api.app import create_app
from api.questions import BASE, Call, Question, acting, asked, curl, filled, python
from tests.demo.conftest import Shown
from tests.demo.expected_answers import EXPECTED, LATER, Among, Count

QUESTIONS = {question.number: question for question in asked().question}
PATHS = create_app(None, b"").openapi()["paths"]
NOBODY = UUID(int=1)
CALLS = [(number, place) for number, question in QUESTIONS.items() for place in range(len(question.call))]


def amiss(held: Any, expected: Any, at: str = "") -> Iterator[str]:
    """Say where an answer does not hold what is expected of it."""
    match expected:
        case Count(number) if isinstance(held, list):
            yield from [] if len(held) == number else [f"{at}: {len(held)} rows, not {number}"]
        case Among(these) if isinstance(held, list):
            yield from (f"{at}: none is {one}" for one in these if all(any(amiss(each, one)) for each in held))
        case dict() if isinstance(held, dict):
            for name, value in expected.items():
                yield from amiss(held[name], value, f"{at}/{name}") if name in held else [f"{at}/{name} is missing"]
        case list() if isinstance(held, list) and len(held) == len(expected):
            for number, (each, one) in enumerate(zip(held, expected, strict=True)):
                yield from amiss(each, one, f"{at}/{number}")
        case _ if held != expected:
            yield f"{at}: {held!r}, not {expected!r}"


def ask(shown: Shown, call: Call, **otherwise: str) -> httpx.Response:
    """Ask as the page shows; a read that names no position is asked at the story's end, whatever other tests record after it."""
    if call.method == "POST":
        return shown.http.post(filled(call.path), json=filled(call.body), headers=acting(call))
    given = {"known_at": str(shown.head)} | filled(call.query) | otherwise
    return shown.http.get(filled(call.path), params=given, headers={"Prefer": "wait=10"})


def test_there_are_forty_four_each_with_a_call_or_the_reason_why_not() -> None:
    assert list(QUESTIONS) == list(range(1, 45))
    for question in QUESTIONS.values():
        assert question.call or question.not_yet, question.number
        assert bool(question.call) is bool(question.says), question.number
    assert {number for number, question in QUESTIONS.items() if question.call} == set(EXPECTED)


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=str)
def test_every_call_is_an_operation_of_the_api(question: Question) -> None:
    for call in question.call:
        path = filled(call.path).split("/")
        described = [
            methods[call.method.lower()]
            for template, methods in PATHS.items()
            if call.method.lower() in methods and fits(template.split("/"), path)
        ]
        assert described, call.path
        known = {each["name"] for each in described[0].get("parameters", ()) if each["in"] == "query"}
        assert set(call.query) <= known


def fits(template: list[str], path: list[str]) -> bool:
    return len(template) == len(path) and all(
        part.startswith("{") or part == given for part, given in zip(template, path, strict=True)
    )


@pytest.mark.parametrize(("number", "place"), CALLS)
def test_the_page_shows_the_very_request_for_a_shell_and_for_python(number: int, place: int) -> None:
    call, sent = QUESTIONS[number].call[place], list[httpx.Request]()

    def note(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200, json={})

    with httpx.Client(base_url=BASE, transport=httpx.MockTransport(note)) as mingze:
        eval(python(call), {"mingze": mingze})  # noqa: S307 - what the page tells its reader to run
    words = shlex.split(curl(call))
    shell = httpx.URL(words[-1])
    for url in (shell, sent[0].url):
        assert (str(url.copy_with(query=None)), url.params) == (
            BASE + filled(call.path),
            httpx.QueryParams(filled(call.query)),
        )
    assert sent[0].method == call.method == ("POST" if "-d" in words else "GET")
    headers = dict(words[at + 1].split(": ", 1) for at, word in enumerate(words) if word == "-H")
    for name, value in acting(call).items():
        assert headers[name] == sent[0].headers[name] == value
    if call.body is not None:
        assert json.loads(words[words.index("-d") + 1]) == json.loads(sent[0].content) == filled(call.body)


@pytest.mark.parametrize(("number", "place"), CALLS)
def test_an_answer_says_what_the_story_says(shown: Shown, number: int, place: int) -> None:
    answer = ask(shown, QUESTIONS[number].call[place])
    assert answer.status_code in (200, 201), answer.text
    wrong = list(amiss(answer.json(), EXPECTED[number][place]))
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(("number", "place", "otherwise", "expected"), LATER)
def test_on_another_day_or_at_another_position_it_says_what_held_or_was_known_there(
    shown: Shown, number: int, place: int, otherwise: dict[str, str], expected: Any
) -> None:
    answer = ask(shown, QUESTIONS[number].call[place], **otherwise)
    assert answer.status_code == 200, answer.text
    wrong = list(amiss(answer.json(), expected))
    assert not wrong, "\n".join(wrong)


def test_before_there_was_a_duty_list_nobody_is_known_to_own_the_duty(shown: Shown) -> None:
    assert ask(shown, QUESTIONS[17].call[0], in_force_on="2023-06-18").status_code == 404


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        ({"a": 1}, {"a": 2}),
        ({"a": 1}, {"b": None}),
        ([1, 2], [1]),
        ([{"a": 1}], Among(({"a": 2},))),
        ([1], Count(2)),
        ({"rows": []}, []),
        (None, Count(0)),
    ],
)
def test_the_comparison_forgives_nothing(held: Any, expected: Any) -> None:
    assert any(amiss(held, expected))


def test_the_duties_of_a_place_come_page_by_page(shown: Shown) -> None:
    asked_for: dict[str, Any] = {"place": "530999901", "in_force_on": "2025-06-18", "known_at": shown.head, "limit": 1}
    first = shown.http.get("/v1/duties", params=asked_for)
    assert [row["duty_code"] for row in first.json()["rows"]] == ["NY-BIOGAS-01"]
    second = shown.http.get(first.links["next"]["url"])
    assert [row["duty_code"] for row in second.json()["rows"]] == ["ZR-FARMLAND-02"]
    assert "next" not in second.links


def test_an_item_of_a_unit_is_listed_also_after_its_end_unless_only_what_expires_is_asked(shown: Shown) -> None:
    path = filled("/v1/units/{unit:B}/items")
    rows = shown.get(path, in_force_on="2025-08-01")["rows"]
    assert [(row["phase"], row["end_year"]) for row in rows] == [("CANCELLED", 2026)]
    assert shown.get(path, in_force_on="2025-08-01", expiring="2026")["rows"] == []


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        (f"/v1/units/{NOBODY}/items", 404, "nothing-known"),
        (f"/v1/units/{NOBODY}/tasks", 404, "nothing-known"),
        (f"/v1/admissions/{NOBODY}", 404, "nothing-known"),
        (f"/v1/cases/{NOBODY}/appeal-window", 404, "nothing-known"),
        (f"/v1/units/{NOBODY}/items?expiring=9999", 400, "parameter-malformed"),
        ("/v1/duties", 400, "parameter-malformed"),
        ("/v1/duties?place=530999&cursor=x", 400, "parameter-malformed"),
    ],
)
def test_what_is_not_known_or_not_well_asked_is_refused(shown: Shown, path: str, status: int, code: str) -> None:
    answer = shown.http.get(path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_an_objection_is_seen_once_it_is_recorded_and_its_deadline_runs(shown: Shown) -> None:
    call = QUESTIONS[38].call[0]
    raised = shown.http.post(filled(call.path), json=filled(call.body) | {"objection_id": "2"}, headers=acting(call))
    assert raised.status_code == 201, raised.text
    shown.advance(raised.json()["position"])
    rows = shown.get(filled(call.path), in_force_on="2025-08-22")
    (row,) = (row for row in rows if row["objection_id"] == "2")
    assert (row["due"], row["state"]) == ("2025-08-22", "OPEN")  # 15 working days after 1 August
    assert shown.get(filled(call.path), in_force_on="2025-08-22", known_at=shown.head) == []
